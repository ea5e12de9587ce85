"""The wall clock, watched beside one that only runs on: whoever sets it is noticed, in either direction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Final

log = logging.getLogger("ncre.clock")

JUMP: Final = timedelta(seconds=30)
"""More than clocks are slewed by, or machines stand still for, between two looks."""

HOLD: Final = timedelta(hours=1)
"""After a jump ahead, nothing that cannot be undone is done for being late: time to set a wrong clock right."""


class WatchedClock:
    """Thread-safe. Gives what the wall clock says, wrong or right; `steady` gives seconds that only grow."""

    def __init__(self, wall: Callable[[], datetime], steady: Callable[[], float] = monotonic) -> None:
        self._wall = wall
        self._steady = steady
        self._lock = Lock()
        self._last = wall(), steady()
        self._jumped_ahead_at: float | None = None

    def __call__(self) -> datetime:
        now, ticks = self._wall(), self._steady()
        with self._lock:
            before, ticked = self._last
            self._last = now, ticks
        jump = (now - before) - timedelta(seconds=ticks - ticked)
        if abs(jump) > JUMP:
            self._tell(jump, ticks)
        return now

    def trusted(self) -> bool:
        """Whether deadlines may be acted upon: no jump ahead in the last HOLD."""
        self()
        since = self._jumped_ahead_at
        return since is None or self._steady() - since > HOLD.total_seconds()

    def _tell(self, jump: timedelta, ticks: float) -> None:
        seconds = jump.total_seconds()
        if seconds > 0:
            self._jumped_ahead_at = ticks
            log.error(
                "the clock jumped %.0f s ahead; nothing lapses for %.0f s. Is it right?",
                seconds,
                HOLD.total_seconds(),
            )
        else:
            self._jumped_ahead_at = None  # nothing is late by a clock that went back
            log.error("the clock was set back by %.0f s; facts keep their order. Is it right?", -seconds)
