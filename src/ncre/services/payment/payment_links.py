"""The link by which somebody else pays: signed, short, good for one amount of one registration and for two hours.

It holds no name and opens no account. When the fee, the site or the subjects change, or the time is over, it is as
good as none.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from ncre.projections.rows import RegistrationRow
from ncre.services.registration.case import Case
from ncre.services.registration.queries import CaseQueries

LIVES: Final = timedelta(hours=2)

_ID, _TIME, _MAC = 16, 4, 16
"""Bytes of the registration's id, of the moment it ends (seconds since 1970), and of the signature."""


@dataclass(frozen=True)
class PaymentLink:
    """The secret part of its address, and when it ends."""

    token: str
    expires: datetime


class LinkOver(Exception):
    """The link is none of ours, is over, or was made for something else than what is to be paid now."""


class PaymentLinks:
    """Made and read with a key that follows from `secret`, the key of sessions."""

    def __init__(self, queries: CaseQueries, clock: Callable[[], datetime], secret: str) -> None:
        self._queries = queries
        self._clock = clock
        self._key = hmac.new(secret.encode(), b"payment link", sha256).digest()

    def link_of(self, case: Case, now: datetime) -> PaymentLink:
        """A link to pay what the case costs now; it ends with the time to pay at the latest."""
        expires = min(now + LIVES, case.deadline)
        said = case.id.bytes + int(expires.timestamp()).to_bytes(_TIME)
        token = urlsafe_b64encode(said + self._signature(said, case.row)).decode().rstrip("=")
        return PaymentLink(token, expires)

    def case_of(self, token: str) -> Case:
        """The case that a link may pay for. Raises LinkOver."""
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (NotBase64, ValueError):
            raise LinkOver from None
        if len(raw) != _ID + _TIME + _MAC:
            raise LinkOver
        said, signature = raw[: _ID + _TIME], raw[_ID + _TIME :]
        row = self._queries.row(UUID(bytes=said[:_ID]))
        if row is None or not hmac.compare_digest(bytes(signature), bytes(self._signature(said, row))):
            raise LinkOver
        if self._clock() >= datetime.fromtimestamp(int.from_bytes(said[_ID:]), UTC):
            raise LinkOver
        case = self._queries.with_rules(row)
        if case is None:
            raise LinkOver
        return case

    def _signature(self, said: bytes, row: RegistrationRow) -> bytes:
        """Over the registration, the end, and what is to be paid: another order makes another signature."""
        about = f"|{row['order_version']}|{row['amount']}|{row['account']}".encode()
        return hmac.new(self._key, said + about, sha256).digest()[:_MAC]
