"""Bytes that deleted rows leave behind: in SQLite's write-ahead log, in PostgreSQL's dead rows and old log segments.

SQLite overwrites what is deleted (`secure_delete`), but copies of pages from before stand in the WAL until it is
truncated. PostgreSQL keeps deleted rows until a table is written anew, and its WAL until a checkpoint has passed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Final

from sqlalchemy import Connection, text

from ncre.store.database import Database

PATIENCE: Final = 5
"""Seconds to wait for readers of SQLite, or for a lock on a table of PostgreSQL; then later is soon enough."""

_OWNED: Final = text("SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass(:table)")
_IS_SUPERUSER: Final = text("SELECT current_setting('is_superuser') = 'on'")


def scrub(database: Database, tables: Sequence[str]) -> str:
    """Leave no bytes of rows that were deleted from these tables. Why that is not done yet, or "".

    Raises DatabaseFailure where a table of PostgreSQL is in use for longer than we wait.
    """
    if database.file is not None:
        return _truncated(str(database.file))
    with database.reading() as connection:
        return _written_anew(connection, tables)


def _truncated(file: str) -> str:
    with closing(sqlite3.connect(file, timeout=PATIENCE, isolation_level=None)) as connection:
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return "the WAL is being read" if busy else ""


def _written_anew(connection: Connection, tables: Sequence[str]) -> str:
    """Each table is locked while it is written; a few seconds for a million rows."""
    foreign = [table for table in tables if not connection.execute(_OWNED, {"table": table}).scalar()]
    connection.execute(text(f"SET lock_timeout = '{PATIENCE}s'"))
    try:
        for table in tables:
            if table not in foreign:
                connection.execute(text(f"VACUUM (FULL, ANALYZE) {table}"))
    finally:
        connection.execute(text("SET lock_timeout = DEFAULT"))
    if connection.execute(_IS_SUPERUSER).scalar():
        for statement in ("CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT"):
            connection.execute(text(statement))
    if foreign:
        return (
            f"the tables belong to another role; its owner runs: VACUUM (FULL, ANALYZE) {', '.join(foreign)}"
        )
    return ""
