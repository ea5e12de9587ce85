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
    """Recorded before the payer is sent away. `fixed` is the version of the registration that set the amount.

    `terms` is what the channel holds fixed under this number besides the amount (product, payer's network); ""
    where it holds nothing else fixed.
    """

    TOPIC: ClassVar[str] = "payment.order_opened"
    order: str
    registration: UUID
    round: str
    site: str
    channel: str
    fixed: int
    amount: int
    expires: datetime
    terms: str = ""


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
    """The money of a trade is to go back, under one request number for good, for the reason named.

    Money that belongs to no order of ours has the nil registration, and `note` says why the office sends it back.
    """

    TOPIC: ClassVar[str] = "payment.refund_requested"
    order: str
    registration: UUID
    channel: str
    trade: str
    request: str
    amount: int
    reason: str
    note: str = ""


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
    """The money that was to go back has gone, at the channel's own time.

    `covered_by` is the reference of a refund that somebody made in the channel's console and that settles this
    one; "" where the channel confirmed our own request.
    """

    TOPIC: ClassVar[str] = "payment.refund_confirmed"
    order: str
    registration: UUID
    channel: str
    trade: str
    request: str
    amount: int
    returned_at: datetime
    source: str
    covered_by: str = ""


@dataclass(frozen=True)
class RefundTotalTold(Fact):
    """The channel named the sum of all refunds of a trade so far (`total`), and it is more than we knew of."""

    TOPIC: ClassVar[str] = "payment.refund_total_told"
    order: str
    registration: UUID
    channel: str
    trade: str
    total: int
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
class ItemUnbooked(Fact):
    """A channel told something that has no place in the books; a person looks at it. One stream an item.

    `kind` is the channel's own word for it; `amount` keeps the channel's sign.
    """

    TOPIC: ClassVar[str] = "payment.item_unbooked"
    channel: str
    kind: str
    order: str
    trade: str
    reference: str
    amount: int
    at: datetime
    source: str


@dataclass(frozen=True)
class ItemResolved(Fact):
    """The exam office looked at an item that could not be booked; `note` says what it was."""

    TOPIC: ClassVar[str] = "payment.item_resolved"
    channel: str
    note: str


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
