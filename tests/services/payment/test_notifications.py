"""Money between the channel and the registration: it settles, or it is owed back and goes back once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from ncre.bootstrap import Container
from ncre.clients.payment_channel import (
    ChannelRefused,
    ChannelUnavailable,
    NewsKind,
    NewsSource,
    PaymentNotification,
    State,
)
from ncre.domain.payment.settlement import Unusable, pays_for
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from ncre.events.registration import PaymentReturned, PaymentSettled, PaymentUnusable
from ncre.projections.base import Row
from ncre.projections.payment import ledger, orders, refunds
from ncre.services.payment.counter_payments import CashTaken
from ncre.services.payment.inquiries import InquiryOutcome
from tests.handlers.ground import QUICK, Walker, open_exam, refusal, revise
from tests.support import people
from tests.support.people import Clock, till_of

DAY = timedelta(days=1)


@pytest.fixture
def approved(container: Container) -> Walker:
    walker = Walker(container)
    walker.approved(("66",))
    return walker


def owed(container: Container) -> list[tuple[str, str]]:
    with container.database.reading() as connection:
        return [(row["trade"], row["reason"]) for row in ledger.owed(connection)]


def orders_of(container: Container, walker: Walker) -> list[Row]:
    with container.database.reading() as connection:
        return orders.of_registration(connection, walker.id)


def cash(
    walker: Walker, receipt: str, amount: int = 8000, actor: c.Actor = people.REVIEWER, **asked: Any
) -> CashTaken:
    return CashTaken(registration=walker.id, receipt=receipt, amount=amount, actor=actor, **asked)


def opens(container: Container, walker: Walker, channel: str = "till") -> str:
    return container.checkout.open(walker.id, channel).number


def test_a_second_click_finds_the_same_order(container: Container, approved: Walker) -> None:
    assert opens(container, approved) == opens(container, approved)
    (order,) = orders_of(container, approved)
    assert (order["amount"], order["expires"]) == (8000, approved.stands.pay_by)
    assert pays_for(order["number"], approved.stands)


def test_what_was_paid_settles_the_registration_under_its_order(
    container: Container, approved: Walker
) -> None:
    assert approved.pays().status is Status.PAID
    settled = approved.history[-1]
    assert isinstance(settled, PaymentSettled)
    (order,) = orders_of(container, approved)
    assert settled.metadata.cause == settled.order == order["number"]
    assert order["state"] == "paid"
    assert approved.row["payment"]["trade"] == settled.trade


def test_news_told_by_notice_and_by_asking_counts_once(
    container: Container, clock: Clock, approved: Walker
) -> None:
    assert container.checkout.ask(approved.id) == InquiryOutcome()
    order = approved.opens()
    clock.advance(seconds=10)
    assert container.checkout.ask(approved.id).state is State.WAITING
    notice = approved.till.pay(order.number)
    clock.advance(seconds=10)
    assert container.checkout.ask(approved.id).state is State.PAID
    version = approved.stands.version
    after = approved.hears(notice)
    assert approved.hears(notice) == after
    assert after.status is Status.PAID
    assert approved.stands.version == version
    assert owed(container) == []


def test_a_question_is_asked_at_most_every_ten_seconds(
    container: Container, clock: Clock, approved: Walker
) -> None:
    approved.opens()
    assert container.checkout.ask(approved.id).wait == 0
    clock.advance(seconds=4)
    assert container.checkout.ask(approved.id) == InquiryOutcome(wait=6, state=State.WAITING)
    clock.advance(seconds=6)
    assert container.checkout.ask(approved.id).wait == 0


def test_nothing_is_to_be_paid_before_approval_nor_after_the_deadline(
    container: Container, clock: Clock
) -> None:
    walker = Walker(container)
    walker.pictured()
    assert refusal(opens, container, walker) is RefusalCode.NO_PAYMENT_DUE
    walker.requests_review()
    assert refusal(opens, container, walker) is RefusalCode.NO_PAYMENT_DUE
    people.approved(container, walker)
    clock.advance(hours=24)
    opens(container, walker)
    clock.advance(seconds=1)
    assert refusal(opens, container, walker) is RefusalCode.NO_PAYMENT_DUE


def test_nothing_is_to_be_paid_once_it_is_paid_or_given_up(container: Container, approved: Walker) -> None:
    approved.pays()
    assert refusal(opens, container, approved) is RefusalCode.NO_PAYMENT_DUE
    other = Walker(container)
    other.approved()
    other.withdraws()
    assert refusal(opens, container, other) is RefusalCode.NO_PAYMENT_DUE
    assert refusal(container.checkout.open, uuid4(), "till") is RefusalCode.NOT_FOUND
    assert refusal(opens, container, other, "no-such-channel") is RefusalCode.CHANNEL_UNKNOWN


def test_nobody_pays_before_the_window_for_paying_opens(container: Container, clock: Clock) -> None:
    plan = people.bundled_round()[0].plan
    opening = clock.now + 2 * DAY
    later = replace(plan.windows, payment=replace(plan.windows.payment, opens=opening))
    open_exam(container, replace(plan, windows=later))
    walker = Walker(container)
    walker.approved(("66",))
    assert walker.stands.pay_by == opening + DAY
    assert refusal(opens, container, walker) is RefusalCode.WINDOW_NOT_YET
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
    container: Container, approved: Walker, changed: dict[str, object], why: Unusable
) -> None:
    odd = approved.money("T-odd", **changed)
    assert approved.hears(odd).status is Status.APPROVED
    assert owed(container) == [("T-odd", why.value)]
    assert container.worker.once().sent_back == 1
    assert isinstance(approved.history[-1], PaymentReturned)
    assert owed(container) == []
    version = approved.stands.version
    container.payments.receive(odd)
    assert container.worker.once().sent_back == 0
    assert approved.stands.version == version
    assert approved.pays().status is Status.PAID
    assert len(orders_of(container, approved)) == 2


def test_a_second_payment_goes_back_and_the_first_stays(container: Container, approved: Walker) -> None:
    approved.pays()
    approved.hears(approved.money("T-again"))
    assert owed(container) == [("T-again", "duplicate")]
    container.worker.once()
    assert approved.row["status"] == Status.PAID
    assert approved.row["payment"]["trade"] != "T-again"
    with container.database.reading() as connection:
        (row,) = refunds.of_registration(connection, approved.id)
    assert row["returned_at"] == container.clock()


def test_news_that_comes_late_of_money_paid_in_time_revives_and_takes_the_seat_again(
    container: Container, clock: Clock, approved: Walker
) -> None:
    revise(container, people.SITE, quotas={"66": 1})
    in_time = approved.money()
    clock.advance(hours=25)
    approved.lapses()
    assert approved.hears(in_time).status is Status.PAID
    late = Walker(container)
    late.filled()
    assert refusal(late.submits, subjects=("66",)) is RefusalCode.SUBJECT_FULL


def test_news_that_comes_when_the_seat_is_gone_leads_to_a_refund(
    container: Container, clock: Clock, approved: Walker
) -> None:
    revise(container, people.SITE, quotas={"66": 1})
    in_time = approved.money("T-late")
    clock.advance(hours=25)
    approved.lapses()
    quicker = Walker(container)
    quicker.submitted(subjects=("66",))
    after = approved.hears(in_time)
    assert after.status is Status.LAPSED
    assert isinstance(approved.history[-1], PaymentUnusable)
    assert owed(container) == [("T-late", "seat-gone")]
    assert approved.hears(in_time) == after
    container.worker.once()
    assert owed(container) == []
    quicker.withdraws()
    assert approved.submits(subjects=("66",)).status is Status.SUBMITTED


def test_an_order_from_before_a_change_is_paid_in_vain_and_the_new_one_settles(container: Container) -> None:
    walker = Walker(container)
    walker.pictured(QUICK, ("67",))
    old = walker.opens()
    walker.does(c.ChangeSubjects, site=QUICK, subjects=("24", "67"))
    container.payments.receive(walker.till.pay(old.number))
    assert [why for _, why in owed(container)] == ["superseded"]
    assert walker.pays().status is Status.PAID
    assert walker.stands.amount == 16000


def test_before_a_change_what_is_open_is_closed_at_the_channel(container: Container) -> None:
    walker = Walker(container)
    walker.pictured(QUICK, ("67",))
    old = walker.opens()
    container.checkout.close_open_orders(walker.id)
    assert walker.till.query(old.number).state is State.CLOSED
    assert [order["state"] for order in orders_of(container, walker)] == ["closed"]
    with pytest.raises(ChannelRefused):
        walker.till.pay(old.number)
    assert walker.opens().number != old.number


def test_a_change_waits_while_the_channel_with_an_open_order_is_silent(container: Container) -> None:
    walker = Walker(container)
    walker.pictured(QUICK, ("67",))
    container.checkout.close_open_orders(walker.id)
    walker.opens()
    walker.till.silent = True
    assert refusal(container.checkout.close_open_orders, walker.id) is RefusalCode.CHANNEL_SILENT


def test_who_pays_just_before_a_change_is_found_paid_instead(container: Container) -> None:
    walker = Walker(container)
    walker.pictured(QUICK, ("67",))
    walker.till.pay(walker.opens().number)
    container.checkout.close_open_orders(walker.id)
    assert walker.stands.status is Status.PAID


def test_an_order_nobody_came_with_is_given_up_and_its_late_money_goes_back(container: Container) -> None:
    walker = Walker(container)
    walker.pictured(QUICK, ("67",))
    order = container.checkout.open(walker.id, "till")
    container.checkout.close_open_orders(walker.id)
    assert [one["state"] for one in orders_of(container, walker)] == ["replaced"]
    walker.does(c.ChangeSubjects, site=QUICK, subjects=("24", "67"))
    walker.till.begin(order)
    container.payments.receive(walker.till.pay(order.number))
    assert [why for _, why in owed(container)] == ["superseded"]


def test_money_for_a_withdrawn_or_cancelled_registration_goes_back(
    container: Container, approved: Walker
) -> None:
    in_time = approved.money("T-w")
    approved.withdraws()
    container.payments.receive(in_time)
    other = Walker(container)
    other.approved()
    paid = other.money("T-c")
    container.command_handler.handle(c.Cancel(registration=other.id, actor=people.OFFICE, reason="重复报名"))
    container.payments.receive(paid)
    assert sorted(owed(container)) == [("T-c", "withdrawn"), ("T-w", "withdrawn")]
    assert container.worker.once().sent_back == 2


def test_while_the_channel_is_silent_nothing_is_concluded(
    container: Container, clock: Clock, approved: Walker
) -> None:
    order = approved.opens()
    approved.till.silent = True
    with pytest.raises(ChannelUnavailable):
        container.checkout.ask(approved.id)
    assert approved.stands.status is Status.APPROVED
    approved.till.silent = False
    approved.till.pay(order.number)
    clock.advance(seconds=10)
    assert container.checkout.ask(approved.id).state is State.PAID
    assert approved.stands.status is Status.PAID


def test_a_refund_that_is_refused_is_told_and_asked_for_again_under_the_same_number(
    container: Container, clock: Clock, approved: Walker
) -> None:
    approved.hears(approved.money("T-odd", amount=1))
    approved.till.refuses_refunds = "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    assert container.worker.once().put_off == 1
    assert container.worker.once().put_off == 0
    clock.advance(minutes=1)
    container.worker.once()
    with container.database.reading() as connection:
        (row,) = ledger.owed(connection)
    assert row["trouble"] == "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    approved.till.refuses_refunds = ""
    clock.advance(minutes=2)
    assert container.worker.once().sent_back == 1
    trade = next(iter(approved.till.trades.values()))
    assert list(trade.refunds) == [row["request"]]


def test_a_refund_that_is_pending_is_asked_about_until_it_has_gone(
    container: Container, clock: Clock, approved: Walker
) -> None:
    approved.hears(approved.money("T-odd", amount=1))
    approved.till.slow_refunds = 2
    for minutes in (0, 1, 2):
        clock.advance(minutes=minutes)
        done = container.worker.once()
    assert done.sent_back == 1
    assert owed(container) == []


def test_money_for_an_order_that_is_not_ours_is_kept_for_a_person_to_decide(container: Container) -> None:
    news = PaymentNotification(
        NewsKind.PAID, "till", "N-UNKNOWN", "T-orphan", "", 8000, container.clock(), NewsSource.NOTICE
    )
    assert container.payments.receive(news) is None
    assert container.payments.receive(news) is None
    with container.database.reading() as connection:
        (orphan,) = ledger.orphans(connection)
    assert (orphan["order"], orphan["amount"]) == ("N-UNKNOWN", 8000)
    assert container.worker.once().sent_back == 0


def test_money_that_somebody_returned_by_hand_is_noticed(container: Container, approved: Walker) -> None:
    approved.pays()
    (order,) = orders_of(container, approved)
    trade = approved.row["payment"]["trade"]
    by_hand = PaymentNotification(
        NewsKind.RETURNED, "till", order["number"], trade, "by hand", 8000, container.clock(), NewsSource.BILL
    )
    container.payments.receive(by_hand)
    container.payments.receive(by_hand)
    with container.database.reading() as connection:
        (row,) = ledger.unexplained(connection)
    assert row["unexplained"] == 8000
    assert approved.row["status"] == Status.PAID


def test_a_closing_told_late_does_not_undo_a_payment(container: Container, approved: Walker) -> None:
    approved.pays()
    (order,) = orders_of(container, approved)
    closed = PaymentNotification(
        NewsKind.CLOSED, "till", order["number"], "", "", 0, container.clock(), NewsSource.NOTICE
    )
    container.payments.receive(closed)
    assert orders_of(container, approved)[0]["state"] == "paid"


def test_an_order_that_was_closed_is_paid_all_the_same_when_the_channel_says_so(
    container: Container, approved: Walker
) -> None:
    paid = approved.money()
    closed = PaymentNotification(
        NewsKind.CLOSED, "till", paid.order, "", "", 0, container.clock(), NewsSource.NOTICE
    )
    container.payments.receive(closed)
    assert approved.hears(paid).status is Status.PAID


def test_a_notice_that_is_not_the_channels_changes_nothing_and_leaves_a_trace(container: Container) -> None:
    for _ in range(2):
        assert container.payments.handle_notification("till", {}, b"forged")[2] == "failure"
    with container.database.reading() as connection:
        (trace,) = container.refused_notices.newest(connection)
    assert (trace["channel"], trace["why"], trace["times"]) == ("till", "signature", 2)


def test_whoever_pays_at_the_counter_has_paid_and_the_receipt_counts_once(
    container: Container, approved: Walker
) -> None:
    container.counter_payments.take(cash(approved, "2027-0001"))
    assert approved.stands.status is Status.PAID
    assert approved.row["payment"]["channel"] == "counter"
    assert approved.row["payment"]["trade"] == f"{people.SITE}-2027-0001"
    other = Walker(container)
    other.approved(("66",))
    assert refusal(container.counter_payments.take, cash(other, "2027-0001")) is RefusalCode.RECEIPT_USED
    assert other.stands.status is Status.APPROVED


def test_a_number_scanned_into_the_field_of_the_receipt_is_no_receipt(
    container: Container, approved: Walker
) -> None:
    other = Walker(container)
    other.approved(("66",))
    for walker in (approved, other):
        number = walker.row["number"]
        assert (
            refusal(container.counter_payments.take, cash(approved, number))
            is RefusalCode.RECEIPT_OF_A_TICKET
        )
    assert approved.stands.status is Status.APPROVED
    container.counter_payments.take(cash(approved, "78420019999999"))
    assert approved.stands.status is Status.PAID


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
    container: Container, approved: Walker, receipt: str, amount: int, actor: c.Actor, code: RefusalCode
) -> None:
    assert refusal(container.counter_payments.take, cash(approved, receipt, amount, actor)) is code
    assert approved.stands.status is Status.APPROVED


def test_an_order_open_online_is_closed_before_the_counter_takes_money(
    container: Container, approved: Walker
) -> None:
    online = approved.opens()
    container.counter_payments.take(cash(approved, "7"))
    assert approved.till.query(online.number).state is State.CLOSED


def test_money_taken_twice_at_the_counter_is_handed_back_there(
    container: Container, clock: Clock, approved: Walker
) -> None:
    approved.opens()
    container.counter_payments.take(cash(approved, "7"))
    trade = approved.row["payment"]["trade"]
    assert refusal(container.counter_payments.hand_back, trade, people.REVIEWER) is RefusalCode.NOTHING_OWED
    (counter,) = [one for one in orders_of(container, approved) if one["channel"] == "counter"]
    twice = PaymentNotification(
        NewsKind.PAID, "counter", counter["number"], "T-twice", "", 8000, clock(), NewsSource.COUNTER
    )
    container.payments.receive(twice)
    assert container.worker.once().sent_back == 0
    container.counter_payments.hand_back("T-twice", people.REVIEWER)
    assert owed(container) == []
    assert till_of(container).trades


def test_what_costs_nothing_is_settled_without_a_channel(container: Container) -> None:
    plan = people.bundled_round()[0].plan
    free = replace(plan, fees=tuple(replace(fee, amount=0) for fee in plan.fees))
    open_exam(container, free)
    walker = Walker(container)
    walker.approved(("66",))
    assert container.checkout.ways(walker.row) == ("free",)
    opens(container, walker, "free")
    assert walker.stands.status is Status.PAID
    assert walker.row["payment"]["amount"] == 0


def test_nobody_can_call_a_fee_free(container: Container, approved: Walker) -> None:
    assert refusal(opens, container, approved, "free") is RefusalCode.CHANNEL_UNKNOWN
    assert refusal(opens, container, approved, "counter") is RefusalCode.CHANNEL_UNKNOWN
