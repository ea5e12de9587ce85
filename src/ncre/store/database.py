"""One database, SQLite file or PostgreSQL: its connections, its transactions, its schema.

On SQLite one writer works at a time; the threads of this process queue for that turn in the
order in which they came, instead of all polling the lock of the file. They queue in the same way
for connections, of which there are as many as the process has threads, if it is set up well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zlib import crc32

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.schema import CreateSchema

from ncre.store.engines.postgresql import READING, SNAPSHOT, postgresql_engine, understood
from ncre.store.engines.sqlite_file import READS, SQLiteFile
from ncre.store.fair_lock import FairLock, Overcrowded, SharedReading
from ncre.store.migrated import MIGRATIONS, migrated_to, named, newest_migrations
from ncre.store.outages import DatabaseFailure, Outage, OutageLog, failure_of
from ncre.store.outages import DatabaseUnusable as DatabaseUnusable
from ncre.store.schemas import schema_named_by

CONNECTIONS: Final = 20
"""How many threads of a process work in the database at a time, unless it says otherwise."""

PATIENCE: Final = 10.0
"""Seconds for which a thread waits for a connection, or for its turn to write, before it is told to try again."""

MIGRATION_LOCK: Final = 0x6E637265
"""Key of the PostgreSQL advisory lock under which one process at a time migrates."""

_LOCK: Final = text("SELECT pg_advisory_xact_lock(:key)")
_LOCK_SHARED: Final = text("SELECT pg_advisory_xact_lock_shared(:key)")


class NotMigrated(DatabaseUnusable):
    """The schema is not the one this version works with."""


class Database:
    """Connections to the database at an SQLAlchemy URL. Thread-safe; make it after a fork.

    `connections` threads work in it at a time, best as many as the process has; others wait in the order in
    which they came, at most `patience` seconds. A thread may open a second connection inside its first.

    Raises DatabaseUnusable for a URL that cannot be meant, or a SQLite folder that cannot be written. Whatever
    fails later for the database's own sake is a DatabaseFailure, told in the log.
    """

    def __init__(self, url: str, connections: int = CONNECTIONS, patience: float = PATIENCE) -> None:
        self._url = understood(url)
        self.dialect = self._url.get_backend_name()
        self._outages = OutageLog()
        self._gate = FairLock(connections, patience, again=True)
        self._shared = SharedReading(self._connected)
        self._turn: FairLock | None = None
        self._file: SQLiteFile | None = None
        self._as_reader: Mapping[str, Any] = {}
        self._as_snapshot: Mapping[str, Any] = {}
        if self.dialect == "sqlite":
            self._turn, file = FairLock(1, patience), SQLiteFile(self._url)
            # Writers lock at once, so that none of them reads first and then fails to write.
            self._writers = file.engine("BEGIN IMMEDIATE", "query_only=OFF", connections, patience)
            self._readers = self._snapshots = file.engine(READS, "query_only=ON", connections, patience)
            self._file = file
        else:
            self._writers = self._readers = self._snapshots = postgresql_engine(
                self._url, connections, patience
            )
            self._as_reader, self._as_snapshot = READING, SNAPSHOT

    def __repr__(self) -> str:
        return f"Database({self._url.render_as_string(hide_password=True)!r})"

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection to write with; commits at the end of the block, rolls back on any exception."""
        self._shared.release()
        with self._told(), self._turn_to_write(), self._gate, self._writers.begin() as connection:
            yield connection
        self._outages.wrote()

    def lock(self, connection: Connection, name: UUID) -> None:
        """Let one transaction at a time work on what has this name; the others wait until it ends.

        On SQLite a transaction that writes is alone anyway.
        """
        if self.dialect == "postgresql":
            apart = crc32(
                (schema_named_by(self._url) or "").encode()
            )  # locks are the whole server database's
            key = int.from_bytes(name.bytes[:8], "big", signed=True) ^ apart
            connection.execute(_LOCK, {"key": key})

    def lock_shared(self, connection: Connection, name: UUID) -> None:
        """Beside others that share it, until the transaction ends; whoever takes the lock alone waits for all of them."""
        if self.dialect == "postgresql":
            key = int.from_bytes(name.bytes[:8], "big", signed=True)
            connection.execute(_LOCK_SHARED, {"key": key})

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with. On PostgreSQL each statement sees what is committed by then.

        Inside `sharing` it is the one that the block shares.
        """
        with self._told(), self._shared.reading() as connection:
            yield connection
        self._outages.read()

    def sharing(self) -> AbstractContextManager[None]:
        """All `reading` of this thread within the block shares one connection, as that of one request does.

        It is taken when it is first needed. Every outermost `reading` sees what is committed by then.
        """
        return self._shared.scope()

    def release(self) -> None:
        """Before a wait for somebody else: give back what `sharing` keeps; the next `reading` takes it anew."""
        self._shared.release()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self._gate, self._readers.connect() as connection:
            yield connection.execution_options(**self._as_reader)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection to read with that sees one state of the database throughout the block."""
        with self._told(), self._gate, self._snapshots.connect() as connection:
            yield connection.execution_options(**self._as_snapshot)
        self._outages.read()

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database."""
        return Path(self._url.database) if self._file is not None and self._url.database else None

    def exists(self) -> bool:
        """Whether there is a database at all; a SQLite file is made only by a migration."""
        return self._file is None or self._file.exists()

    def migrate(self, revision: str = "head") -> None:
        """Bring the schema to the newest version, or to one before it. Safe to run twice, and in several processes at once."""
        if self._file is not None:
            self._file.make()
        with self.explained(), self.transaction() as connection:
            if self.dialect == "postgresql":
                connection.execute(_LOCK, {"key": MIGRATION_LOCK})
                if schema := schema_named_by(self._url):
                    connection.execute(CreateSchema(schema, if_not_exists=True))
            if revision == "head" and migrated_to(connection) == newest_migrations():
                return  # Alembic would load every migration to find that
            _upgrade(connection, revision)

    def is_migrated(self) -> bool:
        """Whether the schema is the newest one."""
        with self.explained(), self.reading() as connection:
            return migrated_to(connection) == newest_migrations()

    def assert_migrated(self) -> None:
        """Raises NotMigrated unless the schema is the newest one; never makes a table."""
        if self._file is not None and self._file.never_was():
            raise NotMigrated(
                f"there is no database {self._url.database}; is the path right? for a new one run: ncre migrate"
            )
        needed = newest_migrations()
        with self.explained(), self.reading() as connection:
            found = migrated_to(connection)
        if found != needed:
            raise NotMigrated(
                f"the schema of the database is at {named(found)}, this version needs {named(needed)}; "
                "run: ncre migrate"
            )

    def watch_pool(self, taken: Callable[[], None], given_back: Callable[[], None]) -> None:
        """Call these whenever a connection is taken from the pool, and given back."""
        for engine in {id(one.pool): one for one in (self._writers, self._readers)}.values():
            event.listen(engine, "checkout", lambda *_: taken())
            event.listen(engine, "checkin", lambda *_: given_back())

    def close(self) -> None:
        """Give all connections back. The database may be used again; it then connects anew."""
        self._readers.dispose()
        self._writers.dispose()

    def _turn_to_write(self) -> AbstractContextManager[object]:
        return self._turn if self._turn is not None else nullcontext()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tells what the database fails of apart, for the log and for whoever called. Raises DatabaseFailure."""
        try:
            yield
        except DBAPIError as error:
            failure = failure_of(error, self._where)
            if failure is None:
                raise
            failure.__cause__ = error
            self._outages.failed(failure)
            raise failure from error
        except (Overcrowded, PoolTimeout) as error:
            failure = DatabaseFailure(Outage.BUSY, f"{self._where}: {error}")
            self._outages.failed(failure)
            raise failure from error

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Raises DatabaseUnusable for what the driver raises."""
        try:
            yield
        except DBAPIError as error:
            raise DatabaseUnusable(f"the database {self._where} cannot be used: {error.orig}") from error

    @property
    def _where(self) -> str:
        """Its URL without the password."""
        return self._url.render_as_string(hide_password=True)


def _upgrade(connection: Connection, revision: str) -> None:
    from alembic import command  # heavy, and nothing else needs it
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, revision)
