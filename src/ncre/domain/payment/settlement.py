"""What is owed for a registration, under which order, and whether money that came can be used."""

from __future__ import annotations

import re
import unicodedata
from base64 import b32encode
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.holds import HOLDS
from ncre.domain.registration.lifecycle import STANDINGS
from ncre.domain.registration.machine import open_rows
from ncre.domain.registration.state import NAMESPACE, Registration
from ncre.domain.registration.vocabulary import SitePolicy as Policy
from ncre.domain.registration.vocabulary import Status, Step
from ncre.events.registration import PaymentSettled


class Unusable(StrEnum):
    """Why money goes back to whoever paid it."""

    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    WRONG_AMOUNT = "wrong-amount"
    LATE = "late"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    NOT_PAYABLE = "not-payable"
    SEAT_GONE = "seat-gone"
    BANNED = "banned"


class DifferenceKind(StrEnum):
    """What can be wrong between a bill and the ledger."""

    PAYMENT_ONLY_BILLED = "payment-only-billed"
    PAYMENT_ONLY_BOOKED = "payment-only-booked"
    PAYMENT_AMOUNT = "payment-amount"
    REFUND_ONLY_BILLED = "refund-only-billed"
    REFUND_ONLY_BOOKED = "refund-only-booked"
    REFUND_AMOUNT = "refund-amount"
    UNKNOWN_ORDER = "unknown-order"
    UNKNOWN_KIND = "unknown-kind"


_ORDERS: Final = uuid5(NAMESPACE, "orders")
_REFUNDS: Final = uuid5(NAMESPACE, "refunds")
_ORDER_PREFIX: Final = "N"
_BASE: Final = 27
_YUAN: Final = re.compile(r"([0-9]{1,7}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.([0-9]{1,2}))?")
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def order_base(registration: UUID, version: int) -> str:
    """What all orders for the same thing have in common, 27 characters of [0-9A-Z].

    Made from the registration and the version at which what is to be paid was fixed.
    """
    digest = uuid5(registration, f"order:{version}").bytes
    return _ORDER_PREFIX + b32encode(digest).decode().rstrip("=")


def order_number(registration: UUID, version: int, channel: str = "", turn: int = 0) -> str:
    """The number of the `turn`-th order for it at a channel, 30 characters of [0-9A-Z].

    A second click finds the same order; a change of subjects, another channel, or an order that was
    closed makes a new one. The form fits Alipay, WeChat Pay and UnionPay (payment facts §2.2 rule 2).
    Without a channel: the base alone.
    """
    base = order_base(registration, version)
    if not channel:
        return base
    return f"{base}{channel[0].upper()}{_DIGITS[turn // 36]}{_DIGITS[turn % 36]}"


def order_of(registration: Registration) -> str:
    """The base of every order that pays for the registration as it stands."""
    return order_base(registration.id, registration.order_version)


def pays_for(order: str, registration: Registration) -> bool:
    """Whether the order was opened for what the registration is now."""
    return order[:_BASE] == order_of(registration)


def refund_number(channel: str, trade: str) -> str:
    """The request number under which the money of a trade goes back: always the same, so it goes once."""
    digest = uuid5(_REFUNDS, f"{channel}:{trade}").bytes
    return "R" + b32encode(digest).decode().rstrip("=")


def order_stream(number: str) -> UUID:
    """The stream of an order."""
    return uuid5(_ORDERS, number)


def orphan_stream(channel: str, trade: str) -> UUID:
    """The stream of a payment for which there is no order."""
    return uuid5(_ORDERS, f"orphan:{channel}:{trade}")


def item_stream(channel: str, identity: str) -> UUID:
    """The stream of something that could not be booked; `identity` tells it from others of the channel."""
    return uuid5(_ORDERS, f"item:{channel}:{identity}")


def reconciliation_stream(channel: str, day: str) -> UUID:
    """The stream of the reconciliation of a channel's day, `2027-03-01`."""
    return uuid5(_ORDERS, f"reconciliation:{channel}:{day}")


def yuan(fen: int) -> str:
    """An amount in fen as it is written: 8000 -> 80.00, -50 -> -0.50."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02}"


def yuan_grouped(fen: int) -> str:
    """An amount in fen as people read it: 12345600 -> 123,456.00."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02}"


def fen_typed(text: str) -> int:
    """An amount in yuan as somebody types it, 160, 160.00 or 1,600.00, in fen. Raises Refusal where it is none."""
    found = _YUAN.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found:
        raise Refusal(RefusalCode.AMOUNT_UNREADABLE, typed=text[:20])
    return int(found[1].replace(",", "")) * 100 + int((found[2] or "0").ljust(2, "0"))


def asks_fee(status: Status, policy: Policy | None) -> bool:
    """Whether the candidate may go and pay in this status; a payment in time is taken in others too."""
    return STANDINGS[status].payable and payable(status, policy)


def payable(status: Status, policy: Policy | None) -> bool:
    """Whether a payment could settle a registration in this status."""
    return any(row.step is Step.SETTLE and row.fact is PaymentSettled for row in open_rows(status, policy))


def unusable(
    registration: Registration,
    policy: Policy | None,
    order: str,
    amount: int,
    paid_at: datetime,
    closes: datetime,
) -> Unusable | None:
    """Why this money cannot be used, or None. The channel's time of payment counts, not its arrival.

    `closes` is the end of the payment window, which holds where no clock of its own runs.
    """
    if registration.settled_trade:
        return Unusable.DUPLICATE
    if STANDINGS[registration.status].final:
        return Unusable.WITHDRAWN
    if not _was_payable(registration, policy):
        return Unusable.NOT_PAYABLE
    if not pays_for(order, registration):
        return Unusable.SUPERSEDED
    if amount != registration.amount:
        return Unusable.WRONG_AMOUNT
    if paid_at > (prolonged(registration, paid_at, closes) or closes):
        return Unusable.LATE
    return None


def prolonged(registration: Registration, now: datetime, closes: datetime) -> datetime | None:
    """Until when the registration may be paid: time that it has been suspended does not count.

    At most until the end of payment, and None where no clock of its own runs.
    """
    if registration.pay_by is None or registration.status not in HOLDS:
        return registration.pay_by
    assert registration.suspended_at is not None
    suspended = max(now - registration.suspended_at, timedelta())
    return max(registration.pay_by, min(registration.pay_by + suspended, closes))


def _was_payable(registration: Registration, policy: Policy | None) -> bool:
    """Money revives a lapsed registration only where it could have been paid for before it lapsed, and settles a

    suspended one only where it could before it was suspended. Else either would skip its photo and its review.
    """
    status = registration.status
    if status in HOLDS:
        return payable(registration.suspended_from, policy)
    if status is Status.LAPSED and not payable(registration.lapsed_from, policy):
        return False
    return payable(status, policy)
