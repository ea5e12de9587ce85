"""Rows from a source that is in use to a target that nobody else writes: whole tables, then what changed, compared as it goes.

Facts go by their positions in the log. Of every other table the rows are copied once, and then whichever a note names:
the row as it stands in the source by then, so that a note may be worked off twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    inspect,
    select,
)

from ncre.backups import tables
from ncre.backups.copying import assert_empty_tables, number_by_hand, number_on
from ncre.backups.moving.notes import ChangeNote, Notes
from ncre.backups.problems import BackupUnusable
from ncre.backups.tables import Key, Row
from ncre.store.columns import ONE, has_key
from ncre.store.database import Database
from ncre.store.schema import facts, metadata

BATCH_SIZE: Final = 2_000
"""Facts, or notes, in one transaction of the target."""

PORTION: Final = 400
"""Keys in one statement."""

_progress: Final = Table(
    "move_progress",
    MetaData(),
    Column("token", String(32), primary_key=True),
    Column("name", String(63), primary_key=True),
)
"""At the target: whose move it is (a row without a name), and which tables were copied whole."""

Settled = Callable[[], int]
"""Up to which position of the source's log every fact that will ever be there is there."""


class MoveDiffers(BackupUnusable):
    """What was copied is not what stands there."""

    def __init__(self, names: Collection[str]) -> None:
        named = "、".join(sorted(names))
        super().__init__(
            f"复制后不一致：{named}。没有切换，仍由原数据库提供服务；再执行一次会重新复制这些表",
            f"the copy differs in {', '.join(sorted(names))}; nothing was switched, the old database serves on. Run it "
            "again: these tables are copied anew",
        )


@dataclass(frozen=True)
class Compared:
    """Facts that are equal in both, the sum of their SHA-256, and the rows of all tables that were compared."""

    facts: int
    total: int
    rows: int

    @property
    def digest(self) -> str:
        """As `ncre database digests` says it."""
        return f"{self.total:064x}"


class Transfer:
    """One move's way from source to target."""

    def __init__(self, source: Database, target: Database, notes: Notes, settled: Settled) -> None:
        self._source = source
        self._target = target
        self._notes = notes
        self._settled = settled
        self._more = 0, 0

    def prepare(self, token: str) -> None:
        """The tables of this release in an empty target, or those of the same move, which goes on.

        Raises BackupUnusable where there is anything else.
        """
        if self._target.exists() and self.token() == token:
            return
        if self._target.exists():
            assert_empty_tables(self._target)
        self._target.migrate()
        with self._target.transaction() as writing:
            if not inspect(writing).has_table(_progress.name):
                _progress.create(writing)
            writing.execute(delete(_progress))
            for name in tables.BEGUN:
                writing.execute(delete(metadata.tables[name]))
            number_by_hand(writing, facts)
            writing.execute(insert(_progress), {"token": token, "name": ""})

    def token(self) -> str | None:
        """Of the move that the target is for."""
        with self._target.explained(), self._target.reading() as reading:
            if not inspect(reading).has_table(_progress.name):
                return None
            return reading.scalar(select(_progress.c.token).limit(ONE))

    def copied(self) -> set[str]:
        with self._target.reading() as reading:
            return set(reading.execute(select(_progress.c.name)).scalars())

    def forget_copied(self, names: Iterable[str]) -> None:
        """These tables are copied anew."""
        with self._target.transaction() as writing:
            writing.execute(delete(_progress).where(_progress.c.name.in_([name for name in names if name])))

    def copy(self, some: Iterable[Table], token: str) -> dict[str, int]:
        """All rows of the first tables of these, as they stand at one moment, until there are many. How many of each."""
        counts: dict[str, int] = {}
        with self._source.snapshot() as reading, self._target.transaction() as writing:
            for table in some:
                writing.execute(delete(table))
                counts[table.name] = 0
                for portion in tables.rows(reading, table):
                    writing.execute(insert(table), portion)
                    counts[table.name] += len(portion)
                writing.execute(insert(_progress), {"token": token, "name": table.name})
                if sum(counts.values()) >= BATCH_SIZE:
                    break
        return counts

    def facts_on(self, reading: Connection | None = None) -> int:
        """The next facts of the log, compared with what then stands in the target. How many; 0 at its end.

        `reading` is a connection to the source whose writers are held.
        """
        with self._target.reading() as own:
            after = own.scalar(select(func.max(facts.c.id))) or 0
        if reading is None:
            upto = self._settled()
            with self._source.reading() as connection:
                batch = _log(connection, after, upto)
        else:
            batch = _log(reading, after, None)
        if batch:
            with self._target.transaction() as writing:
                writing.execute(insert(facts), batch)
                last = batch[-1]["id"]
                stored = tables.read(writing, facts, facts.c.id > after, facts.c.id <= last)
                _assert_equal(facts, batch, stored)
            count, total = self._more
            self._more = count + len(batch), total + sum(tables.hash_of(facts, row) for row in batch)
        return len(batch)

    def changes(self, notes: list[ChangeNote], reading: Connection | None = None) -> int:
        """Take over what these notes name, and compare. How many rows became others."""
        noted: dict[Table, dict[Key, None]] = defaultdict(dict)
        for note in notes:
            noted[note.table][note.key] = None
        changed = 0
        with self._target.transaction() as writing:
            for table, keys in noted.items():
                for some in _portions(list(keys)):
                    changed += self._take(writing, table, some, reading)
        return changed

    def _take(self, writing: Connection, table: Table, keys: list[Key], held: Connection | None) -> int:
        if held is not None:
            wanted = tables.with_keys(held, table, keys)
        else:
            with self._source.reading() as reading:
                wanted = tables.with_keys(reading, table, keys)
        stored = tables.with_keys(writing, table, keys)
        others = [key for key in keys if _hash(table, wanted.get(key)) != _hash(table, stored.get(key))]
        if gone := [key for key in others if key in stored]:
            writing.execute(delete(table).where(has_key(table, gone)))
        if fresh := [tables.insertable(table, wanted[key]) for key in others if key in wanted]:
            writing.execute(insert(table), fresh)
        found = tables.with_keys(writing, table, keys)
        _assert_equal(table, wanted.values(), found.values())
        return len(others)

    def compared(self) -> Compared:
        """Every row of both, counted and hashed, but those that changed since: these are compared as they are taken over.

        Raises MoveDiffers; then the tables that differ are copied anew by the next attempt.
        """
        with self._target.snapshot() as target, self._source.snapshot() as source:
            last = target.scalar(select(func.max(facts.c.id))) or 0
            changed: dict[str, set[Key]] = defaultdict(set)
            for note in self._notes.some(source, 2**31 - 1):
                changed[note.table.name].add(note.key)
            here, there = {}, {}
            for table in metadata.sorted_tables:
                bounds = (facts.c.id <= last,) if table is facts else ()
                without = changed[table.name]
                here[table.name] = tables.digest(source, table, without, *bounds)
                there[table.name] = tables.digest(target, table, without, *bounds)
        self._more = 0, 0
        if wrong := tables.differing(here, there):
            self.forget_copied(wrong)
            raise MoveDiffers(wrong)
        counts = {name: int(told.partition(":")[0]) for name, told in here.items()}
        return Compared(counts[facts.name], int(here[facts.name].partition(":")[2], 16), sum(counts.values()))

    def since(self, compared: Compared) -> Compared:
        """With the facts that came after."""
        count, total = self._more
        return replace(
            compared, facts=compared.facts + count, total=(compared.total + total) % tables.MODULUS
        )

    def finish(self) -> None:
        """The target numbers facts by itself from now on."""
        with self._target.transaction() as writing:
            number_on(writing, facts)

    def end(self) -> None:
        """Nothing in the target tells of a move any more."""
        with self._target.transaction() as writing:
            _progress.drop(writing, checkfirst=True)


def _log(connection: Connection, after: int, upto: int | None) -> list[Row]:
    asked = select(facts).where(facts.c.id > after).order_by(facts.c.id).limit(BATCH_SIZE)
    if upto is not None:
        asked = asked.where(facts.c.id <= upto)
    return [dict(row) for row in connection.execute(asked).mappings()]


def _hash(table: Table, row: Row | None) -> int | None:
    return None if row is None else tables.hash_of(table, row)


def _assert_equal(table: Table, wanted: Iterable[Row], found: Iterable[Row]) -> None:
    """Raises MoveDiffers."""
    if sorted(tables.hash_of(table, row) for row in wanted) != sorted(
        tables.hash_of(table, row) for row in found
    ):
        raise MoveDiffers([table.name])


def _portions(keys: list[Key]) -> Iterable[list[Key]]:
    return (keys[start : start + PORTION] for start in range(0, len(keys), PORTION))
