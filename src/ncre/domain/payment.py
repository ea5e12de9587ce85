"""What is owed for a registration, under which order, and whether money that came can be used."""

from __future__ import annotations

from base64 import b32encode
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from ncre.domain.lifecycle import SitePolicy as Policy
from ncre.domain.lifecycle import Status, Step, open_rows
from ncre.domain.registration import Registration
from ncre.events.registration import PaymentSettled


class Unusable(StrEnum):
    """Why money goes back to whoever paid it."""

    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    WRONG_AMOUNT = "wrong-amount"
    LATE = "late"
    NOT_PAYABLE = "not-payable"
    SEAT_GONE = "seat-gone"


_ORDER_PREFIX: Final = "N"


def order_number(registration: UUID, version: int) -> str:
    """The order under which a registration is paid, 27 characters of [0-9A-Z].

    Made from the registration and the version at which what is to be paid was fixed, so a second
    click finds the same order and a change of subjects makes a new one. The form fits Alipay,
    WeChat Pay and UnionPay (payment facts §2.2 rule 2).
    """
    digest = uuid5(registration, f"order:{version}").bytes
    return _ORDER_PREFIX + b32encode(digest).decode().rstrip("=")


def order_of(registration: Registration) -> str:
    return order_number(registration.id, registration.order_version)


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
    if not _was_payable(registration, policy):
        return Unusable.NOT_PAYABLE
    if order != order_of(registration):
        return Unusable.SUPERSEDED
    if amount != registration.amount:
        return Unusable.WRONG_AMOUNT
    if paid_at > (registration.pay_by or closes):
        return Unusable.LATE
    return None


def _was_payable(registration: Registration, policy: Policy | None) -> bool:
    """Money revives a lapsed registration only where it could have been paid for before it lapsed.

    Else one that lapsed without a photo, or before its review, would skip both.
    """
    if registration.status is Status.LAPSED and not payable(registration.lapsed_from, policy):
        return False
    return payable(registration.status, policy)
