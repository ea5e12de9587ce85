"""The sample of quality control: drawn with the decision, again as often as one likes, blind, and told in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bench.ground import waiting
from ncre.bootstrap import Container
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.identity.accounts import Account
from ncre.operational import second_looks
from ncre.operational.second_looks import LookState
from ncre.services.registration.case_request import CaseRequest
from ncre.services.review.sampling import Sampling
from ncre.services.review.second_looks import ReviewerAgreement
from ncre.store.keys import blind_index
from tests.support.containers import container_on, open_round
from tests.support.people import ROUND, SITE

pytest_plugins = ["tests.support.databases"]

SEEN = 8


@pytest.fixture
def lived(database_url: str, tmp_path: Path) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data")
    open_round(container)
    yield container
    container.close()


def staff(lived: Container, name: str, role: Role = Role.REVIEWER, site: str = SITE) -> Account:
    return lived.accounts.add(name, "kept in these tests alone", role, frozenset({site}))


def decide(lived: Container, by: Account, case: UUID, verdict: str = "approve") -> UUID:
    command = uuid4()
    request = CaseRequest(registration=case, actor=by.actor, seen=SEEN, command_id=command)
    if verdict == "approve":
        lived.registrations.approve(request)
    else:
        lived.registrations.reject(request, ("P01",), "")
    return command


def test_the_lot_is_fair_secret_and_can_be_drawn_again() -> None:
    mine, others = Sampling(b"k" * 32), Sampling(b"x" * 32)
    cases = [(UUID(int=number), 9) for number in range(20_000)]
    drawn = [case for case in cases if mine.drawn(*case, 50)]
    assert 850 < len(drawn) < 1150, "5 % of 20 000, within five standard deviations"
    assert drawn == [case for case in cases if Sampling(b"k" * 32).drawn(*case, 50)]
    both = [case for case in drawn if others.drawn(*case, 50)]
    assert len(both) < len(drawn) / 5, "whoever lacks the key knows nothing of the lot"
    assert [mine.lot(UUID(int=1), version) for version in range(9)] != [mine.lot(UUID(int=1), 1)] * 9
    told = blind_index(b"k" * 32, "second-look", f"{UUID(int=7)}:9")
    assert mine.lot(UUID(int=7), 9) == int(told[:16], 16) % 1000, "as an auditor works it out"
    assert not any(mine.drawn(*case, 0) for case in cases)
    assert all(mine.drawn(*case, 1000) for case in cases[:1000])


def test_what_was_drawn_is_what_the_key_and_the_rates_give(lived: Container) -> None:
    li, boss = staff(lived, "li"), staff(lived, "boss", Role.OFFICE)
    early, late = waiting(lived.command_handler, 10), waiting(lived.command_handler, 60)
    for case in early:
        decide(lived, li, case)
    lived.clock.advance(minutes=1)  # type: ignore[attr-defined]
    lived.second_looks.set_rate(boss, SITE, 300)
    for case in late:
        decide(lived, li, case)
    with lived.database.reading() as connection:
        found = {
            (row.registration, row.version) for row in connection.execute(second_looks.second_looks.select())
        }
    again = Sampling(lived.keyring.keys().pepper)
    assert found == {(case, SEEN + 1) for case in late if again.drawn(case, SEEN + 1, 300)}
    assert found, "some of sixty are drawn at 30 %"


def test_a_decision_that_was_refused_or_sent_twice_is_drawn_once_at_most(lived: Container) -> None:
    li, wang, boss = staff(lived, "li"), staff(lived, "wang"), staff(lived, "boss", Role.OFFICE)
    lived.second_looks.set_rate(boss, SITE, 1000)
    (case,) = waiting(lived.command_handler, 1)
    request = CaseRequest(registration=case, actor=li.actor, seen=SEEN)
    lived.registrations.approve(request)
    lived.registrations.approve(request)
    decide(lived, wang, case)
    with pytest.raises(Refusal):
        decide(lived, wang, case, "reject")
    with lived.database.reading() as connection:
        (look,) = connection.execute(second_looks.second_looks.select())
    assert look.first_by == li.id


def test_nobody_looks_twice_at_their_own_and_the_office_gets_what_differs(lived: Container) -> None:
    li, wang, boss = staff(lived, "li"), staff(lived, "wang"), staff(lived, "boss", Role.OFFICE)
    far = staff(lived, "far", site="429901")
    lived.second_looks.set_rate(boss, SITE, 1000)
    first, second = waiting(lived.command_handler, 2)
    decide(lived, li, first)
    lived.clock.advance(minutes=1)  # type: ignore[attr-defined]
    decide(lived, li, second)
    assert lived.second_looks.take(li) is None
    assert lived.second_looks.take(far) is None
    look = lived.second_looks.take(wang)
    assert look is not None
    assert look.registration == first
    assert lived.second_looks.take(wang) == lived.second_looks.taken(wang), "one at a time"
    history = lived.second_looks.before(look)
    assert [fact.metadata.version for fact in history] == list(range(1, SEEN + 1))
    with pytest.raises(Refusal) as refused:
        lived.second_looks.decide(li, first, SEEN + 1, "approve", ())
    assert refused.value.code is RefusalCode.LOOK_NOT_TAKEN
    with pytest.raises(Refusal):
        lived.second_looks.decide(wang, first, SEEN + 1, "reject", ())
    assert lived.second_looks.decide(wang, first, SEEN + 1, "reject", ("P01",)) is False
    with pytest.raises(Refusal):
        lived.second_looks.decide(wang, first, SEEN + 1, "approve", ())
    assert lived.second_looks.take(wang) is not None
    assert lived.second_looks.decide(wang, second, SEEN + 1, "approve", ()) is True
    (open_one,) = lived.second_looks.disagreements([SITE])
    assert (open_one.registration, open_one.second_reasons) == (first, ["P01"])
    lived.second_looks.settle(boss, first, SEEN + 1, "second", "照片不清")
    assert lived.second_looks.disagreements([SITE]) == []
    ((settled_one, note),) = lived.second_looks.settled([SITE])
    assert (settled_one.registration, settled_one.outcome, settled_one.outcome_by) == (
        first,
        "second",
        boss.id,
    )
    assert note == "照片不清"
    assert lived.second_looks.settled(["429901"]) == []
    with pytest.raises(Refusal) as settled:
        lived.second_looks.settle(boss, first, SEEN + 1, "first", "")
    assert settled.value.code is RefusalCode.LOOK_SETTLED
    (report,) = lived.second_looks.report(ROUND)
    assert (report.account, report.looks, report.agreed, report.only_first_approved) == (li.id, 2, 1, 1)


def test_whoever_saw_at_the_desk_how_it_stands_is_offered_it_no_more(lived: Container) -> None:
    li, wang, zhao, boss = (staff(lived, name) for name in ("li", "wang", "zhao", "boss"))
    lived.second_looks.set_rate(boss, SITE, 1000)
    seen, unseen = waiting(lived.command_handler, 2)
    lived.command_handler.record_access(unseen, wang.actor, "desk")
    lived.clock.advance(minutes=1)  # type: ignore[attr-defined]
    for case in (seen, unseen):
        decide(lived, li, case)
    lived.clock.advance(minutes=1)  # type: ignore[attr-defined]
    lived.command_handler.record_access(seen, wang.actor, "desk")
    assert (lived.second_looks.waiting(wang), lived.second_looks.waiting(zhao)) == (1, 2)
    look = lived.second_looks.take(wang)
    assert look is not None
    assert look.registration == unseen
    lived.clock.advance(minutes=1)  # type: ignore[attr-defined]
    lived.command_handler.record_access(unseen, wang.actor, "second look")
    lived.clock.advance(minutes=60)  # type: ignore[attr-defined]
    assert lived.second_looks.waiting(wang) == 1, "what was shown without the decision hides nothing"


def test_a_verdict_or_an_outcome_that_is_none_is_refused(lived: Container) -> None:
    li, wang, boss = staff(lived, "li"), staff(lived, "wang"), staff(lived, "boss", Role.OFFICE)
    lived.second_looks.set_rate(boss, SITE, 1000)
    (case,) = waiting(lived.command_handler, 1)
    decide(lived, li, case)
    assert lived.second_looks.take(wang) is not None
    assert lived.second_looks.mine(wang, case, SEEN + 1).registration == case
    looks = lived.second_looks
    refused = [
        (RefusalCode.VERDICT_MISSING, lambda: looks.decide(wang, case, SEEN + 1, "maybe", ())),
        (RefusalCode.LOOK_NOT_TAKEN, lambda: looks.decide(wang, case, SEEN, "approve", ())),
        (RefusalCode.LOOK_NOT_TAKEN, lambda: looks.mine(wang, case, SEEN)),
        (RefusalCode.VERDICT_MISSING, lambda: looks.settle(boss, case, SEEN + 1, "third", "")),
        (RefusalCode.LOOK_SETTLED, lambda: looks.settle(boss, case, SEEN + 1, "first", "")),
    ]
    for code, act in refused:
        with pytest.raises(Refusal) as told:
            act()
        assert told.value.code is code
    with pytest.raises(Refusal):
        looks.settle(boss, case, SEEN + 1, "first", "x" * (second_looks.LONGEST_NOTE + 1))


def test_one_that_was_left_lying_goes_to_somebody_else(lived: Container) -> None:
    li, wang, zhao, boss = (staff(lived, name) for name in ("li", "wang", "zhao", "boss"))
    lived.second_looks.set_rate(boss, SITE, 1000)
    (case,) = waiting(lived.command_handler, 1)
    decide(lived, li, case)
    assert lived.second_looks.take(wang) is not None
    assert lived.second_looks.take(zhao) is None
    lived.clock.advance(minutes=61)  # type: ignore[attr-defined]
    assert lived.second_looks.take(zhao) is not None
    with pytest.raises(Refusal):
        lived.second_looks.decide(wang, case, SEEN + 1, "approve", ())


@pytest.mark.parametrize(
    ("counts", "share", "kappa"),
    [
        ((20, 15, 5, 10), 0.70, 0.40),  # the example of Cohen's kappa that textbooks work through
        ((10, 0, 0, 0), 1.0, None),
        ((5, 5, 0, 0), 1.0, 1.0),
        ((25, 25, 25, 25), 0.5, 0.0),
    ],
)
def test_agreement_is_told_as_share_and_as_kappa(
    counts: tuple[int, int, int, int], share: float, kappa: float | None
) -> None:
    found = ReviewerAgreement(UUID(int=1), *counts)
    assert found.share == pytest.approx(share)
    assert found.kappa == (None if kappa is None else pytest.approx(kappa))


def test_rates_outside_their_bounds_are_refused(lived: Container) -> None:
    boss = staff(lived, "boss", Role.OFFICE)
    for rate in (-1, 1001):
        with pytest.raises(Refusal):
            lived.second_looks.set_rate(boss, SITE, rate)
    lived.second_looks.set_rate(boss, SITE, 25)
    assert Counter(lived.second_looks.rates([SITE, "429901"])) == Counter({SITE: 25, "429901": 0})
    assert LookState.WAITING.value == "waiting"
