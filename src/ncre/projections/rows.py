"""The rows that pages and use cases read, with the type of every column: amounts are fen, moments UTC.

They are what the tables of the projections hold; `registrations.py`, `ledger.py`, `orders.py`, `tickets.py` and
`timeline.py` say what each column means, and `tests/projections/test_rows.py` holds the names and types to the columns.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict, TypeVar
from uuid import UUID


class SubjectFeeRow(TypedDict):
    """One chosen subject and its fee."""

    subject: str
    fee: int


class Settled(TypedDict):
    """The payment that settled a registration."""

    order: str
    channel: str
    trade: str
    amount: int


class RegistrationRow(TypedDict):
    """Where a registration stands (`registrations`)."""

    id: UUID
    version: int
    round: str
    account: UUID
    account_since: datetime
    sealed_for: UUID
    ordinal: int
    begun_in: str
    status: str
    suspended_from: str | None
    agreement: str
    agreed_at: datetime
    details_version: int | None
    person: str | None
    holder: str | None
    name_masked: str | None
    document_masked: str | None
    number: str | None
    site: str | None
    lines: list[SubjectFeeRow]
    amount: int
    submitted_at: datetime | None
    photo: dict[str, Any] | None
    requested_at: datetime | None
    rejections: int
    rejected_version: int | None
    reasons: list[str]
    approved_at: datetime | None
    pay_by: datetime | None
    order_version: int | None
    payment: Settled | None
    paid_at: datetime | None
    confirmed_at: datetime | None
    seated: int
    changed_at: datetime


class HoldingRow(TypedDict):
    """What of a registration is looked at where a whole site is (`registrations`)."""

    id: UUID
    number: str | None
    site: str | None
    status: str
    lines: list[SubjectFeeRow]
    payment: Settled | None


class SeatRow(TypedDict):
    """One assigned seat (`tickets`)."""

    registration: UUID
    subject: str
    ticket: str
    hall: int
    room: str
    seat: int
    batch: int
    starts_at: datetime
    ends_at: datetime


class OrderRow(TypedDict):
    """One order at a channel (`payment_orders`)."""

    number: str
    registration: UUID
    round: str
    site: str
    channel: str
    fixed: int
    amount: int
    expires: datetime
    state: str
    opened_at: datetime
    ended_at: datetime | None
    terms: str


class PaymentRow(TypedDict):
    """One payment that reached us (`payments`)."""

    channel: str
    trade: str
    order: str
    registration: UUID | None
    round: str
    site: str
    amount: int
    paid_at: datetime
    told_at: datetime
    source: str
    reason: str | None
    request: str | None
    trouble: str | None
    returned_at: datetime | None
    returned: int | None
    unexplained: int | None
    back: dict[str, int] | None
    told_total: int | None
    clerk: str | None
    handed_back_by: str | None
    note: str | None


class HistoryRow(TypedDict):
    """One fact in sentences (`timeline`)."""

    stream: UUID
    version: int
    about: UUID
    at: datetime
    actor: str
    role: str
    topic: str
    zh: str
    en: str


Value = TypeVar("Value")


def known(value: Value | None) -> Value:
    """What the status of a row promises, as the payment of a paid one. Raises LookupError where it is missing."""
    if value is None:
        raise LookupError("a row lacks what its status promises")
    return value
