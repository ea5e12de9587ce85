"""Private fields: sealed, bound to their place, erased with their key, and never forged unnoticed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.persistence import StoredEvent
from sqlalchemy import select, text, update

from ncre.events.base import CLOSED, ERASED, Fact
from ncre.events.registration import AgreementAccepted, InfoFilled, Rejected
from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.keys import Keys, blind_index
from ncre.store.outages import DatabaseFailure, Outage
from ncre.store.recorder import FactRecorder
from ncre.store.schema import person_keys
from ncre.store.sealing import CiphertextForged, FieldSealer, PersonKeyDestroyed, PersonKeys
from tests.events.examples import DETAILS, NOON, PERSON, STAMP, STREAM, ZHANG

KEYS = Keys.derived_from(bytes(range(32)))
AGREED = AgreementAccepted("81", ZHANG, 1, "v1")
FILLED = InfoFilled(DETAILS, "hash")
REJECTED = Rejected(("P01",), "姓名与证件不符")
LIFE = (AGREED, FILLED, REJECTED)


@pytest.fixture
def store(database: Database) -> FactStore:
    return FactStore(database, KEYS)


def recorded(facts: tuple[Fact, ...], stream: UUID = STREAM, person: UUID = PERSON) -> list[Fact]:
    """The facts as the first versions of a stream, about one person."""
    return [
        fact.with_metadata(replace(STAMP, stream=stream, version=version, subject=person))
        for version, fact in enumerate(facts, start=1)
    ]


def append(database: Database, store: FactStore, facts: list[Fact]) -> None:
    with database.transaction() as connection:
        store.append(connection, facts)


def history(database: Database, store: FactStore, stream: UUID = STREAM) -> list[Fact]:
    with database.reading() as connection:
        return store.history(connection, stream)


def erase(database: Database, store: FactStore, at: Any = NOON) -> None:
    with database.transaction() as connection:
        store.erase(connection, PERSON, at)


def test_what_was_sealed_reads_back(database: Database, store: FactStore) -> None:
    append(database, store, recorded(LIFE))
    assert history(database, store) == list(LIFE)
    assert history(database, FactStore(database, KEYS)) == list(LIFE)


def test_a_history_can_be_read_with_its_boxes_shut(database: Database, store: FactStore) -> None:
    append(database, store, recorded(LIFE))
    keyless = FactStore(database, Keys.derived_from(bytes(32)))
    with database.reading() as connection:
        shut = keyless.history(connection, STREAM, opened=False)
    assert shut == [AGREED, replace(FILLED, details=CLOSED), replace(REJECTED, note=CLOSED)]
    with pytest.raises(ValueError, match="details is not open"):
        append(database, store, [replace(shut[1], envelope=replace(shut[1].metadata, version=4))])


def test_the_same_fact_is_never_sealed_into_the_same_box(database: Database, store: FactStore) -> None:
    append(database, store, recorded((REJECTED,)) + recorded((REJECTED,), uuid4()))
    first, second = (store.mapper.raw(row)["sealed"] for row in store.raw_log(0))  # type: ignore[attr-defined]
    assert first != second


def test_an_erased_person_reads_as_erased_and_the_history_still_replays(
    database: Database, store: FactStore
) -> None:
    append(database, store, recorded(LIFE))
    assert history(database, store) == list(LIFE)
    erase(database, store)
    erased = [AGREED, replace(FILLED, details=ERASED), replace(REJECTED, note=ERASED)]
    assert history(database, store) == erased
    assert history(database, FactStore(database, KEYS)) == erased
    assert [fact for _, fact in store.log(0)] == erased


def test_nothing_private_is_recorded_about_an_erased_person(database: Database, store: FactStore) -> None:
    append(database, store, recorded((AGREED, FILLED)))
    erase(database, store)
    with pytest.raises(PersonKeyDestroyed, match=f"^the key of person {PERSON} is destroyed$"):
        append(database, store, recorded(LIFE)[2:])
    assert len(history(database, store)) == 2


def test_a_tombstone_is_never_filled_again(database: Database, store: FactStore) -> None:
    erase(database, store)
    erase(database, store, NOON + timedelta(days=1))
    for _ in range(2):
        with pytest.raises(PersonKeyDestroyed):
            append(database, store, recorded(LIFE))
    with database.reading() as connection:
        assert connection.execute(select(person_keys)).all() == [(PERSON, None, NOON)]


def test_facts_without_private_fields_need_no_key(database: Database, store: FactStore) -> None:
    append(database, store, recorded((AGREED,)))
    with database.reading() as connection:
        assert connection.execute(select(person_keys)).all() == []


def _copied(database: Database, stream: UUID, version: int) -> None:
    """Lay the box of the second version of STREAM elsewhere, as somebody with the table open could."""
    recorder = FactRecorder(database)
    row = recorder.select_events(STREAM)[1]
    recorder.insert_events([replace(row, originator_id=stream, originator_version=version)])


@pytest.mark.parametrize(("stream", "version"), [(STREAM, 4), (ZHANG, 2)])
def test_a_box_moved_to_another_place_is_an_alarm(
    database: Database, store: FactStore, stream: UUID, version: int
) -> None:
    append(database, store, recorded(LIFE))
    _copied(database, stream, version)
    with pytest.raises(CiphertextForged, match=f"{stream}, version {version}"):
        history(database, store, stream)


def test_a_box_moved_to_another_name_is_an_alarm(database: Database, store: FactStore) -> None:
    append(database, store, recorded((AGREED, FILLED)))
    row = FactRecorder(database).select_events(STREAM)[1]
    moved = StoredEvent(ZHANG, 2, "registration.info_amended", row.state)
    FactRecorder(database).insert_events([moved])
    with pytest.raises(CiphertextForged):
        history(database, store, ZHANG)


def test_a_box_of_another_tenant_is_an_alarm(database: Database, store: FactStore) -> None:
    append(database, store, recorded(LIFE))
    with pytest.raises(CiphertextForged):
        history(database, FactStore(database, KEYS, tenant="hubei"))


def test_a_box_without_its_key_row_is_an_alarm(database: Database, store: FactStore) -> None:
    append(database, store, recorded(LIFE))
    with database.transaction() as connection:
        connection.execute(person_keys.delete())
    with pytest.raises(CiphertextForged, match="missing"):
        history(database, FactStore(database, KEYS))


def test_a_key_row_that_was_altered_is_an_alarm(database: Database, store: FactStore) -> None:
    append(database, store, recorded(LIFE))
    with database.transaction() as connection:
        connection.execute(update(person_keys).values(wrapped=bytes(60)))
    with pytest.raises(CiphertextForged, match="altered"):
        history(database, FactStore(database, KEYS))


def test_a_wrapped_key_laid_at_another_person_is_an_alarm(database: Database) -> None:
    keys = PersonKeys(KEYS)
    with database.transaction() as connection:
        keys.to_seal(connection, [PERSON, ZHANG])
        theirs = select(person_keys.c.wrapped).where(person_keys.c.subject == ZHANG).scalar_subquery()
        connection.execute(update(person_keys).where(person_keys.c.subject == PERSON).values(wrapped=theirs))
        with pytest.raises(CiphertextForged, match=f"{PERSON} does not open"):
            keys.to_open(connection, [PERSON])
        assert keys.foreign(connection) == [PERSON]


def test_an_erasure_waits_for_a_transaction_that_seals(postgres_url: str) -> None:
    """Else what is sealed meanwhile would be recorded about a person whose erasure is already acknowledged."""
    database, keys = Database(postgres_url), PersonKeys(KEYS)
    with database.transaction() as connection:
        keys.to_seal(connection, [PERSON])
    with database.transaction() as sealing:
        keys.to_seal(sealing, [PERSON])
        with pytest.raises(DatabaseFailure) as refused, database.transaction() as erasing:
            erasing.execute(text("SET LOCAL lock_timeout = '200ms'"))
            keys.erase(erasing, PERSON, NOON)
        assert refused.value.kind is Outage.BUSY
    with database.transaction() as connection:
        keys.erase(connection, PERSON, NOON)
    database.close()


def test_another_secret_opens_nothing(database: Database, store: FactStore) -> None:
    append(database, store, recorded(LIFE))
    with pytest.raises(CiphertextForged, match="another one"):
        history(database, FactStore(database, Keys.derived_from(bytes(32))))


@pytest.mark.parametrize("box", ["", "2:AAAA", "1:", "1:AAAA", "1:!!!!", "1:" + "A" * 80])
def test_a_damaged_box_is_an_alarm(box: str) -> None:

    with pytest.raises(CiphertextForged):
        FieldSealer.open(AESGCM(bytes(32)), box, b"place")


def test_a_key_from_a_transaction_that_was_rolled_back_raises_no_false_alarm(
    database: Database, store: FactStore
) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        store.append(connection, recorded(LIFE))
        assert store.history(connection, STREAM) == list(LIFE)
        raise ZeroDivisionError
    append(database, store, recorded(LIFE))
    assert history(database, store) == list(LIFE)


def test_an_opened_key_is_kept_for_a_short_while_only(database: Database) -> None:
    now = [0.0]
    here, elsewhere = PersonKeys(KEYS, clock=lambda: now[0], life=60.0), PersonKeys(KEYS)
    with database.transaction() as connection:
        here.to_seal(connection, [PERSON])
    with database.transaction() as connection:
        assert here.to_open(connection, [PERSON])[PERSON] is not None
        elsewhere.erase(connection, PERSON, NOON)
        now[0] = 59.0
        assert here.to_open(connection, [PERSON])[PERSON] is not None
        now[0] = 60.0
        assert here.to_open(connection, [PERSON])[PERSON] is None


def test_a_kept_key_is_never_used_to_seal(database: Database) -> None:
    here, elsewhere = PersonKeys(KEYS), PersonKeys(KEYS)
    with database.transaction() as connection:
        here.to_seal(connection, [PERSON])
        here.to_open(connection, [PERSON])
        elsewhere.erase(connection, PERSON, NOON)
        with pytest.raises(PersonKeyDestroyed, match=f"^the key of person {PERSON} is destroyed$"):
            here.to_seal(connection, [PERSON])


@pytest.mark.parametrize("round_", range(5))
def test_two_who_make_the_key_of_a_person_at_once_make_one_key(
    database: Database, store: FactStore, round_: int
) -> None:
    streams, barrier = (uuid4(), uuid4()), Barrier(2)

    def work(stream: UUID) -> None:
        barrier.wait(10)
        append(database, store, recorded(LIFE, stream))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, streams))
    for stream in streams:
        assert history(database, FactStore(database, KEYS), stream) == list(LIFE)


def test_reading_many_histories_asks_for_keys_once(
    database: Database, store: FactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(20):
        append(database, store, recorded(LIFE, uuid4(), uuid4()))
    asked: list[int] = []
    read = PersonKeys._read

    def counting(self: PersonKeys, connection: Any, subjects: Any, hold: bool = False) -> Any:
        asked.append(len(list(subjects)))
        return read(self, connection, subjects, hold)

    monkeypatch.setattr(PersonKeys, "_read", counting)
    fresh = FactStore(database, KEYS)
    assert len(fresh.log(0)) == 60
    assert asked == [20]
    assert len(fresh.log(0)) == 60
    assert asked == [20]


PRIVATE = tuple(
    value.encode()
    for value in ("张三丰", "110101199003077432", "13800138000", "zhang@example.org", "姓名与证件不符")
)


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    yield database
    database.close()


def test_nothing_private_stands_in_the_sqlite_files(sqlite: Database, tmp_path: Path) -> None:
    store = FactStore(sqlite, KEYS)
    append(sqlite, store, recorded(LIFE))
    files = sorted(tmp_path.glob("ncre.sqlite*"))
    assert [file.name for file in files] == ["ncre.sqlite", "ncre.sqlite-shm", "ncre.sqlite-wal"]
    everything = b"".join(file.read_bytes() for file in files)
    assert b"registration.rejected" in everything
    assert not [value for value in PRIVATE if value in everything]


def test_the_wrapped_key_is_wiped_from_the_sqlite_file(sqlite: Database, tmp_path: Path) -> None:
    store = FactStore(sqlite, KEYS)
    append(sqlite, store, recorded(LIFE))
    with sqlite.reading() as connection:
        wrapped = connection.execute(select(person_keys.c.wrapped)).scalar_one()
    erase(sqlite, store)
    sqlite.close()
    assert wrapped not in (tmp_path / "ncre.sqlite").read_bytes()
    assert not (tmp_path / "ncre.sqlite-wal").exists()
    with sqlite3.connect(tmp_path / "ncre.sqlite") as plain:
        assert plain.execute("SELECT wrapped FROM person_keys").fetchall() == [(None,)]


def test_nothing_private_stands_in_the_rows_of_postgresql(postgres_url: str) -> None:
    database = Database(postgres_url)
    append(database, FactStore(database, KEYS), recorded(LIFE))
    with database.reading() as connection:
        tables = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).scalars()
        names = list(tables)
    database.close()
    everything = b""
    with psycopg.connect(postgres_url) as connection:
        for name in names:
            with connection.cursor().copy(f"COPY {name} TO STDOUT (FORMAT binary)".encode()) as rows:
                everything += b"".join(rows)
    assert b"registration.rejected" in everything
    assert not [value for value in PRIVATE if value in everything]


def test_a_file_is_sealed_for_its_person_and_purpose(database: Database, store: FactStore) -> None:
    with database.transaction() as connection:
        box = store.seal_bytes(connection, PERSON, b"JPEG", "photo")
        store.seal_bytes(connection, ZHANG, b"JPEG", "photo")
    with database.reading() as connection:
        assert b"JPEG" not in box
        assert store.open_bytes(connection, PERSON, box, "photo") == b"JPEG"
        for person, purpose in ((PERSON, "form"), (ZHANG, "photo"), (uuid4(), "photo")):
            with pytest.raises(CiphertextForged):
                store.open_bytes(connection, person, box, purpose)
        with pytest.raises(CiphertextForged):
            store.open_bytes(connection, PERSON, b"JPEG", "photo")


def test_a_file_dies_with_the_key_of_its_person(database: Database, store: FactStore) -> None:
    with database.transaction() as connection:
        box = store.seal_bytes(connection, PERSON, b"JPEG", "photo")
    erase(database, store)
    with pytest.raises(PersonKeyDestroyed), database.reading() as connection:
        store.open_bytes(connection, PERSON, box, "photo")
    with pytest.raises(PersonKeyDestroyed), database.transaction() as connection:
        store.seal_bytes(connection, PERSON, b"JPEG", "photo")


def test_a_blind_index_depends_on_pepper_kind_and_value() -> None:
    same = blind_index(KEYS.pepper, "document", "110101199003077432")
    assert same == blind_index(KEYS.pepper, "document", "110101199003077432")
    assert len(same) == 64
    others = {
        blind_index(KEYS.pepper, "mobile", "110101199003077432"),
        blind_index(KEYS.pepper, "document", "110101199003077433"),
        blind_index(KEYS.master, "document", "110101199003077432"),
    }
    assert len(others | {same}) == 4


def test_keys_are_derived_for_good_and_never_shown() -> None:
    assert Keys.derived_from(bytes(range(32))) == KEYS
    assert KEYS.master != KEYS.pepper
    assert repr(KEYS) == "Keys()"
    with pytest.raises(ValueError, match="32 bytes"):
        Keys.derived_from(b"short")


def test_what_does_not_open_says_what_is_wrong_with_it() -> None:
    key, other = AESGCM(bytes(32)), AESGCM(bytes(range(32)))
    box, whole = FieldSealer.seal(key, b"x", b"here"), FieldSealer.seal_bytes(key, b"x", b"here")
    assert FieldSealer.open(key, box, b"here") == FieldSealer.open_bytes(key, whole, b"here") == b"x"
    closed = "a sealed box does not open under the key of its person"
    for opens, why in (
        (
            lambda: FieldSealer.open(key, f"9{box[1:]}", b"here"),
            "a sealed box is of a kind that is not known here",
        ),
        (lambda: FieldSealer.open(key, box[:-1], b"here"), "a sealed box is damaged"),
        (lambda: FieldSealer.open(key, "1:", b"here"), closed),
        (lambda: FieldSealer.open(other, box, b"here"), closed),
        (lambda: FieldSealer.open(key, box, b"there"), closed),
        (
            lambda: FieldSealer.open_bytes(key, b"9" + whole[1:], b"here"),
            "a sealed file is of a kind that is not known here",
        ),
        (lambda: FieldSealer.open_bytes(key, whole[:-1], b"here"), closed),
    ):
        with pytest.raises(CiphertextForged) as said:
            opens()
        assert str(said.value) == why
