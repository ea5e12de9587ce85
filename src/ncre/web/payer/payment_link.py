"""The link by which somebody else pays: signed, short, good for one amount of one registration and for two hours.

It holds no name and opens no account. When the fee, the site or the subjects change, or the time is over, it is as
good as none.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from flask import current_app

from ncre.projections.rows import RegistrationRow
from ncre.web.shared.auth import container
from ncre.web.shared.registration_view import Case, with_rules

LIVES: Final = timedelta(hours=2)

_ID, _TIME, _MAC = 16, 4, 16
"""Bytes of the registration's id, of the moment it ends (seconds since 1970), and of the signature."""


@dataclass(frozen=True)
class PaymentLink:
    token: str
    expires: datetime


class LinkOver(Exception):
    """The link is none of ours, is over, or was made for something else than what is to be paid now."""


def link_of(case: Case, now: datetime) -> PaymentLink:
    """A link to pay what the case costs now; it ends with the time to pay at the latest."""
    expires = min(now + LIVES, case.deadline)
    said = case.id.bytes + int(expires.timestamp()).to_bytes(_TIME)
    token = urlsafe_b64encode(said + _signature(said, case.row)).decode().rstrip("=")
    return PaymentLink(token, expires)


def case_of(token: str) -> Case:
    """The case that a link may pay for. Raises LinkOver."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (NotBase64, ValueError):
        raise LinkOver from None
    if len(raw) != _ID + _TIME + _MAC:
        raise LinkOver
    said, signature = raw[: _ID + _TIME], raw[_ID + _TIME :]
    row = container().queries.cases.row(UUID(bytes=said[:_ID]))
    if row is None or not hmac.compare_digest(signature.hex().encode(), _signature(said, row).hex().encode()):
        raise LinkOver
    if container().clock() >= datetime.fromtimestamp(int.from_bytes(said[_ID:]), UTC):
        raise LinkOver
    return with_rules(row)


def _signature(said: bytes, row: RegistrationRow) -> bytes:
    """Over the registration, the end, and what is to be paid: another order makes another signature."""
    about = f"|{row['order_version']}|{row['amount']}|{row['account']}".encode()
    key = hmac.new(current_app.config["SECRET_KEY"].encode(), b"payment link", sha256).digest()
    return hmac.new(key, said + about, sha256).digest()[:_MAC]
