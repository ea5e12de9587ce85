"""Whether the database itself is sound, asked of the database before anything is concluded from what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

SHOWN: Final = 5
"""Damages of one table that are told; the rest is counted."""


@dataclass(frozen=True)
class Damage:
    """Something of a table that cannot be read, or that contradicts itself."""

    table: str
    what: str


def tables_of(connection: Connection) -> list[str]:
    """Every table there is, by name."""
    return sorted(inspect(connection).get_table_names())


def damages(connection: Connection) -> list[Damage]:
    """What the database finds wrong with its own tables: by `integrity_check` on SQLite.

    PostgreSQL has no such thing for everybody: there every page is read, and counted by its key as well. What
    that does not see, `pg_amcheck` and checksums of pages do (docs/operations.md).
    """
    ask = _asked_sqlite if connection.dialect.name == "sqlite" else _read_whole
    found = []
    for table in tables_of(connection):
        try:
            with connection.begin_nested():
                found += [Damage(table, what) for what in _shortened(ask(connection, table))]
        except DBAPIError as error:
            found.append(Damage(table, " ".join(str(error.orig).split())))
    return found


def _asked_sqlite(connection: Connection, table: str) -> list[str]:
    quoted = table.replace("'", "''")
    said = connection.exec_driver_sql(f"PRAGMA integrity_check('{quoted}')").scalars().all()
    return [
        line
        for whole in said
        for line in whole.splitlines()
        if line not in ("ok", "*** in database main ***")
    ]


def _read_whole(connection: Connection, table: str) -> list[str]:
    """Every row as text, by the pages of the table; and how many there are by the pages of its key."""
    quoted = connection.dialect.identifier_preparer.quote(table)
    for plan in ("indexscan", "indexonlyscan", "bitmapscan"):
        connection.execute(text(f"SET LOCAL enable_{plan} = off"))
    read = connection.execute(text(f"SELECT count(*), sum(length(t::text)) FROM {quoted} t")).one()[0]
    for plan in ("indexscan", "indexonlyscan"):
        connection.execute(text(f"SET LOCAL enable_{plan} = on"))
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    by_key = connection.execute(text(f"SELECT count(*) FROM {quoted}")).scalar_one()
    for plan in ("bitmapscan", "seqscan"):
        connection.execute(text(f"SET LOCAL enable_{plan} = on"))
    return [] if read == by_key else [f"{read} rows by its pages, {by_key} by an index"]


def _shortened(said: list[str]) -> list[str]:
    more = len(said) - SHOWN
    return said[:SHOWN] + ([f"and {more} more"] if more > 0 else [])
