"""Tables beside the live ones, into which rows are made anew until they take their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final
from uuid import uuid4

from sqlalchemy import Column, Connection, MetaData, String, Table, delete, insert, select, tuple_
from sqlalchemy.exc import OperationalError, ProgrammingError

from ncre.events.base import Fact
from ncre.projections.base import Key, Listeners, Projection, Row
from ncre.projections.maintenance.bulk import insert_all
from ncre.projections.maintenance.completeness import make_whole
from ncre.store.database import Database

BATCH_SIZE: Final = 400
"""Keys in one statement; both databases take many more variables, but plan them slowly."""


class RebuildOvertaken(Exception):
    """Another rebuild began meanwhile and has taken over the tables; the live rows are untouched."""


class Shadows:
    """One table beside each live one, of the same columns, belonging to one rebuild.

    What an earlier rebuild left behind when it was killed is cleared away by the next. Should that
    one be alive after all, it finds the mark gone at its next step and ends.
    """

    def __init__(self, listeners: Listeners) -> None:
        self._listeners = listeners
        self._name = uuid4().hex
        self._metadata = MetaData()
        self._mark = Table("rebuilt_by", self._metadata, Column("name", String(32), primary_key=True))
        self._tables = {projection: self._beside(projection.table) for projection in listeners.all}

    def _beside(self, live: Table) -> Table:
        columns = [
            Column(column.name, column.type, primary_key=column.primary_key, nullable=column.nullable)
            for column in live.columns
        ]
        return Table(f"rebuilt_{live.name}", self._metadata, *columns)

    def create(self, database: Database) -> None:
        """Empty tables. The mark goes first: who reads it is waited for, and nobody reads on after."""
        with database.transaction() as connection:
            self._mark.drop(connection, checkfirst=True)
            self._metadata.drop_all(connection)
            self._metadata.create_all(connection)
            connection.execute(insert(self._mark), {"name": self._name})

    def drop(self, database: Database) -> None:
        """Remove the tables, unless they belong to another rebuild by now."""
        with suppress(RebuildOvertaken), database.transaction() as connection:
            self._assert_mine(connection)
            self._metadata.drop_all(connection)

    def take(self, connection: Connection, batch: list[Fact]) -> None:
        """Fold a batch: the rows it touches are read once, stepped in memory and written once.

        Raises RebuildOvertaken.
        """
        self._assert_mine(connection)
        for projection, heard in self._heard(batch).items():
            before = {} if projection.fresh else self._read(connection, projection, heard)
            after: dict[Key, Row | None] = dict(before)
            for fact in heard:
                key = projection.key(fact)
                after[key] = projection.step(fact, after.get(key))
            self._write(connection, projection, before, after)

    def fill(self, connection: Connection, rows: Mapping[Projection, Mapping[Key, Row]]) -> None:
        """Add finished rows of streams that had none here yet. Raises RebuildOvertaken."""
        self._assert_mine(connection)
        for projection, of in rows.items():
            insert_all(connection, self._tables[projection], of.values())

    def swap(self, connection: Connection) -> None:
        """The new rows in place of the live ones, within the caller's transaction; a table that is gone is made.

        Raises RebuildOvertaken.
        """
        self._assert_mine(connection)
        for projection, table in self._tables.items():
            live, names = projection.table, [column.name for column in projection.table.columns]
            with _without_indexes(connection, live):
                connection.execute(delete(live))
                ordered = select(*(table.c[name] for name in names)).order_by(*table.primary_key.columns)
                connection.execute(insert(live).from_select(names, ordered))

    def _assert_mine(self, connection: Connection) -> None:
        try:
            owner = connection.execute(select(self._mark.c.name)).scalar()
        except (ProgrammingError, OperationalError) as no_table:
            raise RebuildOvertaken from no_table
        if owner != self._name:
            raise RebuildOvertaken

    def _heard(self, batch: list[Fact]) -> dict[Projection, list[Fact]]:
        heard: dict[Projection, list[Fact]] = {}
        for fact in batch:
            for projection in self._listeners.to(fact):
                heard.setdefault(projection, []).append(fact)
        return heard

    def _read(self, connection: Connection, projection: Projection, heard: list[Fact]) -> dict[Key, Row]:
        table = self._tables[projection]
        columns = [table.c[name] for name in projection.key_names]
        found: dict[Key, Row] = {}
        for some in _in_portions({projection.key(fact) for fact in heard}):
            rows = connection.execute(select(table).where(tuple_(*columns).in_(some))).mappings()
            found |= {tuple(row[name] for name in projection.key_names): dict(row) for row in rows}
        return found

    def _write(
        self,
        connection: Connection,
        projection: Projection,
        before: dict[Key, Row],
        after: dict[Key, Row | None],
    ) -> None:
        table = self._tables[projection]
        columns = [table.c[name] for name in projection.key_names]
        for some in _in_portions(before):
            connection.execute(delete(table).where(tuple_(*columns).in_(some)))
        rows = [row for row in after.values() if row is not None]
        insert_all(connection, table, rows)


def _in_portions(keys: Iterable[Key]) -> Iterator[list[Key]]:
    whole = list(keys)
    for start in range(0, len(whole), BATCH_SIZE):
        yield whole[start : start + BATCH_SIZE]


@contextmanager
def _without_indexes(connection: Connection, live: Table) -> Iterator[None]:
    """The live table, made where it or a column of it is gone. SQLite fills it without its indexes, which are then made at once.

    On PostgreSQL that would lock readers out, so there only indexes that are gone are made.
    """
    make_whole(connection, live)
    indexes = sorted(live.indexes, key=lambda index: str(index.name))
    if connection.dialect.name == "sqlite":
        for index in indexes:
            index.drop(connection, checkfirst=True)
    yield
    for index in indexes:
        index.create(connection, checkfirst=True)
