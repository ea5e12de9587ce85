"""Random sequences of revisions, payments, seatings and cancellations; `make soak` runs thousands more."""

from __future__ import annotations

import pytest

from ncre.bootstrap import Container
from ncre.domain.exam.revision_rules import RevisionOutcome
from ncre.domain.seating.halls import HallsInUse
from tests.services.exam.revised import Sequence

SHORT = 10


@pytest.fixture
def container(container: Container) -> Container:
    container.command_handler.photos = None
    return container


def test_whatever_is_revised_rooms_seats_lists_papers_and_numbers_hold(container: Container) -> None:
    outcomes: set[str] = set()
    for seed in range(SHORT):
        sequence = Sequence(container, f"{seed + 1:02}", seed)
        sequence.run(18)
        outcomes |= {outcome for _, outcome in sequence.outcomes}
    assert {RevisionOutcome.ALLOWED, RevisionOutcome.FOLLOW_UP} <= outcomes


def test_papers_are_drawn_after_a_sequence(container: Container) -> None:
    sequence = Sequence(container, "05", 5)
    sequence.run(18)
    sequence.check_papers(drawn=True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_same_sequences_notice_a_room_that_is_used_twice_at_once(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HallsInUse, "blocks", lambda *_: False)
    with pytest.raises(AssertionError):
        for seed in range(SHORT):
            Sequence(container, f"{seed + 1:02}", seed).run(18)
