"""What silence of a channel means while news of a payment may still be on its way, and afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ncre.bootstrap import Container
from ncre.clients.payment_channel import Order, State
from ncre.domain.payment.orders import GRACE, OrderState
from ncre.projections.base import Row
from ncre.projections.payment import orders
from tests.handlers.ground import Walker
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
