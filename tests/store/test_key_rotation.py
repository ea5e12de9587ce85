"""Persons' keys are wrapped under a new master key while facts go on being read and written, on both databases."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, update

from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.keys import Keys, master_id
from ncre.store.master_keys.checks import KeyChecks, WrongSecret
from ncre.store.master_keys.keyring import Keyring, KeyringUnusable
from ncre.store.master_keys.rotation import PORTION, KeyRotation
from ncre.store.schema import facts, person_keys
from ncre.store.sealing import AESGCM, NONCE, PersonKeys

DAY = datetime(2027, 1, 5, tzinfo=UTC)
SECRET = bytes(range(32))
PEOPLE = PORTION + 30


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring(SECRET, tmp_path / "master.keys")


def grown(keyring: Keyring) -> int:
    """One master key more, as `ncre keys new` makes it."""
    number, content = keyring.with_another()
    assert keyring.file is not None
    keyring.file.write_bytes(content)
    return number


def with_people(database: Database, keyring: Keyring, number: int = PEOPLE) -> dict[UUID, bytes]:
    """People with a sealed file each."""
    store, kept = FactStore(database, keyring.keys(), newer=keyring.keys), dict[UUID, bytes]()
    with database.transaction() as connection:
        for _ in range(number):
            person = uuid4()
            kept[person] = store.seal_bytes(connection, person, person.bytes, "photo")
    return kept


def all_open(database: Database, keyring: Keyring, kept: dict[UUID, bytes]) -> bool:
    store = FactStore(database, keyring.keys(), newer=keyring.keys)
    with database.reading() as connection:
        return all(
            store.open_bytes(connection, person, box, "photo") == person.bytes for person, box in kept.items()
        )


def stored(database: Database) -> dict[UUID, bytes | None]:
    with database.reading() as connection:
        return dict(connection.execute(select(person_keys.c.subject, person_keys.c.wrapped)).all())


def test_every_key_is_wrapped_anew_and_nothing_else_changes(database: Database, keyring: Keyring) -> None:
    kept = with_people(database, keyring)
    erased = uuid4()
    with database.transaction() as connection:
        connection.execute(insert(person_keys).values(subject=erased, wrapped=None, erased_at=DAY))
        logged = connection.execute(select(facts)).all()
    before, old = stored(database), keyring.keys().master_id
    grown(keyring)
    rotation = KeyRotation(database, keyring)
    assert rotation.left() == PEOPLE
    assert sum(rotation.rotate()) == PEOPLE
    after, fresh = stored(database), keyring.keys().master_id
    assert old != fresh
    assert rotation.left() == 0
    assert after[erased] is None
    assert all(after[person] != before[person] for person in kept)
    assert rotation.by_master_key() == {fresh.hex(): PEOPLE, "": 1}
    assert all_open(database, keyring, kept)
    with database.reading() as connection:
        assert connection.execute(select(facts)).all() == logged


def test_an_interrupted_rotation_goes_on(database: Database, keyring: Keyring) -> None:
    kept = with_people(database, keyring)
    grown(keyring)
    interrupted = KeyRotation(database, keyring).rotate()
    assert next(interrupted) == PORTION
    interrupted.close()
    assert all_open(database, keyring, kept)
    rotation = KeyRotation(database, keyring)
    assert rotation.left() == PEOPLE - PORTION
    assert sum(rotation.rotate()) == PEOPLE - PORTION
    assert rotation.left() == 0


def test_a_process_that_runs_reads_and_writes_under_the_new_key(database: Database, keyring: Keyring) -> None:
    """It was started before there was a second master key, and is not started again."""
    serving = FactStore(database, keyring.keys(), newer=keyring.keys)
    kept = with_people(database, keyring, 3)
    grown(keyring)
    list(KeyRotation(database, keyring).rotate())
    with database.transaction() as connection:
        assert all(
            serving.open_bytes(connection, one, box, "photo") == one.bytes for one, box in kept.items()
        )
        newcomer = uuid4()
        serving.seal_bytes(connection, newcomer, b"x", "photo")
    assert KeyRotation(database, keyring).left() == 0


def test_it_goes_on_while_others_write(database: Database, keyring: Keyring) -> None:
    with_people(database, keyring)
    stop, failed, made = Event(), list[BaseException](), dict[UUID, bytes]()

    def writing() -> None:
        store = FactStore(database, keyring.keys(), newer=keyring.keys)
        try:
            while not stop.is_set():
                person = uuid4()
                with database.transaction() as connection:
                    made[person] = store.seal_bytes(connection, person, person.bytes, "photo")
        except BaseException as error:  # the test tells it
            failed.append(error)

    thread = Thread(target=writing)
    thread.start()
    try:
        for _ in range(3):
            grown(keyring)
            list(KeyRotation(database, keyring).rotate())
    finally:
        stop.set()
        thread.join()
    assert failed == []
    list(KeyRotation(database, keyring).rotate())
    assert KeyRotation(database, keyring).left() == 0
    assert made
    assert all_open(database, keyring, made)


def test_an_erasure_meanwhile_stays(database: Database, keyring: Keyring) -> None:
    (person,) = with_people(database, keyring, 1)
    grown(keyring)
    with database.transaction() as connection:
        PersonKeys(keyring.keys()).erase(connection, person, DAY)
    assert list(KeyRotation(database, keyring).rotate()) == []
    assert stored(database)[person] is None


def test_keys_of_the_first_version_are_wrapped_anew_too(database: Database, keyring: Keyring) -> None:
    person, key, nonce = uuid4(), AESGCM.generate_key(256), os.urandom(NONCE)
    wrapped = nonce + AESGCM(keyring.keys().master).encrypt(nonce, key, person.bytes)
    with database.transaction() as connection:
        connection.execute(insert(person_keys).values(subject=person, wrapped=wrapped))
    grown(keyring)
    assert KeyRotation(database, keyring).by_master_key() == {"1": 1}
    assert sum(KeyRotation(database, keyring).rotate()) == 1
    assert KeyChecks(database, keyring.keys()).foreign() == []


def test_a_key_that_does_not_open_is_left_and_named(database: Database, keyring: Keyring) -> None:
    person, other = with_people(database, keyring, 2)
    with database.transaction() as connection:
        connection.execute(
            update(person_keys).where(person_keys.c.subject == person).values(wrapped=b"\x02" + bytes(64))
        )
    grown(keyring)
    rotation = KeyRotation(database, keyring)
    assert sum(rotation.rotate()) == 1
    assert (rotation.unopened, rotation.left()) == ([person], 1)
    assert stored(database)[person] == b"\x02" + bytes(64)
    assert other in stored(database)


def test_a_lost_or_exchanged_file_of_master_keys_is_told_at_start(
    database: Database, keyring: Keyring
) -> None:
    with_people(database, keyring, 1)
    KeyChecks(database, keyring.keys()).record()
    grown(keyring)
    KeyChecks(database, keyring.keys()).record()
    KeyChecks(database, keyring.keys()).assert_right()
    with pytest.raises(WrongSecret, match="master key 2 is missing"):
        KeyChecks(database, Keys.derived_from(SECRET)).assert_right()
    with pytest.raises(WrongSecret, match="differing: master"):
        KeyChecks(database, Keys.derived_from(SECRET, {2: bytes(range(1, 33))})).assert_right()


@pytest.mark.parametrize("content", ["2 abc\n", "1 " + "00" * 32, "zwei " + "00" * 32, "2\n"])
def test_a_damaged_file_of_master_keys_names_its_line(keyring: Keyring, content: str) -> None:
    assert keyring.file is not None
    keyring.file.write_text(f"2 {'ab' * 32}\n{content}")
    with pytest.raises(KeyringUnusable, match="line 2 of the file of master keys"):
        keyring.keys()


def test_master_keys_are_told_apart_and_the_first_stays_what_it_was(keyring: Keyring) -> None:
    first = keyring.keys()
    numbers = [grown(keyring), grown(keyring)]
    keys = keyring.keys()
    assert numbers == [2, 3]
    assert keys.first_master == first.master
    assert len({master_id(one) for one in (*keys.earlier_masters, keys.master)}) == 3
    assert (keys.pepper, keys.stamp, keys.session) == (first.pepper, first.stamp, first.session)
