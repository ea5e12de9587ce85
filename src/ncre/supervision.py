"""Work that is done again and again outlives whatever it meets: it is told once, and once that it is over."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic
from typing import Final

AGAIN: Final = 600.0
"""Seconds after which a failure that lasts is told again."""


class Troubles:
    """What does not work at present, by name. Not thread-safe: one for each loop. `clock` gives seconds that only grow."""

    def __init__(self, log: logging.Logger, clock: Callable[[], float] = monotonic) -> None:
        self._log = log
        self._clock = clock
        self._known: dict[str, tuple[str, float]] = {}

    @contextmanager
    def survived(self, what: str, but: tuple[type[Exception], ...] = ()) -> Iterator[None]:
        """Any failure of the block ends here, and is told unless it was told lately; those of `but` go on.

        `what` names the block.
        """
        try:
            yield
        except but:
            raise
        except Exception as error:
            self._met(what, error)
        else:
            if self._known.pop(what, None):
                self._log.warning("%s works again", what)

    @property
    def any(self) -> bool:
        return bool(self._known)

    def _met(self, what: str, error: Exception) -> None:
        said, now = f"{type(error).__name__}: {error}", self._clock()
        kind = f"{type(error).__name__}: {getattr(error, 'kind', error)}"
        before, at = self._known.get(what, ("", now))
        if kind != before or now - at >= AGAIN:
            self._known[what] = (kind, now)
            self._log.error("%s failed and will be tried again: %s", what, said, exc_info=error)


def repeat(act: Callable[[], object], what: str, stop: Event, every: float, log: logging.Logger) -> None:
    """Do it until `stop` is set, `every` seconds apart, whatever comes in between."""
    troubles = Troubles(log)
    while not stop.is_set():
        with troubles.survived(what):
            act()
        stop.wait(every)
