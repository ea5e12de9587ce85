"""The counter of a site: money that staff take under the number of a receipt, and hand back where it was too much."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from ncre.application import Application
from ncre.domain.commands import Actor
from ncre.domain.lifecycle import Role
from ncre.domain.payment import yuan
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.inbox import holder_of
from ncre.gateways.channel import Kind, News, Source
from ncre.projections import ledger, registrations
from ncre.projections.base import Row
from ncre.services.money import Money
from ncre.services.paying import Paying, paid_in_house

COUNTER: Final = "counter"
"""Its name among the channels; nobody asks it, it tells."""

_RECEIPT: Final = re.compile(r"[0-9A-Za-z-]{1,40}")


class Counter:
    def __init__(self, application: Application, money: Money, paying: Paying) -> None:
        self._application = application
        self._money = money
        self._paying = paying

    def take(
        self, registration: UUID, receipt: str, amount: int, actor: Actor, seen: int | None = None
    ) -> None:
        """Record money (fen) that staff of the site took, under the number of the receipt they gave.

        Told twice under the same receipt, it counts once. Raises Refusal: not for this actor, the case
        changed since the version `seen`, nothing due, another amount, or a receipt that was used.
        """
        with self._application.database.reading() as connection:
            row = registrations.one(connection, registration)
        if row is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        site = row["site"] or ""
        _require_staff_of(site, actor)
        if str(row["account"]) == actor.id:
            raise Refusal(RefusalCode.OWN_REGISTRATION)
        if not _RECEIPT.fullmatch(receipt):
            raise Refusal(RefusalCode.RECEIPT_MISSING)
        trade = f"{site}-{receipt}"
        if self._settled_by(row, trade):
            return
        if seen not in (None, row["version"]):
            raise Refusal(RefusalCode.OUT_OF_DATE, seen=seen, version=row["version"])
        if amount != row["amount"]:
            raise Refusal(RefusalCode.WRONG_AMOUNT, due=yuan(row["amount"] or 0), given=yuan(amount))
        if self._holder(trade) is not None:
            raise Refusal(RefusalCode.RECEIPT_USED, receipt=receipt)
        self._paying.make_way(registration)
        order = self._paying.order_at(registration, COUNTER, actor)
        self._money.receive(paid_in_house(order, COUNTER, trade, Source.COUNTER, self._application.clock()))
        if self._holder(trade) != order.number:  # a colleague was quicker with this receipt
            raise Refusal(RefusalCode.RECEIPT_USED, receipt=receipt)

    def hand_back(self, trade: str, actor: Actor) -> None:
        """Record that staff handed back what was owed of a payment at the counter. Raises Refusal."""
        with self._application.database.reading() as connection:
            owed = ledger.one(connection, COUNTER, trade)
        if owed is None or owed["request"] is None or owed["returned_at"] is not None:
            raise Refusal(RefusalCode.NO_PAYMENT_DUE)
        _require_staff_of(owed["site"], actor)
        self._money.receive(
            News(
                kind=Kind.RETURNED,
                channel=COUNTER,
                order=owed["order"],
                trade=trade,
                reference=owed["request"],
                amount=owed["amount"],
                at=self._application.clock(),
                source=Source.COUNTER,
            )
        )

    def _settled_by(self, row: Row, trade: str) -> bool:
        """Whether it is this money that settled the registration already."""
        payment = row["payment"] or {}
        return (payment.get("channel"), payment.get("trade")) == (COUNTER, trade)

    def _holder(self, trade: str) -> str | None:
        """The order for which a receipt was given."""
        with self._application.database.reading() as connection:
            return holder_of(connection, COUNTER, trade)


def _require_staff_of(site: str, actor: Actor) -> None:
    if actor.role not in (Role.REVIEWER, Role.OFFICE) or not actor.covers(site):
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
