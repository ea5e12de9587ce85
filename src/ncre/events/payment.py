"""Facts of payment: what happened to an order, to the money that came for it, and to a day's bill.

An order has a stream of its own. `order` is our number of it, `trade` the channel's number of the
payment, `request` ours of a refund. Money is in fen, moments are the channel's own where it names
them. What the money means for a registration stands in that registration's stream.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from ncre.events.base import Fact


@dataclass(frozen=True)
class OrderOpened(Fact):
    """Recorded before the payer is sent away. `fixed` is the version of the registration that set the amount."""

    TOPIC: ClassVar[str] = "payment.order_opened"
    order: str
    registration: UUID
    round: str
    site: str
    channel: str
    fixed: int
    amount: int
    expires: datetime


@dataclass(frozen=True)
class OrderReplaced(Fact):
    """We want this order paid no more; the channel has not said yet that it cannot be."""

    TOPIC: ClassVar[str] = "payment.order_replaced"
    order: str
    registration: UUID


@dataclass(frozen=True)
class OrderClosed(Fact):
    """The channel answered that it can be paid no more, or that nobody paid before it expired."""

    TOPIC: ClassVar[str] = "payment.order_closed"
    order: str
    registration: UUID
    expired: bool


@dataclass(frozen=True)
class PaymentReceived(Fact):
    """Money came. `source` is how we learned of it: a notice, our question, a bill, the counter."""

    TOPIC: ClassVar[str] = "payment.received"
    order: str
    registration: UUID
    round: str
    site: str
    channel: str
    trade: str
    amount: int
    paid_at: datetime
    source: str


@dataclass(frozen=True)
class RefundRequested(Fact):
    """The money of a trade is to go back, under one request number for good, for the reason named."""

    TOPIC: ClassVar[str] = "payment.refund_requested"
    order: str
    registration: UUID
    channel: str
    trade: str
    request: str
    amount: int
    reason: str


@dataclass(frozen=True)
class RefundPutOff(Fact):
    """The channel said no for now (its own `code`), as when our balance there is too low. It is asked again."""

    TOPIC: ClassVar[str] = "payment.refund_put_off"
    order: str
    registration: UUID
    channel: str
    trade: str
    request: str
    code: str


@dataclass(frozen=True)
class RefundConfirmed(Fact):
    """The channel confirmed that the money has gone back, at its own time."""

    TOPIC: ClassVar[str] = "payment.refund_confirmed"
    order: str
    registration: UUID
    channel: str
    trade: str
    request: str
    amount: int
    returned_at: datetime
    source: str


@dataclass(frozen=True)
class RefundUnexplained(Fact):
    """Money went back that we never asked to return, as by hand in the channel's own console."""

    TOPIC: ClassVar[str] = "payment.refund_unexplained"
    order: str
    registration: UUID
    channel: str
    trade: str
    reference: str
    amount: int
    returned_at: datetime
    source: str


@dataclass(frozen=True)
class OrphanReceived(Fact):
    """Money came for an order number that we do not know. It has a stream of its own; a person decides."""

    TOPIC: ClassVar[str] = "payment.orphan_received"
    order: str
    channel: str
    trade: str
    amount: int
    paid_at: datetime
    source: str


@dataclass(frozen=True)
class Difference:
    """Where a day's bill and our ledger disagree: `billed` and `booked` in fen, None where it is missing."""

    kind: str
    order: str
    trade: str
    reference: str
    billed: int | None
    booked: int | None


@dataclass(frozen=True)
class DayReconciled(Fact):
    """A day's bill of a channel was compared with our ledger. `day` is a date of Asia/Shanghai, YYYY-MM-DD."""

    TOPIC: ClassVar[str] = "payment.day_reconciled"
    channel: str
    day: str
    payments: int
    received: int
    refunds: int
    returned: int
    differences: tuple[Difference, ...]
