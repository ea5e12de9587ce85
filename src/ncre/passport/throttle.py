"""Growing delays after failed sign-ins: per account name, per block of addresses, and over all. Never a lock.

A lock would let anybody keep anybody out. Whoever signed in from this browser before is not delayed by what
strangers try at the same name (payment and identity facts §7.2).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Column, Connection, Integer, String, Table, bindparam, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ncre.events.columns import Moment
from ncre.events.database import Database
from ncre.events.deadlines import is_ahead
from ncre.events.schema import metadata

attempts = Table(
    "attempts",
    metadata,
    Column("key", String(70), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("free_at", Moment, nullable=False),
)

FADE: Final = timedelta(minutes=30)
"""Without a failure for this long, counting begins anew."""

OVER_ALL: Final = "all"
_READ = select(attempts.c.key, attempts.c.seen_at, attempts.c.free_at).where(
    attempts.c.key.in_(bindparam("keys", expanding=True))
)
_COUNT = select(attempts.c.count).where(
    attempts.c.key == bindparam("of"), attempts.c.seen_at > bindparam("since")
)
_DELAY = update(attempts).where(attempts.c.key == bindparam("of")).values(free_at=bindparam("until"))


def delay(kind: str, failures: int) -> timedelta:
    """How long to wait after so many failures in a row: a few are free, then it doubles up to a limit."""
    free, slow, most = {"name": (4, 1, 900), "block": (40, 10, 300), OVER_ALL: (2000, 500, 20)}[kind]
    over = failures - free
    return timedelta(seconds=min(most, 2 ** (1 + over // slow))) if over > 0 else timedelta()


class Throttle:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        insert: Any = sqlite.insert if database.dialect == "sqlite" else postgresql.insert
        counting = insert(attempts)
        fresh = counting.excluded.seen_at
        self._add = counting.on_conflict_do_update(
            index_elements=[attempts.c.key],
            set_={
                "count": case((attempts.c.seen_at < bindparam("faded"), 1), else_=attempts.c.count + 1),
                "seen_at": fresh,
            },
        ).returning(attempts.c.count)

    def wait(self, name: str, place: str, known: bool = False) -> int:
        """Seconds until the next try, 0 for now. `known`: this browser signed in to the account before."""
        now, kinds = self._clock(), _keys(name, place)
        if known:
            del kinds["name"]
        with self._database.reading() as connection:
            return _longest(connection, list(kinds.values()), now)

    def one_more(self, name: str) -> int:
        """Count something that may be asked for a few times at a name alone, like letters to an address.

        Seconds to wait where it was asked too often: then it is not to be done, and not counted.
        """
        now, key = self._clock(), _keys(name, "")["name"]
        with self._database.transaction() as connection:
            wait = _longest(connection, [key], now)
            if not wait:
                self._count(connection, "name", key)
        return wait

    def failures(self, name: str) -> int:
        """Failures at a name that have not faded."""
        asked = {"of": _keys(name, "")["name"], "since": self._clock() - FADE}
        with self._database.reading() as connection:
            return int(connection.execute(_COUNT, asked).scalar_one_or_none() or 0)

    def failed(self, name: str, place: str) -> None:
        """Somebody tried and failed; whether the name exists makes no difference."""
        with self._database.transaction() as connection:
            self.failed_within(connection, name, place)

    def failed_within(self, connection: Connection, name: str, place: str) -> None:
        """The same in the caller's transaction."""
        for kind, key in sorted(_keys(name, place).items()):
            self._count(connection, kind, key)

    def succeeded(self, name: str) -> None:
        """Its owner came in: the next failure is a first one again."""
        with self._database.transaction() as connection:
            connection.execute(delete(attempts).where(attempts.c.key == _keys(name, "")["name"]))

    def tidy(self, before: datetime) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(attempts).where(attempts.c.seen_at < before))

    def _count(self, connection: Connection, kind: str, key: str) -> None:
        now = self._clock()
        row = {"key": key, "count": 1, "seen_at": now, "free_at": now, "faded": now - FADE}
        failures = connection.execute(self._add, row).scalar_one()
        connection.execute(_DELAY, {"of": key, "until": now + delay(kind, failures)})


def _keys(name: str, place: str) -> dict[str, str]:
    """What is counted; names are hashed, for people type passwords where names belong."""
    folded = sha256(name.strip().casefold().encode()).hexdigest()
    return {"name": f"name:{folded}", "block": f"block:{place}", OVER_ALL: OVER_ALL}


def _longest(connection: Connection, keys: list[str], now: datetime) -> int:
    """Seconds to wait for all of these. What was counted by a clock that stood later keeps nobody out."""
    counted = connection.execute(_READ, {"keys": keys})
    waits = [_whole_seconds(row.free_at - now) for row in counted if not is_ahead(row.seen_at, now)]
    return max([0, *waits])


def _whole_seconds(span: timedelta) -> int:
    return -int(-span.total_seconds() // 1)
