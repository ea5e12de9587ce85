"""A payment order as decisions see it: its state, and how each fact changes it.

An order never argues with money: whatever comes for it is received, in every state. Money for an order
that is not ours is folded the same way from a stream of its own, so that it can go back too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

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
    """Money on its way back: of which trade, how much (fen), and what the channel last said against it.

    `before` is what had gone back of the trade when it was asked for; `confirmed` says that the channel
    answered for this very request, `done` that it is settled, by that or by a refund in the console.
    """

    trade: str
    amount: int
    code: str = ""
    done: bool = False
    confirmed: bool = False
    before: int = 0


@dataclass(frozen=True)
class PaymentOrder:
    """State for deciding. `received` are trades with their fen, `refunds` by their request number.

    A channel tells what went back in two ways: one refund under its reference (`named`, by trade), and the
    sum of all refunds of a trade so far (`told`). Each may come first, twice or never.
    """

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
    named: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    told: Mapping[str, int] = field(default_factory=dict)

    def gone(self, trade: str) -> int:
        """Fen of a trade that have gone back: what was named, or the told sum where that is more."""
        return max(self.told.get(trade, 0), sum(self.named.get(trade, {}).values()))

    @property
    def payable(self) -> bool:
        """Whether the channel may still take money for it."""
        return self.state in (OrderState.OPEN, OrderState.REPLACED)


def replay_order(number: str, history: Iterable[Fact], channel: str = "") -> PaymentOrder:
    """The order after its history; `channel` is known beforehand for money that belongs to no order of ours."""
    order = PaymentOrder(number, channel=channel)
    for fact in history:
        order = evolve_order(order, fact)
    return order


def evolve_order(order: PaymentOrder, fact: Fact) -> PaymentOrder:
    """The order after one more fact of its stream. It never argues: what happened, happened."""
    return replace(_changed(order, fact), version=order.version + 1)


def _changed(order: PaymentOrder, fact: Fact) -> PaymentOrder:
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
        case facts.OrphanReceived():
            return replace(order, channel=fact.channel, received={fact.trade: fact.amount})
        case facts.PaymentReceived():
            received = {**order.received, fact.trade: fact.amount}
            return replace(order, state=OrderState.PAID, received=received)
        case facts.RefundRequested():
            refund = Refunding(fact.trade, fact.amount, before=order.gone(fact.trade))
            return _refunding(order, fact.request, refund)
        case facts.RefundPutOff():
            return _refunding(order, fact.request, replace(order.refunds[fact.request], code=fact.code))
        case facts.RefundConfirmed():
            refund = order.refunds[fact.request]
            confirmed = refund.confirmed or not fact.covered_by
            settled = _refunding(order, fact.request, replace(refund, done=True, confirmed=confirmed))
            return settled if fact.covered_by else _named(settled, fact.trade, fact.request, fact.amount)
        case facts.RefundUnexplained():
            return _named(order, fact.trade, fact.reference, fact.amount)
        case facts.RefundTotalTold():
            total = max(fact.total, order.told.get(fact.trade, 0))
            return replace(order, told={**order.told, fact.trade: total})
        case _:
            return order


def _refunding(order: PaymentOrder, request: str, refund: Refunding) -> PaymentOrder:
    return replace(order, refunds={**order.refunds, request: refund})


def _named(order: PaymentOrder, trade: str, reference: str, amount: int) -> PaymentOrder:
    by_reference = {**order.named.get(trade, {}), reference: amount}
    return replace(order, named={**order.named, trade: by_reference})
