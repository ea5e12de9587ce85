"""How often an integration may ask: so many calls in each minute of the clock, counted in this process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final
from uuid import UUID

CALLS_A_MINUTE: Final = 600


@dataclass(frozen=True)
class Counted:
    """`left` calls of this minute, which ends in `seconds`; `over`: this call was one too many."""

    most: int
    left: int
    seconds: int
    over: bool


class CallLimit:
    """Thread-safe."""

    def __init__(self, most: int = CALLS_A_MINUTE) -> None:
        self.most = most
        self._minute = 0
        self._calls: dict[UUID, int] = {}
        self._lock = Lock()

    def count(self, caller: UUID, now: datetime) -> Counted:
        """This call, and what is left after it."""
        minute, second = divmod(int(now.timestamp()), 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._calls = minute, {}
            calls = self._calls[caller] = self._calls.get(caller, 0) + 1
        return Counted(self.most, max(0, self.most - calls), 60 - second, calls > self.most)
