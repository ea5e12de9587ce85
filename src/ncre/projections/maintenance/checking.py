"""Rows, claims, counters and sums checked against the log, in bounded memory, and past whatever cannot be read.

First the database is asked whether it is sound; then whether all is there that should be; then each slice of
streams is folded and compared with what is stored. What could not be read is named, never taken for right.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, func, select

from ncre.events.base import FACTS, Fact
from ncre.projections.base import Key, Listeners, Projection, Row, fold
from ncre.projections.maintenance import claims_check
from ncre.projections.maintenance.claims_check import Holdings
from ncre.projections.maintenance.completeness import missing
from ncre.projections.maintenance.findings import (
    Checked,
    RowDifference,
    brief,
    holding_differences,
    key_in_words,
    unless_away,
)
from ncre.projections.maintenance.index_check import FETCHED, IndexCheck
from ncre.projections.maintenance.reading import PastDamage, by_stream, in_portions
from ncre.projections.maintenance.slices import Slice, around, slices
from ncre.projections.summaries import Totals
from ncre.store.database import Database
from ncre.store.fact_store import FactStore, StoredEvent
from ncre.store.integrity import damages, tables_of
from ncre.store.schema import claims, facts

SIZE: Final = 5000
"""Facts of a slice, about."""

SEALED: Final = frozenset(topic for topic, kind in FACTS.items() if kind.SEALED)
"""Every box is opened, also where no row needs what is in it: a damaged one is found by that alone."""


DEEP: Final = 8
"""How often a slice whose index cannot be read either is halved before the rest of it is given up."""


def check_against_log(
    database: Database, store: FactStore, listeners: Listeners, size: int = SIZE
) -> Checked:
    """Compare every row, claim, counter and sum with what the log leads to, in one view of both."""
    found = Checked()
    with database.snapshot() as connection:
        for damage in damages(connection):
            found.is_damaged(damage.table, damage.what)
        found.gone = missing(connection, listeners)
        _Check(connection, store, listeners, found).whole(size)
        suspect = {*found.suspect, *(one.table for one in found.gone if one.whole)}
        found.trusted = [table for table in tables_of(connection) if table not in suspect]
    return found


class _Check:
    def __init__(
        self, connection: Connection, store: FactStore, listeners: Listeners, found: Checked
    ) -> None:
        self._connection = connection
        self._store = store
        self._listeners = listeners
        self._found = found
        self._told = Holdings()
        self._gone = {one.table for one in found.gone if one.whole}
        self._sums = [one for one in listeners.summaries if not one.of_one]
        self._totals = Totals(self._sums)
        self._indexes = IndexCheck(connection, listeners, found, self._gone)
        self._met: dict[Projection, array[int]] = {
            projection: array("q") for projection in listeners.all if not projection.by_stream
        }
        self._claims = array("q")
        self._unread: set[UUID] = set()
        self._partial = False

    def whole(self, size: int) -> None:
        if facts.name in self._gone:
            return
        upto = 0
        with self._past(facts.name, "the newest fact"):
            upto = int(self._connection.execute(select(func.max(facts.c.id))).scalar() or 0)
        for part in slices(upto, size):
            self._slice(part, upto, 0)
        for projection in self._met:
            self._look_for_more(projection)
        self._compare_holdings()
        self._compare_sums()

    def _slice(self, part: Slice, upto: int, depth: int) -> None:
        """Read a slice and compare its rows; where it cannot be read, stream by stream, else half by half."""
        stored: Sequence[StoredEvent] = ()
        error = None
        try:
            with self._connection.begin_nested():
                stored = self._store.slice(self._connection, part.first, part.last, upto)
        except Exception as failed:
            error = unless_away(failed)
        if error is None:
            self._compare(part, self._history(stored))
            return
        smaller = self._smaller(part, depth)
        for one, deeper in smaller:
            self._slice(one, upto, deeper)
        if not smaller:
            self._partial = True
            self._unread.add(part.first)
            self._found.is_damaged(facts.name, f"streams {part} cannot be read: {brief(error)}")

    def _smaller(self, part: Slice, depth: int) -> list[tuple[Slice, int]]:
        """What to read in place of a slice, with how deep that is; [] where it is given up."""
        if depth >= DEEP:
            return []
        streams = self._streams(part)
        if streams is not None:
            return [(one, DEEP) for one in around(part, streams)]
        return [(half, depth + 1) for half in part.halves() or ()]

    def _streams(self, part: Slice) -> list[UUID] | None:
        """The streams of a slice, by the index alone; None where that cannot be read either."""
        asked = select(facts.c.stream).distinct().where(facts.c.stream.between(part.first, part.last))
        try:
            with self._connection.begin_nested():
                return list(self._connection.execute(asked.order_by(facts.c.stream)).scalars())
        except Exception as failed:
            unless_away(failed)
            return None

    def _history(self, stored: Sequence[StoredEvent]) -> list[Fact]:
        """The facts of a slice without the streams of which one cannot be understood, or is missing."""
        self._found.facts += len(stored)
        good = [row for stream in by_stream(stored) if self._has_no_hole(stream) for row in stream]
        try:
            return self._read(good)
        except Exception as failed:
            unless_away(failed)
        history: list[Fact] = []
        for stream in by_stream(good):
            try:
                history += self._read(stream)
            except Exception as failed:
                self._unreadable(stream, brief(unless_away(failed)))
        return history

    def _read(self, stored: Sequence[StoredEvent]) -> list[Fact]:
        with self._connection.begin_nested():
            return self._store.read(self._connection, stored, SEALED)

    def _has_no_hole(self, stream: Sequence[StoredEvent]) -> bool:
        for place, row in enumerate(stream, start=1):
            if row.originator_version != place:
                self._unreadable(stream, f"version {place} is missing")
                return False
        return True

    def _unreadable(self, stream: Sequence[StoredEvent], why: str) -> None:
        identity = UUID(str(stream[0].originator_id))
        self._unread.add(identity)
        self._partial = True
        self._found.is_damaged(facts.name, f"stream {identity}: {why}")

    def _compare(self, part: Slice, history: list[Fact]) -> None:
        rows = fold(self._listeners, history)
        for projection, folded in rows.items():
            self._totals.take(projection.table, folded.values())
            if projection.name not in self._gone:
                with self._past(projection.name, f"the rows of streams {part}"):
                    self._compare_rows(projection, part, folded)
        self._indexes.compare(part, {projection.table: of.values() for projection, of in rows.items()})
        by_table = {projection.name: of.values() for projection, of in rows.items()}
        told = claims_check.of_rows(by_table["registrations"], by_table["tickets"], by_table["sites"])
        self._told.taken.update(told.taken)
        self._told.quotas.update(told.quotas)
        claims_check.note_drawn(self._told.drawn, history)
        if claims.name not in self._gone:
            with self._past(claims.name, f"the claims of streams {part}"):
                self._compare_claims(told.holders)

    def _compare_rows(self, projection: Projection, part: Slice, folded: Mapping[Key, Row]) -> None:
        names = [column.name for column in projection.table.columns]
        key_of = [names.index(name) for name in projection.key_names]
        values = itemgetter(*names)
        left = dict(folded)
        for row in self._stored(projection, part, folded):
            stored = tuple(row)
            key = tuple(stored[place] for place in key_of)
            should = left.pop(key, None)
            if should is None:
                self._extra(projection, key, part)
            elif stored != (values(should) if len(names) > 1 else (values(should),)):
                self._unequal(projection, key, dict(zip(names, stored, strict=True)), should)
        for key in left:
            self._found.differs(RowDifference(projection.name, key_in_words(key), "", "none", "a row"))
        if projection in self._met:
            self._met[projection].extend(hash(key) for key in folded if key not in left)

    def _stored(self, projection: Projection, part: Slice, folded: Mapping[Key, Row]) -> Iterator[Any]:
        """The stored rows of a slice: those of its streams, or those with the keys that the log leads to."""
        if projection.by_stream:
            column = projection.table.c[projection.by_stream]
            asked = select(projection.table).where(column.between(part.first, part.last))
            yield from self._connection.execute(asked).all()
            return
        for keys in in_portions(list(folded)):
            yield from self._connection.execute(projection.selecting_several(keys)).all()

    def _extra(self, projection: Projection, key: Key, part: Slice) -> None:
        """A row that no fact leads to; of a stream that cannot be read, nobody knows."""
        stream = key[0] if projection.by_stream else None
        if stream not in self._unread:
            self._found.differs(RowDifference(projection.name, key_in_words(key), "", "a row", "none"))

    def _unequal(self, projection: Projection, key: Key, stored: Row, should: Row) -> None:
        for column, value in stored.items():
            if value != should[column]:
                self._found.differs(
                    RowDifference(projection.name, key_in_words(key), column, value, should[column])
                )

    def _compare_claims(self, told: Mapping[str, Sequence[UUID]]) -> None:
        """Where two lead to one claim, whoever does not have it differs."""
        for keys in in_portions(sorted(told)):
            stored = claims_check.holders_of(self._connection, keys)
            for key in keys:
                for holder in told[key]:
                    if stored.get(key) != holder:
                        self._found.differs(
                            RowDifference(claims.name, key, "holder", stored.get(key), holder)
                        )
            self._claims.extend(hash(key) for key in stored)

    def _look_for_more(self, projection: Projection) -> None:
        """Rows beyond those that were met; looked for only where there are more."""
        met, table = self._met[projection], projection.table
        if projection.name in self._gone or self._partial:
            return
        columns = [table.c[name] for name in projection.key_names]
        with self._past(projection.name, "all its keys"):
            if self._count(table) == len(met):
                return
            known = set(met)
            for row in self._connection.execute(_portioned(select(*columns))):
                if hash(tuple(row)) not in known:
                    self._extra(projection, tuple(row), Slice(UUID(int=0), UUID(int=0)))

    def _compare_holdings(self) -> None:
        """Claims, counters and serials as a whole; where part of the log is unread, nobody knows what they should be."""
        if self._partial:
            return
        if claims.name not in self._gone:
            with self._past(claims.name, "all its keys"):
                self._compare_other_claims()
        if self._gone & {"counters", "serials"}:
            return
        with self._past("counters", "its rows"):
            stored = claims_check.counted(self._connection)
            for difference in holding_differences(stored, self._told):
                self._found.differs(difference)

    def _compare_sums(self) -> None:
        """Sums over rows; where part of the log is unread, nobody knows what they should be."""
        if not self._partial:
            self._indexes.look_for_more()
        for summary in self._sums:
            name = summary.table.name
            if not self._partial and name not in self._gone:
                with self._past(name, "its sums"):
                    for found in self._totals.differences(self._connection, summary):
                        self._found.differs(RowDifference(*found))

    def _compare_other_claims(self) -> None:
        if self._count(claims) == len(self._claims):
            return
        known = set(self._claims)
        for key, holder in self._connection.execute(_portioned(select(claims.c.key, claims.c.holder))):
            if hash(key) not in known:
                self._found.differs(RowDifference(claims.name, key, "holder", holder, None))

    def _count(self, table: Any) -> int:
        return int(self._connection.execute(select(func.count()).select_from(table)).scalar_one())

    def _past(self, table: str, what: str) -> PastDamage:
        return PastDamage(self._connection, self._found, table, what)


def _portioned(asked: Select[Any]) -> Select[Any]:
    return asked.execution_options(yield_per=FETCHED)
