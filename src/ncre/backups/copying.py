"""Every row of one database into another, empty one: from SQLite to PostgreSQL and back."""

from __future__ import annotations

from sqlalchemy import Connection, Table, delete, func, insert, select, text

from ncre.backups import tables
from ncre.backups.problems import BackupUnusable
from ncre.store.database import Database
from ncre.store.schema import metadata


def copy(source: Database, target: Database) -> dict[str, str]:
    """Migrates the empty target, copies one state of the source in one transaction, and compares the digests.

    Returns the digests of the tables. Raises BackupUnusable where the target has rows, or differs in the end;
    then it has no rows.
    """
    source.assert_migrated()
    if target.exists():
        assert_empty(target)
    target.migrate()
    with source.snapshot() as reading:
        given = tables.digests(reading)
        with target.transaction() as writing:
            _assert_no_rows(target, writing)
            for name in tables.BEGUN:
                writing.execute(delete(metadata.tables[name]))
            for table in metadata.sorted_tables:
                _copy(reading, writing, table)
            if gone := tables.differing(given, tables.digests(writing)):
                raise BackupUnusable(
                    f"复制后不一致：{'、'.join(gone)}，未写入任何内容",
                    f"the copy differs in {', '.join(gone)}; nothing was kept of it",
                )
    return given


def assert_empty(database: Database) -> None:
    """Raises BackupUnusable where any table has rows."""
    with database.explained(), database.reading() as connection:
        _assert_no_rows(database, connection)


def _assert_no_rows(database: Database, connection: Connection) -> None:
    if found := tables.filled(connection):
        raise BackupUnusable(
            f"目标数据库 {database} 已有数据（{'、'.join(found)}），请另选一个空的",
            f"the database {database} has rows already ({', '.join(found)}); choose an empty one",
        )


def _copy(reading: Connection, writing: Connection, table: Table) -> None:
    """PostgreSQL numbers facts itself; for a copy they keep their places, and it goes on behind the last."""
    identity = next((column for column in table.columns if column.identity is not None), None)
    numbered = identity is not None and writing.dialect.name == "postgresql"
    alter = f"ALTER TABLE {table.name} ALTER {identity.name if identity is not None else ''} SET GENERATED"
    if numbered:
        writing.execute(text(f"{alter} BY DEFAULT"))
    for portion in tables.rows(reading, table):
        writing.execute(insert(table), portion)
    if numbered and identity is not None:
        writing.execute(text(f"{alter} ALWAYS"))
        last = writing.scalar(select(func.max(identity)))
        sequence = func.pg_get_serial_sequence(table.name, identity.name)
        if last is not None:
            writing.execute(select(func.setval(sequence, last)))
