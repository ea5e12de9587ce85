"""What spans streams, held by the database: unique keys, counted seats, serial numbers.

Every method works in the caller's transaction, so that a claim and the fact that makes it stand
or fall together. Take claims in the order of their keys, or two writers can deadlock.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ncre.store.database import Database
from ncre.store.schema import claims, counters, serials

_KEY: Final[BindParameter[str]] = bindparam("of")
_HOLDER: Final = select(claims.c.holder).where(claims.c.key == _KEY)
_RELEASE: Final = delete(claims).where(claims.c.key == _KEY, claims.c.holder == bindparam("by"))
_TAKE_COUNTED: Final = (
    update(counters)
    .where(counters.c.key == _KEY, counters.c.taken < counters.c.quota)
    .values(taken=counters.c.taken + 1)
)
_RELEASE_COUNTED: Final = (
    update(counters).where(counters.c.key == _KEY, counters.c.taken > 0).values(taken=counters.c.taken - 1)
)
_COUNTED: Final = select(counters.c.key, counters.c.quota, counters.c.taken).where(
    counters.c.key.in_(bindparam("keys", expanding=True))
)


class ClaimStore:
    """Claims, counters and serials. Statements are built once; holds no state, so it is thread-safe."""

    def __init__(self, database: Database) -> None:
        insert: Any = sqlite.insert if database.dialect == "sqlite" else postgresql.insert
        # By what comes back: of an INSERT, SQLAlchemy keeps no number of rows on PostgreSQL.
        self._take = insert(claims).on_conflict_do_nothing().returning(claims.c.key)
        quota = insert(counters)
        self._set_quota = quota.on_conflict_do_update(
            index_elements=[counters.c.key], set_={"quota": quota.excluded.quota}
        )
        self._draw = (
            insert(serials)
            .on_conflict_do_update(index_elements=[serials.c.key], set_={"last": serials.c.last + 1})
            .returning(serials.c.last)
        )

    def take(self, connection: Connection, key: str, holder: UUID) -> bool:
        """Whether `holder` has the key now; True also when he had it before."""
        if connection.execute(self._take, {"key": key, "holder": holder}).first() is not None:
            return True
        return self.holder(connection, key) == holder

    def take_all(self, connection: Connection, wanted: Sequence[tuple[str, UUID]]) -> bool:
        """Take (key, holder) pairs, in the order of their keys; False when anybody has one of them already."""
        rows = [{"key": key, "holder": holder} for key, holder in sorted(wanted)]
        return not rows or len(connection.execute(self._take, rows).all()) == len(rows)

    def release(self, connection: Connection, key: str, holder: UUID) -> None:
        """Free the key, if this holder has it; another's claim stays."""
        connection.execute(_RELEASE, {"of": key, "by": holder})

    def holder(self, connection: Connection, key: str) -> UUID | None:
        return connection.execute(_HOLDER, {"of": key}).scalar_one_or_none()

    def take_counted(self, connection: Connection, key: str) -> bool:
        """Take one of the counted; False when none is left or nobody set a quota."""
        return connection.execute(_TAKE_COUNTED, {"of": key}).rowcount == 1

    def release_counted(self, connection: Connection, key: str) -> None:
        """Give one back; never below none taken."""
        connection.execute(_RELEASE_COUNTED, {"of": key})

    def set_quota(self, connection: Connection, key: str, quota: int) -> None:
        """Set how many there are; what is taken stays taken, even above a lowered quota."""
        connection.execute(self._set_quota, {"key": key, "quota": quota, "taken": 0})

    def counted(self, connection: Connection, keys: Sequence[str]) -> dict[str, tuple[int, int]]:
        """(quota, taken) by key; keys without a quota are missing."""
        rows = connection.execute(_COUNTED, {"keys": list(keys)})
        return {key: (quota, taken) for key, quota, taken in rows}

    def summed(
        self, connection: Connection, prefix: str, length: int, apart: str
    ) -> dict[str, tuple[int, int, int]]:
        """(how many, quota, taken) of the counters whose keys begin so, by the `length` characters that follow.

        Those whose keys end with `apart` are left out.
        """
        of = func.substr(counters.c.key, len(prefix) + 1, length)
        asked = (
            select(of, func.count(), func.sum(counters.c.quota), func.sum(counters.c.taken))
            .where(
                counters.c.key.startswith(prefix, autoescape=True),
                ~counters.c.key.endswith(apart, autoescape=True),
            )
            .group_by(of)
        )
        return {
            name: (many, int(quota), int(taken))
            for name, many, quota, taken in connection.execute(asked).all()
        }

    def draw(self, connection: Connection, key: str) -> int:
        """The next serial number of the key: 1, 2, 3 ... A rolled-back draw is drawn again."""
        return int(connection.execute(self._draw, {"key": key, "last": 1}).scalar_one())
