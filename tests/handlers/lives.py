"""Random lives: three candidates, two people, two small sites, and what must hold after every step.

Most steps go on from where a registration stands, so that lives get as far as their seats; the rest
ask for anything at all, repeat themselves, act on old pages, pay wrongly, give up, or let time pass.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any, ClassVar, Final
from uuid import UUID, uuid5

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from ncre.bootstrap import Container
from ncre.domain.claims import ChairClaim, held_by
from ncre.domain.exam.commands import PlanRound
from ncre.domain.payment.settlement import order_of
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.commands import EVERY_SITE, Actor
from ncre.domain.registration.lifecycle import LIFE, Transition
from ncre.domain.registration.machine import open_rows
from ncre.domain.registration.state import Registration, evolve, registration_id, replay
from ncre.domain.registration.vocabulary import Role, Status, Step
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.events.exam import Offer
from ncre.events.registration_values import Details
from ncre.store.claims import ClaimStore
from ncre.store.schema import claims, counters
from tests.handlers.ground import QUICK, planning
from tests.projections.rows import in_order, stored
from tests.support import people
from tests.support.containers import container_on

ACCOUNTS: Final = tuple(UUID(int=number) for number in (1, 2, 3))
DOCUMENTS: Final = (people.WENJING, people.LIQIANG)
SITES: Final = (people.SITE, QUICK)
SUBJECTS: Final = ("24", "28")
STAFF: Final = Actor(people.REVIEWER.id, Role.REVIEWER, EVERY_SITE)
TERMINATED: Final = {Status.WITHDRAWN, Status.CANCELLED}
ENDING: Final = {Step.WITHDRAW, Step.CANCEL, Step.LAPSE, Step.EXPIRE, Step.SUSPEND}
MENDING: Final = {Step.AMEND_INFO, Step.CHANGE_SUBJECTS, Step.REPLACE_PHOTO, Step.MOVE, Step.SUSPEND}

whose = st.sampled_from(ACCOUNTS)
dice = st.integers(0, 71)
"""Enough faces that each of the choices made from one throw comes up."""


def open_small_exam(container: Container) -> None:
    """Two sites with room for two people: one seat in one subject, two in the other."""
    round_, sites = people.bundled_round()
    offers = tuple(Offer(subject, seats) for subject, seats in zip(SUBJECTS, (1, 2), strict=True))
    small = [replace(sites[code].plan, offers=offers, quota=2) for code in SITES]
    opened = PlanRound(actor=people.OFFICE, command_id=uuid5(ACCOUNTS[0], "round"), plan=round_.plan)
    container.command_handler.plan_all([opened, *(planning(plan) for plan in small)])


def led_to(row: Transition, before: Status, fact: Fact) -> Status:
    if row.to is None:
        return before
    return Status(fact.to) if isinstance(fact, facts.Resumed) else Status(row.to)


@dataclass(frozen=True)
class Life:
    """What happened to a registration, and how it stood before its first fact and after each."""

    history: Sequence[Fact]
    states: Sequence[Registration]

    @classmethod
    def of(cls, identity: UUID, history: Sequence[Fact]) -> Life:
        return cls(history, list(accumulate(history, evolve, initial=replay(identity, ()))))

    @property
    def now(self) -> Registration:
        return self.states[-1]

    @property
    def steps(self) -> Iterator[tuple[Registration, Fact, Registration]]:
        """How it stood, what happened, and how it stood then."""
        return zip(self.states, self.history, self.states[1:], strict=False)


@dataclass(frozen=True)
class Told:
    """What a log tells up to a position: each life, its facts, and the rows they lead to."""

    position: int
    lives: list[Life]
    log: list[Fact]
    rows: Any


class Lives(RuleBasedStateMachine):
    template: ClassVar[Path]
    claim_book: ClassVar[type[ClaimStore]] = ClaimStore
    topics: ClassVar[Counter[str]] = Counter()
    """Facts that were recorded in all lives, so that a test can ask how far they got."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="ncre-lives-"))
        shutil.copyfile(self.template, self.folder / "ncre.sqlite")
        self.clock = people.Clock()
        self.container = container_on(f"sqlite:///{self.folder / 'ncre.sqlite'}", self.folder, self.clock)
        self.container.command_handler.claims = self.claim_book(self.container.database)
        self.lives = {account: [registration_id(people.ROUND, account, 1)] for account in ACCOUNTS}
        self.trades: dict[str, int] = {}
        self.last: c.Command | None = None
        self._told = Told(-1, [], [], None)

    def teardown(self) -> None:
        self.topics.update(fact.TOPIC for _, fact in self.container.command_handler.store.log(0, 10_000))
        self.container.close()
        shutil.rmtree(self.folder)

    # what can happen

    @initialize(picks=st.lists(dice, min_size=9, max_size=18))
    def begin(self, picks: list[int]) -> None:
        """Somebody is always on the way already."""
        for place, pick in enumerate(picks):
            self.leads_on(ACCOUNTS[place % 2], pick)

    @rule(account=whose, picks=st.lists(dice, min_size=1, max_size=6))
    def goes_on(self, account: UUID, picks: list[int]) -> None:
        for pick in picks:
            self.leads_on(account, pick)

    @rule(account=whose, step=st.sampled_from(list(Step)), pick=dice)
    def asks_for_anything(self, account: UUID, step: Step, pick: int) -> None:
        self.tries(self.command(step, account, self.newest(account), pick))

    @rule(account=whose, step=st.sampled_from(list(Step)), pick=dice)
    def repeats_itself_and_acts_on_a_page_that_never_was(self, account: UUID, step: Step, pick: int) -> None:
        before, state = self.position, self.newest(account)
        if self.last is not None:
            self.container.command_handler.handle(self.last)
        page = replace(self.command(step, account, state, pick), seen=state.version + 1)
        with suppress(Refusal):
            assert self.container.command_handler.handle(page).version == state.version, "already so"
        assert self.position == before

    @rule(account=whose, pick=dice)
    def pays_wrongly_or_again_and_gets_it_back(self, account: UUID, pick: int) -> None:
        state = self.newest(account)
        right = self.settle(state, pick)
        wrong = (
            replace(right, amount=right.amount + 1),
            replace(right, order="N0"),
            replace(right, paid_at=people.NOW + timedelta(days=99)),
            right,
        )
        self.tries(wrong[pick % 4])
        self.tries(self.command(Step.RETURN_PAYMENT, account, self.newest(account), pick))

    @rule(hours=st.sampled_from([1, 25]), site=st.sampled_from(SITES))
    def time_passes_and_the_house_works(self, hours: int, site: str) -> None:
        self.clock.advance(hours=hours)
        self.container.worker.once()
        with suppress(Refusal):
            self.container.seating.seat(people.ROUND, site, people.OFFICE)

    # how it is asked for

    def leads_on(self, account: UUID, pick: int) -> None:
        """One open step: mostly one that leads on, now and then one that mends, seldom the end of it all."""
        state = self.newest(account)
        if state.status in TERMINATED:
            ordinal = len(self.lives[account]) + 1
            self.lives[account].append(registration_id(people.ROUND, account, ordinal))
            state = self.newest(account)
        rows = open_rows(state.status, self.site_of(state))
        onward = {row.step for row in rows if row.to} - ENDING
        mending = {row.step for row in rows} & MENDING
        chance = pick % 9
        if chance == 8 and onward != {Step.AGREE}:
            onward |= {Step.WITHDRAW}
        steps = sorted(mending if chance in (6, 7) and mending else onward)
        if steps:
            self.tries(self.command(steps[pick % len(steps)], account, state, pick))

    def tries(self, command: c.Command) -> None:
        """Refused or not, everything holds afterwards; and what is refused leaves nothing."""
        before = self.position
        try:
            self.container.command_handler.handle(command)
        except Refusal as refused:
            answer: RefusalCode | None = refused.code
        else:
            answer = None
        assert answer is not RefusalCode.BUSY
        assert answer is None or self.position == before
        if self.position > before:
            self.last = command
            if isinstance(command, c.Settle):
                self.trades[command.trade] = command.amount

    def command(self, step: Step, account: UUID, state: Registration, pick: int) -> c.Command:
        owner = state.candidate or account
        own: dict[str, Any] = {"registration": state.id, "actor": Actor(str(owner), Role.CANDIDATE)}
        by_staff: dict[str, Any] = {"registration": state.id, "actor": STAFF}
        by_office: dict[str, Any] = {"registration": state.id, "actor": people.OFFICE}
        details = replace(DOCUMENTS[pick % 2], remark=f"changed {pick}")
        told = {"details": details, "person": self.person(details)}
        subjects = (("24",), ("28",), SUBJECTS)[pick % 3]
        chosen = {"site": SITES[pick // 6 % 2], "subjects": subjects}
        photo = {"photo": (people.PHOTO, people.OTHER_PHOTO)[pick % 2]}
        ordinal = len(self.lives[account])
        match step:
            case Step.AGREE:
                return c.Agree(
                    **own, round=people.ROUND, candidate=account, ordinal=ordinal, agreement="2027-03"
                )
            case Step.FILL_INFO:
                return c.FillInfo(**own, **told)
            case Step.AMEND_INFO:
                return c.AmendInfo(**own, **told)
            case Step.SUBMIT:
                return c.Submit(**own, **chosen, declared=True, declaration=people.DECLARATION)
            case Step.CHANGE_SUBJECTS:
                return c.ChangeSubjects(**own, **chosen)
            case Step.UPLOAD_PHOTO:
                return c.UploadPhoto(**own, **photo)
            case Step.REPLACE_PHOTO:
                return c.ReplacePhoto(**own, **photo)
            case Step.REQUEST_REVIEW:
                return c.RequestReview(**own)
            case Step.TAKE_BACK:
                return c.TakeBack(**own)
            case Step.APPROVE:
                return c.Approve(**by_staff)
            case Step.REJECT:
                return c.Reject(**by_staff, reasons=("P01", "I02")[: 1 + pick % 2])
            case Step.SETTLE:
                return self.settle(state, pick)
            case Step.RETURN_PAYMENT:
                trade = sorted(state.owed)[0] if state.owed else "T-none"
                return c.ReturnPayment(
                    registration=state.id,
                    actor=c.PAYMENT_ACTOR,
                    order="N0",
                    channel="till",
                    trade=trade,
                    amount=self.trades.get(trade, 0),
                    reference=f"R{trade}",
                )
            case Step.LAPSE:
                return c.Lapse(registration=state.id, actor=c.CLOCK_ACTOR)
            case Step.EXPIRE:
                return c.Expire(registration=state.id, actor=c.CLOCK_ACTOR)
            case Step.CONFIRM:
                return c.Confirm(**by_staff)
            case Step.SEAT:
                seat = facts.SeatAssigned("24", "2478000000000101", 1, "A", 1, 1, self.clock(), self.clock())
                return c.Seat(**by_office, seats=(seat,))
            case Step.WITHDRAW:
                return c.Withdraw(**own)
            case Step.CANCEL:
                money = c.PaidFee.REFUND if pick % 2 else c.PaidFee.KEEP
                return c.Cancel(**by_office, reason="重复报名", money=money, money_reason="停考")
            case Step.MOVE:
                return c.Move(**by_office, to=ACCOUNTS[pick % 3], evidence="核对身份证原件")
            case Step.POSTPONE:
                return c.Postpone(**by_office, to="79", reason="停考")
            case Step.SUSPEND:
                return c.Suspend(**by_staff, reason="考点正在接受调查")
            case Step.RESUME:
                return c.Resume(**by_office)

    def settle(self, state: Registration, pick: int) -> c.Settle:
        """The right money, paid just now or at the last moment of its time, however late that is told."""
        last_moment = pick // 4 % 2 and state.pay_by is not None and state.pay_by < self.clock()
        return c.Settle(
            registration=state.id,
            actor=c.PAYMENT_ACTOR,
            order=order_of(state),
            channel="till",
            trade=f"T{len(self.trades) + 1}",
            amount=state.amount,
            paid_at=state.pay_by if last_moment and state.pay_by else self.clock(),
        )

    def person(self, details: Details) -> str:
        return self.container.people.person(details.document_type, details.document_number)

    # what is looked at

    def history(self, registration: UUID) -> Sequence[Fact]:
        with self.container.database.reading() as connection:
            return self.container.command_handler.store.history(connection, registration)

    def state(self, registration: UUID) -> Registration:
        return replay(registration, self.history(registration))

    def newest(self, account: UUID) -> Registration:
        return self.state(self.lives[account][-1])

    @property
    def position(self) -> int:
        return self.container.command_handler.store.newest()

    def site_of(self, state: Registration) -> Any:
        with self.container.database.reading() as connection:
            return self.container.command_handler.exams.site(connection, people.ROUND, state.site)

    @property
    def told(self) -> Told:
        """Everything the log tells by now, read anew after every step that added to it."""
        if (position := self.position) != self._told.position:
            told = [Life.of(life, self.history(life)) for lives in self.lives.values() for life in lives]
            log = [fact for _, fact in self.container.command_handler.store.log(0, 10_000)]
            rows = in_order(log, self.container.command_handler.listeners)
            self._told = Told(position, told, log, rows)
        return self._told

    # what must hold

    @invariant()
    def every_fact_left_a_status_from_which_the_table_allows_it(self) -> None:
        for life in self.told.lives:
            assert [fact.metadata.version for fact in life.history] == list(range(1, len(life.history) + 1))
            for was, fact, is_ in life.steps:
                before, after = was.status, is_.status
                assert any(
                    row.fact is type(fact) and before in row.sources and after is led_to(row, before, fact)
                    for row in LIFE
                ), (before, fact.TOPIC, after)

    @invariant()
    def what_is_suspended_keeps_its_seats_until_it_is_where_it_was_or_paid(self) -> None:
        for life in self.told.lives:
            for before, fact, after in life.steps:
                if isinstance(fact, facts.Suspended):
                    assert (fact.was, held_by(before)) == (before.status, held_by(after))
                if isinstance(fact, facts.Resumed):
                    settled = before.settled and Status(fact.to) in (Status.PAID, Status.CONFIRMED)
                    assert settled or fact.to == before.suspended_from
                    assert held_by(before) == held_by(after)

    @invariant()
    def nobody_is_paid_without_a_photo_nor_past_a_review(self) -> None:
        for life in self.told.lives:
            for version, (before, fact, _) in enumerate(life.steps):
                if not isinstance(fact, facts.PaymentSettled):
                    continue
                assert before.photo is not None
                history = life.history[:version]
                chosen = max(v for v, f in enumerate(history) if isinstance(f, facts.Submitted))
                approved = any(isinstance(f, facts.Approved) for f in history[chosen:])
                assert approved or before.site == QUICK

    @invariant()
    def claims_and_counters_are_what_registrations_hold_and_never_above_the_quota(self) -> None:
        held = [(claim.key, life.now.id) for life in self.told.lives for claim in held_by(life.now)]
        chairs = [
            (ChairClaim(people.ROUND, life.now.site, fact.hall, fact.seat).key, life.now.id)
            for life in self.told.lives
            for fact in life.history
            if isinstance(fact, facts.SeatAssigned)
        ]
        single = [(key, life) for key, life in [*held, *chairs] if not key.startswith("seat:")]
        counted = Counter(key for key, _ in held if key.startswith("seat:"))
        assert len({key for key, _ in single}) == len(single), "one person, one place; one chair, one person"
        with self.container.database.reading() as connection:
            assert sorted(map(tuple, connection.execute(select(claims.c.key, claims.c.holder)))) == sorted(
                single
            )
            for key, quota, taken in connection.execute(select(counters)):
                assert taken == counted.pop(key, 0), key
                assert taken <= quota, key
        assert not counted

    @invariant()
    def every_yuan_settled_or_is_owed_or_went_back(self) -> None:
        states = [life.now for life in self.told.lives]
        told = [{one.settled_trade, *one.owed, *one.returned} - {""} for one in states]
        known = [trade for trades in told for trade in trades]
        assert sorted(known) == sorted(self.trades)

    @invariant()
    def the_rows_are_what_the_log_leads_to_and_the_timeline_tells_each_fact_once(self) -> None:
        told = self.told
        with self.container.database.reading() as connection:
            live = stored(connection)
        assert live == told.rows
        assert len(live["timeline"]) == len(told.log)
