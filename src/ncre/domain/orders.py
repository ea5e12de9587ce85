"""A payment order as decisions see it, and what follows from news about it.

An order never argues with money: whatever comes for it is received, in every state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from ncre.domain.payment import refund_number
from ncre.events import payment as facts
from ncre.events.base import Fact

GRACE: Final = 600
"""Seconds after the end of an order before silence counts as unpaid (payment facts §2.2 rule 6)."""

_NOBODY: Final = UUID(int=0)


class OrderState(StrEnum):
    """OPEN and REPLACED orders may still be paid at the channel."""

    NONE = "none"
    OPEN = "open"
    REPLACED = "replaced"
    CLOSED = "closed"
    PAID = "paid"


@dataclass(frozen=True)
class Refunding:
    """Money on its way back: of which trade, how much (fen), and what the channel last said against it."""

    trade: str
    amount: int
    code: str = ""
    done: bool = False


@dataclass(frozen=True)
class PaymentOrder:
    """State for deciding. `received` are trades with their fen, `refunds` by their request number."""

    number: str
    version: int = 0
    state: OrderState = OrderState.NONE
    registration: UUID = _NOBODY
    round: str = ""
    site: str = ""
    channel: str = ""
    fixed: int = 0
    amount: int = 0
    expires: datetime | None = None
    received: Mapping[str, int] = field(default_factory=dict)
    refunds: Mapping[str, Refunding] = field(default_factory=dict)
    unexplained: frozenset[str] = frozenset()

    @property
    def payable(self) -> bool:
        return self.state in (OrderState.OPEN, OrderState.REPLACED)


def replay_order(number: str, history: Iterable[Fact]) -> PaymentOrder:
    order = PaymentOrder(number)
    for fact in history:
        order = replace(_after(order, fact), version=order.version + 1)
    return order


def _after(order: PaymentOrder, fact: Fact) -> PaymentOrder:
    match fact:
        case facts.OrderOpened():
            return replace(
                order,
                state=OrderState.OPEN,
                registration=fact.registration,
                round=fact.round,
                site=fact.site,
                channel=fact.channel,
                fixed=fact.fixed,
                amount=fact.amount,
                expires=fact.expires,
            )
        case facts.OrderReplaced():
            return replace(order, state=OrderState.REPLACED)
        case facts.OrderClosed():
            return replace(order, state=OrderState.CLOSED)
        case facts.PaymentReceived():
            received = {**order.received, fact.trade: fact.amount}
            return replace(order, state=OrderState.PAID, received=received)
        case facts.RefundRequested():
            return _refunding(order, fact.request, Refunding(fact.trade, fact.amount))
        case facts.RefundPutOff():
            return _refunding(order, fact.request, replace(order.refunds[fact.request], code=fact.code))
        case facts.RefundConfirmed():
            return _refunding(order, fact.request, replace(order.refunds[fact.request], done=True))
        case facts.RefundUnexplained():
            return replace(order, unexplained=order.unexplained | {fact.reference})
        case _:
            return order


def _refunding(order: PaymentOrder, request: str, refund: Refunding) -> PaymentOrder:
    return replace(order, refunds={**order.refunds, request: refund})


def receive(order: PaymentOrder, trade: str, amount: int, paid_at: datetime, source: str) -> list[Fact]:
    """Money came; nothing where it is known already."""
    if knows(order, trade):
        return []
    return [
        facts.PaymentReceived(
            order=order.number,
            registration=order.registration,
            round=order.round,
            site=order.site,
            channel=order.channel,
            trade=trade,
            amount=amount,
            paid_at=paid_at,
            source=source,
        )
    ]


def knows(order: PaymentOrder, trade: str) -> bool:
    return trade in order.received


def owe(order: PaymentOrder, trade: str, amount: int, reason: str) -> list[Fact]:
    """The money of a trade is to go back; asked for once."""
    request = refund_number(order.channel, trade)
    if request in order.refunds:
        return []
    about = (order.number, order.registration, order.channel, trade, request)
    return [facts.RefundRequested(*about, amount, reason)]


def put_off(order: PaymentOrder, request: str, code: str) -> list[Fact]:
    """The channel refused the refund for now; said once a reason, not at every try."""
    refund = order.refunds[request]
    if refund.done or refund.code == code:
        return []
    return [facts.RefundPutOff(order.number, order.registration, order.channel, refund.trade, request, code)]


def went_back(
    order: PaymentOrder, trade: str, reference: str, amount: int, at: datetime, source: str
) -> list[Fact]:
    """Money went back: what we asked for, or something that nobody here asked for."""
    refund = order.refunds.get(reference)
    about = (order.number, order.registration, order.channel, trade, reference, amount, at, source)
    if refund is not None:
        return [] if refund.done else [facts.RefundConfirmed(*about)]
    return [] if reference in order.unexplained else [facts.RefundUnexplained(*about)]


def give_up(order: PaymentOrder) -> list[Fact]:
    """We want it paid no more."""
    if order.state is not OrderState.OPEN:
        return []
    return [facts.OrderReplaced(order.number, order.registration)]


def close(order: PaymentOrder, *, expired: bool) -> list[Fact]:
    """It can be paid no more."""
    return [facts.OrderClosed(order.number, order.registration, expired)] if order.payable else []
