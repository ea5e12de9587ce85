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

    PostgreSQL has no such thing for everybody: there every page is read, and counted by its key as well; where the
    extension amcheck is there and may be used, it looks at every index too (docs/operations.md).
    """
    ask = _asked_sqlite if connection.dialect.name == "sqlite" else _asked_postgresql
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


def _asked_postgresql(connection: Connection, table: str) -> list[str]:
    said = _read_whole(connection, table)
    may = "SELECT has_function_privilege(p.oid, 'EXECUTE') FROM pg_proc p WHERE p.proname = 'bt_index_check' AND p.pronargs = 2"
    if not connection.execute(text(may)).scalars().first():
        return said
    for index in connection.execute(text(_BTREES), {"table": table}).scalars().all():
        try:
            with connection.begin_nested():
                connection.execute(
                    text("SELECT bt_index_check(CAST(:index AS regclass), true)"), {"index": index}
                )
        except DBAPIError as error:
            said.append(" ".join(str(error.orig).split()))
    return said


_BTREES: Final = """
    SELECT CAST(i.indexrelid AS regclass)::text FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam JOIN pg_class t ON t.oid = i.indrelid
    WHERE t.relname = :table AND t.relnamespace = CAST(CAST(current_schema() AS text) AS regnamespace)
      AND a.amname = 'btree' AND i.indisvalid AND i.indisready
"""


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
