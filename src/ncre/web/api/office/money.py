"""What came in, what is open, owed or unexplained, and what the office says of it. Statistics of the round beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, ConfigDict, StringConstraints

from ncre.domain.integration.scopes import Scope
from ncre.domain.registration.vocabulary import Role
from ncre.web.api.access import command_id_of_key, me
from ncre.web.api.answers import answer
from ncre.web.api.bodies import Asked, Text
from ncre.web.api.models import Answered
from ncre.web.api.office.acting import office_act
from ncre.web.api.office.draft_shapes import Day, WhyAsked
from ncre.web.api.spec import NotAsDescribed, View, operation, pages
from ncre.web.shared.auth import container

LONGEST: Final = 400
"""Days of one answer."""

Trade = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,64}$")]


class DaysAsked(BaseModel):
    """Both days included (exam time), 400 at the most."""

    model_config = ConfigDict(extra="forbid")

    first: Day
    last: Day


class TradeAsked(Asked):
    """The number of a payment at a counter, as `owed` names it."""

    trade: Trade


class SendBackAsked(Asked):
    """Money for an unknown order, as `orphans` names it."""

    channel: Annotated[str, StringConstraints(pattern=r"^[a-z_-]{1,20}$")]
    trade: Trade
    why: Text


class MoneySumsShape(Answered):
    """Payments, fen received, and fen of them that had to go back."""

    count: int
    received: int
    back: int


class MoneyDayShape(MoneySumsShape):
    day: date
    sites: dict[str, MoneySumsShape]


class MoneyDaysShape(Answered):
    items: list[MoneyDayShape]


class PaymentShape(Answered):
    """`unexplained`: fen that the channel told and no refund of ours explains."""

    channel: str
    trade: str
    order: str
    registration: UUID | None
    site: str
    amount: int
    paid_at: datetime
    reason: str | None
    unexplained: int | None


class UnbookedItemShape(Answered):
    """What a channel told and the books have no place for; `kind` is its own word."""

    id: UUID
    channel: str
    kind: str
    order: str
    trade: str
    amount: int
    at: datetime


class OpenMoneyShape(Answered):
    """What waits for somebody: owed back, for an unknown order, not booked, not explained. Counts go beyond the lists."""

    open_orders: int
    owed_count: int
    owed: list[PaymentShape]
    orphans: list[PaymentShape]
    unbooked: list[UnbookedItemShape]
    unexplained: list[PaymentShape]


def money_operation(name: str, answers: type[Answered], **more: Any) -> Callable[[View], View]:
    """An operation upon money, for integrations of all sites."""
    return operation(name, answers, Scope.MONEY, everywhere=True, tag="payments", **more)


@pages.get("/payments/days")
@money_operation("listMoneyDays", MoneyDaysShape, query=DaysAsked)
def money_days() -> Response:
    """What came in by day

    Of all sites and of each. Amounts are fen.
    """
    asked: DaysAsked = request.context.query  # type: ignore[attr-defined]
    if not timedelta(0) <= asked.last - asked.first < timedelta(days=LONGEST):
        raise NotAsDescribed({"last": f"from `first` on, and fewer than {LONGEST} days after it"})
    days = container().revenue_report.days(asked.first, asked.last)
    items = [
        MoneyDayShape(
            day=one.day,
            count=one.count,
            received=one.received,
            back=one.back,
            sites={site: _sums(sums) for site, sums in one.sites.items()},
        )
        for one in days
    ]
    return answer(MoneyDaysShape(items=items))


@pages.get("/payments/open")
@money_operation("getOpenMoney", OpenMoneyShape)
def open_money() -> Response:
    """What waits for somebody

    Money that is owed, belongs to no order, or is not explained.
    """
    return _open()


@pages.post("/payments/counter-refunds")
@money_operation("handBackAtCounter", OpenMoneyShape, json=TradeAsked, command=True)
def hand_back_at_counter() -> Response:
    """Record money handed back at a counter

    What was paid there and is owed.
    """
    asked: TradeAsked = request.context.json  # type: ignore[attr-defined]
    container().counter_payments.hand_back(asked.trade, me().acting_as(Role.OFFICE), command_id_of_key())
    return _open()


@pages.post("/payments/send-backs")
@money_operation("sendMoneyBack", OpenMoneyShape, json=SendBackAsked, command=True)
def send_money_back() -> Response:
    """Send money for an unknown order back

    To whoever paid it, by its channel.
    """
    asked: SendBackAsked = request.context.json  # type: ignore[attr-defined]
    container().unmatched_payments.send_back(asked.channel, asked.trade, asked.why, office_act())
    return _open()


@pages.post("/payments/items/<uuid:item_id>/resolution")
@money_operation("resolveMoneyItem", OpenMoneyShape, json=WhyAsked, command=True)
def resolve_item(item_id: UUID) -> Response:
    """Say what something was that could not be booked

    It is taken off the list.
    """
    asked: WhyAsked = request.context.json  # type: ignore[attr-defined]
    container().unmatched_payments.resolve(item_id, asked.why, office_act())
    return _open()


def _sums(sums: dict[str, Any]) -> MoneySumsShape:
    return MoneySumsShape(**{name: int(sums[name]) for name in MoneySumsShape.model_fields})


def _open() -> Response:
    found = container().queries.payments.waiting()
    return answer(
        OpenMoneyShape(
            open_orders=found.open_count,
            owed_count=found.owed_count,
            owed=[_payment(row) for row in found.owed],
            orphans=[_payment(row) for row in found.orphans],
            unbooked=[
                UnbookedItemShape(**{name: row[name] for name in UnbookedItemShape.model_fields})
                for row in found.unbooked
            ],
            unexplained=[_payment(row) for row in found.unexplained],
        )
    )


def _payment(row: Any) -> PaymentShape:
    return PaymentShape(**{name: row[name] for name in PaymentShape.model_fields})
