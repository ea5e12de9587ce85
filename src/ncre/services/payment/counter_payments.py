"""The counter of a site: money that staff take under the number of a receipt, and hand back where it was too much."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Connection

from ncre.clients.payment_channel import NewsKind, NewsSource, Order, PaymentNotification
from ncre.domain.payment.settlement import order_stream, yuan
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import EVERY_SITE, Actor
from ncre.domain.registration.vocabulary import Role
from ncre.domain.scanned_code import NUMBER
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.operational.inbox import holder_of, trades_of
from ncre.projections.payment import ledger, orders
from ncre.projections.registration import desk_search, registrations
from ncre.projections.rows import RegistrationRow
from ncre.services.payment.checkout import CheckoutService, paid_in_house
from ncre.services.payment.notifications import PaymentService

COUNTER: Final = "counter"
"""Its name among the channels; nobody asks it, it tells."""

_RECEIPT: Final = re.compile(r"[0-9A-Za-z-]{1,40}")
_DIGITS: Final = re.compile("[0-9]+")
_RECEIPTS: Final = UUID("5d3c1f9e-6b0a-4c52-9a57-1f0e7d6a2b84")
"""Namespace of the locks of receipt numbers, which every process of the service takes under the same names."""


def receipt_number(typed: str) -> str:
    """By what receipts are compared: 007, 7 and ７ are one, as are a-07 and A-7; each is kept as it was written."""
    return _DIGITS.sub(lambda digits: digits[0].lstrip("0") or "0", _plain(typed).upper())


def _plain(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip()


@dataclass(frozen=True, kw_only=True)
class CashTaken:
    """What a clerk says they took: fen, the receipt they gave, the version of the case on their screen."""

    registration: UUID
    receipt: str
    amount: int
    actor: Actor
    seen: int | None = None
    command_id: UUID | None = None


class CounterPayments:
    """Cash at the counter of a site; amounts are fen."""

    def __init__(
        self, command_handler: CommandHandler, money: PaymentService, checkout: CheckoutService
    ) -> None:
        self._command_handler = command_handler
        self._money = money
        self._checkout = checkout

    def take(self, cash: CashTaken) -> str:
        """Record money that staff of the site took; sent twice under one command id, it counts once.

        Returns the reason where the money cannot be used and must be handed back now, as where a
        colleague took cash for the same person at the same moment; "" where it settled the registration.
        Raises Refusal: not for this actor, paid already, nothing due, another amount, or a receipt that was used.
        """
        row, cash = self._row(cash.registration), replace(cash, receipt=_plain(cash.receipt))
        site, trade = row["site"] or "", f"{row['site'] or ''}-{cash.receipt}"
        _require_staff_of(site, cash.actor)
        if str(row["account"]) == cash.actor.id:
            raise Refusal(RefusalCode.OWN_REGISTRATION)
        if _RECEIPT.fullmatch(cash.receipt) and self._took(cash, trade):
            return self._unusable(trade)
        self._require_due(row, cash)
        self._require_no_ticket(cash.receipt)
        with self._command_handler.database.reading() as connection:
            self._require_unused(connection, site, cash.receipt)
        self._checkout.close_open_orders(cash.registration)
        order = self._order(cash)
        news = paid_in_house(order, COUNTER, trade, NewsSource.COUNTER, self._command_handler.clock())
        act = Act(cash.actor, cash.command_id or uuid4(), cause=order.number)
        self._command_handler.run_in_transaction(
            lambda connection: self._received(connection, site, cash.receipt, news, act)
        )
        if self._holder(trade) != order.number:  # a colleague was quicker with this receipt
            raise Refusal(RefusalCode.RECEIPT_USED, receipt=cash.receipt)
        return self._unusable(trade)

    def _require_no_ticket(self, receipt: str) -> None:
        """A scanner may read the next person's paper into the field of the receipt. Raises Refusal."""
        with self._command_handler.database.reading() as connection:
            if NUMBER.fullmatch(receipt) and desk_search.found(connection, receipt, (), EVERY_SITE, limit=1):
                raise Refusal(RefusalCode.RECEIPT_OF_A_TICKET, receipt=receipt)

    def is_handed_back(self, trade: str, of: UUID) -> bool:
        """Whether this payment of this registration went back at the counter already."""
        with self._command_handler.database.reading() as connection:
            paid = ledger.one(connection, COUNTER, trade)
        return paid is not None and paid["registration"] == of and paid["returned_at"] is not None

    def hand_back(
        self, trade: str, actor: Actor, command_id: UUID | None = None, of: UUID | None = None
    ) -> None:
        """Record that staff handed back what was owed of a payment at the counter, where named `of` this registration.

        Raises Refusal.
        """
        with self._command_handler.database.reading() as connection:
            owed = ledger.one(connection, COUNTER, trade)
        if owed is None or owed["request"] is None or owed["returned_at"] is not None:
            raise Refusal(RefusalCode.NOTHING_OWED)
        if of is not None and owed["registration"] != of:
            raise Refusal(RefusalCode.NOTHING_OWED)
        _require_staff_of(owed["site"], actor)
        news = PaymentNotification(
            kind=NewsKind.RETURNED,
            channel=COUNTER,
            order=owed["order"],
            trade=trade,
            reference=owed["request"],
            amount=owed["amount"],
            at=self._command_handler.clock(),
            source=NewsSource.COUNTER,
        )
        self._money.receive(news, Act(actor, command_id or uuid4(), cause=owed["order"]))

    def _order(self, cash: CashTaken) -> Order:
        try:
            return self._checkout.order_at(cash.registration, COUNTER, cash.actor)
        except Refusal as refusal:
            if refusal.code is RefusalCode.NO_PAYMENT_DUE and self._row(cash.registration)["payment"]:
                raise Refusal(RefusalCode.ALREADY_PAID, amount=yuan(cash.amount)) from None
            raise

    def _row(self, registration: UUID) -> RegistrationRow:
        with self._command_handler.database.reading() as connection:
            row = registrations.one(connection, registration)
        if row is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        return row

    def _took(self, cash: CashTaken, trade: str) -> bool:
        """Whether this very command was carried out before: the money of its receipt stands under its id."""
        with self._command_handler.database.reading() as connection:
            number = holder_of(connection, COUNTER, trade) or ""
            order = orders.one(connection, number)
            if order is None or order["registration"] != cash.registration or cash.command_id is None:
                return False
            history = self._command_handler.store.history(connection, order_stream(number), opened=False)
        return any(fact.metadata.command_id == cash.command_id for fact in history)

    def _unusable(self, trade: str) -> str:
        """Why the money of a receipt is owed back, or ""."""
        with self._command_handler.database.reading() as connection:
            row = ledger.one(connection, COUNTER, trade)
        return str(row["reason"] or "") if row else ""

    def _require_due(self, row: RegistrationRow, cash: CashTaken) -> None:
        """What must hold before cash is taken in: the page, the status, the receipt, and then the amount."""
        if row["payment"]:
            raise Refusal(RefusalCode.ALREADY_PAID, amount=yuan(cash.amount))
        if cash.seen is not None and cash.seen > row["version"]:
            raise Refusal(RefusalCode.VERSION_UNKNOWN, seen=cash.seen, version=row["version"])
        if cash.seen not in (None, row["version"]):
            raise Refusal(RefusalCode.OUT_OF_DATE, seen=cash.seen, version=row["version"])
        self._checkout.require_due(row["id"])
        if not _RECEIPT.fullmatch(cash.receipt):
            raise Refusal(RefusalCode.RECEIPT_MISSING)
        if cash.amount != row["amount"]:
            raise Refusal(RefusalCode.WRONG_AMOUNT, due=yuan(row["amount"] or 0), given=yuan(cash.amount))

    def _received(
        self, connection: Connection, site: str, receipt: str, news: PaymentNotification, act: Act
    ) -> None:
        """Take the money in. Who writes a number of the site in another way at the same moment waits, and is refused."""
        name = uuid5(_RECEIPTS, f"{site}-{receipt_number(receipt)}")
        self._command_handler.database.lock(connection, name)
        self._require_unused(connection, site, receipt, news.order)
        self._money.receive_within(connection, news, act)

    def _require_unused(self, connection: Connection, site: str, receipt: str, order: str = "") -> None:
        """Raises Refusal where a receipt of this number was given at the site for another order, however it was written."""
        number = receipt_number(receipt)
        digits = _DIGITS.findall(number)
        for trade in trades_of(connection, COUNTER, f"{site}-", digits[-1] if digits else ""):
            same = receipt_number(trade.removeprefix(f"{site}-")) == number
            if same and holder_of(connection, COUNTER, trade) != order:
                raise Refusal(RefusalCode.RECEIPT_USED, receipt=receipt)

    def _holder(self, trade: str) -> str | None:
        """The order for which a receipt was given."""
        with self._command_handler.database.reading() as connection:
            return holder_of(connection, COUNTER, trade)


def _require_staff_of(site: str, actor: Actor) -> None:
    if actor.role not in (Role.REVIEWER, Role.OFFICE) or not actor.covers(site):
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
