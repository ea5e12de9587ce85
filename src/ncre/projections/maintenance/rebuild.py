"""Rows made anew from the log.

Rebuilding works beside the live rows, batch by batch, while commands go on; only the last step, the
facts recorded meanwhile and the swap, holds writers up. Claims, counters and sums follow from the rows,
so they are checked and set in the same way.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from sqlalchemy import Connection, text

from ncre.events.base import Fact
from ncre.projections.base import Listeners, fold
from ncre.projections.maintenance import claims_check
from ncre.projections.maintenance.checking import check_against_log
from ncre.projections.maintenance.completeness import Gone, make_whole
from ncre.projections.maintenance.findings import RowDifference
from ncre.projections.maintenance.shadow_tables import Shadows
from ncre.projections.maintenance.slices import Slice, slices
from ncre.projections.summaries import Totals
from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.integrity import Damage

BATCH: Final = 5000
"""Facts folded in memory before their rows are written."""


Wrong = RowDifference | Damage | Gone


@dataclass(frozen=True)
class Rebuilt:
    facts: int
    seconds: float


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
    count, drawn = 0, dict[str, int]()
    for part in slices(position, size):
        count += _fill(database, store, shadows, listeners, part, position, drawn)
        gc.collect(0)
    whole = True
    while whole:
        batch = store.log(position, size)
        with database.transaction() as connection:
            _take(connection, shadows, batch, drawn)
        position, count, whole = _after(batch, position), count + len(batch), len(batch) == size
    with database.transaction() as connection:
        _hold_writers(connection)
        while batch := store.log(position, size, connection):
            _take(connection, shadows, batch, drawn)
            position, count = _after(batch, position), count + len(batch)
        shadows.swap(connection)
        claims_check.write(connection, claims_check.of_stored_rows(connection, drawn))
        totals = Totals(listeners.summaries)
        totals.take_stored(connection)
        for summary in listeners.summaries:
            make_whole(connection, summary.table)
        totals.write(connection)
    return count


def _take(
    connection: Connection, shadows: Shadows, batch: list[tuple[int, Fact]], drawn: dict[str, int]
) -> None:
    history = [fact for _, fact in batch]
    shadows.take(connection, history)
    claims_check.note_drawn(drawn, history)


def _fill(
    database: Database,
    store: FactStore,
    shadows: Shadows,
    listeners: Listeners,
    part: Slice,
    upto: int,
    drawn: dict[str, int],
) -> int:
    """The finished rows of a slice of streams, written beside the live ones. The number of facts."""
    with database.reading() as connection:
        stored = store.slice(connection, part.first, part.last, upto)
        history = store.read(connection, stored, listeners.opens)
    rows = fold(listeners, history)
    claims_check.note_drawn(drawn, history)
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


def check(database: Database, store: FactStore, listeners: Listeners) -> list[Wrong]:
    """Everything that `examine` finds wrong, [] where there is nothing."""
    found = check_against_log(database, store, listeners)
    return [*found.differences, *found.damages, *found.gone]
