"""Tables each of whose rows follows from one registration: claims that one alone can have, and the index of the queue.

They are worked out from whole rows, registration by registration, so that a slice of any size is compared and mended
by itself, however many there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Connection, Table, func, select, tuple_

from ncre.projections.base import Key, Listeners, Row
from ncre.projections.maintenance.bulk import Values, as_raw_rows, delete_all, insert_all, raw_rows_with
from ncre.projections.maintenance.claims_check import unique_claims
from ncre.projections.maintenance.reading import in_portions
from ncre.projections.registration.registrations import registrations
from ncre.projections.seating.tickets import tickets
from ncre.projections.summaries import Summary
from ncre.store.schema import claims

BY_NUMBER: Final = attrgetter("int")
"""How ids are sorted: as the database does, without asking each pair in Python."""

Tables = Mapping[Table, Iterable[Row]]
"""Rows of registrations and of what stands beside them, by their table."""


class Dependent:
    """A table whose column `owner` names the registration that a row follows from.

    Subclasses say in `reads` which columns of which tables it follows from, the first of which is the id of the registration,
    and in `told` to which rows they lead.
    """

    owner: str
    reads: Sequence[Sequence[Column[Any]]]

    def __init__(self, table: Table) -> None:
        self.table = table
        names = [column.name for column in table.columns]
        self._key_of = [names.index(column.name) for column in table.primary_key.columns]
        self._names = names

    def told(self, tables: Tables) -> Iterator[Row]:
        raise TypeError(f"{type(self).__name__} follows from nothing")

    def unequal(self, connection: Connection, tables: Tables) -> dict[UUID, list[Row]]:
        """Registrations of which a row is not stored as these tables say, each with all rows that it leads to."""
        told = list(self.told(tables))
        should = as_raw_rows(connection, self.table, told)
        stored = set(raw_rows_with(connection, self.table, [self._key(raw) for raw in should]))
        unequal: dict[UUID, list[Row]] = {
            row[self.owner]: [] for row, raw in zip(told, should, strict=True) if raw not in stored
        }
        for row in told if unequal else ():
            if row[self.owner] in unequal:
                unequal[row[self.owner]].append(row)
        return unequal

    def make_right(
        self,
        connection: Connection,
        owners: Collection[UUID],
        beyond: Collection[Row] = (),
        known: Mapping[UUID, Sequence[Row]] = MappingProxyType({}),
    ) -> None:
        """The rows of these registrations as they are now, and none of those `beyond` that do not follow from them.

        Within the caller's transaction, while nobody else writes. Of those that are `known`, the rows are not worked out again.
        """
        told = [row for owner in owners for row in known.get(owner, ())]
        if unknown := [owner for owner in owners if owner not in known]:
            told += self.told(self._tables_now(connection, unknown))
        raws = as_raw_rows(connection, self.table, told)
        raw = {self._key(one): one for one in raws}
        should = dict(zip(map(self._key, raws), told, strict=True))
        others = map(self._key, as_raw_rows(connection, self.table, beyond))
        keys = list(dict.fromkeys((*should, *others)))
        stored = {self._key(row): row for row in raw_rows_with(connection, self.table, keys)}
        owner = itemgetter(self._names.index(self.owner))
        delete_all(
            connection,
            self.table,
            [
                key
                for key, row in stored.items()
                if (raw[key] != row if key in raw else UUID(str(owner(row))) in owners)
            ],
        )
        lacking = sorted(key for key in should if stored.get(key) != raw[key])
        insert_all(connection, self.table, [should[key] for key in lacking])

    def portion(self, connection: Connection, after: Key | None, size: int) -> list[Row]:
        """Stored rows in the order of their keys, behind one."""
        keys = list(self.table.primary_key.columns)
        asked = select(self.table).order_by(*keys).limit(size)
        if after is not None:
            asked = asked.where(tuple_(*keys) > tuple_(*after, types=[key.type for key in keys]))
        return [dict(row) for row in connection.execute(asked).mappings()]

    def key(self, row: Row) -> Key:
        return tuple(row[column.name] for column in self.table.primary_key.columns)

    def beyond(self, connection: Connection, stored: Sequence[Row]) -> list[Row]:
        """Those of stored rows that do not follow from the registrations that they name."""
        owners = {row[self.owner] for row in stored}
        told = {(self.key(row), row[self.owner]) for row in self.told(self._tables_now(connection, owners))}
        return [row for row in stored if (self.key(row), row[self.owner]) not in told]

    def _key(self, raw: Values) -> Values:
        return tuple(raw[place] for place in self._key_of)

    def _tables_now(self, connection: Connection, owners: Collection[UUID]) -> Tables:
        tables: dict[Table, list[Row]] = {}
        in_order = sorted(owners, key=BY_NUMBER)
        for columns in self.reads:
            rows = tables.setdefault(columns[0].table, [])
            for some in in_portions(in_order):
                asked = select(*columns).where(columns[0].in_(some))
                rows += map(dict, connection.execute(asked).mappings())
        return tables


class ClaimRows(Dependent):
    """Places of people, and chairs."""

    owner = "holder"
    reads = (
        tuple(registrations.c[name] for name in ("id", "status", "round", "person", "holder", "site")),
        tuple(tickets.c[name] for name in ("registration", "hall", "seat")),
    )

    def __init__(self) -> None:
        super().__init__(claims)

    def told(self, tables: Tables) -> Iterator[Row]:
        held = unique_claims(tables[registrations], tables[tickets])
        return ({"key": key, "holder": holder} for key, holder in held)


class RowsOfSummary(Dependent):
    """The rows of a summary to each of which one registration alone adds."""

    def __init__(self, summary: Summary) -> None:
        super().__init__(summary.table)
        self._summary = summary
        self.owner = summary.of_one
        self.reads = ((registrations.c.id, *(one for one in summary.reads if one is not registrations.c.id)),)

    @property
    def sum_names(self) -> tuple[str, ...]:
        return self._summary.sum_names

    def sums_stored(self, connection: Connection, told: Sequence[Row]) -> list[tuple[int, ...] | None]:
        """The stored sums of each of these rows; None where it is not there."""
        keys = [self._key(raw) for raw in as_raw_rows(connection, self.table, told)]
        places = [self._names.index(name) for name in self.sum_names]
        found = {
            self._key(raw): tuple(raw[place] for place in places)
            for raw in raw_rows_with(connection, self.table, keys)
        }
        return [found.get(key) for key in keys]

    def told(self, tables: Tables) -> Iterator[Row]:
        names = (*self._summary.key_names, *self._summary.sum_names)
        for row in tables[registrations]:
            for key, amounts in self._summary.parts(row):
                yield dict(zip(names, (*key, *amounts), strict=True))


def dependents(listeners: Listeners) -> tuple[Dependent, ...]:
    """All of an installation."""
    return (ClaimRows(), *(RowsOfSummary(one) for one in listeners.summaries if one.of_one))


SEALED_FOR: Final = select(registrations.c.sealed_for).distinct()


def people_of(connection: Connection, owners: Collection[UUID]) -> set[UUID]:
    """Under whose keys the private fields of these registrations are sealed."""
    found: set[UUID] = set()
    for some in in_portions(sorted(owners, key=BY_NUMBER)):
        found.update(connection.execute(SEALED_FOR.where(registrations.c.id.in_(some))).scalars())
    return found


def count_of(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
