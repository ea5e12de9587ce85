"""What a browser carries in its one cookie: a ticket while it waits, a pass once it was let in. Both are signed."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from secrets import token_hex
from typing import Final

TICKET: Final = "t"
PASS: Final = "p"

TICKET_LIVES_MS: Final = 6 * 3_600_000
PASS_LIVES_MS: Final = 15 * 60_000
"""Since it was last written; a visitor who goes on gets a new one."""

PASS_ENDS_MS: Final = 2 * 3_600_000
"""Since its owner was let in. Who signed in by then needs none any more."""

SKEW_MS: Final = 5 * 60_000
"""By as much the clocks of the machines of one installation may differ."""

_WRITTEN: Final = re.compile(r"([tp])\.(\d{13})\.(\d{13})\.([0-9a-f]{32})\.([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True)
class Carried:
    """`since`: when its owner came, or was let in; `at`: when it was written. Milliseconds since 1970."""

    kind: str
    since: int
    at: int
    nonce: str

    def lives(self, now: int) -> bool:
        """Written by a clock that stood later, it is over, not young."""
        if self.at > now + SKEW_MS:
            return False
        if self.kind == TICKET:
            return now - self.at < TICKET_LIVES_MS
        return now - self.at < PASS_LIVES_MS and now - self.since < PASS_ENDS_MS


def ticket(since: int, now: int) -> Carried:
    return Carried(TICKET, since, now, token_hex(16))


def pass_of(now: int) -> Carried:
    return Carried(PASS, now, now, token_hex(16))


class TicketSigner:
    """Writes and reads with a key that all processes share."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, carried: Carried) -> str:
        text = f"{carried.kind}.{carried.since:013}.{carried.at:013}.{carried.nonce}"
        return f"{text}.{self._signature(text)}"

    def read(self, written: str, now: int) -> Carried | None:
        """What it says; None for what we did not write, and for what is over."""
        found = _WRITTEN.fullmatch(written)
        if found is None:
            return None
        text = written.rpartition(".")[0]
        if not hmac.compare_digest(found[5].encode(), self._signature(text).encode()):
            return None
        carried = Carried(found[1], int(found[2]), int(found[3]), found[4])
        return carried if carried.lives(now) else None

    def _signature(self, text: str) -> str:
        return hmac.digest(self._key, b"queue\0" + text.encode(), "sha256").hex()
