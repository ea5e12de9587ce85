"""Rows made anew from the log.

Rebuilding works slice by slice in the live tables, while commands go on. The rows that the facts of a slice lead to are compared with the
stored ones; mostly none differ, and nothing is written. Those that do are written a few at a time, and writers wait for that
alone, however many there are. Claims follow from the rows, slice by slice too; sums and counters are corrected by what they
are off.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from sqlalchemy import Connection

from ncre.projections.base import Key, Listeners, Projection, Row
from ncre.projections.maintenance import claims_check
from ncre.projections.maintenance.checking import check_against_log
from ncre.projections.maintenance.claims_check import Held
from ncre.projections.maintenance.completeness import DERIVED, Gone, lacking, make_whole
from ncre.projections.maintenance.dependents import Dependent, count_of, dependents
from ncre.projections.maintenance.findings import RowDifference, holding_differences
from ncre.projections.maintenance.mending import Mender, replace
from ncre.projections.maintenance.pace import PORTION
from ncre.projections.maintenance.rebuild_notes import Filled, Progress, RebuildNotes, merge
from ncre.projections.maintenance.slices import how_many
from ncre.projections.seating.tickets import tickets
from ncre.projections.summaries import CORRECTED, HowMany, Totals
from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.integrity import Damage
from ncre.store.outages import DatabaseFailure
from ncre.store.schema import claims

BATCH: Final = 5000
"""Facts of a slice, about: folded in memory at a time."""

Wrong = RowDifference | Damage | Gone


@dataclass(frozen=True)
class Rebuilt:
    """`held` is the longest time in seconds for which writers waited; `gone_on` tells how many slices a killed rebuild had done."""

    facts: int
    seconds: float
    held: float
    gone_on: int = 0


Share = Callable[[str, Progress, list[int]], Iterable[Filled]]
"""Mends the slices of these numbers elsewhere: told the name of the rebuild, and its position and size."""


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
        whole.notes.drop(database)
        raise
    whole.notes.drop(database)
    return Rebuilt(whole.count, perf_counter() - begun, whole.held, whole.gone_on)


@dataclass
class _Rebuild:
    database: Database
    store: FactStore
    listeners: Listeners
    count: int = 0
    held: float = 0.0
    gone_on: int = 0
    _drawn: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.notes = RebuildNotes(self.listeners)

    def run(self, size: int, share: Share | None) -> None:
        """Tables, then whole streams, then rows that no stream leads to, then what follows from the rows."""
        lost = self._make_whole()
        progress = self.notes.begin(self.database, self.store.settled(), size, anew=lost)
        self._mender = Mender(self.database, self.store, self.listeners, self.notes, progress)
        self._mend_slices(progress, share)
        self._remove_what_nothing_leads_to(progress.position)
        self._mend_what_follows()
        self.held = max(self.held, self._mender.held)

    def _make_whole(self) -> bool:
        """Tables, columns and indexes that are gone. Whether rows went with any."""
        rows = [
            *(projection.table for projection in self.listeners.all),
            *(dependent.table for dependent in dependents(self.listeners)),
        ]
        with self.database.transaction() as connection:
            lost = any(not what.startswith("index") for table in rows for what in lacking(connection, table))
            for table in (*rows, *(summary.table for summary in self.listeners.summaries), *DERIVED):
                make_whole(connection, table)
                for index in sorted(table.indexes, key=lambda one: str(one.name)):
                    index.create(connection, checkfirst=True)
        return lost

    def _mend_slices(self, progress: Progress, share: Share | None) -> None:
        self.count, self.gone_on, self._drawn = progress.facts, len(progress.done), dict(progress.drawn)
        left = [one for one in range(how_many(progress.position, progress.size)) if one not in progress.done]
        filled = share(self.notes.name, progress, left) if share else self._mend_here(left)
        for one in filled:
            self.count += one.facts
            self.held = max(self.held, one.held)
            merge(self._drawn, one.drawn)

    def _mend_here(self, numbers: list[int]) -> Iterator[Filled]:
        for number in numbers:
            yield self._mender.mend(number)
            gc.collect(0)

    def _remove_what_nothing_leads_to(self, position: int) -> None:
        """Rows of tables that do not lie by stream, which no slice met and no fact since the beginning touched."""
        since = self.store.settled()
        with self.database.snapshot() as reading:
            beyond = self._untouched(reading, self.notes.beyond(reading), position)
        for projection, keys in beyond.items():
            for start in range(0, len(keys), PORTION):
                with self._mender.writers_held() as connection:
                    self.notes.assert_mine(connection)
                    some = {projection: keys[start : start + PORTION]}
                    for one, gone in self._untouched(connection, some, since).items():
                        replace(connection, one, gone, [])

    def _untouched(
        self, connection: Connection, keys: dict[Projection, list[Key]], after: int
    ) -> dict[Projection, list[Key]]:
        """Those that no fact after a position of the log is about."""
        left = {projection: set(some) for projection, some in keys.items()}
        while left and (stored := self.store.raw_log(after, BATCH, connection)):
            for fact in self.store.closed([one for one in stored if one.topic in self._topics]):
                for projection in self.listeners.to(fact):
                    if projection in left:
                        left[projection].discard(projection.key(fact))
            after = stored[-1].id
        return {projection: sorted(some) for projection, some in left.items() if some}

    @property
    def _topics(self) -> set[str]:
        return {fact.TOPIC for one in self.listeners.all if not one.by_stream for fact in one.listens}

    def _mend_what_follows(self) -> None:
        """Sums and counters by what they are off at one moment, as commands add to them. A seat that was given back where a counter

        said that none was taken shows in the second round: from then on counters stand no lower than they should.
        """
        for again in (False, True):
            since = self.store.settled()
            off, too_many = self._correct()
            for one in () if again else too_many:
                self._remove_beyond(one)
            if not off or self.store.newest() == since:
                return

    def _correct(self) -> tuple[bool, list[Dependent]]:
        """Whether a counter was off, and the tables that have more rows than registrations lead to."""
        sums = [one for one in self.listeners.summaries if not one.of_one]
        held, several = Held(), {one: HowMany(one) for one in self.listeners.summaries if one.of_one}
        totals = Totals([*sums, held, *several.values()])
        with self.database.snapshot() as reading:
            totals.take_stored(reading)
            corrections = totals.corrections(reading, sums)
            told = claims_check.of_stored_rows(reading, totals.of(held), self._drawn)
            off = holding_differences(claims_check.counted(reading), told)
            (unique,) = totals.of(held).get(Held.UNIQUE, [0])
            expected = {claims: unique + count_of(reading, tickets)}
            for one, number in several.items():
                (expected[one.table],) = totals.of(number).get((), [0])
            follow = dependents(self.listeners)
            too_many = [one for one in follow if count_of(reading, one.table) != expected[one.table]]
        for some in corrections:
            with self._mender.writers_held() as connection:
                some.write(connection)
        for start in range(0, len(off), CORRECTED):
            with self._mender.writers_held() as connection:
                claims_check.correct(connection, off[start : start + CORRECTED])
        with self.database.transaction() as connection:
            claims_check.set_forward(connection, off)
        return bool(off), too_many

    def _remove_beyond(self, dependent: Dependent) -> None:
        """Rows that follow from no registration, portion by portion of all that are stored."""
        stored, after = [Row()], None
        while stored:
            with self.database.snapshot() as reading:
                stored = dependent.portion(reading, after, BATCH)
                beyond = dependent.beyond(reading, stored)
            owners = {row[dependent.owner] for row in beyond}
            self._mender.make_right(dependent, sorted(owners), beyond)
            after = dependent.key(stored[-1]) if stored else None


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
