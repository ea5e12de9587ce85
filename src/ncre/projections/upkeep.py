"""Rows made anew from the log, and rows checked against it.

Rebuilding works beside the live rows, batch by batch, while commands go on; only the last step, the
facts recorded meanwhile and the swap, holds writers up. Claims and counters follow from the rows,
so they are checked and set in the same way.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

from sqlalchemy import Column, Connection, MetaData, Table, delete, func, insert, select, text, tuple_, update

from ncre.domain.claims import Chair, Seat, held_by
from ncre.domain.lifecycle import Status
from ncre.domain.registration import Registration
from ncre.events.base import Fact
from ncre.events.database import Database
from ncre.events.registration import Line
from ncre.events.schema import claims, counters, facts
from ncre.events.store import FactStore
from ncre.projections.base import Key, Listeners, Projection, Row, fold
from ncre.projections.registrations import registrations
from ncre.projections.tickets import tickets

BATCH: Final = 5000
"""Facts folded in memory before their rows are written."""


@dataclass(frozen=True)
class Rebuilt:
    facts: int
    seconds: float


@dataclass(frozen=True)
class Difference:
    """A stored value that is not what the log leads to. `column` is "" where a whole row differs."""

    table: str
    key: str
    column: str
    stored: object
    folded: object


def rebuild(database: Database, store: FactStore, listeners: Listeners) -> Rebuilt:
    """Make every row, claim and counter anew from the log. Commands may go on meanwhile."""
    begun = perf_counter()
    shadows = Shadows(listeners)
    shadows.create(database)
    try:
        with _collector_paused():
            count = _rebuild(database, store, shadows)
    finally:
        shadows.drop(database)
    return Rebuilt(count, perf_counter() - begun)


def _rebuild(database: Database, store: FactStore, shadows: Shadows) -> int:
    """Catch up beside the live rows, then once more with writers held, and swap. The number of facts."""
    position = count = 0
    while batch := store.log(position, BATCH):
        with database.transaction() as connection:
            shadows.take(connection, [fact for _, fact in batch])
        position, count = batch[-1][0], count + len(batch)
    with database.transaction() as connection:
        _hold_writers(connection)
        while batch := store.log(position, BATCH, connection):
            shadows.take(connection, [fact for _, fact in batch])
            position, count = batch[-1][0], count + len(batch)
        shadows.swap(connection)
        _set_claims(connection)
    return count


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Facts and rows hold no cycles; looking for some among a batch costs a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def check(database: Database, store: FactStore, listeners: Listeners) -> list[Difference]:
    """Every row, claim and counter that differs from what the log leads to, in one view of both."""
    with database.snapshot() as connection:
        folded = fold(listeners, _whole_log(store, connection))
        differences = []
        for projection, rows in folded.items():
            differences += _row_differences(connection, projection, rows)
        return differences + _claim_differences(connection)


class Shadows:
    """Tables beside the live ones, of the same columns, into which rows are made anew."""

    def __init__(self, listeners: Listeners) -> None:
        self._listeners = listeners
        self._metadata = MetaData()
        self._tables = {projection: self._beside(projection.table) for projection in listeners.all}

    def _beside(self, live: Table) -> Table:
        columns = [
            Column(column.name, column.type, primary_key=column.primary_key, nullable=column.nullable)
            for column in live.columns
        ]
        return Table(f"rebuilt_{live.name}", self._metadata, *columns)

    def create(self, database: Database) -> None:
        with database.transaction() as connection:
            self._metadata.drop_all(connection)
            self._metadata.create_all(connection)

    def drop(self, database: Database) -> None:
        with database.transaction() as connection:
            self._metadata.drop_all(connection)

    def take(self, connection: Connection, batch: list[Fact]) -> None:
        """Fold a batch: the rows it touches are read once, stepped in memory and written once."""
        for projection, heard in self._heard(batch).items():
            before = {} if projection.fresh else self._read(connection, projection, heard)
            after: dict[Key, Row | None] = dict(before)
            for fact in heard:
                key = projection.key(fact)
                after[key] = projection.step(fact, after.get(key))
            self._write(connection, projection, before, after)

    def _heard(self, batch: list[Fact]) -> dict[Projection, list[Fact]]:
        heard: dict[Projection, list[Fact]] = {}
        for fact in batch:
            for projection in self._listeners.to(fact):
                heard.setdefault(projection, []).append(fact)
        return heard

    def _read(self, connection: Connection, projection: Projection, heard: list[Fact]) -> dict[Key, Row]:
        table = self._tables[projection]
        keys = {projection.key(fact) for fact in heard}
        columns = [table.c[name] for name in projection.key_names]
        found: dict[Key, Row] = {}
        for some in _in_portions(keys):
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
        if rows:
            connection.execute(insert(table), rows)

    def swap(self, connection: Connection) -> None:
        """The new rows in place of the live ones, within the caller's transaction."""
        for projection, table in self._tables.items():
            names = [column.name for column in projection.table.columns]
            connection.execute(delete(projection.table))
            connection.execute(
                insert(projection.table).from_select(names, select(*(table.c[name] for name in names)))
            )


def _in_portions(keys: Iterable[Key], size: int = 400) -> Iterator[list[Key]]:
    """Keys in portions small enough for the variables of one statement."""
    whole = list(keys)
    for start in range(0, len(whole), size):
        yield whole[start : start + size]


def _hold_writers(connection: Connection) -> None:
    """No fact is recorded until this transaction ends. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE facts IN SHARE MODE"))


def _whole_log(store: FactStore, connection: Connection) -> Iterator[Fact]:
    position = 0
    newest = connection.execute(select(func.max(facts.c.id))).scalar() or 0
    while position < newest:
        batch = store.log(position, BATCH, connection)
        if not batch:
            return
        yield from (fact for _, fact in batch)
        position = batch[-1][0]


def _row_differences(
    connection: Connection, projection: Projection, folded: dict[Key, Row]
) -> list[Difference]:
    differences = []
    missing = dict(folded)
    for found in connection.execute(select(projection.table)).mappings():
        stored = dict(found)
        key = tuple(stored[name] for name in projection.key_names)
        row = missing.pop(key, None)
        if row is None:
            differences.append(Difference(projection.name, _said(key), "", "a row", "none"))
            continue
        for column, value in stored.items():
            if value != row[column]:
                differences.append(Difference(projection.name, _said(key), column, value, row[column]))
    return differences + [Difference(projection.name, _said(key), "", "none", "a row") for key in missing]


def _said(key: Key) -> str:
    return "/".join(str(part) for part in key)


_HOLDING: Final = select(
    registrations.c.id,
    registrations.c.status,
    registrations.c.round,
    registrations.c.person,
    registrations.c.site,
    registrations.c.lines,
)
"""What decides which claims a registration holds."""


def _expected_claims(connection: Connection) -> tuple[dict[str, Any], Counter[str]]:
    """Unique claims by key with their holder, and how many of each counted seat are taken."""
    unique: dict[str, Any] = {}
    counted: Counter[str] = Counter()
    places = {}
    for row in connection.execute(_HOLDING):
        places[row.id] = row.round, row.site
        for claim in held_by(_as_registration(row)):
            if isinstance(claim, Seat):
                counted[claim.key] += 1
            else:
                unique[claim.key] = row.id
    for seat in connection.execute(select(tickets)).mappings():
        round_, site = places[seat["registration"]]
        unique[Chair(round_, site, seat["hall"], seat["seat"]).key] = seat["registration"]
    return unique, counted


def _as_registration(row: Any) -> Registration:
    return Registration(
        row.id,
        status=Status(row.status),
        round=row.round,
        person=row.person or "",
        site=row.site or "",
        lines=tuple(Line(**line) for line in row.lines),
    )


def _claim_differences(connection: Connection) -> list[Difference]:
    unique, counted = _expected_claims(connection)
    stored = dict(connection.execute(select(claims.c.key, claims.c.holder)).all())
    taken = dict(connection.execute(select(counters.c.key, counters.c.taken)).all())
    differences = [
        Difference("claims", key, "holder", stored.get(key), unique.get(key))
        for key in sorted(stored.keys() | unique.keys())
        if stored.get(key) != unique.get(key)
    ]
    return differences + [
        Difference("counters", key, "taken", taken.get(key, 0), counted[key])
        for key in sorted(taken.keys() | counted.keys())
        if taken.get(key, 0) != counted[key]
    ]


def _set_claims(connection: Connection) -> None:
    unique, counted = _expected_claims(connection)
    connection.execute(delete(claims))
    if unique:
        rows = [{"key": key, "holder": holder} for key, holder in sorted(unique.items())]
        connection.execute(insert(claims), rows)
    connection.execute(update(counters).values(taken=0))
    for key, count in sorted(counted.items()):
        connection.execute(update(counters).where(counters.c.key == key).values(taken=count))
