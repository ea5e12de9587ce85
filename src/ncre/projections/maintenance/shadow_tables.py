"""Tables beside the live ones, in which rows are made anew, and from which those that differ are taken over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
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
    Text,
    cast,
    delete,
    except_,
    insert,
    inspect,
    literal_column,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.exc import OperationalError, ProgrammingError

from ncre.events.base import Fact
from ncre.projections.base import Key, Listeners, Projection, Row
from ncre.projections.maintenance.bulk import insert_all
from ncre.store.columns import has_key
from ncre.store.database import Database
from ncre.store.migrated import newest_migrations
from ncre.store.schema import person_keys

BATCH_SIZE: Final = 400
"""Keys in one statement; both databases take many more variables, but plan them slowly."""


class RebuildOvertaken(Exception):
    """Another rebuild began meanwhile and has taken over the tables; the live rows are whole."""


@dataclass(frozen=True)
class Progress:
    """How far the shadows are: the log is cut up to `position` into slices of `size` facts, of which some are done;

    `drawn` are the numbers of registrations in what was read.
    """

    position: int
    size: int
    done: frozenset[int]
    facts: int
    drawn: dict[str, int] = field(default_factory=dict)


class Shadows:
    """One table beside each live one, of the same columns, belonging to one rebuild.

    What a rebuild of this release left behind when it was killed is gone on with by the next. Should that
    one be alive after all, it finds the mark changed at its next step and ends. Several processes may fill the tables of
    one rebuild: those of the same `name`.
    """

    def __init__(self, listeners: Listeners, name: str = "") -> None:
        self._listeners = listeners
        self.name = name or uuid4().hex
        self._metadata = MetaData()
        self._mark = Table(
            "rebuilt_by",
            self._metadata,
            Column("name", String(32), primary_key=True),
            Column("release", String(200), nullable=False),
            Column("position", BigInteger, nullable=False),
            Column("size", Integer, nullable=False),
        )
        self._slices = Table(
            "rebuilt_slices",
            self._metadata,
            Column("number", Integer, primary_key=True, autoincrement=False),
            Column("facts", Integer, nullable=False),
            Column("drawn", JSON, nullable=False),
        )
        self._tables = {projection: self._beside(projection.table) for projection in listeners.all}
        self._release = _release(self._metadata)

    def _beside(self, live: Table) -> Table:
        columns = [
            Column(column.name, column.type, primary_key=column.primary_key, nullable=column.nullable)
            for column in live.columns
        ]
        return Table(f"rebuilt_{live.name}", self._metadata, *columns)

    def create(self, database: Database, position: int = 0, size: int = 1) -> Progress:
        """Empty tables, or those that an interrupted rebuild filled in part: then its position and size are kept.

        Tables into which facts after that position were taken are not gone on with: they are emptied.
        """
        with database.transaction() as connection:
            if (found := self._left(connection)) is not None:
                connection.execute(update(self._mark).values(name=self.name))
                return found
            self._mark.drop(connection, checkfirst=True)
            self._metadata.drop_all(connection)
            self._metadata.create_all(connection)
            mark = {"name": self.name, "release": self._release, "position": position, "size": size}
            connection.execute(insert(self._mark), mark)
        return Progress(position, size, frozenset(), 0)

    def _left(self, connection: Connection) -> Progress | None:
        """What an interrupted rebuild of this release left, where it can be gone on with."""
        if any(not inspect(connection).has_table(table.name) for table in self._metadata.sorted_tables):
            return None
        try:
            with connection.begin_nested():
                mark = connection.execute(select(self._mark)).mappings().one()
        except Exception:
            return None  # tables of another release
        if mark["release"] != self._release:
            return None
        slices, drawn = connection.execute(select(self._slices)).all(), dict[str, int]()
        for one in slices:
            merge(drawn, one.drawn)
        numbers = frozenset(one.number for one in slices)
        return Progress(mark["position"], mark["size"], numbers, sum(one.facts for one in slices), drawn)

    def drop(self, database: Database) -> None:
        """Remove the tables, unless they belong to another rebuild by now."""
        with suppress(RebuildOvertaken), database.transaction() as connection:
            self._assert_mine(connection)
            self._metadata.drop_all(connection)

    def close_to_others(self, connection: Connection) -> None:
        """Facts after the position are taken in from now on: whoever finds these tables later begins anew."""
        self._assert_mine(connection)
        connection.execute(update(self._mark).values(release="taken further"))

    def take(self, connection: Connection, batch: list[Fact]) -> dict[Projection, set[Key]]:
        """Fold a batch: the rows it touches are read once, stepped in memory and written once. Their keys.

        Raises RebuildOvertaken.
        """
        self._assert_mine(connection)
        touched: dict[Projection, set[Key]] = {}
        for projection, heard in self._heard(batch).items():
            before = {} if projection.fresh else self._read(connection, projection, heard)
            after: dict[Key, Row | None] = dict(before)
            for fact in heard:
                key = projection.key(fact)
                after[key] = projection.step(fact, after.get(key))
            self._write(connection, projection, before, after)
            touched[projection] = set(after)
        return touched

    def fill(
        self,
        connection: Connection,
        rows: Mapping[Projection, Mapping[Key, Row]],
        number: int = 0,
        facts: int = 0,
        drawn: Mapping[str, int] | None = None,
    ) -> None:
        """Add finished rows of a slice of streams, and note that it is done. Raises RebuildOvertaken."""
        self._assert_mine(connection)
        for projection, of in rows.items():
            insert_all(connection, self._tables[projection], of.values())
        connection.execute(
            insert(self._slices), {"number": number, "facts": facts, "drawn": dict(drawn or {})}
        )

    def differing(self, connection: Connection) -> Iterator[tuple[Projection, list[Key]]]:
        """The keys of rows that are not alike in both tables, or stand in one of them alone, in their order.

        Neighbours in it lie on the same pages, so that writing them in this order touches each page once.
        """
        for projection, table in self._tables.items():
            should, stands = (_comparable(one, projection.table) for one in (table, projection.table))
            missing, wrong = except_(should, stands).subquery(), except_(stands, should).subquery()
            found = union(*(select(*(one.c[n] for n in projection.key_names)) for one in (missing, wrong)))
            in_order = found.order_by(
                *(literal_column(str(place)) for place in range(1, len(projection.key_names) + 1))
            )
            yield projection, [tuple(row) for row in connection.execute(in_order)]

    def replace(self, connection: Connection, projection: Projection, keys: Iterable[Key]) -> None:
        """The new rows of these keys in place of the live ones. Raises RebuildOvertaken.

        Not what was made of the private fields of somebody who was erased meanwhile.
        """
        self._assert_mine(connection)
        live, table = projection.table, self._tables[projection]
        names = [column.name for column in live.columns]
        for some in _in_portions(keys):
            connection.execute(delete(live).where(has_key(live, some)))
            wanted = select(*(table.c[name] for name in names)).where(has_key(table, some))
            if projection.sealed_for:
                erased = select(person_keys.c.subject).where(person_keys.c.erased_at.is_not(None))
                column = table.c[projection.sealed_for]
                wanted = wanted.where(or_(column.is_(None), column.not_in(erased)))
            connection.execute(insert(live).from_select(names, wanted))

    def _assert_mine(self, connection: Connection) -> None:
        try:
            owner = connection.execute(select(self._mark.c.name)).scalar()
        except (ProgrammingError, OperationalError) as no_table:
            raise RebuildOvertaken from no_table
        if owner != self.name:
            raise RebuildOvertaken

    def _heard(self, batch: list[Fact]) -> dict[Projection, list[Fact]]:
        heard: dict[Projection, list[Fact]] = {}
        for fact in batch:
            for projection in self._listeners.to(fact):
                heard.setdefault(projection, []).append(fact)
        return heard

    def _read(self, connection: Connection, projection: Projection, heard: list[Fact]) -> dict[Key, Row]:
        table = self._tables[projection]
        found: dict[Key, Row] = {}
        for some in _in_portions({projection.key(fact) for fact in heard}):
            rows = connection.execute(select(table).where(has_key(table, some))).mappings()
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
        for some in _in_portions(before):
            connection.execute(delete(table).where(has_key(table, some)))
        rows = [row for row in after.values() if row is not None]
        insert_all(connection, table, rows)


def merge(drawn: dict[str, int], more: Mapping[str, int]) -> None:
    """The highest number of each key."""
    for key, number in more.items():
        drawn[key] = max(drawn.get(key, 0), number)


def _comparable(table: Table, live: Table) -> Any:
    """JSON as its text, which PostgreSQL can compare."""
    columns = [table.c[column.name] for column in live.columns]
    return select(
        *(cast(one, Text).label(one.name) if isinstance(one.type, JSON) else one for one in columns)
    )


def _release(metadata: MetaData) -> str:
    """By what the rows in the tables were made: the migrations, and a digest of all columns."""
    columns = [f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns]
    return f"{' '.join(sorted(newest_migrations()))} {sha256(' '.join(columns).encode()).hexdigest()}"


def _in_portions(keys: Iterable[Key]) -> Iterator[list[Key]]:
    whole = list(keys)
    for start in range(0, len(whole), BATCH_SIZE):
        yield whole[start : start + BATCH_SIZE]
