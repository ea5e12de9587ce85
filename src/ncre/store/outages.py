"""What a database fails of: rivals, no room, nothing may be written, nobody answers, or damage.

Drivers raise one `OperationalError` for all of these. Here it is told apart, once, by the error codes of SQLite
(https://www.sqlite.org/rescode.html) and the SQLSTATE of PostgreSQL (its manual, appendix A).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from enum import StrEnum
from time import monotonic
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError

log = logging.getLogger("ncre.database")

AGAIN: Final = 60.0
"""Seconds after which an outage that lasts is told again."""


class Outage(StrEnum):
    """Why the database did not do what it was asked to."""

    BUSY = "busy"
    FULL = "full"
    READ_ONLY = "read-only"
    AWAY = "away"
    BROKEN = "broken"


class DatabaseUnusable(Exception):
    """The database cannot be used as configured; the message says why, without its password."""


class DatabaseFailure(DatabaseUnusable):
    """The database failed at something that works on other days; `kind` says of what."""

    def __init__(self, kind: Outage, detail: str) -> None:
        super().__init__(f"the database is {kind.value}: {detail}")
        self.kind = kind


_SQLITE: Final[Mapping[int, Outage]] = {
    1: Outage.BROKEN,  # "no such table" among others: statements of ours are not wrong otherwise
    5: Outage.BUSY,
    6: Outage.BUSY,
    7: Outage.BROKEN,
    8: Outage.READ_ONLY,
    10: Outage.BROKEN,
    11: Outage.BROKEN,
    13: Outage.FULL,
    14: Outage.AWAY,
    15: Outage.BUSY,
    17: Outage.BUSY,
    26: Outage.BROKEN,
}
_SQLITE_MOVED: Final = 1032
"""SQLITE_READONLY_DBMOVED: the file is another one, or none, by now."""

_SQLSTATES: Final[Mapping[str, Outage]] = {
    "08": Outage.AWAY,
    "25006": Outage.READ_ONLY,
    "25P03": Outage.AWAY,
    "40": Outage.BUSY,
    "42703": Outage.BROKEN,
    "42P01": Outage.BROKEN,
    "53": Outage.AWAY,
    "53100": Outage.FULL,
    "55P03": Outage.BUSY,
    "57": Outage.AWAY,
    "57014": Outage.BUSY,
    "58": Outage.BROKEN,
    "58030": Outage.BROKEN,
    "XX": Outage.BROKEN,
}
"""By the whole SQLSTATE, else by its class."""


def failure_of(error: DBAPIError, where: str) -> DatabaseFailure | None:
    """What the database at `where` failed of; None where it did its work and the statement was at fault."""
    kind = _kind(error)
    if kind is None:
        return None
    return DatabaseFailure(kind, f"{where}: {' '.join(str(error.orig).split())}")


def _kind(error: DBAPIError) -> Outage | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return Outage.AWAY if code == _SQLITE_MOVED else _SQLITE.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state:
        return _SQLSTATES.get(state, _SQLSTATES.get(state[:2]))
    return Outage.AWAY if error.connection_invalidated or isinstance(error, OperationalError) else None


class OutageLog:
    """An outage is an ERROR when it begins and each `AGAIN` seconds while it lasts; its end is told too.

    Hundreds of requests meet the same outage; whoever is woken needs one line. Thread-safe enough: a rare second
    line does no harm. `clock` gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._told: dict[Outage, float] = {}
        self._since: dict[Outage, float] = {}

    def failed(self, failure: DatabaseFailure) -> None:
        """Tell it, unless it was just told. Rivals are everyday life and alarm nobody."""
        if failure.kind is Outage.BUSY:
            log.info("%s", failure)
            return
        now = self._clock()
        self._since.setdefault(failure.kind, now)
        if now - self._told.get(failure.kind, now - AGAIN) >= AGAIN:
            self._told[failure.kind] = now
            log.error("%s", failure, exc_info=failure.__cause__ if failure.kind is Outage.BROKEN else None)

    def read(self) -> None:
        """The database answered."""
        self._over(Outage.AWAY)

    def wrote(self) -> None:
        """The database took something in."""
        for kind in tuple(self._since):
            self._over(kind)

    def _over(self, kind: Outage) -> None:
        since = self._since.pop(kind, None) if self._since else None
        if since is not None:
            log.warning("the database is no longer %s; it was for %.0f s", kind.value, self._clock() - since)
