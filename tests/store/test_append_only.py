"""The database itself refuses to change, drop or replace a fact, whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import IntegrityError as Refused

from ncre.store.database import Database
from ncre.store.recorder import FactRecorder
from ncre.store.schema import facts

STREAM = UUID("0197a000-0000-7000-8000-000000000001")
NEW = "INSERT{} INTO facts (id, stream, version, topic, state) {}"

ON_BOTH = (
    "UPDATE facts SET state = ''",
    "UPDATE facts SET version = version",
    "DELETE FROM facts",
    "DELETE FROM facts WHERE id = 1",
)
ON_SQLITE = (
    *ON_BOTH,
    NEW.format(" OR REPLACE", f"VALUES (1, '{'0' * 32}', 1, 'x', '')"),
    NEW.format(" OR REPLACE", f"VALUES (9, '{STREAM.hex}', 1, 'x', '')"),
    f"REPLACE INTO facts (stream, version, topic, state) VALUES ('{STREAM.hex}', 1, 'x', '')",
    f"INSERT OR IGNORE INTO facts (stream, version, topic, state) VALUES ('{STREAM.hex}', 1, 'x', '')",
    NEW.format("", f"VALUES (9, '{STREAM.hex}', 1, 'x', '') ON CONFLICT DO UPDATE SET state = ''"),
    "UPDATE OR REPLACE facts SET version = 1 WHERE version = 2",
    f"INSERT INTO facts VALUES (-1, '{'0' * 32}', 1, 'x', '')",
)
ON_POSTGRESQL = (
    *ON_BOTH,
    "TRUNCATE facts",
    "TRUNCATE facts CASCADE",
    NEW.format("", f"OVERRIDING SYSTEM VALUE VALUES (9, '{STREAM}', 1, 'x', '') "
               "ON CONFLICT (stream, version) DO UPDATE SET state = ''"),
    NEW.format("", f"OVERRIDING SYSTEM VALUE VALUES (1, '{STREAM}', 9, 'x', '')"),
    NEW.format("", f"VALUES (9, '{STREAM}', 9, 'x', '')"),
    "MERGE INTO facts USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
)  # fmt: skip


def _with_two_facts(url: str) -> Database:
    database = Database(url)
    FactRecorder(database).insert_events(
        [StoredEvent(STREAM, version, "test.fact", b"as it was") for version in (1, 2)]
    )
    return database


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    database = _with_two_facts(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def postgresql(postgres_url: str) -> Iterator[Database]:
    database = _with_two_facts(postgres_url)
    yield database
    database.close()


def _assert_refused(database: Database, statement: str) -> None:
    with database.reading() as connection:
        before = connection.execute(select(facts)).all()
    with pytest.raises(DBAPIError), database.transaction() as connection:
        connection.exec_driver_sql(statement)
    with database.reading() as connection:
        assert connection.execute(select(facts)).all() == before
        assert len(before) == 2


@pytest.mark.parametrize("statement", ON_SQLITE)
def test_sqlite_refuses(sqlite: Database, statement: str) -> None:
    _assert_refused(sqlite, statement)


@pytest.mark.parametrize("statement", ON_POSTGRESQL)
def test_postgresql_refuses(postgresql: Database, statement: str) -> None:
    _assert_refused(postgresql, statement)


@pytest.mark.parametrize("statement", ON_BOTH)
def test_a_refused_change_is_a_broken_rule_on_both_databases(
    sqlite: Database, postgresql: Database, statement: str
) -> None:
    for database in (sqlite, postgresql):
        with pytest.raises(Refused, match="append-only"), database.transaction() as connection:
            connection.exec_driver_sql(statement)


def test_a_taken_version_is_a_conflict(database: Database) -> None:
    recorder = FactRecorder(database)
    recorder.insert_events([StoredEvent(STREAM, 1, "test.fact", b"first")])
    with pytest.raises(IntegrityError):
        recorder.insert_events([StoredEvent(STREAM, 1, "test.fact", b"second")])
    assert [event.state for event in recorder.select_events(STREAM)] == [b"first"]
