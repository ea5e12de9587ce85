"""The database of a backup: one state of it, taken while others write, and put back into an empty place."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, create_engine, func, inspect, make_url, select, text
from sqlalchemy.engine import URL

from ncre.backups import tables, tools
from ncre.backups.manifest import DatabasePart, sum_of
from ncre.backups.problems import BackupUnusable
from ncre.operational.private_files import make_folder
from ncre.projections.audit.timeline import timeline
from ncre.store.database import Database
from ncre.store.schema import facts, key_checks
from ncre.store.schemas import schema_named_by

SQLITE_FILE: Final = "ncre.sqlite"
POSTGRES_FILE: Final = "ncre.pgdump"


def dump(database: Database, url: str, folder: Path) -> DatabasePart:
    """One state of the database as a file in the folder, with the digests of just that state.

    Raises BackupUnusable, DatabaseUnusable, OSError.
    """
    make_folder(folder)
    if database.dialect == "sqlite":
        return _dump_sqlite(make_url(url), folder / SQLITE_FILE)
    return _dump_postgresql(database, make_url(url), folder / POSTGRES_FILE)


def put_back(part: DatabasePart, folder: Path, url: str) -> None:
    """The database of a backup into the place of the URL, which must be empty. Raises BackupUnusable, OSError."""
    target = make_url(url)
    kind = target.get_backend_name()
    if kind != part.kind:
        raise BackupUnusable(
            f"备份是 {part.kind} 的，NCRE_DATABASE_URL 是 {kind}。请先恢复到 {part.kind}，再用 ncre database copy 转换",
            f"the backup is of {part.kind}, NCRE_DATABASE_URL of {kind}: restore it into {part.kind}, then use "
            "ncre database copy",
        )
    if kind == "sqlite":
        _put_back_sqlite(folder / part.file, Path(str(target.database)))
    else:
        _put_back_postgresql(folder / part.file, target)


def assert_empty_database(url: str) -> None:
    """Raises BackupUnusable where a database of this URL holds anything already."""
    target = make_url(url)
    if target.get_backend_name() == "sqlite":
        file = Path(str(target.database))
        if any(Path(f"{file}{end}").exists() for end in ("", "-wal", "-shm")):
            raise BackupUnusable(
                f"{file} 已存在；恢复只写入空的位置，请换一个目录或先移走它",
                f"{file} is there already; a backup is restored into an empty place: choose another or move it away",
            )
        return
    database = Database(url)
    try:
        with database.explained(), database.reading() as connection:
            there = inspect(connection).get_table_names()
    finally:
        database.close()
    if there:
        raise BackupUnusable(
            f"数据库 {target.database} 中已有表；恢复只写入空的数据库，请用 createdb 新建一个",
            f"the database {target.database} has tables already; a backup is restored into an empty one: make one with "
            "createdb",
        )


def assert_as_dumped(database: Database, part: DatabasePart) -> None:
    """Raises BackupUnusable where a table does not hold what it held in the backup."""
    with database.snapshot() as connection:
        gone = tables.differing(part.tables, tables.digests(connection))
    if gone:
        raise BackupUnusable(
            f"恢复后的表与备份清单不一致：{'、'.join(gone)}。请勿使用，换一份备份",
            f"restored tables differ from the manifest: {', '.join(gone)}. Do not use them; take another backup",
        )


def _dump_sqlite(url: URL, file: Path) -> DatabasePart:
    """By SQLite's own online backup, in one step: writers go on in the WAL, and what they add stays out."""
    file.unlink(missing_ok=True)
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        closing(sqlite3.connect(str(url.database), timeout=30)) as source,
        closing(sqlite3.connect(file)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE").fetchall()
        (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
    if verdict != "ok":
        raise BackupUnusable(
            f"数据库已损坏（{verdict}），先执行 ncre projections check",
            f"the database is damaged ({verdict}); run: ncre projections check",
        )
    _sync(file)
    with _as_it_lies(file) as connection:
        return _described(connection, "sqlite", file)


def _dump_postgresql(database: Database, url: URL, file: Path) -> DatabasePart:
    """By pg_dump, of the very snapshot whose tables are summed here."""
    file.unlink(missing_ok=True)
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with database.snapshot() as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        arguments = (
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            f"--file={file}",
            *((f"--schema={schema}",) if (schema := schema_named_by(url)) else ()),
        )
        tools.run("pg_dump", _server(connection), url, *arguments)
        _sync(file)
        return _described(connection, "postgresql", file)


def _put_back_sqlite(source: Path, target: Path) -> None:
    """Under another name first: a half file never stands where a database is looked for."""
    make_folder(target.parent)
    fresh = target.with_name(f".{target.name}.restoring")
    fresh.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with source.open("rb") as given, fresh.open("wb") as taken:
        while portion := given.read(1 << 20):
            taken.write(portion)
    _sync(fresh)
    os.rename(fresh, target)


def _put_back_postgresql(source: Path, url: URL) -> None:
    """All of it or nothing: one transaction."""
    database = Database(url.render_as_string(hide_password=False))
    try:
        with database.explained(), database.reading() as connection:
            server = _server(connection)
    finally:
        database.close()
    arguments = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(source))
    tools.run("pg_restore", server, url, *arguments)


def _described(connection: Connection, kind: str, file: Path) -> DatabasePart:
    checks = connection.execute(select(key_checks.c.purpose, key_checks.c.version, key_checks.c.value))
    return DatabasePart(
        kind=kind,
        file=file.name,
        size=file.stat().st_size,
        sha256=sum_of(file),
        schema=" ".join(sorted(connection.scalars(text("SELECT version_num FROM alembic_version")))),
        facts=connection.scalar(select(func.count()).select_from(facts)) or 0,
        last_fact=connection.scalar(select(func.max(timeline.c.at))),
        tables=tables.digests(connection),
        key_checks={f"{purpose}:{version}": value for purpose, version, value in checks},
    )


@contextmanager
def _as_it_lies(file: Path) -> Iterator[Connection]:
    """A SQLite file read without changing a byte of it."""
    engine = create_engine(f"sqlite:///file:{file}?mode=ro&immutable=1&uri=true")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _server(connection: Connection) -> int:
    """The major version of a PostgreSQL server."""
    return int(connection.scalar(text("SELECT current_setting('server_version_num')"))) // 10_000


def _sync(file: Path) -> None:
    """On the disk before a manifest names it."""
    with file.open("rb+") as data:
        os.fsync(data.fileno())
