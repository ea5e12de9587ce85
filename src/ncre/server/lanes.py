"""Lanes of requests, each with threads of its own, so that a crowd in one lane never holds up another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Protocol

log = logging.getLogger("ncre.server")

QUIET_SECONDS: Final = 10.0
"""After so long without turning anybody away a lane counts as recovered."""

WEIGHT: Final = 0.05
"""Of the newest turn in the pace of a lane: it follows about twenty turns."""


Gone = Callable[[], asyncio.Future[None]]
"""What is done once a client is gone; asked for where somebody has to wait, and not before."""


class LaneFull(Exception):
    """No thread came free in time, or too many wait already."""


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


@dataclass(frozen=True)
class LaneTerms:
    """A lane: how many of its requests are at work at once, and for how long others may wait for that.

    seconds   nobody waits longer; and where so many wait that it would take longer, newcomers are told at once
    waiting   no more may wait, however quick the lane is
    """

    name: str
    threads: int
    seconds: float = 3.0
    waiting: int = 1000


class LaneWatch(Protocol):
    """Is told how many wait in a lane, and of each request that is turned away."""

    def waiting(self, lane: str, requests: int) -> None: ...
    def turned_away(self, lane: str) -> None: ...


class Lane:
    """Requests enter in the order in which they came. Belongs to one event loop."""

    def __init__(
        self, terms: LaneTerms, quiet_seconds: float = QUIET_SECONDS, watch: LaneWatch | None = None
    ) -> None:
        self.terms = terms
        self._watch = watch
        self.threads = ThreadPoolExecutor(terms.threads, thread_name_prefix=f"ncre-{terms.name}")
        self._free = terms.threads
        self._queue: dict[asyncio.Future[None], None] = {}
        self._pace = LanePace()
        self._saturation = Saturation(terms, quiet_seconds)

    @property
    def waiting(self) -> int:
        """Requests that wait for a thread now."""
        return len(self._queue)

    async def enter(self, gone: Gone) -> None:
        """Wait for a thread, which `leave` gives back. Raises LaneFull, or ClientGone once who waits is `gone`."""
        if self._free:
            self._free -= 1
        else:
            self.refuse_if_full()
            await self._wait(gone)
        self._saturation.served()

    def leave(self) -> None:
        """The thread goes to whoever waits longest."""
        self._pace.passed(asyncio.get_running_loop().time(), bool(self._queue))
        for turn in self._queue:
            del self._queue[turn]
            self._tell()
            turn.set_result(None)
            return
        self._free += 1

    def refuse_if_full(self) -> None:
        """Raises LaneFull where no more may wait."""
        if not self._free and self.waiting >= self._most_waiting:
            raise self.full()

    @property
    def _most_waiting(self) -> int:
        """So many as get their turn in time, as quick as the lane is now; at least one for each thread."""
        if self._pace.seconds * self.terms.waiting <= self.terms.seconds:
            return self.terms.waiting
        return max(self.terms.threads, int(self.terms.seconds / self._pace.seconds))

    def full(self) -> LaneFull:
        """What to raise for one request that is turned away; it is counted."""
        self._saturation.turned_away(self.waiting)
        if self._watch is not None:
            self._watch.turned_away(self.terms.name)
        return LaneFull(self.terms.name)

    def close(self) -> None:
        self._saturation.close()
        self.threads.shutdown(wait=False)

    async def _wait(self, watched: Gone) -> None:
        gone = watched()
        turn = asyncio.get_running_loop().create_future()
        self._queue[turn] = None
        self._tell()
        try:
            await asyncio.wait({turn, gone}, timeout=self.terms.seconds, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._give_up(turn)
            raise
        if gone.done():
            self._give_up(turn)
            raise ClientGone
        if not turn.done():
            self._give_up(turn)
            raise self.full()

    def _give_up(self, turn: asyncio.Future[None]) -> None:
        if turn.done():
            self.leave()
        else:
            del self._queue[turn]
            self._tell()

    def _tell(self) -> None:
        if self._watch is not None:
            self._watch.waiting(self.terms.name, self.waiting)


class LanePace:
    """Seconds from one turn to the next while requests wait, as of late."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._turns = 0
        self._last: float | None = None

    def passed(self, now: float, others_wait: bool) -> None:
        """One turn ended; the time counts only from one turn to the next, not while nobody waited."""
        if self._last is not None:
            self._turns += 1
            self.seconds += max(1 / self._turns, WEIGHT) * (now - self._last - self.seconds)
        self._last = now if others_wait else None


class Saturation:
    """Tells the log once that a lane is full and once that it has room again, with what happened between."""

    def __init__(self, terms: LaneTerms, quiet_seconds: float) -> None:
        self._terms = terms
        self._quiet_seconds = quiet_seconds
        self._since: float | None = None
        self._last = 0.0
        self._refused = self._served = 0
        self._check: asyncio.TimerHandle | None = None

    def served(self) -> None:
        self._served += 1

    def turned_away(self, waiting: int) -> None:
        loop = asyncio.get_running_loop()
        self._last = loop.time()
        if self._since is None:
            self._since, self._refused, self._served = self._last, 0, 0
            self._check = loop.call_later(self._quiet_seconds, self._look)
            log.warning(
                "lane %s is full: %d at work, %d waiting; further requests get 503 until there is room",
                self._terms.name,
                self._terms.threads,
                waiting,
            )
        self._refused += 1

    def close(self) -> None:
        if self._check is not None:
            self._check.cancel()

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        still = self._last + self._quiet_seconds - loop.time()
        if still > 0:
            self._check = loop.call_later(still, self._look)
            return
        assert self._since is not None
        log.warning(
            "lane %s has room again: for %.0f seconds it was full at times, %d served, %d turned away with 503",
            self._terms.name,
            self._last - self._since,
            self._served,
            self._refused,
        )
        self._since = self._check = None
