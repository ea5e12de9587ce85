"""What silence of a channel means while news of a payment may still be on its way, and afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ncre.bootstrap import Container
from ncre.clients.payment_channel import Order, State
from ncre.domain.payment.orders import GRACE, OrderState
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from ncre.projections.base import Row
from ncre.projections.payment import orders
from ncre.services.payment.inquiries import InquiryOutcome
from tests.handlers.ground import QUICK, Walker
from tests.support.fake_channel import FakeChannel
from tests.support.people import Clock, till_of

NOBODY_CAME = State.UNKNOWN
SOMEBODY_CAME = State.WAITING


@pytest.fixture
def till(container: Container) -> FakeChannel:
    return till_of(container)


@pytest.fixture
def walker(container: Container) -> Walker:
    walker = Walker(container)
    walker.approved(("66",))
    return walker


def row_of(container: Container, number: str) -> Row:
    with container.database.reading() as connection:
        row = orders.one(connection, number)
    assert row is not None
    return row


def opened(container: Container, walker: Walker, state: State) -> Order:
    """An order whose payer came to the channel, or did not."""
    return walker.opens() if state is SOMEBODY_CAME else container.checkout.open(walker.id, "till")


@pytest.mark.parametrize("state", [NOBODY_CAME, SOMEBODY_CAME])
@pytest.mark.parametrize("after", [-1, 0, 1, GRACE - 1, GRACE])
def test_within_the_grace_an_order_of_which_nothing_is_heard_may_still_be_paid(
    container: Container, clock: Clock, walker: Walker, till: FakeChannel, state: State, after: int
) -> None:
    """The clock of the channel is behind, so that it does not end the order itself."""
    order = opened(container, walker, state)
    till.clock = lambda: order.expires
    clock.now = order.expires + timedelta(seconds=after)
    assert container.checkout.poll_order(row_of(container, order.number)).state is state
    assert row_of(container, order.number)["state"] == OrderState.OPEN


@pytest.mark.parametrize("state", [NOBODY_CAME, SOMEBODY_CAME])
def test_after_the_grace_it_can_be_paid_no_more(
    container: Container, clock: Clock, walker: Walker, till: FakeChannel, state: State
) -> None:
    order = opened(container, walker, state)
    clock.now = order.expires + timedelta(seconds=GRACE + 1)
    container.checkout.poll_order(row_of(container, order.number))
    assert row_of(container, order.number)["state"] == OrderState.CLOSED
    assert state is NOBODY_CAME or till.trades[order.number].state is State.CLOSED


def test_an_order_is_asked_about_once_more_in_the_second_after_the_grace(
    container: Container, clock: Clock, walker: Walker
) -> None:
    order = walker.opens()
    clock.now = order.expires + timedelta(seconds=GRACE - 30)
    container.checkout.poll_order(row_of(container, order.number))
    key, over = f"order:{order.number}", order.expires + timedelta(seconds=GRACE)
    assert not container.retry_schedule.free(key, over)
    assert container.retry_schedule.free(key, over + timedelta(seconds=1))


def test_an_order_is_asked_about_after_minutes_and_then_every_hour(
    container: Container, clock: Clock, walker: Walker
) -> None:
    """Whoever pays after two hours is found by an order that is polled, not by one that is waited out."""
    order = walker.opens()
    opened, key = clock.now, f"order:{order.number}"
    asked = {0: 1, 1: 3, 3: 10, 10: 30, 30: 90, 90: 150}
    for times, (after, again) in enumerate(asked.items(), start=1):
        clock.now = opened + timedelta(minutes=after)
        container.checkout.poll_order(row_of(container, order.number))
        assert container.retry_schedule.noted(key) == opened + timedelta(minutes=again), after
        assert container.retry_schedule.tries(key) == times


def test_asked_again_too_soon_the_last_answer_is_given_with_the_seconds_to_wait(
    container: Container, clock: Clock, walker: Walker, till: FakeChannel
) -> None:
    order = walker.opens()
    assert container.checkout.ask(walker.id) == InquiryOutcome(wait=0, state=State.WAITING)
    till.pay(order.number)
    clock.advance(seconds=3)
    assert container.checkout.ask(walker.id) == InquiryOutcome(wait=7, state=State.WAITING)
    clock.advance(seconds=7)
    assert container.checkout.ask(walker.id) == InquiryOutcome(wait=0, state=State.PAID)
    assert walker.stands.status is Status.PAID


def test_without_an_order_nobody_is_asked_and_no_answer_is_made_up(
    container: Container, walker: Walker, till: FakeChannel
) -> None:
    assert container.checkout.ask(walker.id) == InquiryOutcome(wait=0, state=None)
    assert container.checkout.ask(walker.id) == InquiryOutcome(wait=10, state=None)
    assert till.asked == []


def test_a_registration_lapses_only_once_its_order_cannot_be_paid(
    container: Container, clock: Clock, walker: Walker, till: FakeChannel
) -> None:
    assert container.checkout.may_lapse(walker.id)
    order = walker.opens()
    assert not container.checkout.may_lapse(walker.id)
    assert container.checkout.has_open_orders(walker.id)
    clock.now = order.expires + timedelta(seconds=GRACE + 1)
    assert container.checkout.may_lapse(walker.id)
    assert till.trades[order.number].state is State.CLOSED


@pytest.mark.parametrize("away", ["replaced", "withdrawn", "changed"])
def test_an_order_that_nobody_wants_any_more_is_closed_when_it_is_asked_about(
    container: Container, away: str
) -> None:
    walker = Walker(container)
    walker.pictured(QUICK, ("67",))
    order = walker.opens()
    if away == "replaced":
        walker.till.trades.pop(order.number)
        container.checkout.close_open_orders(walker.id)
        walker.till.begin(order)
    elif away == "withdrawn":
        walker.withdraws()
    else:
        walker.does(c.ChangeSubjects, site=QUICK, subjects=("24", "67"))
    assert container.checkout.poll_order(row_of(container, order.number)).state is State.CLOSED
    assert row_of(container, order.number)["state"] == OrderState.CLOSED
    assert walker.till.trades[order.number].state is State.CLOSED
