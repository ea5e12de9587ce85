"""A day's bill beside the ledger: everything that differs is named, and what is missing here is taken in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ncre.bootstrap import Container
from ncre.clients.payment_channel import BillNotReady, NewsKind, NewsSource, PaymentNotification
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration.vocabulary import Status
from ncre.projections.payment import ledger, reconciliations
from tests.handlers.ground import Walker, refusal
from tests.services.payment.test_notifications import cash
from tests.support.people import Clock, till_of

DAY = date(2027, 1, 5)


@pytest.fixture
def walker(container: Container) -> Walker:
    walker = Walker(container)
    walker.approved(("66",))
    return walker


def compared(container: Container, clock: Clock) -> list[tuple[str, int | None, int | None]]:
    clock.now = max(clock.now, clock.now.replace(day=6, hour=2))
    result = container.reconciliation.compare("till", DAY)
    return [(one.kind, one.billed, one.booked) for one in result.differences]


def test_a_day_that_agrees_has_no_difference(container: Container, clock: Clock, walker: Walker) -> None:
    walker.pays()
    assert compared(container, clock) == []
    with container.database.reading() as connection:
        (row,) = reconciliations.newest(connection)
    assert (row["day"], row["payments"], row["received"], row["differences"]) == ("2027-01-05", 1, 8000, [])


def test_what_only_the_bill_has_is_named_and_taken_in(
    container: Container, clock: Clock, walker: Walker
) -> None:
    walker.till.pay(walker.opens().number)
    assert compared(container, clock) == [("payment-only-billed", 8000, None)]
    assert walker.stands.status is Status.PAID
    assert compared(container, clock) == []


def test_what_only_the_ledger_has_is_named(container: Container, clock: Clock, walker: Walker) -> None:
    walker.pays()
    till_of(container).trades.clear()
    assert compared(container, clock) == [("payment-only-booked", None, 8000)]


def test_what_another_channel_took_on_the_day_is_no_difference_of_this_one(
    container: Container, clock: Clock, walker: Walker
) -> None:
    walker.pays()
    at_the_counter = Walker(container)
    at_the_counter.approved(("66",))
    container.counter_payments.take(cash(at_the_counter, "7"))
    assert compared(container, clock) == []


def test_another_amount_is_named(container: Container, clock: Clock, walker: Walker) -> None:
    walker.pays()
    (trade,) = till_of(container).trades.values()
    trade.paid = 7900
    assert compared(container, clock) == [("payment-amount", 7900, 8000)]


def test_refunds_are_compared_too(container: Container, clock: Clock, walker: Walker) -> None:
    walker.hears(walker.money("T-odd", amount=1))
    container.worker.once()
    assert compared(container, clock) == []
    (trade,) = till_of(container).trades.values()
    (request,) = trade.refunds
    trade.refunds[request] = replace(trade.refunds[request], amount=2)
    assert compared(container, clock) == [("refund-amount", 2, 1)]
    trade.refunds.clear()
    assert compared(container, clock) == [("refund-only-booked", None, 1)]


def test_a_refund_by_hand_is_named_and_noticed(container: Container, clock: Clock, walker: Walker) -> None:
    walker.pays()
    (number, trade) = next(iter(till_of(container).trades.items()))
    by_hand = PaymentNotification(
        NewsKind.RETURNED, "till", number, trade.number, "by hand", 8000, clock(), NewsSource.BILL
    )
    trade.refunds["by hand"] = by_hand
    assert compared(container, clock) == [("refund-only-billed", 8000, None)]
    with container.database.reading() as connection:
        assert [row["unexplained"] for row in ledger.unexplained(connection)] == [8000]


def test_money_for_an_unknown_order_is_named(container: Container, clock: Clock, walker: Walker) -> None:
    order = walker.opens()
    walker.till.begin(replace(order, number="N-UNKNOWN"))
    walker.till.pay("N-UNKNOWN")
    assert compared(container, clock) == [("payment-only-billed", 8000, None), ("unknown-order", 8000, None)]


def test_a_day_that_is_not_over_has_no_bill(container: Container) -> None:
    with pytest.raises(BillNotReady):
        container.reconciliation.compare("till", DAY)
    assert refusal(container.reconciliation.compare, "no-such-channel", DAY) is RefusalCode.CHANNEL_UNKNOWN


def test_the_worker_compares_yesterday_once_and_asks_hourly_while_there_is_no_bill(
    container: Container, clock: Clock, walker: Walker
) -> None:
    assert container.worker.once().compared == 0
    walker.pays()
    clock.now = clock.now.replace(hour=1, minute=0) + timedelta(days=1)
    till_of(container).bill_ready = False
    assert container.worker.once().put_off == 0
    clock.advance(minutes=30)
    assert container.worker.once().put_off == 1
    assert container.worker.once().put_off == 0
    clock.advance(hours=1)
    till_of(container).bill_ready = True
    assert container.worker.once().compared == 1
    clock.advance(hours=2)
    assert container.worker.once().compared == 0


def test_days_that_the_worker_missed_are_compared_later(
    container: Container, clock: Clock, walker: Walker
) -> None:
    walker.pays()
    clock.advance(days=4)
    assert container.worker.once().compared == 4


def test_days_are_those_of_the_exam_and_the_first_is_that_of_the_first_order(
    container: Container, clock: Clock, walker: Walker
) -> None:
    clock.now = clock.now.replace(hour=17, minute=0)  # one in the morning of the sixth
    walker.opens()
    clock.advance(days=1, hours=9)
    assert [day for channel, day in container.reconciliation.due() if channel == "till"] == [date(2027, 1, 6)]


def test_each_result_is_kept_in_a_stream_of_its_own(
    container: Container, clock: Clock, walker: Walker
) -> None:
    from ncre.domain.payment.settlement import reconciliation_stream

    walker.till.pay(walker.opens().number)
    compared(container, clock)
    compared(container, clock)
    with container.database.reading() as connection:
        stream = reconciliation_stream("till", "2027-01-05")
        history = container.command_handler.store.history(connection, stream)
    assert [len(fact.differences) for fact in history] == [1, 0]  # type: ignore[attr-defined]
