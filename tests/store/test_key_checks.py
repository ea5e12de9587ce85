"""Another secret is noticed before anything is read or written, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.keys import LABELS, Keys
from ncre.store.master_keys.checks import KeyChecks, WrongSecret, is_empty
from ncre.store.schema import key_checks
from tests.store.test_sealing import FILLED, append, recorded

OURS = Keys.derived_from(bytes(range(32)))
ANOTHER = Keys.derived_from(bytes(range(1, 33)))


def with_data(database: Database, keys: Keys = OURS) -> None:
    append(database, FactStore(database, keys), recorded((FILLED,)))


def test_the_right_secret_passes_and_another_does_not(database: Database) -> None:
    KeyChecks(database, OURS).record()
    with_data(database)
    KeyChecks(database, OURS).assert_right()
    KeyChecks(database, OURS).record()
    for refused in (KeyChecks.assert_right, KeyChecks.assert_not_wrong, KeyChecks.record):
        with pytest.raises(WrongSecret, match="secret is not the one of this database"):
            refused(KeyChecks(database, ANOTHER))
    KeyChecks(database, OURS).assert_right()


def test_the_secret_and_every_key_are_checked(database: Database) -> None:
    KeyChecks(database, OURS).record()
    with database.reading() as connection:
        stored = {row.purpose: row.value for row in connection.execute(select(key_checks))}
    assert stored.keys() == {"secret", *LABELS}
    assert len(set(stored.values())) == len(stored)
    secrets = (
        OURS.master,
        OURS.pepper,
        OURS.stamp,
        OURS.session,
        OURS.work,
        OURS.sign_on,
        OURS.webhook,
        OURS.letter,
    )
    assert not {key.hex() for key in secrets} & set(stored.values())
    for purpose in stored:
        with_data_changed = {**OURS.checks, (purpose, 1): "0" * 64}
        changed = Keys(*secrets, checks=with_data_changed)
        with pytest.raises(WrongSecret, match=rf"differing: {purpose}\)"):
            KeyChecks(database, changed).assert_right()


def test_a_database_without_check_values_is_not_used(database: Database) -> None:
    with pytest.raises(WrongSecret, match="ncre migrate"):
        KeyChecks(database, OURS).assert_right()


def test_while_nothing_is_recorded_another_secret_may_take_its_place(database: Database) -> None:
    KeyChecks(database, ANOTHER).record()
    assert is_empty(database)
    KeyChecks(database, OURS).record()
    KeyChecks(database, OURS).assert_right()
    with_data(database)
    assert not is_empty(database)


def test_data_of_an_earlier_release_take_their_own_secret_only(database: Database) -> None:
    """They have no check values; what is sealed tells."""
    with_data(database)
    for refused in (KeyChecks.assert_not_wrong, KeyChecks.record):
        with pytest.raises(WrongSecret, match="opens nothing in this database"):
            refused(KeyChecks(database, ANOTHER))
    KeyChecks(database, OURS).record()
    KeyChecks(database, OURS).assert_right()


def test_keys_made_under_another_secret_are_found(database: Database) -> None:
    with_data(database)
    assert KeyChecks(database, OURS).foreign() == []
    assert len(KeyChecks(database, ANOTHER).foreign()) == 1


def test_keys_of_different_purposes_are_independent() -> None:
    keys = [OURS.master, OURS.pepper, OURS.stamp, OURS.session, OURS.work, OURS.sign_on, OURS.webhook]
    assert len(set(keys)) == len(keys)
    assert not any(key.hex() in repr(OURS) for key in keys)
    labels = [label for versions in LABELS.values() for label in versions]
    assert len(set(labels)) == len(labels)
