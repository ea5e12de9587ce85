"""Rows made anew from the log, and rows checked against it.

Rebuilding works beside the live rows, batch by batch, while commands go on; only the last step, the
facts recorded meanwhile and the swap, holds writers up. Claims and counters follow from the rows,
so they are checked and set in the same way.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from sqlalchemy import Connection, func, select, text

from ncre.events.base import Fact
from ncre.events.database import Database
from ncre.events.schema import facts
from ncre.events.store import FactStore
from ncre.projections import holdings
from ncre.projections.base import Key, Listeners, Projection, Row, fold
from ncre.projections.holdings import Holdings
from ncre.projections.shadows import Shadows
from ncre.projections.slices import Slice, slices

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


def rebuild(database: Database, store: FactStore, listeners: Listeners, size: int = BATCH) -> Rebuilt:
    """Make every row, claim and counter anew from the log. Commands may go on meanwhile.

    Raises RebuildOvertaken when another rebuild began meanwhile; then nothing was changed.
    """
    begun = perf_counter()
    shadows = Shadows(listeners)
    shadows.create(database)
    try:
        with _collector_paused():
            count = _rebuild(database, store, shadows, listeners, size)
    finally:
        shadows.drop(database)
    return Rebuilt(count, perf_counter() - begun)


def _rebuild(database: Database, store: FactStore, shadows: Shadows, listeners: Listeners, size: int) -> int:
    """Whole streams up to a position, then what came since, then once more with writers held, and swap.

    The number of facts.
    """
    position = store.settled()
    count = 0
    for part in slices(position, size):
        count += _fill(database, store, shadows, listeners, part, position)
        gc.collect(0)
    whole = True
    while whole:
        batch = store.log(position, size)
        with database.transaction() as connection:
            shadows.take(connection, [fact for _, fact in batch])
        position, count, whole = _after(batch, position), count + len(batch), len(batch) == size
    with database.transaction() as connection:
        _hold_writers(connection)
        while batch := store.log(position, size, connection):
            shadows.take(connection, [fact for _, fact in batch])
            position, count = _after(batch, position), count + len(batch)
        shadows.swap(connection)
        holdings.write(connection, holdings.of_stored_rows(connection))
    return count


def _fill(
    database: Database, store: FactStore, shadows: Shadows, listeners: Listeners, part: Slice, upto: int
) -> int:
    """The finished rows of a slice of streams, written beside the live ones. The number of facts."""
    with database.reading() as connection:
        stored = store.slice(connection, part.first, part.last, upto)
        rows = fold(listeners, store.read(connection, stored, listeners.opens))
    with database.transaction() as connection:
        shadows.fill(connection, rows)
    return len(stored)


def _after(batch: list[tuple[int, Fact]], position: int) -> int:
    return batch[-1][0] if batch else position


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Facts and rows hold no cycles; looking for some amid a batch costs a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _hold_writers(connection: Connection) -> None:
    """No fact is recorded until this transaction ends. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE facts IN SHARE MODE"))


def check(database: Database, store: FactStore, listeners: Listeners) -> list[Difference]:
    """Every row, claim and counter that differs from what the log leads to, in one view of both."""
    with database.snapshot() as connection:
        folded = fold(listeners, _whole_log(store, connection))
        differences = [
            difference
            for projection, rows in folded.items()
            for difference in _row_differences(connection, projection, rows)
        ]
        by_table = {projection.name: rows.values() for projection, rows in folded.items()}
        told = holdings.of_rows(by_table["registrations"], by_table["tickets"], by_table["sites"])
        return differences + _holding_differences(holdings.stored(connection), told)


def _whole_log(store: FactStore, connection: Connection) -> Iterator[Fact]:
    position = 0
    newest = connection.execute(select(func.max(facts.c.id))).scalar() or 0
    while position < newest:
        batch = store.log(position, BATCH, connection)
        yield from (fact for _, fact in batch)
        position = _after(batch, newest)


def _row_differences(
    connection: Connection, projection: Projection, folded: dict[Key, Row]
) -> Iterator[Difference]:
    missing = dict(folded)
    for found in connection.execute(select(projection.table)).mappings():
        key = tuple(found[name] for name in projection.key_names)
        row = missing.pop(key, None)
        if row is None:
            yield Difference(projection.name, _said(key), "", "a row", "none")
            continue
        for column, value in found.items():
            if value != row[column]:
                yield Difference(projection.name, _said(key), column, value, row[column])
    for key in missing:
        yield Difference(projection.name, _said(key), "", "none", "a row")


def _said(key: Key) -> str:
    return "/".join(str(part) for part in key)


def _holding_differences(stored: Holdings, told: Holdings) -> list[Difference]:
    """A quota is compared where a plan speaks of it; one that no plan names any more may stay."""
    return [
        *_unequal("claims", "holder", stored.holders, told.holders, None),
        *_unequal("counters", "taken", stored.taken, told.taken, 0),
        *_unequal("counters", "quota", {k: stored.quotas.get(k) for k in told.quotas}, told.quotas, None),
    ]


def _unequal(
    table: str, column: str, stored: Mapping[str, object], told: Mapping[str, object], absent: object
) -> Iterator[Difference]:
    for key in sorted(stored.keys() | told.keys()):
        was, should = stored.get(key, absent), told.get(key, absent)
        if was != should:
            yield Difference(table, key, column, was, should)
