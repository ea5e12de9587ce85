"""Rows made anew from the log.

Rebuilding works beside the live rows, slice by slice, while commands go on. There is no swap of whole tables: the new rows are
compared with the live ones in the database, and those that differ are taken over a few at a time, each time with the facts
recorded meanwhile. Writers wait for that alone, however many rows there are. Claims, counters and sums follow from the rows:
sums are corrected by what they are off, claims and counters are written anew only where they are wrong.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from time import perf_counter
from typing import Final

from sqlalchemy import Connection, select, text

from ncre.events.base import Fact
from ncre.projections.base import Key, Listeners, Projection, fold
from ncre.projections.maintenance import claims_check
from ncre.projections.maintenance.checking import check_against_log
from ncre.projections.maintenance.completeness import DERIVED, Gone, make_whole
from ncre.projections.maintenance.findings import RowDifference, holding_differences
from ncre.projections.maintenance.shadow_tables import Shadows, merge
from ncre.projections.maintenance.slices import slices
from ncre.projections.summaries import Totals
from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.integrity import Damage
from ncre.store.outages import DatabaseFailure
from ncre.store.schema import claims

BATCH: Final = 5000
"""Facts folded in memory before their rows are written."""

PORTION: Final = 2000
"""Rows taken over while writers wait."""

Wrong = RowDifference | Damage | Gone


@dataclass(frozen=True)
class Rebuilt:
    """`held` is the longest time in seconds for which writers waited."""

    facts: int
    seconds: float
    held: float


@dataclass(frozen=True)
class Filled:
    """A slice of the log that is done: how many facts, and which numbers were drawn in it."""

    facts: int
    drawn: dict[str, int]


Share = Callable[[str, int, int, list[int]], Iterable[Filled]]
"""Fills the slices of these numbers elsewhere: told the name of the rebuild, its position and its size."""


def rebuild(
    database: Database,
    store: FactStore,
    listeners: Listeners,
    size: int = BATCH,
    share: Share | None = None,
) -> Rebuilt:
    """Make every row, claim and counter anew from the log. Commands may go on meanwhile.

    What was interrupted by a kill or an outage is gone on with by the next. Raises RebuildOvertaken when another rebuild began
    meanwhile.
    """
    begun = perf_counter()
    whole = _Rebuild(database, store, listeners)
    try:
        with _collector_paused():
            whole.run(size, share)
    except (DatabaseFailure, KeyboardInterrupt):
        raise
    except BaseException:
        whole.shadows.drop(database)
        raise
    whole.shadows.drop(database)
    return Rebuilt(whole.count, perf_counter() - begun, whole.held)


@dataclass
class _Rebuild:
    database: Database
    store: FactStore
    listeners: Listeners
    count: int = 0
    held: float = 0.0
    _position: int = 0
    _size: int = 1
    _drawn: dict[str, int] = field(default_factory=dict)
    _touched: dict[Projection, set[Key]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shadows = Shadows(self.listeners)

    def run(self, size: int, share: Share | None) -> None:
        """Whole streams up to a position, then what came since, then what differs, then what follows from the rows."""
        self._fill(size, share)
        while self._catch_up_once():
            pass
        self._make_whole()
        with self.database.snapshot() as reading:
            wrong = dict(self.shadows.differing(reading))
        for projection, keys in wrong.items():
            for start in range(0, len(keys), PORTION):
                self._take_over({projection: keys[start : start + PORTION]})
        self._take_over({})
        self._mend_what_follows()

    def _fill(self, size: int, share: Share | None) -> None:
        progress = self.shadows.create(self.database, self.store.settled(), size)
        self._position, self._size, self.count = progress.position, progress.size, progress.facts
        self._drawn = dict(progress.drawn)
        parts = slices(self._position, self._size)
        left = [number for number, _ in enumerate(parts) if number not in progress.done]
        for filled in (share or self._fill_here)(self.shadows.name, self._position, self._size, left):
            self.count += filled.facts
            merge(self._drawn, filled.drawn)

    def _fill_here(self, _name: str, position: int, size: int, numbers: list[int]) -> Iterator[Filled]:
        for number in numbers:
            yield fill(self.database, self.store, self.listeners, self.shadows, position, size, number)
            gc.collect(0)

    def _catch_up_once(self) -> bool:
        """Whether there may be more."""
        batch = self.store.log(self._position, self._size)
        with self.database.transaction() as connection:
            self.shadows.close_to_others(connection)
            self._take(connection, batch)
        return len(batch) == self._size

    def _take(self, connection: Connection, batch: list[tuple[int, Fact]]) -> None:
        history = [fact for _, fact in batch]
        for projection, keys in self.shadows.take(connection, history).items():
            self._touched.setdefault(projection, set()).update(keys)
        claims_check.note_drawn(self._drawn, history)
        self._position, self.count = batch[-1][0] if batch else self._position, self.count + len(batch)

    def _make_whole(self) -> None:
        """Tables, columns and indexes that are gone."""
        with self.database.transaction() as connection:
            tables = [projection.table for projection in self.listeners.all]
            for table in (*tables, *(summary.table for summary in self.listeners.summaries), *DERIVED):
                make_whole(connection, table)
                for index in sorted(table.indexes, key=lambda one: str(one.name)):
                    index.create(connection, checkfirst=True)

    def _take_over(self, wrong: dict[Projection, list[Key]]) -> None:
        """With writers held: what was recorded since, and the rows of these keys."""
        with self._held() as connection:
            while batch := self.store.log(self._position, self._size, connection):
                self._take(connection, batch)
            touched, self._touched = self._touched, {}
            for projection in wrong.keys() | touched.keys():
                keys = dict.fromkeys([*wrong.get(projection, ()), *touched.get(projection, ())])
                self.shadows.replace(connection, projection, keys)

    def _mend_what_follows(self) -> None:
        """Sums by what they are off at one moment, as commands add to them; claims, counters and numbers where any is wrong."""
        totals = Totals(self.listeners.summaries)
        with self.database.snapshot() as reading:
            totals.take_stored(reading)
            corrections = totals.corrections(reading)
            told = claims_check.of_stored_rows(reading, self._drawn)
            asked = reading.execute(select(claims.c.key, claims.c.holder))
            stored = {row.key: row.holder for row in asked}
            right = stored == told.holders and not holding_differences(claims_check.counted(reading), told)
        for some in corrections:
            with self._held() as connection:
                some.write(connection)
        if not right:
            with self._held() as connection:
                again = claims_check.of_stored_rows(connection, self._drawn)
                claims_check.write(connection, again)

    @contextmanager
    def _held(self) -> Iterator[Connection]:
        """No fact is recorded until the block ends. SQLite has one writer anyway."""
        with self.database.transaction() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE facts IN SHARE MODE"))
            begun = perf_counter()
            yield connection
        self.held = max(self.held, perf_counter() - begun)


def fill(
    database: Database,
    store: FactStore,
    listeners: Listeners,
    shadows: Shadows,
    position: int,
    size: int,
    number: int,
) -> Filled:
    """The finished rows of one slice of streams, written beside the live ones. Raises RebuildOvertaken."""
    part = next(islice(slices(position, size), number, None))
    with database.reading() as connection:
        stored = store.slice(connection, part.first, part.last, position)
        history = store.read(connection, stored, listeners.opens)
    rows, drawn = fold(listeners, history), dict[str, int]()
    claims_check.note_drawn(drawn, history)
    with database.transaction() as connection:
        shadows.fill(connection, rows, number, len(stored), drawn)
    return Filled(len(stored), drawn)


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


def check(database: Database, store: FactStore, listeners: Listeners) -> list[Wrong]:
    """Everything that `examine` finds wrong, [] where there is nothing."""
    found = check_against_log(database, store, listeners)
    return [*found.differences, *found.damages, *found.gone]
