"""How the ledger stands and grew, as its page and its witnesses are told, and whether a registration is sealed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from ncre.bootstrap import Container
from ncre.ledger import checkpoints, tables
from ncre.ledger.signing import NoteSigner, checkpoint_text
from ncre.ledger.tree import HASH
from ncre.ledger.verifier import WITNESS_KEY, Checkpoint, leaf_hash
from ncre.services.audit.growth import POINTS, ledger_state
from ncre.services.audit.seals import Seal, seal_of
from ncre.store.database import Database
from tests.handlers.ground import Walker
from tests.support.containers import WITNESS
from tests.support.people import NOW, Clock

STRANGER = NoteSigner.of("stranger.example", bytes(32), WITNESS_KEY)


def sealed(container: Container, clock: Clock) -> int:
    """A minute later everything is sealed; the newest fact."""
    clock.advance(minutes=2)
    assert container.sealer.catch_up() is not None
    return container.command_handler.store.newest()


@pytest.mark.parametrize(("count", "step"), [(1, 1), (POINTS, 1), (POINTS + 1, 2), (130, 3)])
def test_the_picture_of_growth_has_room_for_so_many_points_the_newest_among_them(
    database: Database, count: int, step: int
) -> None:
    rows = [
        {"number": one, "size": one * 7, "root": bytes(32), "last_id": one * 9, "note": f"{one}\n"}
        | {"at": NOW + timedelta(minutes=one)}
        for one in range(1, count + 1)
    ]
    with database.transaction() as connection:
        connection.execute(insert(tables.checkpoints), rows)
        state = ledger_state(connection, count * 9, ())
    expected = [(NOW + timedelta(minutes=one), one * 7) for one in range(count, 0, -step)]
    assert state.points == expected[::-1]
    assert len(state.points) <= POINTS
    assert state.newest is not None
    assert (state.newest.number, state.waiting) == (count, 0)


def test_without_a_checkpoint_everything_waits_and_there_is_no_picture(container: Container) -> None:
    state = container.queries.audit.page(5, None).state
    newest = container.command_handler.store.newest()
    assert (state.newest, state.waiting, state.points) == (None, newest, [])
    assert container.queries.audit.checkpoint() is None
    assert container.queries.audit.tile(0, 0, 1) is None


def test_the_page_lists_checkpoints_back_from_the_newest_with_what_waits(
    container: Container, clock: Clock
) -> None:
    for _ in range(3):
        Walker(container).agrees()
        sealed(container, clock)
    Walker(container).agrees()
    page = container.queries.audit.page(2, None)
    assert [one.number for one in page.listed] == [3, 2]
    assert [one.number for one in container.queries.audit.page(2, 2).listed] == [1]
    assert page.state.waiting == 1
    assert page.keys == container.queries.audit.keys()
    assert [size for size, _, _ in page.keys] == [0]


def test_hashes_are_given_as_far_as_there_are_any(container: Container, clock: Clock) -> None:
    newest = sealed(container, clock)
    queries = container.queries.audit
    with container.database.reading() as connection:
        size = checkpoints.latest(connection, 1)[0].size
    tile = queries.tile(0, 0, size)
    assert tile is not None
    assert len(tile) == size * HASH
    assert queries.tile(0, 0, 2) == tile[: 2 * HASH]
    assert queries.tile(0, 0, size + 1) is None
    assert newest >= size


def test_cosignatures_of_witnesses_that_are_known_are_kept_and_no_others(
    container: Container, clock: Clock
) -> None:
    sealed(container, clock)
    queries = container.queries.audit
    note = queries.checkpoint()
    assert note is not None
    text = Checkpoint.read(note).note.text
    by_witness, by_stranger = (one.cosignature(text, int(NOW.timestamp())) for one in (WITNESS, STRANGER))
    assert not queries.cosign(note + by_stranger)
    assert queries.checkpoint() == note
    assert [(one.name, one.size) for one in queries.page(1, None).state.witnesses] == [("witness.example", 0)]
    assert queries.cosign(note + by_stranger + by_witness)
    assert queries.checkpoint() == note + by_witness
    (state,) = queries.page(1, None).state.witnesses
    assert (state.name, state.size, state.at) == ("witness.example", Checkpoint.read(note).size, clock.now)
    other = WITNESS.signed(checkpoint_text("ncre.example/ledger", Checkpoint.read(note).size, bytes(32)))
    for unknown in (other, WITNESS.signed(checkpoint_text("x", 10**6, bytes(32)))):
        with pytest.raises(LookupError, match="the ledger has no such checkpoint"):
            queries.cosign(unknown)


def seal(container: Container, walker: Walker) -> Seal | None:
    with container.database.reading() as connection:
        return seal_of(connection, walker.id)


def test_a_registration_is_sealed_by_the_first_checkpoint_over_its_newest_fact(
    container: Container, clock: Clock
) -> None:
    walker = Walker(container)
    walker.agrees()
    assert seal(container, walker) is None
    sealed(container, clock)
    first = clock.now
    Walker(container).agrees()
    sealed(container, clock)
    assert seal(container, walker) == Seal(1, first, True)
    walker.fills()
    assert seal(container, walker) is None
    sealed(container, clock)
    assert seal(container, walker) == Seal(3, clock.now, True)


def test_a_seal_whose_hashes_are_lost_or_others_does_not_hold(container: Container, clock: Clock) -> None:
    walker = Walker(container)
    walker.agrees()
    sealed(container, clock)
    first = clock.now
    with container.database.transaction() as connection:
        connection.execute(update(tables.checkpoints).values(root=leaf_hash(b"another")))
    assert seal(container, walker) == Seal(1, first, False)
    with container.database.transaction() as connection:
        connection.execute(tables.tiles.delete())
    assert seal(container, walker) == Seal(1, first, False)
