"""A SQLite database as a file: opened as facts need it, never made by accident, never written after it was moved."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from sqlite3 import OperationalError as SQLiteError
from time import monotonic, sleep
from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from ncre.store.outages import DatabaseUnusable

BUSY_SECONDS: Final = 30
"""How long a SQLite writer waits for writers of other processes before it is told to try again."""


class SQLiteFile:
    """Raises DatabaseUnusable for what cannot be such a file."""

    def __init__(self, url: URL) -> None:
        if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
            raise DatabaseUnusable("a SQLite database must be a file, for several connections share it")
        self._url = url
        self._path = Path(url.database)
        self._found = False
        self._assert_writable()

    def exists(self) -> bool:
        return self._path.exists()

    def never_was(self) -> bool:
        """Whether there is no file, and none was opened here before: it is not made yet, rather than away."""
        return not self._found and not self.exists()

    def make(self) -> None:
        """An empty file that only this user reads, where there is none; no connection makes one.

        Its WAL and shared memory get the mode of the file.
        """
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

    def engine(self, begin: str, access: str, connections: int, patience: float) -> Engine:
        """Connections that all begin with `begin` and have the `access` pragma: some write, some only read."""
        engine = create_engine(
            self._url,
            pool_size=connections,
            max_overflow=connections,
            pool_timeout=patience,
            hide_parameters=True,  # an error message must not carry what somebody typed
            connect_args={"timeout": BUSY_SECONDS},
        )

        def prepare(connection: Any, record: Any) -> None:
            _prepare(connection)
            connection.execute(f"PRAGMA {access}").fetchall()
            record.info["inode"], self._found = self._inode(), True

        event.listen(engine, "do_connect", lambda *_: self._assert_there())
        event.listen(engine, "connect", prepare)
        event.listen(engine, "checkout", self._assert_same)
        # Not by the engine's "begin" event: with a listener, SQLAlchemy takes its slow way at every statement.
        engine.dialect.do_begin = lambda connection: connection.execute(begin)  # type: ignore[assignment]
        return engine

    def _assert_writable(self) -> None:
        file = self._path
        if not file.parent.is_dir():
            raise DatabaseUnusable(f"the folder {file.parent} of the SQLite database does not exist")
        if not os.access(file.parent, os.W_OK | os.X_OK) or (file.exists() and not os.access(file, os.W_OK)):
            raise DatabaseUnusable(f"the SQLite database {file} or its folder cannot be written")
        if file.is_dir():
            raise DatabaseUnusable(f"{file} is a folder, not a SQLite database")

    def _assert_there(self) -> None:
        if not self.exists():
            raise SQLiteError("there is no such file")

    def _assert_same(self, _connection: Any, record: Any, _proxy: Any) -> None:
        """A connection to a file that was moved or replaced would write where nobody reads: it is closed."""
        if record.info.get("inode") != self._inode():
            raise DisconnectionError("the database is another file by now")

    def _inode(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def _prepare(connection: Any) -> None:
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
        except SQLiteError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or monotonic() > deadline:
                raise
            sleep(0.01)
