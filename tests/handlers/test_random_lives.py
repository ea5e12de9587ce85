"""Random lives against the real store, checked at every step; and proof that the checks would notice."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Connection

from ncre.domain.refusals import RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from ncre.events import registration as facts
from ncre.store.claims import ClaimStore
from tests.handlers.ground import Walker, refusal
from tests.handlers.lives import SUBJECTS, Lives, open_small_exam
from tests.support import people
from tests.support.containers import container_on

BOUNDED = settings(
    max_examples=60,
    stateful_step_count=20,
    deadline=None,
    derandomize="CI" in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
FAR = {
    fact.TOPIC
    for fact in (
        facts.SubjectsChanged,
        facts.Rejected,
        facts.Approved,
        facts.PaymentSettled,
        facts.PaymentUnusable,
        facts.PaymentReturned,
        facts.PaymentLapsed,
        facts.ConfirmedOnSite,
        facts.SeatAssigned,
        facts.Withdrawn,
        facts.Cancelled,
        facts.Suspended,
        facts.Resumed,
        facts.Moved,
    )
}
"""Lives that never get here prove little."""

QUICKLY = settings(
    BOUNDED, max_examples=200, derandomize=True, phases=[Phase.generate], report_multiple_bugs=False
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    folder = tmp_path_factory.mktemp("lives")
    shutil.copyfile(migrated_sqlite, folder / "ncre.sqlite")
    container = container_on(f"sqlite:///{folder / 'ncre.sqlite'}", folder)
    open_small_exam(container)
    container.close()
    return folder / "ncre.sqlite"


def lives(at: Path, book: type[ClaimStore] = ClaimStore) -> type[Lives]:
    class These(Lives):
        template = at
        claim_book = book
        topics: Counter[str] = Counter()

    return These


def test_random_lives_keep_every_promise_and_get_everywhere(template: Path) -> None:
    these = lives(template)
    run_state_machine_as_test(these, settings=BOUNDED)
    if BOUNDED.derandomize:
        assert these.topics.keys() >= FAR, these.topics


class NeverFull(ClaimStore):
    """Says that there is a seat whether there is one or not."""

    def take_counted(self, connection: Connection, key: str) -> bool:
        super().take_counted(connection, key)
        return True


class NeverTaken(ClaimStore):
    """Gives a place or a chair to everybody who asks."""

    def take(self, connection: Connection, key: str, holder: UUID) -> bool:
        super().take(connection, key, holder)
        return True


class NeverGivenBack(ClaimStore):
    """Forgets to count a seat that was given up."""

    def release_counted(self, connection: Connection, key: str) -> None:
        return None


@pytest.mark.parametrize("book", [NeverFull, NeverTaken, NeverGivenBack])
def test_the_promises_notice_a_claim_book_that_keeps_its_books_badly(
    template: Path, book: type[ClaimStore]
) -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(lives(template, book), settings=QUICKLY)


def test_a_seat_and_a_place_can_be_taken_again_and_again_by_turns(template: Path, tmp_path: Path) -> None:
    shutil.copyfile(template, tmp_path / "ncre.sqlite")
    container = container_on(f"sqlite:///{tmp_path / 'ncre.sqlite'}", tmp_path)
    first, second = Walker(container, people.WENJING), Walker(container, people.WENJING)
    for _ in range(3):
        first.submitted(subjects=SUBJECTS)
        second.agrees()
        assert refusal(second.fills) is RefusalCode.PLACE_TAKEN
        first.does(c.Withdraw)
        first, second = second, first.again()
        assert first.fills().status is Status.INFO_FILLED
        assert first.submits(subjects=SUBJECTS).status is Status.SUBMITTED
        first.does(c.Withdraw)
        first = first.again()
    container.close()
