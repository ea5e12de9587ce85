"""How often an integration may ask: so many calls in each minute of the clock, over all processes together.

A process takes calls from the count that all share a few at a time, ever fewer as the minute's calls run out, so that
few calls write and never more are let through than one process would. Once they have run out, calls cost nothing more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final
from uuid import UUID

from ncre.store.outages import DatabaseFailure

log = logging.getLogger("ncre.api")

CALLS_A_MINUTE: Final = 600

TOGETHER: Final = 8
"""Calls that a process takes at once at the most: as many may be left over in each when the minute ends."""

SHARE: Final = 16
"""And never more than this part of what is left."""

Take = Callable[[UUID, int, int], int]


@dataclass(frozen=True)
class Counted:
    """`left` calls of this minute, which ends in `seconds`; `over`: this call was one too many."""

    most: int
    left: int
    seconds: int
    over: bool


@dataclass
class _Share:
    """What this process holds of a minute, and what is left for all."""

    minute: int
    left: int
    held: int = 0
    over: bool = False
    lock: Lock = field(default_factory=Lock)


class CallLimit:
    """Thread-safe. `take` takes calls of a minute from the count that all processes share."""

    def __init__(self, take: Take, most: int = CALLS_A_MINUTE) -> None:
        self.most = most
        self._take = take
        self._shares: dict[UUID, _Share] = {}
        self._lock = Lock()

    def count(self, caller: UUID, now: datetime) -> Counted:
        """This call, and what is left after it."""
        minute, second = divmod(int(now.timestamp()), 60)
        share = self._share(caller, minute)
        with share.lock:
            if not share.held and not share.over:
                self._fill(caller, share)
            over = not share.held
            share.held -= 0 if over else 1
            left = share.left + share.held
        return Counted(self.most, left, 60 - second, over)

    def _share(self, caller: UUID, minute: int) -> _Share:
        with self._lock:
            share = self._shares.get(caller)
            if share is None or share.minute != minute:
                share = self._shares[caller] = _Share(minute, self.most)
            return share

    def _fill(self, caller: UUID, share: _Share) -> None:
        """Without the database this process counts alone."""
        wanted = max(1, min(TOGETHER, share.left // SHARE))
        try:
            taken = self._take(caller, share.minute, wanted)
        except DatabaseFailure:
            log.warning(
                "the calls of %s are counted in this process alone: the database gives no answer", caller
            )
            taken = self.most - share.left + wanted
        share.held = max(0, wanted - max(0, taken - self.most))
        share.left = max(0, self.most - taken)
        share.over = not share.held
