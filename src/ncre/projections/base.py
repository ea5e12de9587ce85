"""How facts become rows: a projection names a row and gives the step to it; the rest is here.

A step is pure, so the same code writes a row in a command's transaction, rebuilds every row from
the log, and checks that the stored rows are what the log says. Every row is fed by one stream
alone, so two commands never meet in a row without having met in the version first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any, ClassVar, Final, TypeVar, cast
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.sql import Delete, Insert, Select, Update

from ncre.events.base import Fact
from ncre.projections.summaries import SumChanges, Summary
from ncre.store.columns import has_key

Row = dict[str, Any]
Key = tuple[Any, ...]

_MISSING: Final[Row] = {}

MOST_KEYS: Final = 2_000
"""Rows that are asked for at once: SQLite takes 32 766 parameters of a statement."""


class _Statements:
    """What is asked and told of one table; built once, however many tenants a process serves."""

    def __init__(self, table: Table) -> None:
        self.key_names = tuple(column.name for column in table.primary_key.columns)
        matches = [table.c[name] == bindparam(f"key_{name}") for name in self.key_names]
        self.selecting: Select[Any] = select(table).where(*matches)
        self.inserting: Insert = insert(table)
        self.deleting: Delete = delete(table).where(*matches)
        self._update = update(table).where(*matches)
        self._updates: dict[frozenset[str], Update] = {}

    def updating(self, columns: frozenset[str]) -> Update:
        """The statement that writes these columns; few sets of columns ever change together."""
        if columns not in self._updates:
            named: dict[str, Any] = {name: bindparam(name) for name in sorted(columns)}
            self._updates[columns] = self._update.values(named)
        return self._updates[columns]


_statements_of = cache(_Statements)


class Projection:
    """One table of rows. Subclasses give `table`, `listens`, `key` and `step`.

    `fresh` says that every fact makes a new row, so that the old one need not be looked up.
    `opens` names the facts whose private fields the step looks at; of all others it gets them CLOSED when rows
    are made anew. `by_stream` is the column that holds the stream of the facts, where the key begins with it.
    `sealed_for` is the column of the person whose private fields alone make the row: it goes with their key.
    """

    table: ClassVar[Table]
    listens: ClassVar[tuple[type[Fact], ...]]
    fresh: ClassVar[bool] = False
    opens: ClassVar[tuple[type[Fact], ...]] = ()
    by_stream: ClassVar[str] = ""
    sealed_for: ClassVar[str] = ""

    def __init__(self) -> None:
        statements = _statements_of(self.table)
        self.name = self.table.name
        self.key_names = statements.key_names
        self.selecting = statements.selecting
        self.inserting = statements.inserting
        self.deleting = statements.deleting
        self.updating = statements.updating

    def selecting_several(self, keys: Collection[Key]) -> Select[Any]:
        """The rows of these keys, of which there is one at least."""
        return select(self.table).where(has_key(self.table, keys))

    def key(self, fact: Any) -> Key:
        """The primary key of the row that the fact touches."""
        raise TypeError(f"{type(self).__name__} names no row")

    def step(self, fact: Any, row: Row | None) -> Row | None:
        """The row after the fact; None where there is none (any more). Must not change `row`."""
        raise TypeError(f"{type(self).__name__} takes no step")

    def named(self, key: Key) -> dict[str, Any]:
        return {f"key_{name}": value for name, value in zip(self.key_names, key, strict=True)}


class Listeners:
    """The projections of an installation, by the fact they listen to, and the sums over their rows."""

    def __init__(self, projections: Iterable[Projection], summaries: Iterable[Summary] = ()) -> None:
        self.all = tuple(projections)
        self.summaries = tuple(summaries)
        self.by_fact: dict[type[Fact], list[Projection]] = {}
        for projection in self.all:
            for fact in projection.listens:
                self.by_fact.setdefault(fact, []).append(projection)

        self.opens = frozenset(fact.TOPIC for projection in self.all for fact in projection.opens)

    def forget(self, connection: Connection, person: UUID) -> None:
        """Delete the rows that are made of the private fields of a person alone, as their key is destroyed."""
        for projection in self.all:
            if projection.sealed_for:
                column = projection.table.c[projection.sealed_for]
                connection.execute(delete(projection.table).where(column == person))

    def to(self, fact: Fact) -> list[Projection]:
        return self.by_fact.get(type(fact), [])

    def sums(self, projection: Projection) -> list[Summary]:
        """The summaries to which the rows of a projection add."""
        return [summary for summary in self.summaries if projection.table is summary.of]


class RowsInTransaction:
    """The rows one command touches: read once, stepped in memory, written once at `flush`."""

    def __init__(self, connection: Connection, listeners: Listeners) -> None:
        self._connection = connection
        self._listeners = listeners
        self._before: dict[tuple[Projection, Key], Row | None] = {}
        self._after: dict[tuple[Projection, Key], Row | None] = {}

    def take(self, fact: Fact) -> None:
        for projection in self._listeners.to(fact):
            place = projection, projection.key(fact)
            if place not in self._after:
                self._before[place] = self._after[place] = self._read(*place)
            self._after[place] = projection.step(fact, self._after[place])

    def read_ahead(self, facts: Iterable[Fact]) -> None:
        """Read every row that these facts will touch, one question a table instead of one a row."""
        wanted: dict[Projection, set[Key]] = {}
        for fact in facts:
            for projection in self._listeners.to(fact):
                if not projection.fresh:
                    wanted.setdefault(projection, set()).add(projection.key(fact))
        for projection, keys in wanted.items():
            in_order = sorted(keys)
            for start in range(0, len(in_order), MOST_KEYS):
                self._read_several(projection, in_order[start : start + MOST_KEYS])

    def _read_several(self, projection: Projection, keys: list[Key]) -> None:
        found = self._connection.execute(projection.selecting_several(keys)).mappings()
        rows = {tuple(row[name] for name in projection.key_names): dict(row) for row in found}
        for key in keys:
            self._before[projection, key] = self._after[projection, key] = rows.get(key)

    def _read(self, projection: Projection, key: Key) -> Row | None:
        if projection.fresh:
            return None
        found = self._connection.execute(projection.selecting, projection.named(key)).mappings().first()
        return dict(found) if found else None

    def flush(self) -> None:
        """Write what changed; rows that the same statement writes go to the database together."""
        written: dict[Insert | Update | Delete, list[Row]] = {}
        sums = SumChanges()
        for (projection, key), row in self._after.items():
            before = self._before[projection, key]
            if row == before:
                continue
            for summary in self._listeners.sums(projection):
                sums.note(summary, before, row)
            if row is None:
                written.setdefault(projection.deleting, []).append(projection.named(key))
            elif before is None:
                written.setdefault(projection.inserting, []).append(row)
            else:
                other = {name: value for name, value in row.items() if value != before[name]}
                statement = projection.updating(frozenset(other))
                written.setdefault(statement, []).append({**projection.named(key), **other})
        for writing, rows in written.items():
            self._connection.execute(writing, rows if len(rows) > 1 else rows[0])
        sums.write(self._connection)


def fold(listeners: Listeners, facts: Iterable[Fact]) -> dict[Projection, dict[Key, Row]]:
    """Every row that the facts lead to, in memory: all facts of some streams, for rebuilding and for checking."""
    rows: dict[Projection, dict[Key, Row]] = {projection: {} for projection in listeners.all}
    hears = {
        kind: [(one.key, one.step, one.fresh, rows[one]) for one in heard]
        for kind, heard in listeners.by_fact.items()
    }
    for fact in facts:
        for key_of, step, fresh, table in hears.get(type(fact), ()):
            key = key_of(fact)
            row = step(fact, None if fresh else table.get(key))
            if row is None:
                table.pop(key, None)
            else:
                table[key] = row
    return rows


def changed(row: Row | None, **values: Any) -> Row:
    """A copy of the row with these values; steps never write into the row they are given."""
    return {**(row or _MISSING), **values}


def stored_as_json(value: Any) -> Any:
    """A stored shape as a JSON column gives it back: lists for tuples, text for moments."""
    return msgspec.json.decode(msgspec.json.encode(value))


RowType = TypeVar("RowType")


def typed(kind: type[RowType], rows: Iterable[RowMapping]) -> list[RowType]:
    """Result rows as plain dicts that have the columns of this row type."""
    return [cast(RowType, dict(row)) for row in rows]


def typed_or_none(kind: type[RowType], row: RowMapping | None) -> RowType | None:
    """A result row as a plain dict of this row type, or None."""
    return cast(RowType, dict(row)) if row is not None else None


def found_in(row: RowMapping | None) -> Row | None:
    """A result row as a plain dict, or None."""
    return dict(row) if row is not None else None
