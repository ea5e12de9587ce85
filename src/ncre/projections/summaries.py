"""Sums over rows, kept as rows: how many registrations of a site stand where, what a site took in on a day.

A summary says which sums a row adds to. When a row changes, the difference goes to the sums in the same
transaction, added in the database, so that two commands may meet in one sum. All of them follow from the
rows, and are made anew and checked from them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, ClassVar, Final

from sqlalchemy import Column, Connection, Table, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import Delete

Row = dict[str, Any]
Key = tuple[Any, ...]

BATCH_SIZE: Final = 5000
"""Rows held in memory while sums are made anew."""

CORRECTED: Final = 1000
"""Sums corrected at a time."""


class Summary:
    """A table of sums. Subclasses give `table`, `of`, `reads` and `parts`; columns beside the key are sums."""

    table: ClassVar[Table]
    of: ClassVar[Table]
    """The table of the rows that are summed."""
    reads: ClassVar[tuple[Column[Any], ...]]
    """The columns of a row that `parts` looks at."""
    sparse: ClassVar[bool] = False
    """Whether sums that come to nothing are deleted: an index of rows, of which most are in none of its places."""

    of_one: ClassVar[str] = ""
    """The column that names the row, where one row alone adds to each sum."""

    def __init__(self) -> None:
        self.key_names = tuple(column.name for column in self.table.primary_key.columns)
        self.sum_names = tuple(column.name for column in self.table.columns if not column.primary_key)

    def parts(self, row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
        """The sums that a row adds to, each with what it adds."""
        raise TypeError(f"{type(self).__name__} sums nothing")


class HowMany(Summary):
    """How many parts all rows have of another summary: counted as sums are, but kept nowhere."""

    def __init__(self, summary: Summary) -> None:
        self._summary = summary
        self.key_names, self.sum_names = (), ("many",)

    @property
    def of(self) -> Table:  # type: ignore[override]
        return self._summary.of

    @property
    def reads(self) -> tuple[Column[Any], ...]:  # type: ignore[override]
        return self._summary.reads

    def parts(self, row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
        for _ in self._summary.parts(row):
            yield (), (1,)


class SumChanges:
    """What the changed rows of a command add to sums and take from them."""

    def __init__(self) -> None:
        self._changes: dict[tuple[Summary, Key], Counter[str]] = {}

    def off(self, summary: Summary, key: Key, amounts: Counter[str]) -> None:
        """A sum is to become greater by these amounts."""
        if (change := self._changes.get((summary, key))) is None:
            self._changes[summary, key] = amounts
        else:
            change.update(amounts)

    def __len__(self) -> int:
        return len(self._changes)

    def note(self, summary: Summary, before: Row | None, after: Row | None) -> None:
        for row, sign in ((before, -1), (after, 1)):
            for key, amounts in summary.parts(row) if row is not None else ():
                change = self._changes.setdefault((summary, key), Counter())
                for name, amount in zip(summary.sum_names, amounts, strict=True):
                    change[name] += sign * amount

    def write(self, connection: Connection) -> None:
        """Add them, always in the same order, so that two commands do not wait for each other in a circle."""
        in_order = sorted(self._changes.items(), key=lambda one: (one[0][0].table.name, one[0][1]))
        changed: dict[Summary, list[Row]] = {}
        for (summary, key), change in in_order:
            if any(change.values()):
                changed.setdefault(summary, []).append(_row(summary, key, change))
        for summary, rows in changed.items():
            adding = _adding(summary.table, connection.dialect.name)
            connection.execute(adding, rows if len(rows) > 1 else rows[0])
        self._drop_empty(connection)

    def _drop_empty(self, connection: Connection) -> None:
        """Delete the sums of sparse summaries that may have come to nothing, where they did."""
        emptied: dict[Summary, list[Row]] = {}
        for (summary, key), change in self._changes.items():
            if summary.sparse and min(change.values()) < 0:
                named = {f"key_{name}": value for name, value in zip(summary.key_names, key, strict=True)}
                emptied.setdefault(summary, []).append(named)
        for summary, keys in emptied.items():
            connection.execute(_dropping(summary.table), keys)


@cache
def _dropping(table: Table) -> Delete:
    of_key = [column == bindparam(f"key_{column.name}") for column in table.primary_key.columns]
    empty = [column == 0 for column in table.columns if not column.primary_key]
    return delete(table).where(*of_key, *empty)


@cache
def _adding(table: Table, dialect: str) -> Any:
    inserting: Any = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)
    keys = list(table.primary_key.columns)
    sums = {
        column.name: column + inserting.excluded[column.name]
        for column in table.columns
        if not column.primary_key
    }
    return inserting.on_conflict_do_update(index_elements=keys, set_=sums)


def _row(summary: Summary, key: Key, amounts: Counter[str]) -> Row:
    return {
        **dict(zip(summary.key_names, key, strict=True)),
        **{name: amounts[name] for name in summary.sum_names},
    }


class Totals:
    """Sums over whole tables: rows are shown to it one after the other, in portions of any size."""

    def __init__(self, summaries: Iterable[Summary]) -> None:
        self._sums: dict[Summary, dict[Key, list[int]]] = {summary: {} for summary in summaries}

    def take(self, table: Table, rows: Iterable[Row]) -> None:
        """Rows of a table; those that nothing sums are passed over."""
        summing = [summary for summary in self._sums if summary.of is table]
        for row in rows if summing else ():
            for summary in summing:
                self._add(summary, row)

    def take_stored(self, connection: Connection) -> None:
        """The rows of the database, a portion at a time; a table that several sums are of is read once."""
        summing: dict[Table, list[Summary]] = {}
        for summary in self._sums:
            summing.setdefault(summary.of, []).append(summary)
        for table, summaries in summing.items():
            names = dict.fromkeys(column.name for summary in summaries for column in summary.reads)
            reading = select(*(table.c[name] for name in names)).execution_options(yield_per=BATCH_SIZE)
            for stored in connection.execute(reading):
                row = dict(zip(names, stored, strict=True))
                for summary in summaries:
                    self._add(summary, row)

    def of(self, summary: Summary) -> dict[Key, list[int]]:
        return self._sums[summary]

    def write(self, connection: Connection) -> None:
        """Set all sums so, within the caller's transaction."""
        for summary, sums in self._sums.items():
            connection.execute(delete(summary.table))
            rows = [_row(summary, key, _named(summary, amounts)) for key, amounts in sums.items()]
            if rows:
                connection.execute(summary.table.insert(), rows)

    def corrections(
        self, connection: Connection, summaries: Iterable[Summary] | None = None
    ) -> list[SumChanges]:
        """What is to be added to the stored sums, so that they are these, some at a time; also when commands have added to them since."""
        portions = [SumChanges()]
        for summary in self._sums if summaries is None else summaries:
            should, stored = self._sums[summary], _stored(connection, summary)
            for key in should.keys() | stored.keys():
                nothing = [0] * len(summary.sum_names)
                right, is_ = should.get(key, nothing), stored.get(key, nothing)
                if right != is_:
                    off = [one - other for one, other in zip(right, is_, strict=True)]
                    portions[-1].off(summary, key, _named(summary, off))
                    if len(portions[-1]) == CORRECTED:
                        portions.append(SumChanges())
        return portions

    def differences(
        self, connection: Connection, summary: Summary
    ) -> Iterator[tuple[str, str, str, int, int]]:
        """Stored sums that are other than these: table, key, column, stored, and what it should be."""
        should, stored = self._sums[summary], _stored(connection, summary)
        for key in sorted(should.keys() | stored.keys()):
            nothing = [0] * len(summary.sum_names)
            was, should_be = stored.get(key, nothing), should.get(key, nothing)
            for name, one, other in zip(summary.sum_names, was, should_be, strict=True):
                if one != other:
                    yield summary.table.name, "/".join(map(str, key)), name, one, other

    def _add(self, summary: Summary, row: Row) -> None:
        sums = self._sums[summary]
        for key, amounts in summary.parts(row):
            if (total := sums.get(key)) is None:
                sums[key] = list(amounts)
                continue
            for place, amount in enumerate(amounts):
                total[place] += amount


def _named(summary: Summary, amounts: list[int]) -> Counter[str]:
    return Counter(dict(zip(summary.sum_names, amounts, strict=True)))


def _stored(connection: Connection, summary: Summary) -> dict[Key, list[int]]:
    keys, columns = len(summary.key_names), summary.table.c
    asked = select(*(columns[name] for name in (*summary.key_names, *summary.sum_names)))
    return {tuple(row[:keys]): [int(one) for one in row[keys:]] for row in connection.execute(asked)}
