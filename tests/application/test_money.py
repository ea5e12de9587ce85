"""Money between the channel and the registration: it settles, or it is owed back and goes back once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from ncre.bootstrap import House
from ncre.domain import commands as c
from ncre.domain.lifecycle import Status
from ncre.domain.payment import Unusable, pays_for
from ncre.domain.refusals import RefusalCode
from ncre.events.registration import PaymentReturned, PaymentSettled, PaymentUnusable
from ncre.gateways.channel import ChannelRefused, ChannelSilent, Kind, News, Source, State
from ncre.projections import ledger, orders, refunds
from ncre.projections.base import Row
from ncre.services.counter import CashTaken
from ncre.services.inquiries import Asked
from tests import people
from tests.application.ground import QUICK, Walker, open_exam, refusal, revise
from tests.people import Clock, till_of

DAY = timedelta(days=1)


@pytest.fixture
def approved(house: House) -> Walker:
    walker = Walker(house)
    walker.approved(("66",))
    return walker


def owed(house: House) -> list[tuple[str, str]]:
    with house.database.reading() as connection:
        return [(row["trade"], row["reason"]) for row in ledger.owed(connection)]


def orders_of(house: House, walker: Walker) -> list[Row]:
    with house.database.reading() as connection:
        return orders.of_registration(connection, walker.id)


def cash(
    walker: Walker, receipt: str, amount: int = 8000, actor: c.Actor = people.REVIEWER, **asked: Any
) -> CashTaken:
    return CashTaken(registration=walker.id, receipt=receipt, amount=amount, actor=actor, **asked)


def opens(house: House, walker: Walker, channel: str = "till") -> str:
    return house.paying.open(walker.id, channel).number


def test_a_second_click_finds_the_same_order(house: House, approved: Walker) -> None:
    assert opens(house, approved) == opens(house, approved)
    (order,) = orders_of(house, approved)
    assert (order["amount"], order["expires"]) == (8000, approved.stands.pay_by)
    assert pays_for(order["number"], approved.stands)


def test_what_was_paid_settles_the_registration_under_its_order(house: House, approved: Walker) -> None:
    assert approved.pays().status is Status.PAID
    settled = approved.history[-1]
    assert isinstance(settled, PaymentSettled)
    (order,) = orders_of(house, approved)
    assert settled.stamp.cause == settled.order == order["number"]
    assert order["state"] == "paid"
    assert approved.row["payment"]["trade"] == settled.trade


def test_news_told_by_notice_and_by_asking_counts_once(house: House, clock: Clock, approved: Walker) -> None:
    assert house.paying.ask(approved.id) == Asked()
    order = approved.opens()
    clock.advance(seconds=10)
    assert house.paying.ask(approved.id).state is State.WAITING
    notice = approved.till.pay(order.number)
    clock.advance(seconds=10)
    assert house.paying.ask(approved.id).state is State.PAID
    version = approved.stands.version
    after = house.money.receive(notice)
    assert after is not None
    assert house.money.receive(notice) == after
    assert after.status is Status.PAID
    assert approved.stands.version == version
    assert owed(house) == []


def test_a_question_is_asked_at_most_every_ten_seconds(house: House, clock: Clock, approved: Walker) -> None:
    approved.opens()
    assert house.paying.ask(approved.id).wait == 0
    clock.advance(seconds=4)
    assert house.paying.ask(approved.id) == Asked(wait=6, state=State.WAITING)
    clock.advance(seconds=6)
    assert house.paying.ask(approved.id).wait == 0


def test_nothing_is_to_be_paid_before_approval_nor_after_the_deadline(house: House, clock: Clock) -> None:
    walker = Walker(house)
    walker.pictured()
    assert refusal(opens, house, walker) is RefusalCode.NO_PAYMENT_DUE
    walker.requests_review()
    assert refusal(opens, house, walker) is RefusalCode.NO_PAYMENT_DUE
    people.approved(house, walker)
    clock.advance(hours=24)
    opens(house, walker)
    clock.advance(seconds=1)
    assert refusal(opens, house, walker) is RefusalCode.NO_PAYMENT_DUE


def test_nothing_is_to_be_paid_once_it_is_paid_or_given_up(house: House, approved: Walker) -> None:
    approved.pays()
    assert refusal(opens, house, approved) is RefusalCode.NO_PAYMENT_DUE
    other = Walker(house)
    other.approved()
    other.withdraws()
    assert refusal(opens, house, other) is RefusalCode.NO_PAYMENT_DUE
    assert refusal(house.paying.open, uuid4(), "till") is RefusalCode.NOT_FOUND
    assert refusal(opens, house, other, "no-such-channel") is RefusalCode.CHANNEL_UNKNOWN


def test_nobody_pays_before_the_window_for_paying_opens(house: House, clock: Clock) -> None:
    plan = people.bundled_round()[0].plan
    opening = clock.now + 2 * DAY
    later = replace(plan.windows, payment=replace(plan.windows.payment, opens=opening))
    open_exam(house, replace(plan, windows=later))
    walker = Walker(house)
    walker.approved(("66",))
    assert walker.stands.pay_by == opening + DAY
    assert refusal(opens, house, walker) is RefusalCode.WINDOW_NOT_YET
    clock.now = opening
    assert walker.pays().status is Status.PAID


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"amount": 7999}, Unusable.WRONG_AMOUNT),
        ({"amount": 8001}, Unusable.WRONG_AMOUNT),
        ({"at": people.PAY_BY + timedelta(seconds=1)}, Unusable.LATE),
    ],
)
def test_money_that_cannot_be_used_is_owed_and_goes_back_once(
    house: House, approved: Walker, changed: dict[str, object], why: Unusable
) -> None:
    odd = approved.money("T-odd", **changed)
    assert approved.hears(odd).status is Status.APPROVED
    assert owed(house) == [("T-odd", why.value)]
    assert house.worker.once().sent_back == 1
    assert isinstance(approved.history[-1], PaymentReturned)
    assert owed(house) == []
    version = approved.stands.version
    house.money.receive(odd)
    assert house.worker.once().sent_back == 0
    assert approved.stands.version == version
    assert approved.pays().status is Status.PAID
    assert len(orders_of(house, approved)) == 2


def test_a_second_payment_goes_back_and_the_first_stays(house: House, approved: Walker) -> None:
    approved.pays()
    approved.hears(approved.money("T-again"))
    assert owed(house) == [("T-again", "duplicate")]
    house.worker.once()
    assert approved.row["status"] == Status.PAID
    assert approved.row["payment"]["trade"] != "T-again"
    with house.database.reading() as connection:
        (row,) = refunds.of_registration(connection, approved.id)
    assert row["returned_at"] == house.clock()


def test_news_that_comes_late_of_money_paid_in_time_revives_and_takes_the_seat_again(
    house: House, clock: Clock, approved: Walker
) -> None:
    revise(house, people.SITE, quotas={"66": 1})
    in_time = approved.money()
    clock.advance(hours=25)
    approved.lapses()
    assert approved.hears(in_time).status is Status.PAID
    late = Walker(house)
    late.filled()
    assert refusal(late.submits, subjects=("66",)) is RefusalCode.SUBJECT_FULL


def test_news_that_comes_when_the_seat_is_gone_leads_to_a_refund(
    house: House, clock: Clock, approved: Walker
) -> None:
    revise(house, people.SITE, quotas={"66": 1})
    in_time = approved.money("T-late")
    clock.advance(hours=25)
    approved.lapses()
    quicker = Walker(house)
    quicker.submitted(subjects=("66",))
    after = approved.hears(in_time)
    assert after.status is Status.LAPSED
    assert isinstance(approved.history[-1], PaymentUnusable)
    assert owed(house) == [("T-late", "seat-gone")]
    assert house.money.receive(in_time) == after
    house.worker.once()
    assert owed(house) == []
    quicker.withdraws()
    assert approved.submits(subjects=("66",)).status is Status.SUBMITTED


def test_an_order_from_before_a_change_is_paid_in_vain_and_the_new_one_settles(house: House) -> None:
    walker = Walker(house)
    walker.pictured(QUICK, ("67",))
    old = walker.opens()
    walker.does(c.ChangeSubjects, site=QUICK, subjects=("24", "67"))
    house.money.receive(walker.till.pay(old.number))
    assert [why for _, why in owed(house)] == ["superseded"]
    assert walker.pays().status is Status.PAID
    assert walker.stands.amount == 16000


def test_before_a_change_what_is_open_is_closed_at_the_channel(house: House) -> None:
    walker = Walker(house)
    walker.pictured(QUICK, ("67",))
    old = walker.opens()
    house.paying.make_way(walker.id)
    assert walker.till.query(old.number).state is State.CLOSED
    assert [order["state"] for order in orders_of(house, walker)] == ["closed"]
    with pytest.raises(ChannelRefused):
        walker.till.pay(old.number)
    assert walker.opens().number != old.number


def test_a_change_waits_while_the_channel_with_an_open_order_is_silent(house: House) -> None:
    walker = Walker(house)
    walker.pictured(QUICK, ("67",))
    house.paying.make_way(walker.id)
    walker.opens()
    walker.till.silent = True
    assert refusal(house.paying.make_way, walker.id) is RefusalCode.CHANNEL_SILENT


def test_who_pays_just_before_a_change_is_found_paid_instead(house: House) -> None:
    walker = Walker(house)
    walker.pictured(QUICK, ("67",))
    walker.till.pay(walker.opens().number)
    house.paying.make_way(walker.id)
    assert walker.stands.status is Status.PAID


def test_an_order_nobody_came_with_is_given_up_and_its_late_money_goes_back(house: House) -> None:
    walker = Walker(house)
    walker.pictured(QUICK, ("67",))
    order = house.paying.open(walker.id, "till")
    house.paying.make_way(walker.id)
    assert [one["state"] for one in orders_of(house, walker)] == ["replaced"]
    walker.does(c.ChangeSubjects, site=QUICK, subjects=("24", "67"))
    walker.till.begin(order)
    house.money.receive(walker.till.pay(order.number))
    assert [why for _, why in owed(house)] == ["superseded"]


def test_money_for_a_withdrawn_or_cancelled_registration_goes_back(house: House, approved: Walker) -> None:
    in_time = approved.money("T-w")
    approved.withdraws()
    house.money.receive(in_time)
    other = Walker(house)
    other.approved()
    paid = other.money("T-c")
    house.application.handle(c.Cancel(registration=other.id, actor=people.OFFICE, reason="重复报名"))
    house.money.receive(paid)
    assert sorted(owed(house)) == [("T-c", "withdrawn"), ("T-w", "withdrawn")]
    assert house.worker.once().sent_back == 2


def test_while_the_channel_is_silent_nothing_is_concluded(
    house: House, clock: Clock, approved: Walker
) -> None:
    order = approved.opens()
    approved.till.silent = True
    with pytest.raises(ChannelSilent):
        house.paying.ask(approved.id)
    assert approved.stands.status is Status.APPROVED
    approved.till.silent = False
    approved.till.pay(order.number)
    clock.advance(seconds=10)
    assert house.paying.ask(approved.id).state is State.PAID
    assert approved.stands.status is Status.PAID


def test_a_refund_that_is_refused_is_told_and_asked_for_again_under_the_same_number(
    house: House, clock: Clock, approved: Walker
) -> None:
    approved.hears(approved.money("T-odd", amount=1))
    approved.till.refuses_refunds = "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    assert house.worker.once().put_off == 1
    assert house.worker.once().put_off == 0
    clock.advance(minutes=1)
    house.worker.once()
    with house.database.reading() as connection:
        (row,) = ledger.owed(connection)
    assert row["trouble"] == "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    approved.till.refuses_refunds = ""
    clock.advance(minutes=2)
    assert house.worker.once().sent_back == 1
    trade = next(iter(approved.till.trades.values()))
    assert list(trade.refunds) == [row["request"]]


def test_a_refund_that_is_pending_is_asked_about_until_it_has_gone(
    house: House, clock: Clock, approved: Walker
) -> None:
    approved.hears(approved.money("T-odd", amount=1))
    approved.till.slow_refunds = 2
    for minutes in (0, 1, 2):
        clock.advance(minutes=minutes)
        done = house.worker.once()
    assert done.sent_back == 1
    assert owed(house) == []


def test_money_for_an_order_that_is_not_ours_is_kept_for_a_person_to_decide(house: House) -> None:
    news = News(Kind.PAID, "till", "N-UNKNOWN", "T-orphan", "", 8000, house.clock(), Source.NOTICE)
    assert house.money.receive(news) is None
    assert house.money.receive(news) is None
    with house.database.reading() as connection:
        (orphan,) = ledger.orphans(connection)
    assert (orphan["order"], orphan["amount"]) == ("N-UNKNOWN", 8000)
    assert house.worker.once().sent_back == 0


def test_money_that_somebody_returned_by_hand_is_noticed(house: House, approved: Walker) -> None:
    approved.pays()
    (order,) = orders_of(house, approved)
    trade = approved.row["payment"]["trade"]
    by_hand = News(Kind.RETURNED, "till", order["number"], trade, "by hand", 8000, house.clock(), Source.BILL)
    house.money.receive(by_hand)
    house.money.receive(by_hand)
    with house.database.reading() as connection:
        (row,) = ledger.unexplained(connection)
    assert row["unexplained"] == 8000
    assert approved.row["status"] == Status.PAID


def test_a_closing_told_late_does_not_undo_a_payment(house: House, approved: Walker) -> None:
    approved.pays()
    (order,) = orders_of(house, approved)
    closed = News(Kind.CLOSED, "till", order["number"], "", "", 0, house.clock(), Source.NOTICE)
    house.money.receive(closed)
    assert orders_of(house, approved)[0]["state"] == "paid"


def test_an_order_that_was_closed_is_paid_all_the_same_when_the_channel_says_so(
    house: House, approved: Walker
) -> None:
    paid = approved.money()
    closed = News(Kind.CLOSED, "till", paid.order, "", "", 0, house.clock(), Source.NOTICE)
    house.money.receive(closed)
    assert approved.hears(paid).status is Status.PAID


def test_a_notice_that_is_not_the_channels_changes_nothing_and_leaves_a_trace(house: House) -> None:
    for _ in range(2):
        assert house.money.hear("till", {}, b"forged")[2] == "failure"
    with house.database.reading() as connection:
        (trace,) = house.refused_notices.newest(connection)
    assert (trace["channel"], trace["why"], trace["times"]) == ("till", "signature", 2)


def test_whoever_pays_at_the_counter_has_paid_and_the_receipt_counts_once(
    house: House, approved: Walker
) -> None:
    house.counter.take(cash(approved, "2027-0001"))
    assert approved.stands.status is Status.PAID
    assert approved.row["payment"]["channel"] == "counter"
    assert approved.row["payment"]["trade"] == f"{people.SITE}-2027-0001"
    other = Walker(house)
    other.approved(("66",))
    assert refusal(house.counter.take, cash(other, "2027-0001")) is RefusalCode.RECEIPT_USED
    assert other.stands.status is Status.APPROVED


@pytest.mark.parametrize(
    ("receipt", "amount", "actor", "code"),
    [
        ("", 8000, people.REVIEWER, RefusalCode.RECEIPT_MISSING),
        ("收据", 8000, people.REVIEWER, RefusalCode.RECEIPT_MISSING),
        ("1", 7999, people.REVIEWER, RefusalCode.WRONG_AMOUNT),
        ("1", 8000, people.ELSEWHERE, RefusalCode.NOT_YOUR_ROLE),
        ("1", 8000, people.AUDITOR, RefusalCode.NOT_YOUR_ROLE),
    ],
)
def test_the_counter_takes_what_is_due_from_staff_of_the_site(
    house: House, approved: Walker, receipt: str, amount: int, actor: c.Actor, code: RefusalCode
) -> None:
    assert refusal(house.counter.take, cash(approved, receipt, amount, actor)) is code
    assert approved.stands.status is Status.APPROVED


def test_an_order_open_online_is_closed_before_the_counter_takes_money(
    house: House, approved: Walker
) -> None:
    online = approved.opens()
    house.counter.take(cash(approved, "7"))
    assert approved.till.query(online.number).state is State.CLOSED


def test_money_taken_twice_at_the_counter_is_handed_back_there(
    house: House, clock: Clock, approved: Walker
) -> None:
    approved.opens()
    house.counter.take(cash(approved, "7"))
    trade = approved.row["payment"]["trade"]
    assert refusal(house.counter.hand_back, trade, people.REVIEWER) is RefusalCode.NOTHING_OWED
    (counter,) = [one for one in orders_of(house, approved) if one["channel"] == "counter"]
    twice = News(Kind.PAID, "counter", counter["number"], "T-twice", "", 8000, clock(), Source.COUNTER)
    house.money.receive(twice)
    assert house.worker.once().sent_back == 0
    house.counter.hand_back("T-twice", people.REVIEWER)
    assert owed(house) == []
    assert till_of(house).trades


def test_what_costs_nothing_is_settled_without_a_channel(house: House) -> None:
    plan = people.bundled_round()[0].plan
    free = replace(plan, fees=tuple(replace(fee, amount=0) for fee in plan.fees))
    open_exam(house, free)
    walker = Walker(house)
    walker.approved(("66",))
    assert house.paying.ways(walker.row) == ("free",)
    opens(house, walker, "free")
    assert walker.stands.status is Status.PAID
    assert walker.row["payment"]["amount"] == 0


def test_nobody_can_call_a_fee_free(house: House, approved: Walker) -> None:
    assert refusal(opens, house, approved, "free") is RefusalCode.CHANNEL_UNKNOWN
    assert refusal(opens, house, approved, "counter") is RefusalCode.CHANNEL_UNKNOWN
