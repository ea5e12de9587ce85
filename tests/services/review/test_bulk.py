"""A bulk run decides each case once, at the version that was seen, however often it is stopped: also by SIGKILL."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import pytest

from bench.ground import waiting
from ncre.bootstrap import Container
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role, Step
from ncre.events.registration import Approved, Rejected
from ncre.identity.accounts import Account
from ncre.operational import review_runs
from ncre.services.review.bulk import BulkProgress, Chosen, ItemState, RunState
from tests.services.review.carrying_on import carries_on
from tests.support.containers import container_on, open_round
from tests.support.forked import forked
from tests.support.people import NOW, REVIEWER, SITE

pytest_plugins = ["tests.support.databases"]

SEEN = 8
"""The version of a case of the bench that waits."""


@pytest.fixture
def lived(database_url: str, tmp_path: Path) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data")
    open_round(container)
    yield container
    container.close()


@pytest.fixture
def li(lived: Container) -> Account:
    return lived.accounts.add("li", "kept in these tests alone", Role.REVIEWER, frozenset({SITE}))


def prepared(lived: Container, li: Account, cases: list[UUID], step: Step = Step.APPROVE) -> UUID:
    chosen = [Chosen(case, SEEN, str(place)) for place, case in enumerate(cases)]
    return lived.bulk_review.prepare(uuid4(), li, step, chosen).id


def carried_out(lived: Container, li: Account, run: UUID) -> BulkProgress:
    while lived.bulk_review.carry_on(run, 100):
        pass
    return lived.bulk_review.of(li, run)


def decisions(lived: Container, case: UUID) -> list[UUID]:
    """The commands that decided the case, oldest first, the rejection of the bench's own history aside."""
    with lived.database.reading() as connection:
        history = lived.command_handler.store.history(connection, case, opened=False)
    made = [
        fact for fact in history if isinstance(fact, Approved | Rejected) and fact.metadata.version > SEEN
    ]
    return [fact.metadata.command_id for fact in made]


def changed_by_somebody(lived: Container, cases: list[UUID]) -> None:
    """The office suspends nothing and decides nothing: these were rejected by a colleague meanwhile."""
    for case in cases:
        lived.command_handler.handle(
            c.Reject(registration=case, actor=REVIEWER, seen=SEEN, reasons=("P01",), note="")
        )


def test_one_in_a_hundred_is_refused_and_listed_with_its_reason(lived: Container, li: Account) -> None:
    count = 200
    cases = waiting(lived.command_handler, count)
    stale = cases[::100]
    run = prepared(lived, li, cases)
    changed_by_somebody(lived, stale)
    lived.bulk_review.start(li, run)
    progress = carried_out(lived, li, run)
    assert progress.run.state == RunState.DONE
    assert progress.counts == {
        ItemState.WAITING: 0,
        ItemState.DONE: count - len(stale),
        ItemState.ALREADY: 0,
        ItemState.REFUSED: len(stale),
    }
    refused = lived.bulk_review.items(run, (ItemState.REFUSED,), count)
    assert [item.registration for item in refused] == stale
    assert {item.code for item in refused} == {RefusalCode.OUT_OF_DATE.value}
    assert all("第 9 版" in item.zh and "now 9" in item.en for item in refused)
    for case in set(cases) - set(stale):
        assert decisions(lived, case) == [uuid5(run, case.hex)]


def test_a_run_killed_at_random_goes_on_and_decides_nobody_twice(
    lived: Container, li: Account, database_url: str
) -> None:
    cases = waiting(lived.command_handler, 160)
    stale = cases[::40]
    run = prepared(lived, li, cases)
    changed_by_somebody(lived, stale)
    lived.bulk_review.start(li, run)
    dice, kills = random.Random(20270327), 0
    for attempt in range(1, 9):
        if not killed(lived, database_url, run, attempt, 0.02 + dice.random() * 0.4):
            break
        kills += 1
    assert kills >= 2
    lived.clock.advance(hours=2)  # type: ignore[attr-defined]
    progress = carried_out(lived, li, run)
    assert progress.counts[ItemState.DONE] == len(cases) - len(stale)
    refused = lived.bulk_review.items(run, (ItemState.REFUSED,), len(cases))
    assert [item.registration for item in refused] == stale
    for case in set(cases) - set(stale):
        assert decisions(lived, case) == [uuid5(run, case.hex)]


def killed(lived: Container, url: str, run: UUID, minutes: int, after: float) -> bool:
    """Whether the process was killed amid its work; False where it was done before."""
    process, told = forked(carries_on, url, lived.settings.data, run, minutes)
    with told:
        assert told.recv() == "ready"
        time.sleep(after)  # the instant of the kill, not a wait for anything
        process.kill()
        process.join()
        with suppress(EOFError):
            return bool(told.recv() != "done")
    return True


def test_a_case_whose_answer_was_noted_nowhere_is_found_done(lived: Container, li: Account) -> None:
    """The command was carried out, and the process died before it noted so."""
    (case,) = waiting(lived.command_handler, 1)
    run = prepared(lived, li, [case])
    lived.bulk_review.start(li, run)
    command = c.Approve(registration=case, actor=li.actor, seen=SEEN, command_id=uuid5(run, case.hex))
    lived.command_handler.handle(command)
    assert carried_out(lived, li, run).counts[ItemState.DONE] == 1
    assert len(decisions(lived, case)) == 1


def test_a_lease_that_is_over_is_taken_by_the_next_process(lived: Container, li: Account) -> None:
    cases = waiting(lived.command_handler, 3)
    run = prepared(lived, li, cases)
    lived.bulk_review.start(li, run)
    with lived.database.transaction() as connection:
        assert review_runs.lease(connection, run, NOW, NOW)
    assert lived.bulk_review.carry_on(run, 2) == 2
    assert lived.bulk_review.of(li, run).counts[ItemState.WAITING] == 1


def test_a_lease_that_holds_lets_nobody_else_carry_on(lived: Container, li: Account) -> None:
    run = prepared(lived, li, waiting(lived.command_handler, 1))
    lived.bulk_review.start(li, run)
    with lived.database.transaction() as connection:
        assert review_runs.lease(connection, run, NOW, NOW + timedelta(seconds=30))
    assert lived.bulk_review.carry_on(run, 1) == 0
    lived.clock.advance(seconds=31)  # type: ignore[attr-defined]
    lived.worker.once()
    assert lived.bulk_review.of(li, run).run.state == RunState.DONE


def test_a_draft_decides_nothing_and_a_run_starts_once(lived: Container, li: Account) -> None:
    cases = waiting(lived.command_handler, 2)
    run = prepared(lived, li, cases)
    assert lived.bulk_review.carry_on(run, 10) == 0
    assert decisions(lived, cases[0]) == []
    lived.bulk_review.start(li, run)
    lived.bulk_review.start(li, run)
    assert carried_out(lived, li, run).counts[ItemState.DONE] == 2
    again = lived.bulk_review.prepare(run, li, Step.APPROVE, [Chosen(cases[0], SEEN, "")])
    assert again.id == run


def test_a_rejection_needs_its_reasons_before_it_starts(lived: Container, li: Account) -> None:
    cases = waiting(lived.command_handler, 2)
    run = prepared(lived, li, cases, Step.REJECT)
    for reasons, note in (((), ""), (("X99",), ""), (("O01",), " ")):
        with pytest.raises(Refusal):
            lived.bulk_review.start(li, run, reasons, note)
    assert lived.bulk_review.of(li, run).run.state == RunState.DRAFT
    lived.bulk_review.start(li, run, ("P03", "P01"), "请换照片")
    assert carried_out(lived, li, run).counts[ItemState.DONE] == 2
    with lived.database.reading() as connection:
        newest = lived.command_handler.store.history(connection, cases[0])[-1]
    assert isinstance(newest, Rejected)
    assert (newest.reasons, newest.note) == (("P01", "P03"), "请换照片")


def test_whoever_lost_their_right_meanwhile_decides_nothing_more(lived: Container, li: Account) -> None:
    cases = waiting(lived.command_handler, 2)
    run = prepared(lived, li, cases)
    lived.bulk_review.start(li, run)
    with lived.database.transaction() as connection:
        lived.accounts.set_role(connection, li.id, Role.REVIEWER, frozenset({"429901"}))
    progress = carried_out(lived, li, run)
    assert progress.counts[ItemState.REFUSED] == 2
    assert decisions(lived, cases[0]) == []


def test_what_a_colleague_decided_the_same_is_told_apart(lived: Container, li: Account) -> None:
    cases = waiting(lived.command_handler, 2)
    run = prepared(lived, li, cases)
    lived.command_handler.handle(c.Approve(registration=cases[0], actor=REVIEWER, seen=SEEN))
    lived.bulk_review.start(li, run)
    counts = carried_out(lived, li, run).counts
    assert (counts[ItemState.ALREADY], counts[ItemState.DONE]) == (1, 1)


def test_the_run_of_another_is_as_good_as_none(lived: Container, li: Account) -> None:
    run = prepared(lived, li, waiting(lived.command_handler, 1))
    other = lived.accounts.add("wang", "kept in these tests alone", Role.REVIEWER, frozenset({SITE}))
    for act in (lived.bulk_review.of, lived.bulk_review.start):
        with pytest.raises(Refusal) as refused:
            act(other, run)
        assert refused.value.code is RefusalCode.RUN_UNKNOWN


def test_runs_of_an_account_are_listed_with_how_far_they_are(lived: Container, li: Account) -> None:
    cases = waiting(lived.command_handler, 3)
    first = prepared(lived, li, cases[:2])
    lived.bulk_review.start(li, first)
    carried_out(lived, li, first)
    lived.clock.advance(minutes=1)  # type: ignore[attr-defined]
    second = prepared(lived, li, cases[2:])
    listed = lived.bulk_review.newest_of(li)
    assert [(one.run.id, one.settled, one.total) for one in listed] == [(second, 0, 1), (first, 2, 2)]
    other = lived.accounts.add("wang", "kept in these tests alone", Role.REVIEWER, frozenset({SITE}))
    assert lived.bulk_review.newest_of(other) == []


def test_what_was_chosen_and_may_not_be_decided_has_its_answer_in_the_draft(
    lived: Container, li: Account
) -> None:
    (case,) = waiting(lived.command_handler, 1)
    why = Refusal(RefusalCode.OUT_OF_DATE, seen=SEEN, version=SEEN + 1)
    run = lived.bulk_review.prepare(uuid4(), li, Step.APPROVE, [Chosen(case, SEEN, "7", why)]).id
    (item,) = lived.bulk_review.items(run, (ItemState.REFUSED,), 9)
    assert (item.registration, item.seen, item.number, item.code) == (
        *(case, SEEN, "7", RefusalCode.OUT_OF_DATE.value),
    )
    for step, chosen in ((Step.SUSPEND, [Chosen(case, SEEN, "")]), (Step.APPROVE, [])):
        with pytest.raises(Refusal) as refused:
            lived.bulk_review.prepare(uuid4(), li, step, chosen)
        assert refused.value.code is RefusalCode.NOTHING_CHOSEN


def test_old_runs_are_forgotten_and_a_running_one_is_kept(lived: Container, li: Account) -> None:
    run = prepared(lived, li, waiting(lived.command_handler, 1))
    lived.bulk_review.tidy(NOW)
    assert lived.bulk_review.of(li, run).run.state == RunState.DRAFT
    lived.clock.advance(days=8)  # type: ignore[attr-defined]
    kept = prepared(lived, li, waiting(lived.command_handler, 1))
    lived.bulk_review.start(li, kept)
    lived.bulk_review.tidy(lived.clock())
    with pytest.raises(Refusal):
        lived.bulk_review.of(li, run)
    assert lived.bulk_review.of(li, kept).run.state == RunState.RUNNING
