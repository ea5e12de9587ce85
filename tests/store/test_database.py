"""Connections and transactions: one turn to write, honest readers, clear words for what cannot be used."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import Cursor
from sqlalchemy import event, insert, select, text
from sqlalchemy.pool import Pool

import ncre
from ncre.store.database import Database, DatabaseUnusable, NotMigrated
from ncre.store.engines import sqlite_file
from ncre.store.fair_lock import FairLock, Overcrowded
from ncre.store.migrated import MIGRATIONS, newest_migrations
from ncre.store.outages import DatabaseFailure, Outage
from ncre.store.schema import claims

SOURCES = str(Path(ncre.__path__[0]).parent)


def _started(program: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Another process of ours that finds ncre where this one found it, installed or not."""
    paths = os.pathsep.join([SOURCES, os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    yield database
    database.close()


def _claim(key: str) -> dict[str, object]:
    return {"key": key, "holder": uuid4()}


def _keys(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(select(claims.c.key).order_by(claims.c.key)).scalars())


def test_a_transaction_commits_at_its_end_and_rolls_back_on_an_error(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(insert(claims), _claim("kept"))
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        connection.execute(insert(claims), _claim("lost"))
        raise ZeroDivisionError
    assert _keys(database) == ["kept"]


def test_a_reader_is_not_held_up_by_a_writer(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(insert(claims), _claim("under way"))
        assert _keys(database) == []
    assert _keys(database) == ["under way"]


def test_a_snapshot_refuses_to_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)read-?only"), database.snapshot() as connection:
        connection.execute(insert(claims), _claim("never"))


def test_a_reader_on_sqlite_refuses_to_write(sqlite: Database) -> None:
    with pytest.raises(DatabaseFailure, match="read-only"), sqlite.reading() as connection:
        connection.execute(insert(claims), _claim("never"))
    with sqlite.transaction() as connection:
        connection.execute(insert(claims), _claim("kept"))
    assert _keys(sqlite) == ["kept"]


def test_sqlite_keeps_what_it_acknowledged(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    as_in_the_service = sqlite_file._prepare.__wrapped__  # type: ignore[attr-defined]
    monkeypatch.setattr(sqlite_file, "_prepare", as_in_the_service)
    sqlite = Database(sqlite_url)
    with sqlite.transaction() as connection:
        kept = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        }
    assert kept == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 30_000,
    }
    sqlite.close()


def test_a_transaction_inside_another_is_reported_instead_of_waiting_for_itself(sqlite: Database) -> None:
    with sqlite.transaction(), pytest.raises(RuntimeError, match="inside another"), sqlite.transaction():
        raise AssertionError("it was let in")
    with sqlite.transaction() as connection:
        connection.execute(insert(claims), _claim("after"))


def test_twenty_threads_write_without_losing_a_row(database: Database) -> None:
    def write(number: int) -> None:
        with database.transaction() as connection:
            connection.execute(insert(claims), _claim(f"{number:03}"))

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(write, range(200)))
    assert _keys(database) == [f"{number:03}" for number in range(200)]


def test_two_processes_write_to_one_sqlite_file(sqlite: Database, sqlite_url: str) -> None:
    program = (
        "import sys; from uuid import uuid4; from sqlalchemy import insert\n"
        "from ncre.store.database import Database; from ncre.store.schema import claims\n"
        "database = Database(sys.argv[1])\n"
        "for number in range(100):\n"
        "    with database.transaction() as connection:\n"
        "        row = {'key': f'{sys.argv[2]}{number:03}', 'holder': uuid4()}\n"
        "        connection.execute(insert(claims), row)\n"
    )
    running = [_started(program, sqlite_url, name) for name in "ab"]
    assert [one.wait(60) for one in running] == [0, 0]
    assert len(_keys(sqlite)) == 200


def test_threads_get_their_turn_in_the_order_in_which_they_came() -> None:
    turnstile, order, started = FairLock(), list[int](), Event()

    def take_turn(number: int) -> None:
        started.set()
        with turnstile:
            order.append(number)

    with turnstile:
        threads = []
        for number in range(20):
            thread = Thread(target=take_turn, args=(number,))
            thread.start()
            threads.append(thread)
            while len(turnstile._waiting) <= number:
                assert thread.is_alive()
    for thread in threads:
        thread.join(10)
    assert order == list(range(20))
    with turnstile:
        order.append(20)
    assert order[-1] == 20


def test_an_interrupted_waiter_does_not_take_the_turn_along(monkeypatch: pytest.MonkeyPatch) -> None:
    turnstile = FairLock()

    class Interrupted:
        def acquire(self, timeout: float) -> None:
            raise KeyboardInterrupt

        def release(self) -> None:
            raise AssertionError("the turn was given to one who had left")

    gate = Interrupted()
    turnstile._waiting.append(gate)  # type: ignore[arg-type]
    with turnstile, pytest.raises(KeyboardInterrupt):
        turnstile._wait(gate)  # type: ignore[arg-type]
    with turnstile:
        assert not turnstile._waiting


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite://", "must be a file"),
        ("sqlite:///:memory:", "must be a file"),
        ("sqlite:////no/such/folder/ncre.sqlite", "does not exist"),
        ("mysql://clerk@127.0.0.1/ncre", "not supported"),
        ("nonsense", "cannot be read"),
    ],
)
def test_a_database_that_cannot_be_meant_is_refused_in_clear_words(url: str, why: str) -> None:
    with pytest.raises(DatabaseUnusable, match=why):
        Database(url)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)  # the tests may run as root, who may always
    with pytest.raises(DatabaseUnusable, match="cannot be written"):
        Database(f"sqlite:///{tmp_path}/ncre.sqlite")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ncre.sqlite").write_text("these are not the pages you are looking for" * 100)
    with pytest.raises(DatabaseUnusable, match="not a database"):
        Database(f"sqlite:///{tmp_path}/ncre.sqlite").migrate()
    with pytest.raises(DatabaseUnusable, match="is a folder"):
        Database(f"sqlite:///{tmp_path}")


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseUnusable, match=r"127\.0\.0\.1:1/ncre") as refused:
        Database("postgresql://clerk:letmein@127.0.0.1:1/ncre").assert_migrated()
    assert "letmein" not in str(refused.value)


def test_a_database_shows_itself_without_its_password() -> None:
    assert "letmein" not in repr(Database("postgresql://clerk:letmein@127.0.0.1:1/ncre"))


def test_no_table_is_made_before_migrating(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/ncre.sqlite")
    with pytest.raises(NotMigrated, match="ncre migrate"):
        database.assert_migrated()
    database.close()
    with sqlite3.connect(tmp_path / "ncre.sqlite") as plain:
        assert plain.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_migrating_twice_changes_nothing(database: Database) -> None:
    database.assert_migrated()
    database.migrate()
    database.assert_migrated()


def test_what_stands_at_the_newest_version_loads_no_migration(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alembic.command.upgrade", lambda *_: pytest.fail("Alembic was asked"))
    database.migrate()
    database.assert_migrated()


def test_a_schema_of_another_version_is_refused(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(NotMigrated, match="0000"):
        database.assert_migrated()


MIGRATE = (
    "import sys; from ncre.store.database import Database\n"
    "database = Database(sys.argv[1])\n"
    "print('ready', flush=True); sys.stdin.readline()\n"
    "database.migrate()\n"
)


def _migrate_in_four_processes(url: str) -> None:
    """All four are loaded and waiting before the first one may begin."""
    running = [_started(MIGRATE, url) for _ in range(4)]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == b"ready\n"
    for one in running:
        assert one.stdin is not None
        one.stdin.write(b"go\n")
        one.stdin.flush()
    for one in running:
        one.communicate(timeout=60)
    assert [one.returncode for one in running] == [0, 0, 0, 0]
    Database(url).assert_migrated()


def test_four_processes_migrate_a_new_sqlite_file_at_once(tmp_path: Path) -> None:
    _migrate_in_four_processes(f"sqlite:///{tmp_path}/ncre.sqlite")


def test_four_processes_migrate_a_new_postgresql_database_at_once(postgres_url: str) -> None:

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    _migrate_in_four_processes(postgres_url)


def test_the_newest_migration_is_the_one_that_alembic_takes_for_it() -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    configuration.set_main_option("path_separator", "os")
    assert newest_migrations() == set(ScriptDirectory.from_config(configuration).get_heads())


def test_who_waits_longer_than_patience_is_turned_away_and_the_turn_goes_on() -> None:
    turnstile = FairLock(1, 0.05)
    turned_away = Event()

    def wait() -> None:
        with pytest.raises(Overcrowded), turnstile:
            raise AssertionError("it was let in")
        turned_away.set()

    with turnstile:
        waiting = Thread(target=wait)
        waiting.start()
        assert turned_away.wait(10)
        waiting.join(10)
        assert not turnstile._waiting
    with turnstile:
        pass


def test_as_many_threads_work_as_there_are_connections_and_the_next_is_told_to_come_again(
    database_url: str,
) -> None:
    database = Database(database_url, connections=2, patience=0.2)
    inside, leave = [Event(), Event()], Event()

    def read(number: int) -> None:
        with database.reading() as connection:
            connection.execute(select(claims.c.key))
            with database.reading() as second:  # a thread that is inside needs no second turn
                second.execute(select(claims.c.key))
            inside[number].set()
            assert leave.wait(30)

    with ThreadPoolExecutor(2) as pool:
        reading = [pool.submit(read, number) for number in range(2)]
        assert all(event.wait(30) for event in inside)
        with pytest.raises(DatabaseFailure) as refused, database.reading():
            raise AssertionError("it was let in")
        assert refused.value.kind is Outage.BUSY
        leave.set()
        for one in reading:
            one.result(30)
    assert _keys(database) == []
    database.close()


def test_a_file_that_is_away_is_never_made_anew_and_is_found_again(sqlite: Database, sqlite_url: str) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with sqlite.transaction() as connection:
        connection.execute(insert(claims), _claim("before"))
    file.rename(file.with_name("elsewhere"))
    for _ in range(2):
        with pytest.raises(DatabaseFailure) as refused, sqlite.transaction() as connection:
            connection.execute(insert(claims), _claim("where nobody reads"))
        assert refused.value.kind is Outage.AWAY
    assert not file.exists()
    file.with_name("elsewhere").rename(file)
    assert _keys(sqlite) == ["before"]


@contextmanager
def _taken() -> Iterator[list[object]]:
    """A mark for every connection that is taken meanwhile."""
    marks: list[object] = []

    def taken(*_: object) -> None:
        marks.append(object())

    event.listen(Pool, "checkout", taken)
    try:
        yield marks
    finally:
        event.remove(Pool, "checkout", taken)


def test_readings_that_share_take_one_connection_and_see_what_others_wrote_meanwhile(
    database: Database,
) -> None:
    def writes(key: str) -> None:
        with database.transaction() as connection:
            connection.execute(insert(claims), _claim(key))

    with _taken() as marks, database.sharing():
        assert _keys(database) == []
        with database.reading() as outer, database.reading() as inner:
            assert inner is outer
        elsewhere = Thread(target=writes, args=("by another",))
        elsewhere.start()
        elsewhere.join()
        assert _keys(database) == ["by another"]
        assert len(marks) == 2, "one to read, and one for the other thread"


def test_who_writes_or_waits_gives_the_shared_connection_back_first(sqlite_url: str) -> None:
    database = Database(sqlite_url, connections=1, patience=0.2)
    with database.sharing():
        assert _keys(database) == []
        database.release()
        with ThreadPoolExecutor() as pool:
            assert pool.submit(_keys, database).result() == []
        with database.transaction() as connection:
            connection.execute(insert(claims), _claim("own"))
        assert _keys(database) == ["own"]
    with ThreadPoolExecutor() as pool:
        assert pool.submit(_keys, database).result() == ["own"]
    database.close()


def test_a_shared_connection_that_failed_is_not_used_again(database: Database) -> None:
    with database.sharing():
        with pytest.raises(DatabaseFailure), database.reading() as connection:
            connection.execute(text("SELECT nothing FROM nowhere"))
        assert _keys(database) == []


def _pings(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What is asked whether it lives from now on."""
    asked: list[object] = []
    dialect = database._writers.dialect
    ping = dialect.do_ping
    monkeypatch.setattr(dialect, "do_ping", lambda one: asked.append(one) or ping(one))
    return asked


def _reads(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_a_connection_in_use_is_trusted_and_a_rested_one_asked(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(postgres_url, connections=1)
    pings = _pings(database, monkeypatch)
    for _ in range(5):
        _reads(database)
    assert pings == []
    monkeypatch.setattr("ncre.store.engines.postgresql.TRUSTED_SECONDS", 0.0)
    _reads(database)
    assert len(pings) == 1
    database.close()


def test_a_rested_connection_that_died_is_replaced_before_anybody_notices(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(postgres_url, connections=1)
    former = _reads(database)
    other = Database(postgres_url)
    with other.transaction() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": former})
    other.close()
    monkeypatch.setattr("ncre.store.engines.postgresql.TRUSTED_SECONDS", 0.0)
    assert _reads(database) != former
    database.close()


def test_a_trusted_connection_that_died_fails_once_and_takes_no_other_along(postgres_url: str) -> None:
    database = Database(postgres_url, connections=1)
    former = _reads(database)
    other = Database(postgres_url)
    with other.transaction() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": former})
    other.close()
    with pytest.raises(DatabaseFailure):
        _reads(database)
    assert _reads(database) != former
    database.close()


def test_reading_costs_no_listener_at_each_statement(postgres_url: str) -> None:
    database = Database(postgres_url)
    with database.reading() as connection:
        assert connection.connection.driver_connection.autocommit
        # Of its own: tests that count statements listen to every engine of the process.
        assert "_has_events" not in vars(connection.engine)
    with database.snapshot() as connection:
        assert connection.get_isolation_level() == "REPEATABLE READ"
        assert connection.execute(text("SHOW transaction_read_only")).scalar_one() == "on"
    with database.transaction() as connection:
        assert not connection.connection.driver_connection.autocommit
        assert connection.get_isolation_level() == "READ COMMITTED"
        assert connection.execute(text("SHOW transaction_read_only")).scalar_one() == "off"
    database.close()


def test_columns_are_told_by_the_names_and_types_that_the_driver_gives_them(postgres_url: str) -> None:
    database = Database(postgres_url)
    asked = "SELECT 1 AS one, 'x'::text AS \"zwei 二\", NULL::uuid AS three"
    with database.reading() as connection:
        driver = connection.connection.driver_connection
        with driver.cursor() as ours, Cursor(driver) as theirs:
            told = [
                [tuple(one)[:2] for one in cursor.execute(asked).description] for cursor in (ours, theirs)
            ]
            assert told[0] == told[1]
            assert ours.execute("SET application_name TO 'test'").description is None
            assert ours.execute("SELECT 1 WHERE false").description is not None
    database.close()


def test_a_thread_inside_enters_again_only_where_it_may_and_takes_no_second_place() -> None:
    shared = FairLock(1, 0, again=True)
    with shared:
        with shared:
            pass
        turned_away: list[BaseException] = []
        other = Thread(target=lambda: turned_away.append(_refused(shared)))
        other.start()
        other.join(20)
        assert isinstance(turned_away[0], Overcrowded)
    alone = FairLock()
    with alone, pytest.raises(RuntimeError, match="inside another one"), alone:
        pass
    with shared, shared:
        pass


def _refused(lock: FairLock) -> BaseException:
    with pytest.raises(Overcrowded) as told, lock:
        pass
    return told.value
