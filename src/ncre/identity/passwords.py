"""Passwords: what is refused, and how they are kept (payment and identity facts §7.3).

Length counts, composition does not; long ones and any characters are welcome, pasting too.
"""

from __future__ import annotations

import unicodedata
from base64 import b64encode
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from importlib.resources import files
from secrets import token_bytes
from typing import Final

from argon2 import Parameters, PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from ncre.store.fair_lock import FairLock

LEAST: Final = 8
"""Characters. A documented deviation from the 15 of SP 800-63B-4 for a sole factor; staff have a second one."""

MOST: Final = 1024
AT_ONCE: Final = 4
"""Hashes that may be computed at the same time, others in the order in which they came: each takes 19 MiB, and the opening minute brings everybody."""

PROFILE: Final = Parameters(
    type=Type.ID, version=19, salt_len=16, hash_len=32, time_cost=2, memory_cost=19456, parallelism=1
)
"""argon2id at the OWASP profile; the memory is in KiB. Tests compute with less, and hold this one in `test_passwords`."""

_SHORTEST_OWN: Final = 4
"""Characters of a name or number from which on a password that is hardly more than it is refused."""


class Weakness(StrEnum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    OWN = "own"


def weakness(password: str, own: Iterable[str] = ()) -> Weakness | None:
    """Why this password is refused, or None. `own` are names, addresses and numbers of whoever chooses it."""
    text = normal(password)
    if len(text) < LEAST:
        return Weakness.SHORT
    if len(text) > MOST:
        return Weakness.LONG
    folded = text.casefold()
    if folded in _common() or len(set(folded)) <= 2:
        return Weakness.COMMON
    for one in own:
        known = normal(one).casefold().partition("@")[0]
        if len(known) >= _SHORTEST_OWN and known in folded and len(folded) < len(known) + LEAST:
            return Weakness.OWN
    return None


def normal(password: str) -> str:
    """One spelling of a password, whatever keyboard typed it."""
    return unicodedata.normalize("NFKC", password)


class Passwords:
    """argon2id at `PROFILE`. Thread-safe."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher.from_parameters(PROFILE)
        self._turn = FairLock(AT_ONCE)
        self._nobody = _of_nobody(PROFILE)

    def hash(self, password: str) -> str:
        with self._turn:
            return self._hasher.hash(normal(password))

    def right(self, kept: str | None, password: str) -> bool:
        """Whether it is the password; takes as long where there is none (None or "") to compare with."""
        with self._turn:
            try:
                self._hasher.verify(kept or self._nobody, normal(password)[: MOST + 1])
            except (VerifyMismatchError, InvalidHashError):
                return False
        return bool(kept)

    def outdated(self, kept: str) -> bool:
        """Whether it was hashed with another profile than today's."""
        return self._hasher.check_needs_rehash(kept)


def _of_nobody(profile: Parameters) -> str:
    """A hash at this profile that belongs to no password: drawn, not computed, and as slow to compare with as any."""
    drawn = (
        b64encode(token_bytes(size)).decode().rstrip("=") for size in (profile.salt_len, profile.hash_len)
    )
    cost = f"m={profile.memory_cost},t={profile.time_cost},p={profile.parallelism}"
    return f"$argon2id$v={profile.version}${cost}${'$'.join(drawn)}"


@cache
def _common() -> frozenset[str]:
    """Passwords that everybody tries first."""
    text = files("ncre.identity").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and line[0] != "#")
