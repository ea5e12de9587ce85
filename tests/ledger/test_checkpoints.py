"""Checkpoints and cosignatures as they are read: the one that covers a fact, the newest, each with its lines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from ncre.bootstrap import Container
from ncre.ledger import checkpoints, tables
from ncre.ledger.checkpoints import Sealed
from ncre.ledger.sealer import Sealer
from ncre.ledger.signing import checkpoint_text
from ncre.store.database import Database
from tests.handlers.ground import open_exam
from tests.ledger import ground
from tests.support.people import NOW

FIRST, SECOND, THIRD = (
    Sealed(number, size, bytes([number]) * 32, last_id, NOW + timedelta(minutes=number), f"note {number}\n")
    for number, size, last_id in ((1, 3, 4), (2, 5, 7), (3, 9, 12))
)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def sealed(database: Database) -> Database:
    with database.transaction() as connection:
        connection.execute(insert(tables.checkpoints), [vars(one) for one in (THIRD, FIRST, SECOND)])
    return database


def test_the_first_checkpoint_over_a_fact_covers_it(sealed: Database) -> None:
    with sealed.reading() as connection:
        covering = {position: checkpoints.covering(connection, position) for position in (1, 4, 5, 12, 13)}
        assert covering == {1: FIRST, 4: FIRST, 5: SECOND, 12: THIRD, 13: None}


def test_checkpoints_are_found_by_size_and_from_the_newest_back(sealed: Database) -> None:
    with sealed.reading() as connection:
        assert checkpoints.newest(connection) == THIRD
        assert [checkpoints.at_size(connection, size) for size in (3, 5, 4)] == [FIRST, SECOND, None]
        assert checkpoints.latest(connection, 2) == [THIRD, SECOND]
        assert checkpoints.latest(connection, 9, before=3) == [SECOND, FIRST]


def test_nothing_is_sealed_at_first(database: Database) -> None:
    with database.reading() as connection:
        assert checkpoints.newest(connection) is None
        assert checkpoints.covering(connection, 1) is None
        assert checkpoints.all_of(connection, 9) == []
        assert checkpoints.newest_of(connection, "w1") == (0, None)


def test_cosignatures_stand_under_their_checkpoint_in_the_order_of_witnesses(sealed: Database) -> None:
    with sealed.transaction() as connection:
        for size, witness in ((5, "w2"), (5, "w1"), (9, "w1")):
            checkpoints.add_cosignature(connection, size, witness, f"{witness} of {size}\n", NOW)
        assert checkpoints.all_of(connection, 5) == [
            (3, "note 1\n"),
            (5, "note 2\nw1 of 5\nw2 of 5\n"),
        ]
        assert checkpoints.all_of(connection, 9)[2] == (9, "note 3\nw1 of 9\n")
        assert checkpoints.cosigned(connection, SECOND) == "note 2\nw1 of 5\nw2 of 5\n"
        assert checkpoints.cosigned(connection, FIRST) == "note 1\n"


def test_a_line_of_a_witness_that_came_before_stays(sealed: Database) -> None:
    with sealed.transaction() as connection:
        checkpoints.add_cosignature(connection, 5, "w1", "first\n", NOW)
        checkpoints.add_cosignature(connection, 5, "w1", "second\n", LATER)
        checkpoints.add_cosignature(connection, 3, "w1", "older\n", LATER)
        assert checkpoints.cosigned(connection, SECOND) == "note 2\nfirst\n"
        assert checkpoints.newest_of(connection, "w1") == (5, NOW)
        assert checkpoints.newest_of(connection, "w2") == (0, None)


def test_the_first_key_signs_from_the_first_fact_on(container: Container, sealer: Sealer) -> None:
    open_exam(container)
    sealer.once()
    with container.database.reading() as connection:
        ((from_size, key, handover),) = checkpoints.keys(connection)
    assert (from_size, key.text, handover) == (0, ground.KEY, None)


def test_only_the_ledgers_own_key_over_this_very_text_is_its_signature(
    container: Container, sealer: Sealer
) -> None:
    open_exam(container)
    made = sealer.once()
    assert made is not None
    text = checkpoint_text(ground.ORIGIN, made.size + 1, made.root)
    forged = made.note.replace(f"\n{made.size}\n", f"\n{made.size + 1}\n", 1)
    with container.database.reading() as connection:
        assert checkpoints.is_signed(connection, made.note)
        assert checkpoints.is_signed(connection, ground.SIGNER.signed(text))
        assert not checkpoints.is_signed(connection, forged)
        assert not checkpoints.is_signed(connection, ground.OTHER.signed(text))
