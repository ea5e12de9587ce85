"""A day's bill beside the ledger: everything that differs is named, and what is missing here is taken in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ncre.bootstrap import House
from ncre.domain.lifecycle import Status
from ncre.domain.refusals import RefusalCode
from ncre.gateways.channel import BillNotReady, Kind, News, Source
from ncre.projections import ledger, reconciliations
from tests.application.ground import Walker, refusal
from tests.people import Clock, till_of

DAY = date(2027, 1, 5)


@pytest.fixture
def walker(house: House) -> Walker:
    walker = Walker(house)
    walker.approved(("66",))
    return walker


def compared(house: House, clock: Clock) -> list[tuple[str, int | None, int | None]]:
    clock.now = max(clock.now, clock.now.replace(day=6, hour=2))
    result = house.reconciliation.compare("till", DAY)
    return [(one.kind, one.billed, one.booked) for one in result.differences]


def test_a_day_that_agrees_has_no_difference(house: House, clock: Clock, walker: Walker) -> None:
    walker.pays()
    assert compared(house, clock) == []
    with house.database.reading() as connection:
        (row,) = reconciliations.newest(connection)
    assert (row["day"], row["payments"], row["received"], row["differences"]) == ("2027-01-05", 1, 8000, [])


def test_what_only_the_bill_has_is_named_and_taken_in(house: House, clock: Clock, walker: Walker) -> None:
    walker.till.pay(walker.opens().number)
    assert compared(house, clock) == [("payment-only-billed", 8000, None)]
    assert walker.stands.status is Status.PAID
    assert compared(house, clock) == []


def test_what_only_the_ledger_has_is_named(house: House, clock: Clock, walker: Walker) -> None:
    walker.pays()
    till_of(house).trades.clear()
    assert compared(house, clock) == [("payment-only-booked", None, 8000)]


def test_another_amount_is_named(house: House, clock: Clock, walker: Walker) -> None:
    walker.pays()
    (trade,) = till_of(house).trades.values()
    trade.paid = 7900
    assert compared(house, clock) == [("payment-amount", 7900, 8000)]


def test_refunds_are_compared_too(house: House, clock: Clock, walker: Walker) -> None:
    walker.hears(walker.money("T-odd", amount=1))
    house.worker.once()
    assert compared(house, clock) == []
    (trade,) = till_of(house).trades.values()
    (request,) = trade.refunds
    trade.refunds[request] = replace(trade.refunds[request], amount=2)
    assert compared(house, clock) == [("refund-amount", 2, 1)]
    trade.refunds.clear()
    assert compared(house, clock) == [("refund-only-booked", None, 1)]


def test_a_refund_by_hand_is_named_and_noticed(house: House, clock: Clock, walker: Walker) -> None:
    walker.pays()
    (number, trade) = next(iter(till_of(house).trades.items()))
    by_hand = News(Kind.RETURNED, "till", number, trade.number, "by hand", 8000, clock(), Source.BILL)
    trade.refunds["by hand"] = by_hand
    assert compared(house, clock) == [("refund-only-billed", 8000, None)]
    with house.database.reading() as connection:
        assert [row["unexplained"] for row in ledger.unexplained(connection)] == [8000]


def test_money_for_an_unknown_order_is_named(house: House, clock: Clock, walker: Walker) -> None:
    order = walker.opens()
    walker.till.begin(replace(order, number="N-UNKNOWN"))
    walker.till.pay("N-UNKNOWN")
    assert compared(house, clock) == [("payment-only-billed", 8000, None), ("unknown-order", 8000, None)]


def test_a_day_that_is_not_over_has_no_bill(house: House) -> None:
    with pytest.raises(BillNotReady):
        house.reconciliation.compare("till", DAY)
    assert refusal(house.reconciliation.compare, "no-such-channel", DAY) is RefusalCode.CHANNEL_UNKNOWN


def test_the_worker_compares_yesterday_once_and_asks_hourly_while_there_is_no_bill(
    house: House, clock: Clock, walker: Walker
) -> None:
    assert house.worker.once().compared == 0
    walker.pays()
    clock.now = clock.now.replace(hour=1, minute=0) + timedelta(days=1)
    till_of(house).bill_ready = False
    assert house.worker.once().put_off == 0
    clock.advance(minutes=30)
    assert house.worker.once().put_off == 1
    assert house.worker.once().put_off == 0
    clock.advance(hours=1)
    till_of(house).bill_ready = True
    assert house.worker.once().compared == 1
    clock.advance(hours=2)
    assert house.worker.once().compared == 0


def test_days_that_the_worker_missed_are_compared_later(house: House, clock: Clock, walker: Walker) -> None:
    walker.pays()
    clock.advance(days=4)
    assert house.worker.once().compared == 4


def test_each_result_is_kept_in_a_stream_of_its_own(house: House, clock: Clock, walker: Walker) -> None:
    from ncre.domain.payment import reconciliation_stream

    walker.till.pay(walker.opens().number)
    compared(house, clock)
    compared(house, clock)
    with house.database.reading() as connection:
        stream = reconciliation_stream("till", "2027-01-05")
        history = house.application.store.history(connection, stream)
    assert [len(fact.differences) for fact in history] == [1, 0]  # type: ignore[attr-defined]
