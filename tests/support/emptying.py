"""Brings a PostgreSQL database back to what its migrations made of it, which takes a tenth of making it anew."""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg import sql

ALONE: Final = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

SHAPE: Final = """
    SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
        SELECT concat_ws(' ', 'relation', relname, relkind, relowner, relacl, reloptions, relpersistence) line
            FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', 'column', attrelid, attname, atttypid, attnotnull, attisdropped)
            FROM pg_attribute WHERE attrelid >= 16384
        UNION ALL SELECT concat_ws(' ', 'trigger', tgrelid, tgname, tgenabled, tgfoid) FROM pg_trigger
        UNION ALL SELECT concat_ws(' ', 'function', proname, xmin) FROM pg_proc WHERE oid >= 16384
        UNION ALL SELECT concat_ws(' ', 'constraint', conrelid, conname, convalidated) FROM pg_constraint WHERE oid >= 16384
        UNION ALL SELECT concat_ws(' ', 'schema', nspname, nspacl) FROM pg_namespace WHERE nspname NOT LIKE 'pg_%'
        UNION ALL SELECT concat_ws(' ', 'setting', setconfig) FROM pg_db_role_setting
        UNION ALL SELECT concat_ws(' ', 'version', version_num) FROM alembic_version
        UNION ALL SELECT concat_ws(' ', 'statistics', starelid, staattnum) FROM pg_statistic WHERE starelid >= 16384
    ) lines
"""
"""What a test may change besides rows, and what a planner would remember of them."""

WRITTEN: Final = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
"""


class Origin:
    """What migrations left: the shape of everything, and the rows that some tables begin with."""

    def __init__(self, url: str) -> None:
        with psycopg.connect(url) as connection:
            self.shape = _shape(connection)
            self.rows = {name: read_table(connection, name) for name in written_tables(connection)}

    def restored(self, url: str) -> bool:
        """Whether the database stands again as it was made: False where a test changed more than rows."""
        try:
            with psycopg.connect(url) as connection:
                connection.execute(ALONE)
                if _shape(connection) != self.shape:
                    return False
                connection.execute("SET session_replication_role = replica")  # facts refuse to be deleted
                self._empty(connection)
        except psycopg.Error:
            return False  # it takes no connections, is read-only, or lost a table
        return True

    def _empty(self, connection: psycopg.Connection[Any]) -> None:
        written = [sql.Identifier(name) for name in written_tables(connection)]
        if written:
            connection.execute(
                sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(sql.SQL(", ").join(written))
            )
        for name, rows in self.rows.items():
            write_table(connection, name, rows)


def _shape(connection: psycopg.Connection[Any]) -> Any:
    return connection.execute(SHAPE).fetchone()


def written_tables(connection: psycopg.Connection[Any]) -> list[str]:
    return [name for (name,) in connection.execute(WRITTEN)]


def read_table(connection: psycopg.Connection[Any], table: str) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(bytes(block) for block in copy)


def write_table(connection: psycopg.Connection[Any], table: str, rows: bytes) -> None:
    with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
        copy.write(rows)
