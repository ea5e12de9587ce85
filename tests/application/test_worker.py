"""What the worker does when deadlines pass: it asks the channel first, and concludes nothing from silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from ncre.bootstrap import House
from ncre.domain import commands as c
from ncre.domain.lifecycle import Status
from ncre.domain.payment import order_of
from ncre.events.registration import PaymentLapsed, PaymentUnusable
from ncre.gateways.payment import ChannelSilent, Paid
from ncre.gateways.till import Till
from ncre.money import Money
from ncre.worker import Done, Worker
from tests import people
from tests.application.ground import QUICK, Walker, revise
from tests.people import Clock


class MoodyTill(Till):
    """A channel that is silent about the orders in `silent_about`, and asked about those in `asked`."""

    silent_about: frozenset[str] = frozenset()
    all_silent = False

    def __init__(self, url: str, clock: Clock) -> None:
        super().__init__(url, clock)
        self.asked: list[str] = []

    def close(self, order: str) -> Paid | None:
        self.asked.append(order)
        if self.all_silent or order in self.silent_about:
            raise ChannelSilent
        return super().close(order)

    def refund(self, trade: str, amount: int) -> str:
        if self.all_silent:
            raise ChannelSilent
        return super().refund(trade, amount)


@pytest.fixture
def till(house: House, clock: Clock) -> Iterator[MoodyTill]:
    till = MoodyTill(house.settings.till_url, clock)
    yield till
    till.dispose()


@pytest.fixture
def worker(house: House, till: MoodyTill) -> Worker:
    return Worker(house.application, Money(house.application, till))


@pytest.fixture
def walker(house: House) -> Walker:
    walker = Walker(house)
    walker.approved(("66",))
    return walker


def test_nothing_lapses_at_its_last_moment_and_everything_after_it(
    worker: Worker, clock: Clock, walker: Walker
) -> None:
    clock.now = people.PAY_BY
    assert worker.once() == Done()
    clock.advance(seconds=1)
    assert worker.once() == Done(lapsed=1)
    assert walker.history[-1] == PaymentLapsed(people.PAY_BY)
    assert walker.history[-1].stamp.actor == "clock"
    assert worker.once() == Done()


def test_a_lapsed_registration_frees_its_seats(
    house: House, worker: Worker, clock: Clock, walker: Walker
) -> None:
    revise(house, people.SITE, quotas={"66": 1})
    clock.advance(hours=25)
    worker.once()
    assert Walker(house).submitted(subjects=("66",)).status is Status.SUBMITTED


def test_where_the_clock_starts_at_submission_the_worker_ends_it_too(
    house: House, worker: Worker, clock: Clock
) -> None:
    submitted, pictured = Walker(house), Walker(house)
    submitted.submitted(QUICK, ("67",))
    pictured.pictured(QUICK, ("67",))
    clock.advance(hours=25)
    assert worker.once() == Done(lapsed=2)
    assert {submitted.stands.status, pictured.stands.status} == {Status.LAPSED}


def test_who_was_rejected_lapses_only_after_moving_to_a_site_without_review(
    house: House, worker: Worker, clock: Clock
) -> None:
    revise(house, people.SITE, clock="submitted")
    stays, moves = Walker(house), Walker(house)
    for walker in (stays, moves):
        walker.pictured(subjects=("67",))
        walker.requests_review()
        people.rejected(house, walker)
    moves.does(c.ChangeSubjects, site=QUICK, subjects=("67",))
    clock.advance(hours=25)
    assert worker.once() == Done(lapsed=1)
    assert (stays.stands.status, moves.stands.status) == (Status.REJECTED, Status.LAPSED)


def test_who_paid_in_the_last_second_and_of_whom_nobody_told_is_found_paid(
    worker: Worker, till: MoodyTill, clock: Clock, walker: Walker, house: House
) -> None:
    house.money.pay(walker.id)
    clock.now = people.PAY_BY
    till.pay(order_of(walker.stands))
    clock.advance(hours=1)
    assert worker.once() == Done(found_paid=1)
    assert walker.stands.status is Status.PAID
    assert till.asked == [order_of(walker.stands)]


def test_nobody_can_pay_any_more_for_what_lapsed(
    house: House, worker: Worker, till: MoodyTill, clock: Clock, walker: Walker
) -> None:
    house.money.pay(walker.id)
    order = order_of(walker.stands)
    clock.advance(hours=25)
    worker.once()
    with create_engine(house.settings.till_url).connect() as book:
        state = book.execute(
            text("SELECT state FROM orders WHERE number = :order"), {"order": order}
        ).scalar()
    assert state == "closed"


def test_a_silent_channel_lapses_nothing_and_returns_nothing(
    house: House, worker: Worker, till: MoodyTill, clock: Clock, walker: Walker
) -> None:
    other = Walker(house)
    other.approved()
    house.money.receive(other.money("T-odd", amount=1))
    till.all_silent = True
    clock.advance(hours=25)
    version = walker.stands.version, other.stands.version
    assert worker.once() == Done(put_off=3)
    assert (walker.stands.version, other.stands.version) == version
    till.all_silent = False
    assert worker.once() == Done(lapsed=2, sent_back=1)


def test_one_case_that_cannot_be_done_holds_up_no_other(
    house: House, worker: Worker, till: MoodyTill, clock: Clock, walker: Walker
) -> None:
    other = Walker(house)
    other.approved()
    till.silent_about = frozenset({order_of(walker.stands)})
    clock.advance(hours=25)
    assert worker.once() == Done(lapsed=1, put_off=1)
    assert (walker.stands.status, other.stands.status) == (Status.APPROVED, Status.LAPSED)


class PatientTill(MoodyTill):
    """A channel that takes money after the deadline, as a bank may."""

    paid_late: datetime

    def close(self, order: str) -> Paid | None:
        paid = super().close(order)
        if paid is not None:
            return Paid(paid.order, paid.registration, paid.channel, paid.trade, paid.amount, self.paid_late)
        return None


def test_money_that_came_too_late_is_owed_back_and_does_not_keep_the_seat(
    house: House, clock: Clock, walker: Walker
) -> None:
    till = PatientTill(house.settings.till_url, clock)
    till.paid_late = people.PAY_BY + timedelta(minutes=1)
    worker = Worker(house.application, Money(house.application, till))
    house.money.pay(walker.id)
    till.pay(order_of(walker.stands))
    clock.advance(hours=25)
    assert worker.once() == Done(lapsed=1, sent_back=1)
    assert walker.stands.status is Status.LAPSED
    assert any(isinstance(fact, PaymentUnusable) for fact in walker.history)
    assert worker.once() == Done()
    till.dispose()


def test_two_workers_do_everything_once(house: House, clock: Clock, walker: Walker) -> None:
    house.money.receive(walker.money("T-odd", amount=1))
    clock.advance(hours=25)
    done = [house.worker.once(), Worker(house.application, house.money).once()]
    assert done == [Done(lapsed=1, sent_back=1), Done()]


def test_after_lapsing_and_submitting_again_it_can_lapse_again(
    house: House, worker: Worker, clock: Clock
) -> None:
    walker = Walker(house)
    walker.pictured(QUICK, ("67",))
    for _ in range(3):
        clock.advance(hours=25)
        assert worker.once() == Done(lapsed=1)
        walker.submits(QUICK, ("67",))
    assert walker.stands.status is Status.SUBMITTED
