"""One database, SQLite file or PostgreSQL: its connections, its transactions, its schema.

On SQLite one writer works at a time; the threads of this process queue for that turn in the
order in which they came, instead of all polling the lock of the file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from sqlite3 import OperationalError as SQLiteBusy
from time import monotonic, sleep
from typing import Any, Final
from uuid import UUID

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from ncre.events.turnstile import Turnstile

MIGRATIONS: Final = Path(__file__).parent.parent / "migrations"

BUSY_SECONDS: Final = 30
"""How long a SQLite writer waits for writers of other processes before it is told to try again."""

_REVISION: Final = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
_DOWN_REVISION: Final = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)

_MIGRATION_LOCK: Final = 0x6E637265
"""Key of the PostgreSQL advisory lock under which one process at a time migrates."""


_LOCK: Final = text("SELECT pg_advisory_xact_lock(:key)")


class DatabaseUnusable(Exception):
    """The database cannot be used as configured; the message says why, without its password."""


class NotMigrated(DatabaseUnusable):
    """The schema is not the one this version works with."""


class Database:
    """Connections to the database at an SQLAlchemy URL. Thread-safe; make it after a fork.

    Raises DatabaseUnusable for a URL that cannot be meant, or a SQLite folder that cannot be written.
    """

    def __init__(self, url: str) -> None:
        self._url = _understood(url)
        self.dialect = self._url.get_backend_name()
        self._turn: Turnstile | None = None
        if self.dialect == "sqlite":
            self._turn = Turnstile()
            # Writers lock at once, so that none of them reads first and then fails to write.
            self._writers = _sqlite(self._url, "BEGIN IMMEDIATE", "query_only=OFF")
            self._readers = self._snapshots = _sqlite(self._url, "BEGIN", "query_only=ON")
        else:
            self._writers = _postgresql(self._url)
            self._readers = self._writers.execution_options(isolation_level="AUTOCOMMIT")
            self._snapshots = self._writers.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    def __repr__(self) -> str:
        return f"Database({self._url.render_as_string(hide_password=True)!r})"

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection to write with; commits at the end of the block, rolls back on any exception."""
        with self._turn_to_write(), self._writers.begin() as connection:
            yield connection

    def lock(self, connection: Connection, name: UUID) -> None:
        """Let one transaction at a time work on what has this name; the others wait until it ends.

        On SQLite a transaction that writes is alone anyway.
        """
        if self.dialect == "postgresql":
            key = int.from_bytes(name.bytes[:8], "big", signed=True)
            connection.execute(_LOCK, {"key": key})

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with. On PostgreSQL each statement sees what is committed by then."""
        with self._readers.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection to read with that sees one state of the database throughout the block."""
        with self._snapshots.connect() as connection:
            yield connection

    def exists(self) -> bool:
        """Whether there is a database at all; a SQLite file is made only by a migration."""
        return self.dialect != "sqlite" or Path(str(self._url.database)).exists()

    def migrate(self) -> None:
        """Bring the schema to the newest version. Safe to run twice, and in several processes at once."""
        from alembic import command  # heavy, and no other command needs it
        from alembic.config import Config

        if self.dialect == "sqlite":
            _make_private(Path(str(self._url.database)))
        with self.explained(), self.transaction() as connection:
            if self.dialect == "postgresql":
                connection.execute(_LOCK, {"key": _MIGRATION_LOCK})
            configuration = Config()
            configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            configuration.set_main_option("path_separator", "os")
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")

    def assert_migrated(self) -> None:
        """Raises NotMigrated unless the schema is the newest one; never makes a table."""
        if not self.exists():
            raise NotMigrated(
                f"there is no database {self._url.database}; is the path right? for a new one run: ncre migrate"
            )
        needed = newest_migrations()
        with self.explained(), self.reading() as connection:
            found = _migrated_to(connection)
        if found != needed:
            raise NotMigrated(
                f"the schema of the database is at {_named(found)}, this version needs {_named(needed)}; "
                "run: ncre migrate"
            )

    def close(self) -> None:
        """Give all connections back. The database may be used again; it then connects anew."""
        self._readers.dispose()
        self._writers.dispose()

    def _turn_to_write(self) -> AbstractContextManager[object]:
        return self._turn if self._turn is not None else nullcontext()

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Raises DatabaseUnusable for what the driver raises."""
        try:
            yield
        except DBAPIError as error:
            where = self._url.render_as_string(hide_password=True)
            raise DatabaseUnusable(f"the database {where} cannot be used: {error.orig}") from error


def _understood(url: str) -> URL:
    try:
        understood = make_url(url)
    except ArgumentError:
        raise DatabaseUnusable(
            "the database URL cannot be read; expected sqlite:///... or postgresql://..."
        ) from None
    if understood.drivername in {"postgres", "postgresql"}:
        understood = understood.set(drivername="postgresql+psycopg")
    if understood.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise DatabaseUnusable(f"a database of the kind {understood.drivername!r} is not supported")
    return understood


def _sqlite(url: URL, begin: str, access: str) -> Engine:
    """Connections that all begin with `begin` and have the `access` pragma: some write, some only read."""
    _assert_writable(url)
    engine = create_engine(
        url,
        pool_size=20,
        max_overflow=20,
        hide_parameters=True,  # an error message must not carry what somebody typed
        connect_args={"timeout": BUSY_SECONDS},
    )

    def prepare(connection: Any, record: Any) -> None:
        _prepare_sqlite(connection)
        connection.execute(f"PRAGMA {access}").fetchall()

    event.listen(engine, "connect", prepare)
    # Not by the engine's "begin" event: with a listener, SQLAlchemy takes its slow way at every statement.
    engine.dialect.do_begin = lambda connection: connection.execute(begin)  # type: ignore[assignment]
    return engine


def _assert_writable(url: URL) -> None:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise DatabaseUnusable("a SQLite database must be a file, for several connections share it")
    file = Path(url.database)
    if not file.parent.is_dir():
        raise DatabaseUnusable(f"the folder {file.parent} of the SQLite database does not exist")
    if not os.access(file.parent, os.W_OK | os.X_OK) or (file.exists() and not os.access(file, os.W_OK)):
        raise DatabaseUnusable(f"the SQLite database {file} or its folder cannot be written")
    if file.is_dir():
        raise DatabaseUnusable(f"{file} is a folder, not a SQLite database")


def _make_private(file: Path) -> None:
    """A SQLite file that only this user reads; its WAL and shared memory get the mode of the file."""
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _prepare_sqlite(connection: Any) -> None:
    """Settings that SQLite keeps per connection, asserted where a silent refusal would lose facts."""
    connection.isolation_level = None  # the driver must not begin transactions on its own
    _switch_to_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
    (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
    if (journal, synchronous) != ("wal", 2):
        raise DatabaseUnusable(
            f"SQLite keeps journal {journal!r} and synchronous {synchronous}; needed are wal and 2"
        )


def _switch_to_wal(connection: Any) -> None:
    """The first connection to a new file changes it; the others meanwhile are refused without waiting."""
    deadline = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchall()
            return
        except SQLiteBusy:
            if monotonic() > deadline:
                raise
            sleep(0.01)


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        pool_size=10,
        max_overflow=20,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 2, "tcp_user_timeout": 5000},
    )


def newest_migrations() -> set[str]:
    """The migrations on which no other stands. Read from their files: Alembic costs more than a whole start."""
    files = [path.read_text(encoding="utf-8") for path in (MIGRATIONS / "versions").glob("*.py")]
    revisions = {found[1] for text in files if (found := _REVISION.search(text))}
    return revisions - {found[1] for text in files if (found := _DOWN_REVISION.search(text))}


def _migrated_to(connection: Connection) -> set[str]:
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.scalars(text("SELECT version_num FROM alembic_version")))


def _named(heads: set[str]) -> str:
    return "version " + ", ".join(sorted(heads)) if heads else "no version"
