"""What the worker does when deadlines pass: it asks the channel first, and concludes nothing from silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ncre.bootstrap import Container
from ncre.clients.payment_channel import State
from ncre.domain.payment.orders import GRACE
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from ncre.events.registration import PaymentLapsed, PaymentUnusable, WindowLapsed
from ncre.projections.payment import orders
from ncre.worker import Done, Worker
from tests.handlers.ground import QUICK, Walker, revise
from tests.support import people
from tests.support.fake_channel import FakeChannel
from tests.support.people import Clock, till_of


@pytest.fixture
def till(container: Container) -> FakeChannel:
    return till_of(container)


class Round:
    """Rounds of the worker, told without the comparison of bills, which has tests of its own."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def once(self) -> Done:
        return replace(self._worker.once(), compared=0)


@pytest.fixture
def worker(container: Container) -> Round:
    return Round(container.worker)


@pytest.fixture
def walker(container: Container) -> Walker:
    walker = Walker(container)
    walker.approved(("66",))
    return walker


def state_of(container: Container, number: str) -> str:
    with container.database.reading() as connection:
        row = orders.one(connection, number)
    assert row is not None
    return str(row["state"])


def test_nothing_lapses_within_the_grace_and_everything_after_it(
    worker: Round, clock: Clock, walker: Walker
) -> None:
    clock.now = people.PAY_BY + timedelta(seconds=GRACE)
    assert worker.once() == Done()
    clock.advance(seconds=1)
    assert worker.once() == Done(lapsed=1)
    assert walker.history[-1] == PaymentLapsed(people.PAY_BY)
    assert walker.history[-1].metadata.actor == "clock"
    assert worker.once() == Done()


def test_a_lapsed_registration_frees_its_seats(
    container: Container, worker: Round, clock: Clock, walker: Walker
) -> None:
    revise(container, people.SITE, quotas={"66": 1})
    clock.advance(hours=25)
    worker.once()
    assert Walker(container).submitted(subjects=("66",)).status is Status.SUBMITTED


def test_where_the_clock_starts_at_submission_the_worker_ends_it_too(
    container: Container, worker: Round, clock: Clock
) -> None:
    submitted, pictured = Walker(container), Walker(container)
    submitted.submitted(QUICK, ("67",))
    pictured.pictured(QUICK, ("67",))
    clock.advance(hours=25)
    assert worker.once() == Done(lapsed=2)
    assert {submitted.stands.status, pictured.stands.status} == {Status.LAPSED}


def test_who_was_rejected_lapses_only_after_moving_to_a_site_without_review(
    container: Container, worker: Round, clock: Clock
) -> None:
    revise(container, people.SITE, clock="submitted")
    stays, moves = Walker(container), Walker(container)
    for walker in (stays, moves):
        walker.pictured(subjects=("67",))
        walker.requests_review()
        people.rejected(container, walker)
    moves.does(c.ChangeSubjects, site=QUICK, subjects=("67",))
    clock.advance(hours=25)
    assert worker.once() == Done(lapsed=1)
    assert (stays.stands.status, moves.stands.status) == (Status.REJECTED, Status.LAPSED)


def test_an_open_order_is_asked_about_after_1_3_10_and_30_minutes_and_then_hourly(
    worker: Round, till: FakeChannel, clock: Clock, walker: Walker
) -> None:
    walker.opens()
    began, asked = clock.now, []
    # An order that is due in between is asked about, too early or too late, at the next of these minutes.
    for minute in (*range(36), *range(86, 95), *range(146, 155), *range(206, 215)):
        clock.now = began + timedelta(minutes=minute)
        if worker.once().asked:
            asked.append(minute)
    assert asked == [1, 3, 10, 30, 90, 150, 210]


def test_a_payment_of_which_nobody_told_is_found_within_a_minute(
    worker: Round, till: FakeChannel, clock: Clock, walker: Walker
) -> None:
    till.pay(walker.opens().number)
    clock.advance(minutes=1)
    assert worker.once() == Done(asked=1)
    assert walker.stands.status is Status.PAID
    clock.advance(hours=30)
    assert worker.once() == Done()


def test_who_paid_in_the_last_second_and_of_whom_nobody_told_is_found_paid(
    worker: Round, till: FakeChannel, clock: Clock, walker: Walker
) -> None:
    order = walker.opens()
    clock.now = people.PAY_BY
    till.pay(order.number)
    clock.advance(hours=1)
    assert worker.once().lapsed == 0
    assert walker.stands.status is Status.PAID


def test_nobody_can_pay_any_more_for_what_lapsed(
    container: Container, worker: Round, till: FakeChannel, clock: Clock, walker: Walker
) -> None:
    order = walker.opens()
    clock.advance(hours=25)
    assert worker.once().lapsed == 1
    assert till.query(order.number).state is State.CLOSED
    assert state_of(container, order.number) == "closed"


def test_an_order_nobody_came_with_ends_when_it_expires(
    container: Container, worker: Round, clock: Clock, walker: Walker
) -> None:
    order = container.checkout.open(walker.id, "till")
    clock.advance(hours=23)
    worker.once()
    assert state_of(container, order.number) == "open"
    clock.advance(hours=2)
    assert worker.once().lapsed == 1
    assert state_of(container, order.number) == "closed"


def test_a_silent_channel_lapses_nothing_that_could_be_paid_and_returns_nothing(
    container: Container, worker: Round, till: FakeChannel, clock: Clock, walker: Walker
) -> None:
    walker.opens()
    other = Walker(container)
    other.approved()
    container.payments.receive(other.money("T-odd", amount=1))
    till.silent = True
    clock.advance(hours=25)
    version = walker.stands.version
    done = worker.once()
    assert done.sent_back == 0
    assert done.put_off >= 2
    assert walker.stands.version == version
    till.silent = False
    clock.advance(hours=2)
    done = worker.once()
    assert (done.lapsed, done.sent_back) == (1, 1)
    assert {walker.stands.status, other.stands.status} == {Status.LAPSED}


def test_one_case_that_cannot_be_done_holds_up_no_other(
    container: Container, worker: Round, till: FakeChannel, clock: Clock, walker: Walker
) -> None:
    other = Walker(container)
    other.approved()
    other.opens()
    till.silent_about = frozenset({walker.opens().number})
    clock.advance(hours=25)
    assert worker.once().lapsed == 1
    assert (walker.stands.status, other.stands.status) == (Status.APPROVED, Status.LAPSED)


def test_money_that_came_too_late_is_owed_back_and_does_not_keep_the_seat(
    container: Container, worker: Round, till: FakeChannel, clock: Clock, walker: Walker
) -> None:
    order = walker.opens()
    till.pay(order.number, at=people.PAY_BY + timedelta(minutes=1))
    clock.advance(hours=25)
    done = worker.once()
    assert (done.lapsed, done.sent_back) == (1, 1)
    assert walker.stands.status is Status.LAPSED
    assert any(isinstance(fact, PaymentUnusable) for fact in walker.history)
    assert worker.once() == Done()


def test_two_workers_do_everything_once(container: Container, clock: Clock, walker: Walker) -> None:
    container.payments.receive(walker.money("T-odd", amount=1))
    clock.advance(hours=25)
    second = Worker(
        container.command_handler, container.payments, container.checkout, container.reconciliation
    )
    done = [Round(container.worker).once(), Round(second).once()]
    assert (done[0].lapsed, done[0].sent_back) == (1, 1)
    assert done[1] == Done()


def test_after_lapsing_and_submitting_again_it_can_lapse_again(
    container: Container, worker: Round, clock: Clock
) -> None:
    walker = Walker(container)
    walker.pictured(QUICK, ("67",))
    for _ in range(3):
        clock.advance(hours=25)
        assert worker.once().lapsed == 1
        walker.submits(QUICK, ("67",))
    assert walker.stands.status is Status.SUBMITTED


WINDOWS = people.bundled_round()[0].plan.windows


def test_what_no_window_lets_go_on_lapses_with_it_and_frees_its_seats(
    container: Container, worker: Round, clock: Clock
) -> None:
    filled, submitted, pictured, waiting = (Walker(container) for _ in range(4))
    filled.agrees()
    filled.fills()
    submitted.submitted(subjects=("67",))
    pictured.pictured(subjects=("67",))
    waiting.pictured(subjects=("67",))
    waiting.requests_review()
    clock.now = WINDOWS.register.closes + timedelta(seconds=GRACE - 1)
    assert worker.once().expired == 0
    clock.advance(seconds=1)
    assert worker.once().expired == 3
    for walker in (filled, submitted, pictured):
        assert walker.stands.status is Status.LAPSED
        assert walker.history[-1] == WindowLapsed("register", WINDOWS.register.closes)
    assert waiting.stands.status is Status.PENDING_REVIEW
    assert worker.once().expired == 0


def test_who_was_rejected_lapses_when_review_closes_and_who_was_never_reviewed_when_payment_does(
    container: Container, worker: Round, clock: Clock
) -> None:
    rejected, waiting = Walker(container), Walker(container)
    for walker in (rejected, waiting):
        walker.pictured(subjects=("67",))
        walker.requests_review()
    people.rejected(container, rejected)
    clock.now = WINDOWS.review.closes + timedelta(seconds=GRACE)
    assert worker.once().expired == 1
    assert rejected.history[-1] == WindowLapsed("review", WINDOWS.review.closes)
    assert waiting.stands.status is Status.PENDING_REVIEW
    clock.now = WINDOWS.payment.closes + timedelta(seconds=GRACE)
    assert worker.once().expired == 1
    assert waiting.history[-1] == WindowLapsed("payment", WINDOWS.payment.closes)


def test_where_a_site_does_not_review_a_photo_waits_for_its_time_to_pay_alone(
    container: Container, worker: Round, clock: Clock
) -> None:
    clock.now = WINDOWS.register.closes - timedelta(hours=1)
    walker = Walker(container)
    walker.pictured(QUICK, ("67",))
    clock.now = WINDOWS.register.closes + timedelta(seconds=GRACE)
    assert worker.once().expired == 0
    assert walker.stands.status is Status.PHOTO_UPLOADED


def test_a_window_that_was_prolonged_lets_nothing_lapse(container: Container, clock: Clock) -> None:
    walker = Walker(container)
    walker.pictured(subjects=("67",))
    with pytest.raises(Refusal) as refused:
        container.command_handler.handle(c.Expire(registration=walker.id, actor=c.CLOCK_ACTOR))
    assert refused.value.code is RefusalCode.NOT_DUE
