"""Rows of some thousand people, copied in the database until they are a million: real lives are recorded once, and written again.

What is copied was made by commands or folded from facts by the projections. A copy has other ids, hashes and numbers, and moments
that differ within the minute; names are those of the first. Sums are what the projector would have made of all: so many times those of the
first, since no copy leaves its site, hour or status. So tables and indexes have the size, the depth and the spread of the real thing.
What is in the private fields of a copy cannot be opened, as its box is bound to the id it was recorded under: nothing that is measured opens
one of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Connection, Table, Uuid, text

from ncre.handlers.command_handler import CommandHandler
from ncre.projections.summaries import Summary
from ncre.store.columns import Moment
from ncre.store.database import Database
from ncre.store.schema import claims, counters, facts, person_keys, serials

HASHES: Final = frozenset({
    "person", "holder", "mobile", "mail", "uploaded", "address_key", "order", "trade", "request", "reference",
    "exchange_keys.key", "payment_orders.number",
})  # fmt: skip
NAMES: Final = frozenset({"search_keys.words", "search_keys.letters"})
"""Hashes of names, where everybody who was recorded has the same one."""

NUMBERS: Final = frozenset({"registrations.number", "review_index.number"})
SUFFIXED: Final = frozenset({"claims.key", "bans.decision"})
ACTORS: Final = frozenset({"timeline.actor"})
"""An id as text, or the name of a machine part."""

UNLIMITED: Final = 1_000_000
"""A quota as great as this stays; others grow with what is taken of them."""

MOST: Final = 4095
"""Copies there can be: a moment stays within its minute, a number has its six digits."""


class Copies:
    """What stands in these tables now, copied as often as is asked for; `other` are texts that differ besides."""

    def __init__(
        self,
        database: Database,
        tables: Iterable[Table],
        summaries: Iterable[Summary],
        other: frozenset[str] = frozenset(),
    ) -> None:
        self._database, self._hashes, self._made = database, HASHES | other, 1
        indexes = {one.table for one in summaries if one.sparse}
        with database.transaction() as connection:
            self._tables = [table for table in {*tables, *indexes} if _count(connection, table)]
            self._sums = {
                **{one.table: one.sum_names for one in summaries if not one.sparse},
                counters: ("taken", "quota"),
            }
            for table in (*self._tables, *self._sums):
                connection.execute(text(f"CREATE TABLE once_{table.name} AS SELECT * FROM {table.name}"))  # noqa: S608

    def grow(self, times: int) -> None:
        """Until all stand there that many times, a transaction a copy."""
        assert times <= MOST
        for copy in range(self._made, times):
            with self._database.transaction() as connection:
                if connection.dialect.name == "sqlite":
                    connection.execute(text("PRAGMA cache_size = -1000000"))
                for table in self._tables:
                    self._copy(connection, table, copy)
        self._made = max(self._made, times)
        with self._database.transaction() as connection:
            for table, names in self._sums.items():
                _multiply(connection, table, names, self._made)
            connection.execute(text(f"UPDATE {serials.name} SET last = 999000 WHERE last < 999000"))
            if connection.dialect.name == "sqlite":
                connection.execute(text("PRAGMA analysis_limit = 10000"))
            connection.execute(text("ANALYZE"))

    def forget(self) -> None:
        """Drop what is copied from; nothing grows any more."""
        with self._database.transaction() as connection:
            for table in (*self._tables, *self._sums):
                connection.execute(text(f"DROP TABLE once_{table.name}"))

    def _copy(self, connection: Connection, table: Table, copy: int) -> None:
        given = [column for column in table.columns if table is not facts or column.name != "id"]
        names = ", ".join(f'"{column.name}"' for column in given)
        values = ", ".join(self._value(table, column, connection.dialect.name) for column in given)
        order = ' ORDER BY "id"' if table is facts else ""
        statement = f"INSERT INTO {table.name} ({names}) SELECT {values} FROM once_{table.name}{order}"  # noqa: S608
        known = {
            "prefix": f"{copy * 2654435761 % 2**24:06x}",
            "site": f"{500_000 + copy}",
            "shift": f"{copy * 60 / (MOST + 1):09.6f}",
        }
        connection.execute(
            text(statement), {name: value for name, value in known.items() if f":{name}" in statement}
        )

    def _value(self, table: Table, column: Column[object], dialect: str) -> str:
        name, full, sqlite = f'"{column.name}"', f"{table.name}.{column.name}", dialect == "sqlite"
        prefix, site = "CAST(:prefix AS text)", "CAST(:site AS text)"
        if isinstance(column.type, Uuid):
            if sqlite:
                return f"{prefix} || substr({name}, 7)"
            return f"CAST({prefix} || substr(replace(CAST({name} AS text), '-', ''), 7) AS uuid)"
        if (
            isinstance(column.type, Moment) and table is not facts
        ):  # the log stays in the order of its moments
            if sqlite:
                return f"substr({name}, 1, 17) || :shift"
            return f"{name} + CAST(:shift AS float) * interval '1 second'"
        if column.name in self._hashes or full in self._hashes:
            return f"{prefix} || substr({name}, 7)"
        if full in ACTORS:
            return f"CASE WHEN length({name}) = 36 THEN {prefix} || substr({name}, 7) ELSE {name} END"
        if full in NUMBERS:
            return f"substr({name}, 1, 2) || {site} || substr({name}, 9)"
        return f"{name} || {site}" if full in SUFFIXED else name


def tables_of_lives(app: CommandHandler) -> set[Table]:
    """Every table in which somebody who registers leaves something."""
    rows = {one.table for one in app.listeners.all if any(isinstance(c.type, Uuid) for c in one.table.c)}
    return {facts, person_keys, claims, *rows}


def _multiply(connection: Connection, table: Table, names: Iterable[str], times: int) -> None:
    keys = " AND ".join(f"x.{one.name} = o.{one.name}" for one in table.primary_key.columns)
    sums = ", ".join(
        f'"{name}" = CASE WHEN o."{name}" < {UNLIMITED} OR \'{name}\' <> \'quota\' THEN o."{name}" * {times} ELSE o."{name}" END'
        for name in names
    )
    connection.execute(text(f"UPDATE {table.name} AS x SET {sums} FROM once_{table.name} AS o WHERE {keys}"))  # noqa: S608


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one())  # noqa: S608
