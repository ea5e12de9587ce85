"""What the codes on the papers say, signed with Ed25519: who has the public key can tell a genuine one.

No name and no document number is in them. A whole signature takes 103 characters; in return a door
needs neither a secret nor a network (pages and printing facts §2.5).
"""

from __future__ import annotations

import re
from base64 import b32decode, b32encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORM: Final = "R2"
TICKET: Final = "T2"
"""What is stamped, and in which shape; another shape gets another number.

Shape 2 is written in capitals and Base32 (RFC 4648), so that Caps Lock, a scanner set to one case or a keyboard
without Shift cannot change it; QR has a denser mode for these letters (alphanumeric, ISO/IEC 18004). Papers of
shape 1 were printed with Base64 and stay valid.
"""

_SEATS: Final = r"(?P<seats>(?:\.\d{2}-\d{4}-\d{2}-\d{1,3}){0,9})"
_SHAPE_2: Final = re.compile(
    r"(?P<said>(?P<kind>[RT]2)\.(?P<number>\d{14})"
    + _SEATS
    + r"\.V(?P<version>\d{1,6})\.(?P<digest>[0-9A-F]{16}))"
    r"\.(?P<signature>[A-Z2-7]{103})",
    re.ASCII,
)
_SHAPE_1: Final = re.compile(
    r"(?P<said>(?P<kind>[RT]1)\.(?P<number>\d{14})"
    + _SEATS
    + r"\.v(?P<version>\d{1,6})\.(?P<digest>[0-9a-f]{16}))"
    r"\.(?P<signature>[\w-]{86})",
    re.ASCII,
)
_SHAPE_1_IN_ANY_CASE: Final = re.compile(_SHAPE_1.pattern, re.ASCII | re.IGNORECASE)


class TokenUnreadable(ValueError):
    """The text is not a code of these papers at all."""


class CaseLost(TokenUnreadable):
    """A code of shape 1 whose capitals and small letters cannot be told apart any more (Caps Lock)."""


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
        said = ".".join(filter(None, (self.kind, self.number, seats, f"v{self.version}", self.digest)))
        return said.upper() if self.kind in (FORM, TICKET) else said

    @property
    def is_ticket(self) -> bool:
        return self.kind.startswith("T")


class TicketKey:
    """Signs stamps. The same stamp always gives the same code (RFC 8032 signatures are deterministic)."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> str:
        """The public key, 64 hex digits."""
        return self._key.public_key().public_bytes_raw().hex()

    def signed(self, stamp: TicketToken) -> str:
        signature = self._key.sign(str(stamp).encode())
        return f"{stamp}.{_in_base32(signature) if stamp.kind in (FORM, TICKET) else _text(signature)}"

    def signature(self, document: bytes) -> str:
        """Of anything else that leaves the service to be trusted elsewhere, such as a door's list."""
        return _text(self._key.sign(b"document\n" + document))


def read_ticket_token(code: str, public: str) -> TicketToken:
    """The stamp in a code that was scanned or typed. Raises Unreadable, CaseLost or Forged."""
    text = code.strip()
    if found := _SHAPE_2.fullmatch(text.upper()):
        return _checked(found, _from_base32(found["signature"]), public)
    # Under Caps Lock capitals come as small letters and small ones as capitals.
    if found := _SHAPE_1.fullmatch(text) or _SHAPE_1.fullmatch(text.swapcase()):
        return _checked(found, _from_text(found["signature"]), public)
    raise CaseLost(code) if _SHAPE_1_IN_ANY_CASE.fullmatch(text) else TokenUnreadable(code)


def _checked(found: re.Match[str], signature: bytes, public: str) -> TicketToken:
    if not _genuine(public, signature, found["said"].encode()):
        raise Forged(found[0])
    seats = tuple(_seat(one) for one in found["seats"].split(".") if one)
    return TicketToken(found["kind"], found["number"], int(found["version"]), found["digest"].lower(), seats)


def is_genuine(document: bytes, signature: str, public: str) -> bool:
    """Whether `TicketKey.signature` of the key pair gave this signature for the document."""
    try:
        return _genuine(public, _from_text(signature), b"document\n" + document)
    except ValueError:
        return False


def _genuine(public: str, signature: bytes, said: bytes) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(signature, said)
    except (InvalidSignature, ValueError):
        return False
    return True


def _seat(text: str) -> TokenSeat:
    subject, hall, seat, batch = text.split("-")
    return TokenSeat(subject, int(hall), int(seat), int(batch))


def _text(signature: bytes) -> str:
    return urlsafe_b64encode(signature).rstrip(b"=").decode("ascii")


def _from_text(signature: str) -> bytes:
    return urlsafe_b64decode(signature + "==")


def _in_base32(signature: bytes) -> str:
    return b32encode(signature).rstrip(b"=").decode("ascii")


def _from_base32(signature: str) -> bytes:
    return b32decode(signature + "=" * (-len(signature) % 8))
