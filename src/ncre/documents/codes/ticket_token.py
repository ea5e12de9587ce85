"""What the codes on the papers say, signed with Ed25519: who has the public key can tell a genuine one.

No name and no document number is in them. A whole signature takes 86 characters; in return a door
needs neither a secret nor a network (pages and printing facts §2.5).
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORM: Final = "R1"
TICKET: Final = "T1"
"""What is stamped, and in which shape; another shape gets another number."""

_SHAPE: Final = re.compile(
    r"(?P<said>(?P<kind>[RT]1)\.(?P<number>\d{14})(?P<seats>(?:\.\d{2}-\d{4}-\d{2}-\d{1,3}){0,9})"
    r"\.v(?P<version>\d{1,6})\.(?P<digest>[0-9a-f]{16}))\.(?P<signature>[\w-]{86})",
    re.ASCII,
)


class Unreadable(ValueError):
    """The text is not a code of these papers at all."""


class Forged(ValueError):
    """The text looks like a code of these papers, and its signature is not ours."""


@dataclass(frozen=True, slots=True)
class TokenSeat:
    """A subject with its hall, seat and batch."""

    subject: str
    hall: int
    seat: int
    batch: int

    def __str__(self) -> str:
        return f"{self.subject:0>2}-{self.hall:04}-{self.seat:02}-{self.batch}"


@dataclass(frozen=True, slots=True)
class TicketToken:
    """Which paper of which registration at which version, and the digest of what it says."""

    kind: str
    number: str
    version: int
    digest: str
    seats: tuple[TokenSeat, ...] = ()

    def __str__(self) -> str:
        seats = ".".join(map(str, self.seats))
        return ".".join(filter(None, (self.kind, self.number, seats, f"v{self.version}", self.digest)))


class TicketKey:
    """Signs stamps. The same stamp always gives the same code (RFC 8032 signatures are deterministic)."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> str:
        """The public key, 64 hex digits."""
        return self._key.public_key().public_bytes_raw().hex()

    def signed(self, stamp: TicketToken) -> str:
        return f"{stamp}.{_text(self._key.sign(str(stamp).encode()))}"

    def signature(self, document: bytes) -> str:
        """Of anything else that leaves the service to be trusted elsewhere, such as a door's list."""
        return _text(self._key.sign(b"document\n" + document))


def read(code: str, public: str) -> TicketToken:
    """The stamp in a code that was scanned or typed. Raises Unreadable or Forged."""
    found = _SHAPE.fullmatch(code.strip())
    if found is None:
        raise Unreadable(code)
    if not _genuine(public, found["signature"], found["said"].encode()):
        raise Forged(code)
    seats = tuple(_seat(one) for one in found["seats"].split(".") if one)
    return TicketToken(found["kind"], found["number"], int(found["version"]), found["digest"], seats)


def is_genuine(document: bytes, signature: str, public: str) -> bool:
    """Whether `StampKey.signature` of the key pair gave this signature for the document."""
    return _genuine(public, signature, b"document\n" + document)


def _genuine(public: str, signature: str, said: bytes) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(urlsafe_b64decode(signature + "=="), said)
    except (InvalidSignature, ValueError):
        return False
    return True


def _seat(text: str) -> TokenSeat:
    subject, hall, seat, batch = text.split("-")
    return TokenSeat(subject, int(hall), int(seat), int(batch))


def _text(signature: bytes) -> str:
    return urlsafe_b64encode(signature).rstrip(b"=").decode("ascii")
