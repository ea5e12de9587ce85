"""How connections are made, what they are told before they are used, and what is said of an outage."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url, text

from ncre.store.database import Database, DatabaseUnusable, NotMigrated
from ncre.store.engines import sqlite_file
from ncre.store.engines.plain_cursor import PlainCursor
from ncre.store.engines.postgresql import postgresql_engine, understood
from ncre.store.engines.sqlite_file import MOVED
from ncre.store.fair_lock import FairLock
from ncre.store.keys import Keys
from ncre.store.master_keys.checks import KeyChecks
from ncre.store.migrated import named, newest_migrations
from ncre.store.outages import AGAIN, DatabaseFailure, Outage, OutageLog
from ncre.store.schema import key_checks


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url, connections=3, patience=0.05)
    yield database
    database.close()


def test_connections_of_sqlite_are_as_many_as_threads_and_tell_nothing_that_was_typed(
    sqlite: Database,
) -> None:
    for engine in (sqlite._writers, sqlite._readers):
        pool: Any = engine.pool
        assert (pool.size(), pool._max_overflow, pool.timeout()) == (3, 3, 0.05)
        assert engine.hide_parameters
    with sqlite.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA query_only").scalar_one() == 0
    with sqlite.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA query_only").scalar_one() == 1


def test_whoever_waits_too_long_to_write_is_told_so(sqlite: Database) -> None:
    assert sqlite._turn is not None
    with sqlite._turn:
        pass
    assert sqlite._turn._patience == 0.05
    assert FairLock()._patience == -1, "for ever"


def test_an_engine_of_a_server_waits_for_nobody_for_long() -> None:
    asked: dict[str, Any] = {}
    engine = postgresql_engine(understood("postgresql://ncre:geheim@127.0.0.1:1/ncre"), 4, 1.5)

    @event.listens_for(engine, "do_connect")
    def connecting(_dialect: Any, _record: Any, _arguments: Any, named_: dict[str, Any]) -> None:
        asked.update(named_)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        engine.connect()
    pool: Any = engine.pool
    assert (pool.size(), pool._max_overflow, pool.timeout()) == (4, 4, 1.5)
    assert engine.hide_parameters
    dialect: Any = engine.dialect
    assert dialect._on_connect_isolation_level == "READ COMMITTED"
    told = {name: asked[name] for name in ("connect_timeout", "tcp_user_timeout", "cursor_factory")}
    assert told == {"connect_timeout": 2, "tcp_user_timeout": 5000, "cursor_factory": PlainCursor}


def test_a_url_that_cannot_be_read_is_told_with_what_is_expected() -> None:
    with pytest.raises(DatabaseUnusable) as said:
        understood("nonsense")
    assert str(said.value) == "the database URL cannot be read; expected sqlite:///... or postgresql://..."
    assert understood("postgres://a/b") == make_url("postgresql+psycopg://a/b")
    with pytest.raises(DatabaseUnusable, match="^a database of the kind 'mysql' is not supported$"):
        understood("mysql://a/b")


def test_a_new_file_is_this_users_alone_and_an_old_schema_says_which_is_needed(tmp_path: Path) -> None:
    file = tmp_path / "new.sqlite"
    database = Database(f"sqlite:///{file}")
    with pytest.raises(NotMigrated) as said:
        database.assert_migrated()
    assert str(said.value) == (
        f"there is no database {file}; is the path right? for a new one run: ncre migrate"
    )
    database.migrate("0001")
    assert file.stat().st_mode & 0o777 == 0o600
    assert not database.is_migrated()
    with pytest.raises(NotMigrated) as said:
        database.assert_migrated()
    database.close()
    assert str(said.value) == (
        f"the schema of the database is at version 0001, this version needs {named(newest_migrations())}; "
        "run: ncre migrate"
    )


def test_a_database_that_was_moved_takes_nothing_until_it_is_back(sqlite: Database) -> None:
    assert sqlite.file is not None
    with closing(sqlite3.connect(sqlite.file)) as plain:
        plain.execute(f"PRAGMA user_version={MOVED}")
    for _ in range(2):
        moved = pytest.raises(DatabaseFailure, match="this database was moved to another place")
        with moved as said, sqlite.transaction():
            raise AssertionError("it was let in")
        assert said.value.kind is Outage.AWAY
    with sqlite.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM facts")).scalar_one() == 0
    with closing(sqlite3.connect(sqlite.file)) as plain:
        plain.execute("PRAGMA user_version=0")
    with sqlite.transaction():
        pass


def test_settings_that_sqlite_refuses_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sqlite_file, "_switch_to_wal", lambda connection: None)
    prepare = sqlite_file._prepare.__wrapped__  # type: ignore[attr-defined]
    with (
        closing(sqlite3.connect(tmp_path / "plain.sqlite")) as plain,
        pytest.raises(DatabaseUnusable) as said,
    ):
        prepare(plain)
    assert str(said.value) == "SQLite keeps journal 'delete' and synchronous 2; needed are wal and 2"


class Busy:
    """A file that another connection changes to a WAL at the moment: it refuses so many times."""

    def __init__(self, times: int, name: str = "SQLITE_BUSY") -> None:
        self.left, self.name, self.asked = times, name, list[str]()

    def execute(self, statement: str) -> Busy:
        self.asked.append(statement)
        if self.left:
            self.left -= 1
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorname = self.name
            raise error
        return self

    def fetchall(self) -> None: ...


def test_a_file_that_becomes_a_wal_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(sqlite_file, "sleep", slept.append)
    one = Busy(3)
    sqlite_file._switch_to_wal(one)
    assert one.asked == ["PRAGMA journal_mode=WAL"] * 4
    assert slept == [0.01] * 3
    with pytest.raises(sqlite3.OperationalError):
        sqlite_file._switch_to_wal(Busy(1, "SQLITE_READONLY"))
    now = iter([0.0, 1.0, 31.0])
    monkeypatch.setattr(sqlite_file, "monotonic", lambda: next(now))
    with pytest.raises(sqlite3.OperationalError):
        sqlite_file._switch_to_wal(Busy(9))


def test_an_interrupted_waiter_leaves_as_many_places_as_there_were() -> None:
    class Interrupted:
        def acquire(self, timeout: float) -> None:
            raise KeyboardInterrupt

    lock, gate = FairLock(), Interrupted()
    with lock:
        lock._waiting.append(gate)  # type: ignore[arg-type]
        with pytest.raises(KeyboardInterrupt):
            lock._wait(gate)  # type: ignore[arg-type]
        assert lock._free == 0, "it was still in the queue: its turn had not come"
        with pytest.raises(KeyboardInterrupt):
            lock._wait(gate)  # type: ignore[arg-type]
        assert lock._free == 1, "its turn had come and is passed on"


def test_an_outage_is_told_when_it_begins_again_after_a_while_and_when_it_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seconds = [0.0]
    outages = OutageLog(lambda: seconds[0])
    away, full = (DatabaseFailure(kind, "x") for kind in (Outage.AWAY, Outage.FULL))
    with caplog.at_level(logging.INFO, "ncre.database"):
        for at in (0.0, 1.0, AGAIN - 0.1, AGAIN, AGAIN + 1):
            seconds[0] = at
            outages.failed(away)
        outages.failed(full)
        outages.failed(DatabaseFailure(Outage.BUSY, "y"))
        outages.read()
        outages.read()
        seconds[0] = AGAIN + 8
        outages.wrote()
        outages.wrote()
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "the database is away: x"),
        ("ERROR", "the database is away: x"),
        ("ERROR", "the database is full: x"),
        ("INFO", "the database is busy: y"),
        ("WARNING", "the database is no longer away; it was for 61 s"),
        ("WARNING", "the database is no longer full; it was for 7 s"),
    ]


def test_a_master_key_that_is_retired_is_asked_for_no_more(sqlite: Database) -> None:
    checks = KeyChecks(sqlite, Keys.derived_from(bytes(range(32))))
    checks.record()
    with sqlite.transaction() as connection:
        rows = [{"purpose": purpose, "version": 2, "value": "x"} for purpose in ("master", "other")]
        connection.execute(key_checks.insert(), [*rows, {"purpose": "master", "version": 3, "value": "x"}])
        before = set(
            connection.execute(
                key_checks.select().with_only_columns(key_checks.c.purpose, key_checks.c.version)
            )
        )
    checks.retire(2)
    with sqlite.reading() as connection:
        left = set(
            connection.execute(
                key_checks.select().with_only_columns(key_checks.c.purpose, key_checks.c.version)
            )
        )
    assert before - left == {("master", 2)}
