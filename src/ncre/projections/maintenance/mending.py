"""A slice of the log whose rows are made anew: compared with the stored ones beside all commands, and written where they differ.

Log and rows are read in one view of both. What differs is written with writers held, a portion at a time, each time
after what came meanwhile was read: facts of these streams recorded since, and people erased since.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from time import perf_counter
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, delete, select, text

from ncre.events.base import Erased, Fact
from ncre.projections.base import Key, Listeners, Projection, Row, fold
from ncre.projections.maintenance import claims_check
from ncre.projections.maintenance.bulk import as_raw_rows, insert_all, raw_rows
from ncre.projections.maintenance.dependents import BY_NUMBER, Dependent, dependents, people_of
from ncre.projections.maintenance.pace import Pace
from ncre.projections.maintenance.reading import in_portions
from ncre.projections.maintenance.rebuild_notes import Filled, Progress, RebuildNotes
from ncre.projections.maintenance.slices import Slice, slice_of
from ncre.store.columns import has_key
from ncre.store.database import Database
from ncre.store.fact_store import FactStore

REGISTRATIONS: Final = 1000
"""Registrations whose claims are written while writers wait."""

WHOLE_LOG: Final = 2**63 - 1
"""A position beyond every fact."""

Expected = tuple[Key, Row | None]
"""A key with the row that the log leads to, None where it leads to none."""

Rows = dict[Projection, dict[Key, Row]]


@dataclass(frozen=True)
class Differing:
    """Rows of one table that are not as the log says, with what they should be; `absent` ones are not stored at all."""

    absent: list[Expected] = field(default_factory=list)
    wrong: list[Expected] = field(default_factory=list)


Follow = dict[Dependent, dict[UUID, list[Row]]]
"""Rows that follow from registrations, by these: of tables in which one of them is not as it should be."""


@dataclass(frozen=True)
class RowsToWrite:
    """What is written while writers wait."""

    rows: dict[Projection, Differing] = field(default_factory=dict)
    follow: Follow = field(default_factory=dict)

    def __len__(self) -> int:
        rows = sum(len(unequal.absent) + len(unequal.wrong) for unequal in self.rows.values())
        return rows + sum(len(told) for of_table in self.follow.values() for told in of_table.values())

    def __bool__(self) -> bool:
        return bool(self.rows or self.follow)

    @property
    def private(self) -> bool:
        """Whether some of it is made of private fields."""
        return bool(self.follow) or any(projection.opens for projection in self.rows)


def differing(
    connection: Connection, projection: Projection, part: Slice, folded: dict[Key, Row]
) -> Differing:
    """Stored rows of a slice beside those that its facts lead to."""
    table, names = projection.table, [column.name for column in projection.table.columns]
    stored = set(_stored(connection, projection, part, folded))
    if not stored:
        return Differing(absent=list(folded.items()))
    should = as_raw_rows(connection, table, folded.values())
    unequal = [key for key, row in zip(folded, should, strict=True) if row not in stored]
    if not unequal and len(stored) == len(folded):
        return Differing()
    keys_at = [names.index(name) for name in projection.key_names]
    by_raw_key = {tuple(row[at] for at in keys_at): key for key, row in zip(folded, should, strict=True)}
    there = {tuple(row[at] for at in keys_at) for row in stored}
    standing = {by_raw_key[key] for key in there & by_raw_key.keys()}
    beyond = _keys_of(connection, projection, part) - folded.keys() if there - by_raw_key.keys() else ()
    return Differing(
        absent=[(key, folded[key]) for key in unequal if key not in standing],
        wrong=[(key, folded.get(key)) for key in (*(one for one in unequal if one in standing), *beyond)],
    )


def _stored(
    connection: Connection, projection: Projection, part: Slice, folded: Collection[Key]
) -> Iterator[tuple[object, ...]]:
    """Those of the streams of the slice, or those with the keys that the log leads to."""
    table = projection.table
    if projection.by_stream:
        yield from raw_rows(connection, table, table.c[projection.by_stream].between(part.first, part.last))
        return
    for keys in in_portions(list(folded)):
        yield from raw_rows(connection, table, has_key(table, keys))


def _keys_of(connection: Connection, projection: Projection, part: Slice) -> set[Key]:
    """The keys of all stored rows of a slice."""
    table = projection.table
    asked = select(*(table.c[name] for name in projection.key_names)).where(
        table.c[projection.by_stream].between(part.first, part.last)
    )
    return {tuple(row) for row in connection.execute(asked)}


class Mender:
    """Mends slices, in this process; `held` is the longest time in seconds for which writers waited."""

    def __init__(
        self,
        database: Database,
        store: FactStore,
        listeners: Listeners,
        notes: RebuildNotes,
        progress: Progress,
    ) -> None:
        self._database = database
        self._store = store
        self._listeners = listeners
        self._notes = notes
        self._progress = progress
        self._dependents = dependents(listeners)
        self._pace = Pace()

    @property
    def held(self) -> float:
        return self._pace.held

    def mend(self, number: int) -> Filled:
        """The rows of a slice are what the log says, and it is noted as done. Raises RebuildOvertaken."""
        part = slice_of(number, self._progress.position, self._progress.size)
        since, drawn = self._store.settled(), dict[str, int]()
        with self._database.snapshot() as reading:
            stored = self._store.slice(reading, part.first, part.last, WHOLE_LOG)
            history = self._store.read(reading, stored, self._listeners.opens)
            rows = fold(self._listeners, history)
            found = {one: differing(reading, one, part, folded) for one, folded in rows.items()}
            tables = {one.table: folded.values() for one, folded in rows.items()}
            follow = {one: one.unequal(reading, tables) for one in self._dependents}
        claims_check.note_drawn(drawn, history)
        done = partial(self._notes.done, number=number, filled=Filled(len(stored), drawn), rows=rows)
        portions = list(_portions(found, follow, self._pace.rows))
        opened = _opened(history, self._listeners) if portions else {}
        for portion in portions:
            self._write(part, since, opened, portion, done if portion is portions[-1] else None)
        if not portions:
            with self._database.transaction() as connection:
                done(connection)
        return Filled(len(stored), drawn, self.held)

    def make_right(self, dependent: Dependent, owners: Sequence[UUID], beyond: Collection[Row]) -> None:
        """The rows of these registrations follow from theirs as they are by now, and none of those `beyond` is left that does not."""
        for start in range(0, len(owners), REGISTRATIONS):
            some = set(owners[start : start + REGISTRATIONS])
            with self._database.reading() as reading:
                people = people_of(reading, some)
            with self.writers_held(partial(self._hold_keys, people)) as connection:
                self._notes.assert_mine(connection)
                dependent.make_right(
                    connection, some, [row for row in beyond if row[dependent.owner] in some]
                )

    def _hold_keys(self, people: Collection[UUID], connection: Connection) -> set[UUID]:
        """Those of the people who were erased. Keys before facts, in the order of whoever erases."""
        erased: set[UUID] = set()
        for some in in_portions(sorted(people, key=BY_NUMBER)):
            erased |= self._store.erased_of(connection, some)
        return erased

    def _write(
        self,
        part: Slice,
        since: int,
        opened: dict[UUID, set[UUID]],
        unequal: RowsToWrite,
        done: Callable[[Connection], None] | None,
    ) -> None:
        """The rows that the log leads to in place of those that differ, as they are by now; then the slice may be `done`."""
        changed = set[UUID]()

        def without_erased(connection: Connection) -> None:
            for person in self._hold_keys(opened.keys(), connection):
                changed.update(opened[person])

        with self.writers_held(without_erased if unequal.private else None, len(unequal)) as connection:
            self._notes.assert_mine(connection)
            changed.update(self._store.streams_since(connection, since, part.first, part.last))
            newer = self._folded_again(connection, list(unequal.rows), changed)
            for projection, found in unequal.rows.items():
                after, both = newer[projection], [*found.absent, *found.wrong]
                gone = [
                    *(key for key, _ in found.wrong),
                    *(key for key, _ in found.absent if after and key in after),
                ]
                rows = (after.get(*one) for one in both) if after else (row for _, row in both)
                replace(connection, projection, gone, [row for row in rows if row is not None])
            for dependent, told in unequal.follow.items():
                known = {owner: rows for owner, rows in told.items() if owner not in changed}
                dependent.make_right(connection, told.keys(), known=known)
            if done:
                done(connection)

    def _folded_again(
        self, connection: Connection, projections: Sequence[Projection], streams: Collection[UUID]
    ) -> dict[Projection, dict[Key, Row | None]]:
        """Every row that these streams ever touched, as it is by now."""
        touched: dict[Projection, dict[Key, Row | None]] = {projection: {} for projection in projections}
        for some in in_portions(sorted(streams, key=BY_NUMBER)):
            stored = self._store.of_streams(connection, some)
            for fact in self._store.read(connection, stored, self._listeners.opens):
                for projection in self._listeners.to(fact):
                    if projection in touched:
                        rows, key = touched[projection], projection.key(fact)
                        rows[key] = projection.step(fact, rows.get(key))
        return touched

    @contextmanager
    def writers_held(
        self, first: Callable[[Connection], object] | None = None, rows: int = 0
    ) -> Iterator[Connection]:
        """No fact is recorded until the block ends, which writes so many rows, after what is to be done `first`.

        SQLite has one writer anyway.
        """
        with self._database.transaction() as connection:
            if first is not None:
                first(connection)
            if connection.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE facts IN SHARE MODE"))
            begun = perf_counter()
            yield connection
        self._pace.took(perf_counter() - begun, rows)


def _portions(found: dict[Projection, Differing], follow: Follow, size: int) -> Iterator[RowsToWrite]:
    """So many rows at a time, of as many tables as it takes, and behind them what follows from registrations.

    What is made of private fields comes last, so that keys are held as rarely as can be.
    """
    portion, room = RowsToWrite(), size
    for projection, unequal in sorted(found.items(), key=lambda one: bool(one[0].opens)):
        for absent, expected in ((True, unequal.absent), (False, unequal.wrong)):
            left = expected
            while left:
                if not room:
                    yield portion
                    portion, room = RowsToWrite(), size
                some, left = left[:room], left[room:]
                into = portion.rows.setdefault(projection, Differing())
                (into.absent if absent else into.wrong).extend(some)
                room -= len(some)
    step = min(REGISTRATIONS, max(1, size // 2))
    for dependent, told in follow.items():
        for start in range(0, len(told), step):
            of_some = dict(islice(told.items(), start, start + step))
            weight = sum(map(len, of_some.values()))
            if portion and (dependent in portion.follow or weight > room):
                yield portion
                portion, room = RowsToWrite(), size
            portion.follow[dependent] = of_some
            room -= weight
    if portion:
        yield portion


def replace(
    connection: Connection, projection: Projection, gone: Collection[Key], rows: Collection[Row]
) -> None:
    """Delete the rows of these keys, and write others."""
    for keys in in_portions(sorted(set(gone))):
        connection.execute(delete(projection.table).where(has_key(projection.table, keys)))
    insert_all(connection, projection.table, rows)


def _opened(history: Sequence[Fact], listeners: Listeners) -> dict[UUID, set[UUID]]:
    """The people whose private fields were read, with the streams in which they stand."""
    found: dict[UUID, set[UUID]] = {}
    for fact in history:
        stamp = fact.metadata
        if fact.TOPIC not in listeners.opens or stamp.subject is None:
            continue
        if not any(isinstance(getattr(fact, name), Erased) for name in fact.SEALED):
            found.setdefault(stamp.subject, set()).add(stamp.stream)
    return found
