"""Rows to each of which one registration alone adds, beside what the log leads to: slice by slice, in bounded memory."""

from __future__ import annotations

from array import array
from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, select

from ncre.projections.base import Listeners
from ncre.projections.maintenance.dependents import RowsOfSummary, Tables, count_of
from ncre.projections.maintenance.findings import Checked, RowDifference, key_in_words
from ncre.projections.maintenance.reading import PastDamage
from ncre.projections.maintenance.slices import Slice

FETCHED: Final = 5000
"""Rows fetched at a time where rows are looked for that nothing leads to."""


class IndexCheck:
    """Names what differs in `found`; tables that are `gone` are passed over. Of rows that are right it keeps eight bytes each."""

    def __init__(
        self, connection: Connection, listeners: Listeners, found: Checked, gone: Collection[str]
    ) -> None:
        self._connection = connection
        self._found = found
        indexes = [RowsOfSummary(one) for one in listeners.summaries if one.of_one]
        self._met = {one: array("q") for one in indexes if one.table.name not in gone}

    def compare(self, part: Slice, tables: Tables) -> None:
        """The rows that registrations of a slice lead to."""
        for index, met in self._met.items():
            with self._past(index, f"the rows of streams {part}"):
                told = list(index.told(tables))
                for row, stored in zip(told, index.sums_stored(self._connection, told), strict=True):
                    should = tuple(row[name] for name in index.sum_names)
                    self._compare(index, key_in_words(index.key(row)), stored, should)
                    if stored is not None:
                        met.append(hash(index.key(row)))

    def look_for_more(self) -> None:
        """Rows that nothing leads to; looked for only where there are more than were met."""
        for index, met in self._met.items():
            with self._past(index, "its sums"):
                if count_of(self._connection, index.table) == len(met):
                    continue
                known = set(met)
                asked = select(index.table).execution_options(yield_per=FETCHED)
                for row in self._connection.execute(asked).mappings():
                    if hash(key := index.key(dict(row))) not in known:
                        stored = tuple(row[name] for name in index.sum_names)
                        self._compare(index, key_in_words(key), stored, (0,) * len(stored))

    def _compare(
        self, index: RowsOfSummary, key: str, stored: tuple[int, ...] | None, should: tuple[int, ...]
    ) -> None:
        for name, is_, right in zip(index.sum_names, stored or (0,) * len(should), should, strict=True):
            if is_ != right:
                self._found.differs(RowDifference(index.table.name, key, name, is_, right))

    def _past(self, index: RowsOfSummary, what: str) -> PastDamage:
        return PastDamage(self._connection, self._found, index.table.name, what)
