"""Random lives of three candidates at two small sites, against the real store, checked at every step."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, func, select

from ncre.domain import commands as c
from ncre.domain.claims import Seat, held_by
from ncre.domain.lifecycle import LIFE, Status
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import Registration, replay
from ncre.events.claimbook import ClaimBook
from ncre.events.schema import counters
from ncre.projections.timeline import timeline
from ncre.projections.upkeep import check
from tests.houses import house_on
from tests.people import (
    ELSEWHERE,
    LIQIANG,
    OFFICE,
    OTHER_PHOTO,
    PHOTO,
    REVIEWER,
    ROUND,
    WENJING,
    Candidate,
    Clock,
    somebody,
)

SITES = ("420019", "429901")
SUBJECTS = ("24", "28")
PEOPLE = (WENJING, LIQIANG)
REACHABLE = {Status.NEW} | {row.to for row in LIFE if row.to is not None}

candidates = st.integers(0, 2)


class Generous(ClaimBook):
    """A claim book that never says no: with it, the invariants must fail."""

    def take_counted(self, connection: Connection, key: str) -> bool:
        super().take_counted(connection, key)
        return True


class Lives(RuleBasedStateMachine):
    template: ClassVar[Path]
    claims: ClassVar[type[ClaimBook]] = ClaimBook

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ncre-lives-"))
        shutil.copyfile(self.template, self.folder / "ncre.sqlite")
        self.clock = Clock()
        self.house = house_on(f"sqlite:///{self.folder / 'ncre.sqlite'}", self.folder, self.clock)
        self.house.application.claims = self.claims(self.house.database)
        self.known: list[list[Candidate]] = []
        for number in range(3):
            account = self.house.accounts.named(f"candidate {number}")
            assert account is not None
            self.known.append([Candidate(self.house, account, WENJING)])
        self.trade = 0

    def tries(self, command: c.Command) -> None:
        with suppress(Refusal):
            self.house.application.handle(command)

    def asking(self, number: int) -> dict[str, Any]:
        return self.known[number][-1].asking

    @rule(number=candidates)
    def agree(self, number: int) -> None:
        candidate = self.known[number][-1]
        if self.state(candidate).status in (Status.WITHDRAWN, Status.CANCELLED):
            ordinal = candidate.ordinal + 1
            self.known[number].append(Candidate(self.house, candidate.account, WENJING, ordinal))
        with suppress(Refusal):
            self.known[number][-1].agrees()

    @rule(number=candidates, person=st.integers(0, 1))
    def tell_details(self, number: int, person: int) -> None:
        details = PEOPLE[person]
        key = self.house.people.person(details.document_type, details.document_number)
        self.tries(c.FillInfo(**self.asking(number), details=details, person=key))
        self.tries(c.AmendInfo(**self.asking(number), details=details, person=key))

    @rule(
        number=candidates,
        site=st.sampled_from(SITES),
        subjects=st.sets(st.sampled_from(SUBJECTS), min_size=1),
    )
    def choose(self, number: int, site: str, subjects: set[str]) -> None:
        chosen = {"site": site, "subjects": tuple(sorted(subjects))}
        self.tries(c.Submit(**self.asking(number), **chosen, declared=True, declaration="x"))
        self.tries(c.ChangeSubjects(**self.asking(number), **chosen))

    @rule(number=candidates, site=st.sampled_from(SITES), subject=st.sampled_from(SUBJECTS))
    def hurry(self, number: int, site: str, subject: str) -> None:
        """From nothing to a submission in one go, so that seats run short early."""
        self.agree(number=number)
        self.tell_details(number=number, person=number % 2)
        self.choose(number=number, site=site, subjects={subject})

    @rule(number=candidates, other=st.booleans())
    def picture(self, number: int, other: bool) -> None:
        photo = OTHER_PHOTO if other else PHOTO
        self.tries(c.UploadPhoto(**self.asking(number), photo=photo))
        self.tries(c.ReplacePhoto(**self.asking(number), photo=photo))

    @rule(number=candidates, approve=st.booleans())
    def review(self, number: int, approve: bool) -> None:
        self.tries(c.RequestReview(**self.asking(number)))
        for reviewer in (REVIEWER, ELSEWHERE):
            at = {"registration": self.known[number][-1].id, "actor": reviewer}
            self.tries(c.Approve(**at) if approve else c.Reject(**at, reasons=("P01",)))

    @rule(number=candidates, right=st.booleans())
    def pay(self, number: int, right: bool) -> None:
        from ncre.domain.payment import order_of

        self.trade += 1
        state = self.state(self.known[number][-1])
        self.tries(
            c.Settle(
                registration=state.id,
                actor=c.PAYMENT_ACTOR,
                order=order_of(state),
                channel="till",
                trade=f"T{self.trade}",
                amount=state.amount if right else 1,
                paid_at=self.clock(),
            )
        )

    @rule(hours=st.sampled_from([1, 30]))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours=hours)
        self.house.worker.once()

    @rule(number=candidates)
    def withdraw(self, number: int) -> None:
        self.tries(c.Withdraw(**self.asking(number)))

    @rule(number=candidates)
    def cancel(self, number: int) -> None:
        self.tries(c.Cancel(registration=self.known[number][-1].id, actor=OFFICE, reason="x"))

    @rule(site=st.sampled_from(SITES))
    def seat(self, site: str) -> None:
        with suppress(Refusal):
            self.house.office.seat(ROUND, site, OFFICE)

    def state(self, candidate: Candidate) -> Registration:
        with self.house.database.reading() as connection:
            return replay(candidate.id, self.house.application.store.history(connection, candidate.id))

    @property
    def states(self) -> list[Registration]:
        if not hasattr(self, "house"):
            return []
        return [self.state(candidate) for each in self.known for candidate in each]

    @invariant()
    def every_status_is_reachable_and_every_version_follows(self) -> None:
        for state in self.states:
            assert state.status in REACHABLE
            with self.house.database.reading() as connection:
                history = self.house.application.store.history(connection, state.id)
            assert [fact.stamp.version for fact in history] == list(range(1, len(history) + 1))

    @invariant()
    def no_seat_is_given_twice_and_what_is_held_is_counted(self) -> None:
        states = self.states
        held = Counter(claim.key for state in states for claim in held_by(state) if isinstance(claim, Seat))
        if not states:
            return
        with self.house.database.reading() as connection:
            for key, quota, taken in connection.execute(select(counters)):
                assert taken == held[key], key
                assert taken <= quota, key

    @invariant()
    def one_person_has_one_place(self) -> None:
        held = [claim.key for state in self.states for claim in held_by(state) if not isinstance(claim, Seat)]
        assert len(held) == len(set(held))

    @invariant()
    def the_rows_are_what_the_log_says(self) -> None:
        if not hasattr(self, "house"):
            return
        application = self.house.application
        assert check(self.house.database, application.store, application.listeners) == []

    @invariant()
    def the_timeline_has_one_sentence_a_fact(self) -> None:
        if not hasattr(self, "house"):
            return
        with self.house.database.reading() as connection:
            told = connection.execute(select(func.count()).select_from(timeline)).scalar_one()
        assert told == self.house.application.store.newest()

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.house.close()
            shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """A round of two sites with one seat in one subject and two in the other, and three candidates."""
    folder = tmp_path_factory.mktemp("lives")
    shutil.copyfile(migrated_sqlite, folder / "ncre.sqlite")
    house = house_on(f"sqlite:///{folder / 'ncre.sqlite'}", folder)
    _open_small_round(house)
    for number in range(3):
        somebody(house, f"candidate {number}")
    house.close()
    return folder / "ncre.sqlite"


def _open_small_round(house: Any) -> None:
    from ncre.events.exam import Offer
    from ncre.rounds import bundled
    from ncre.rounds.loader import load_round
    from tests.people import TODAY

    loaded = load_round(bundled(), TODAY)
    offers = (Offer("24", 1), Offer("28", 2))
    small = tuple(replace(site, offers=offers, quota=2) for site in loaded.sites if site.code in SITES)
    house.office.load(replace(loaded, sites=small), OFFICE)


BOUNDED = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def test_random_lives_keep_every_promise(template: Path) -> None:
    class Honest(Lives):
        pass

    Honest.template = template
    run_state_machine_as_test(Honest, settings=BOUNDED)


def test_the_promises_notice_a_claim_book_that_never_says_no(template: Path) -> None:
    class Dishonest(Lives):
        claims = Generous

    Dishonest.template = template
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            Dishonest, settings=settings(BOUNDED, max_examples=100, phases=[Phase.generate])
        )


def test_a_released_place_can_be_taken_again(template: Path, tmp_path: Path) -> None:
    shutil.copyfile(template, tmp_path / "ncre.sqlite")
    house = house_on(f"sqlite:///{tmp_path / 'ncre.sqlite'}", tmp_path)
    first, second = (
        Candidate(house, account, WENJING)
        for account in (house.accounts.named("candidate 0"), house.accounts.named("candidate 1"))
        if account is not None
    )
    for _ in range(2):
        first.agrees()
        first.fills()
        second.agrees()
        with pytest.raises(Refusal) as refused:
            second.fills()
        assert refused.value.code is RefusalCode.PLACE_TAKEN
        first.does(c.Withdraw)
        first = Candidate(house, first.account, WENJING, first.ordinal + 1)
    assert second.fills().status is Status.INFO_FILLED
    house.close()
