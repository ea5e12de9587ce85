"""Real failures of real databases: no room, nothing may be written, nobody answers, the connection breaks at commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from sqlite3 import OperationalError as SQLiteError
from sqlite3 import connect
from typing import Any

import psycopg
from sqlalchemy import event

from ncre.store.database import Database

NO_ROOM = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER a_no_room BEFORE INSERT ON facts EXECUTE FUNCTION no_room();
"""


@contextmanager
def full(database: Database) -> Iterator[None]:
    """No fact fits any more: SQLite may not grow, PostgreSQL says what it says then."""
    if database.dialect == "postgresql":
        _administer(database, NO_ROOM)
        yield
        _administer(database, "DROP FUNCTION no_room CASCADE")
        return

    def no_more(connection: Any, _record: Any, _proxy: Any) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()

    event.listen(database._writers, "checkout", no_more)
    _fill_what_is_free(database)
    yield
    event.remove(database._writers, "checkout", no_more)
    _anew(database)


def _fill_what_is_free(database: Database) -> None:
    """Use up the pages that SQLite has in reserve, so that the next fact needs a new one."""
    filling = "INSERT INTO facts (stream, version, topic, state) VALUES (?, 1, 'filling', zeroblob(200))"
    with closing(connect(str(database._url.database), isolation_level=None)) as connection:
        connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}")
        with suppress(SQLiteError):
            for number in range(2000):
                connection.execute(filling, [f"{number:032}"])
            raise AssertionError("the database grew")


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    if database.dialect == "postgresql":
        name = database._url.database
        _at_server(database, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        _anew(database)
        yield
        _at_server(database, f"ALTER DATABASE {name} RESET default_transaction_read_only")
        _anew(database)
        return

    def forbid(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute("PRAGMA query_only=ON").fetchall()

    event.listen(database._writers, "checkout", forbid)
    yield
    event.remove(database._writers, "checkout", forbid)
    _anew(database)


@contextmanager
def away(database: Database) -> Iterator[Callable[[], None]]:
    """Nobody answers, and whoever was connected is so no longer; the function brings it back, as the end does."""
    leave, come_back = (
        _away_on_sqlite(database) if database.dialect == "sqlite" else _away_on_server(database)
    )
    leave()
    try:
        yield come_back
    finally:
        come_back()


def _away_on_sqlite(database: Database) -> tuple[Callable[[], None], Callable[[], None]]:
    here = Path(str(database._url.database))
    there = here.with_name("elsewhere")

    def leave() -> None:
        here.rename(there)

    def come_back() -> None:
        if there.exists():
            there.rename(here)

    return leave, come_back


def _away_on_server(database: Database) -> tuple[Callable[[], None], Callable[[], None]]:
    name = database._url.database

    def leave() -> None:
        _at_server(
            database,
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )

    return leave, lambda: _at_server(database, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@contextmanager
def lost_at_commit(database: Database, committed: bool, times: int = 1) -> Iterator[None]:
    """The next commits break the connection: after the database has carried them out, or before."""
    dialect = database._writers.dialect
    commit, left = dialect.do_commit, [times]
    error: Exception = psycopg.OperationalError("server closed the connection unexpectedly")
    if database.dialect == "sqlite":
        error = SQLiteError("unable to open database file")
        error.sqlite_errorcode = 14  # type: ignore[attr-defined]

    def breaking(connection: Any) -> None:
        if not left[0]:
            commit(connection)
            return
        left[0] -= 1
        if committed:
            commit(connection)
        elif database.dialect == "sqlite":
            connection.rollback()
        if database.dialect == "postgresql":
            connection.dbapi_connection.close()
        raise error

    dialect.do_commit = breaking  # type: ignore[method-assign]
    yield
    dialect.do_commit = commit  # type: ignore[method-assign]
    assert not left[0], "nothing was committed"


def _at_server(database: Database, *statements: str) -> None:
    """From beside the database, which may let nobody in."""
    url = database._url.set(drivername="postgresql", database="postgres")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def _administer(database: Database, statements: str) -> None:
    url = database._url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements.encode())


def _anew(database: Database) -> None:
    """Connections made by now know nothing of what changed."""
    database.close()
