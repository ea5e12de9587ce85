"""What a rebuild notes in the database while it works, so that the next goes on where it was killed, and several processes share it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from time import time
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    except_,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import OperationalError, ProgrammingError

from ncre.projections.base import Key, Listeners, Projection, Row
from ncre.projections.maintenance.bulk import insert_all
from ncre.store.database import Database
from ncre.store.migrated import newest_migrations

PREFIX: Final = "rebuilt_"
"""How the names of all tables begin in which a rebuild notes something."""

LASTING: Final = 24 * 3600
"""Seconds after which what a killed rebuild left is not gone on with: rows may have been damaged since it made them."""


class RebuildOvertaken(Exception):
    """Another rebuild began meanwhile and has taken over; whatever this one did is right."""


@dataclass(frozen=True)
class Progress:
    """How far a rebuild is: the log, `position` facts long when it began, is cut into slices of `size` facts;

    some are done, which had so many `facts`. `drawn` are the numbers of registrations in them.
    """

    position: int
    size: int
    done: frozenset[int] = frozenset()
    facts: int = 0
    drawn: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Filled:
    """A slice that is done: how many facts it has, which numbers were drawn in it, and how many seconds writers waited at most."""

    facts: int
    drawn: dict[str, int]
    held: float = 0.0


class RebuildNotes:
    """The notes of one rebuild. Several processes may work on the one of a `name`.

    Should a rebuild that was held for dead be alive after all, it finds the mark changed at its next step and ends.
    """

    def __init__(self, listeners: Listeners, name: str = "") -> None:
        self.name = name or uuid4().hex
        self._metadata = MetaData()
        self._mark = Table(
            f"{PREFIX}by",
            self._metadata,
            Column("name", String(32), primary_key=True),
            Column("release", String(200), nullable=False),
            Column("position", BigInteger, nullable=False),
            Column("size", Integer, nullable=False),
        )
        self._slices = Table(
            f"{PREFIX}slices",
            self._metadata,
            Column("number", Integer, primary_key=True, autoincrement=False),
            Column("facts", Integer, nullable=False),
            Column("drawn", JSON, nullable=False),
            Column("at", BigInteger, nullable=False),
        )
        self._keys = {
            projection: Table(f"{PREFIX}{projection.name}", self._metadata, *_key_columns(projection))
            for projection in listeners.all
            if not projection.by_stream
        }
        self._release = " ".join(sorted(newest_migrations()))

    def begin(self, database: Database, position: int, size: int, anew: bool = False) -> Progress:
        """Progress of a new rebuild, or of a killed one of this release, which is gone on with unless `anew`."""
        with database.transaction() as connection:
            if not anew and (found := self._left(connection)) is not None:
                connection.execute(update(self._mark).values(name=self.name))
                return found
            for table in inspect(connection).get_table_names():
                if table.startswith(PREFIX):
                    connection.execute(
                        text(f"DROP TABLE {connection.dialect.identifier_preparer.quote(table)}")
                    )
            self._metadata.create_all(connection)
            mark = {"name": self.name, "release": self._release, "position": position, "size": size}
            connection.execute(insert(self._mark), mark)
        return Progress(position, size)

    def _left(self, connection: Connection) -> Progress | None:
        """What a killed rebuild left, where it can be gone on with."""
        if any(not inspect(connection).has_table(table.name) for table in self._metadata.sorted_tables):
            return None
        mark = connection.execute(select(self._mark)).mappings().first()
        newest = connection.scalar(select(func.max(self._slices.c.at)))
        if mark is None or mark["release"] != self._release or time() - (newest or 0) > LASTING:
            return None
        slices, drawn = connection.execute(select(self._slices)).all(), dict[str, int]()
        for one in slices:
            merge(drawn, one.drawn)
        numbers = frozenset(one.number for one in slices)
        return Progress(mark["position"], mark["size"], numbers, sum(one.facts for one in slices), drawn)

    def drop(self, database: Database) -> None:
        """Remove the notes, unless they belong to another rebuild by now."""
        with suppress(RebuildOvertaken), database.transaction() as connection:
            self.assert_mine(connection)
            self._metadata.drop_all(connection)

    def assert_mine(self, connection: Connection) -> None:
        """Raises RebuildOvertaken."""
        try:
            owner = connection.execute(select(self._mark.c.name)).scalar()
        except (ProgrammingError, OperationalError) as no_table:
            raise RebuildOvertaken from no_table
        if owner != self.name:
            raise RebuildOvertaken

    def done(
        self,
        connection: Connection,
        number: int,
        filled: Filled,
        rows: Mapping[Projection, Mapping[Key, Row]],
    ) -> None:
        """A slice is done, which has these rows. Raises RebuildOvertaken."""
        self.assert_mine(connection)
        for projection, keys in self._keys.items():
            insert_all(connection, keys, rows[projection].values())
        note = {"number": number, "facts": filled.facts, "drawn": filled.drawn, "at": int(time())}
        connection.execute(insert(self._slices), note)

    def beyond(self, connection: Connection) -> dict[Projection, list[Key]]:
        """Keys of stored rows that were met in no slice: rows that came since, and rows that should not be."""
        found = {}
        for projection, met in self._keys.items():
            stored = select(*(projection.table.c[name] for name in projection.key_names))
            beyond = connection.execute(except_(stored, select(*met.columns)))
            found[projection] = [tuple(row) for row in beyond]
        return {projection: keys for projection, keys in found.items() if keys}


def merge(drawn: dict[str, int], more: Mapping[str, int]) -> None:
    """The highest number of each key."""
    for key, number in more.items():
        drawn[key] = max(drawn.get(key, 0), number)


def _key_columns(projection: Projection) -> Iterable[Column[Any]]:
    return (Column(column.name, column.type) for column in projection.table.primary_key.columns)
