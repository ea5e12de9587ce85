"""What is asked of a payment order, or told of it. Who asks is noted with the facts, as their act.

Amounts are in fen; `at` is when it happened at the channel, `source` how we came to know of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class OpenOrder:
    """Offer one payment of a registration's fee at a channel, until it `expires`."""

    registration: UUID
    round: str
    site: str
    channel: str
    fixed: int
    amount: int
    expires: datetime
    terms: str


@dataclass(frozen=True)
class ReceivePayment:
    """Money came for the order."""

    trade: str
    amount: int
    at: datetime
    source: str


@dataclass(frozen=True)
class ReceiveUnmatched:
    """Money came that belongs to no order of ours."""

    trade: str
    amount: int
    at: datetime
    source: str


@dataclass(frozen=True)
class RequestRefund:
    """The money of a trade is to go back, as far as it has not; asked for once.

    `at` and `source` stand with what had gone back already, before anybody asked for it.
    """

    trade: str
    amount: int
    reason: str
    at: datetime
    source: str
    note: str = ""


@dataclass(frozen=True)
class PutOffRefund:
    """The channel refused the refund for now, with its `code`."""

    request: str
    code: str


@dataclass(frozen=True)
class ConfirmRefund:
    """One refund was made: what we asked for, or something that nobody here asked for."""

    trade: str
    reference: str
    amount: int
    at: datetime
    source: str


@dataclass(frozen=True)
class TellRefundTotal:
    """The channel named the sum of all refunds of a trade, and perhaps the `reference` of the last."""

    trade: str
    reference: str
    total: int
    at: datetime
    source: str


@dataclass(frozen=True)
class ReplaceOrder:
    """It is wanted no more, though it may still be paid."""


@dataclass(frozen=True)
class CloseOrder:
    """It can be paid no more; `expired` where its time ended."""

    expired: bool


OrderCommand = (
    OpenOrder
    | ReceivePayment
    | ReceiveUnmatched
    | RequestRefund
    | PutOffRefund
    | ConfirmRefund
    | TellRefundTotal
    | ReplaceOrder
    | CloseOrder
)
