"""A log of millions, made in minutes: real lives are recorded once, and then written again under other ids.

`fill` records the lives with their rows, which tests hold to what commands would have made. Every further copy is their facts, keys,
claims and rows with other ids, numbers and hashes, written by the database itself; sums and counters become as many times greater.
So tables and indexes have the size, the depth and the spread of the real thing. What is in the private fields of a copy cannot be
opened, as its box is bound to the id it was recorded under: nothing that is measured opens one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, Table, Uuid, text

from bench.grown_site import fill
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.seating.tickets import tickets
from ncre.store.schema import claims, counters, facts, person_keys, serials

OTHER: Final = {
    "claims": ("key",),
    "payment_orders": ("number",),
    "payments": ("trade", "order"),
    "registrations": ("person", "number"),
    "review_index": ("number",),
    "search_keys": ("words", "letters", "mobile", "mail"),
    "timeline": ("actor",),
}
"""Texts that are another person's in each copy; ids are anyway."""

PLACE: Final = "place:78:"
"""What the keys of all claims of these lives begin with; an id follows."""

MOST_COPIES: Final = 4095
"""Three hexadecimal digits."""


class Copies:
    """The lives of a store, copied as often as is asked for."""

    def __init__(self, app: CommandHandler, people: int) -> None:
        """Record that many lives. The store must be migrated, with a round planned, and empty otherwise."""
        fill(app, people, facts_too=True)
        self._indexes = {one.table for one in app.listeners.summaries if one.sparse}
        self._sums = {one.table for one in app.listeners.summaries} - self._indexes
        rows = {one.table for one in app.listeners.all if any(isinstance(c.type, Uuid) for c in one.table.c)}
        with app.database.transaction() as connection:
            self._tables = [
                table
                for table in (facts, person_keys, claims, *sorted(rows | self._indexes, key=str))
                if table is not tickets and _count(connection, table)
            ]
            for table in [*self._tables, *self._sums, counters]:
                connection.execute(text(f"CREATE TABLE once_{table.name} AS SELECT * FROM {table.name}"))
        self._made = 0

    def grow(self, app: CommandHandler, copies: int) -> None:
        """Until the lives stand there that many times, a transaction a copy."""
        assert copies <= MOST_COPIES
        for number in range(self._made + 1, copies):
            with app.database.transaction() as connection:
                if connection.dialect.name == "sqlite":
                    connection.execute(text("PRAGMA cache_size = -1000000"))
                for statement in self._statements(connection.dialect.name):
                    connection.execute(text(statement), self._other(number, statement))
            self._made = number
        with app.database.transaction() as connection:
            self._sum_up(connection, copies)
            if connection.dialect.name == "sqlite":
                connection.execute(text("PRAGMA analysis_limit = 10000"))
            connection.execute(text("ANALYZE"))

    def _statements(self, dialect: str) -> Iterator[str]:
        for table in self._tables:
            given = [column for column in table.columns if table is not facts or column.name != "id"]
            names = ", ".join(f'"{column.name}"' for column in given)
            values = ", ".join(_other_value(table, column.name, dialect) for column in given)
            order = ' ORDER BY "id"' if table is facts else ""
            yield f"INSERT INTO {table.name} ({names}) SELECT {values} FROM once_{table.name}{order}"

    @staticmethod
    def _other(number: int, statement: str) -> dict[str, str]:
        """Evenly over all ids; the number of a registration keeps its length."""
        spread = number * 2654435761 % 4096
        values = {"hex": f"{spread:03x}", "order": f"M{spread:03X}", "site": f"{500_000 + number}"}
        return {name: value for name, value in values.items() if f":{name}" in statement}

    def _sum_up(self, connection: Connection, copies: int) -> None:
        for table in [*self._sums, counters]:
            keys = [f"x.{c.name} = o.{c.name}" for c in table.primary_key.columns]
            sums = ["taken"] if table is counters else [c.name for c in table.columns if not c.primary_key]
            given = ", ".join(f'"{name}" = o."{name}" * {copies}' for name in sums)
            connection.execute(
                text(
                    f"UPDATE {table.name} AS x SET {given} FROM once_{table.name} AS o WHERE {' AND '.join(keys)}"
                )
            )
        connection.execute(text(f"UPDATE {serials.name} SET last = 999000 WHERE last < 999000"))


def _other_value(table: Table, name: str, dialect: str) -> str:
    """Ids and hashes begin with other digits, the rest stays: what differed differs still."""
    column = f'"{name}"'
    if isinstance(table.c[name].type, Uuid):
        if dialect == "sqlite":
            return _other_hex(column, 0)
        return f"CAST({_other_hex(f'CAST({column} AS text)', 0, dashes=2)} AS uuid)"
    if name not in OTHER.get(table.name, ()):
        return column
    if table is claims:
        return f"substr({column}, 1, {len(PLACE)}) || {_other_hex(column, len(PLACE))}"
    if name == "number" and table.name != "payment_orders":
        return f"substr({column}, 1, 2) || :site || substr({column}, 9)"
    if name in {"number", "order"}:
        return f":order || substr({column}, 5)"
    if name == "actor":
        return f"CASE WHEN length({column}) = 36 THEN {_other_hex(column, 0, dashes=2)} ELSE {column} END"
    return _other_hex(column, 0)


def _other_hex(column: str, start: int, dashes: int = 0) -> str:
    """An id of a version that no id has which was recorded, so that no copy meets one."""
    version = start + 13 + dashes
    head = f":hex || substr({column}, {start + 4}, {version - start - 4})"
    return f"{head} || '8' || substr({column}, {version + 1})"


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one())
