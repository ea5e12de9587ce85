"""Money between the channel and the registration: it settles, or it is owed back and goes back once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from ncre.bootstrap import House
from ncre.domain import commands as c
from ncre.domain.lifecycle import Status
from ncre.domain.payment import Unusable, order_of
from ncre.domain.refusals import RefusalCode
from ncre.events.registration import PaymentReturned, PaymentSettled, PaymentUnusable
from ncre.gateways.payment import ChannelSilent, Order, Paid
from ncre.gateways.till import OrderShut, Till
from ncre.money import Money
from ncre.projections import refunds
from tests import people
from tests.application.ground import QUICK, Walker, open_exam, refusal, revise
from tests.people import Clock

DAY = timedelta(days=1)


@pytest.fixture
def approved(house: House) -> Walker:
    walker = Walker(house)
    walker.approved(("66",))
    return walker


def owed(house: House) -> list[tuple[str, str]]:
    with house.database.reading() as connection:
        return [(row["trade"], row["reason"]) for row in refunds.outstanding(connection)]


def test_a_second_click_finds_the_same_order(house: House, approved: Walker) -> None:
    first = house.money.pay(approved.id)
    assert house.money.pay(approved.id) == first
    order = house.till.find(order_of(approved.stands))
    assert order is not None
    assert (order.amount, order.expires, order.registration) == (8000, approved.stands.pay_by, approved.id)


def test_what_was_paid_settles_the_registration_under_its_order(house: House, approved: Walker) -> None:
    assert approved.pays().status is Status.PAID
    settled = approved.history[-1]
    assert isinstance(settled, PaymentSettled)
    assert settled.stamp.cause == settled.order == order_of(approved.stands)
    assert approved.row["payment"]["trade"] == settled.trade


def test_news_told_by_notice_and_by_asking_counts_once(house: House, approved: Walker) -> None:
    assert house.money.ask(approved.id) is None
    house.money.pay(approved.id)
    assert house.money.ask(approved.id) is None
    notice = house.till.pay(order_of(approved.stands))
    asked = house.money.ask(approved.id)
    assert asked is not None
    assert asked.status is Status.PAID
    assert house.money.receive(notice) == house.money.receive(notice) == asked
    assert owed(house) == []


def test_nothing_is_to_be_paid_before_approval_nor_after_the_deadline(house: House, clock: Clock) -> None:
    walker = Walker(house)
    walker.pictured()
    assert refusal(house.money.pay, walker.id) is RefusalCode.NO_PAYMENT_DUE
    walker.requests_review()
    assert refusal(house.money.pay, walker.id) is RefusalCode.NO_PAYMENT_DUE
    people.approved(house, walker)
    clock.advance(hours=24)
    house.money.pay(walker.id)
    clock.advance(seconds=1)
    assert refusal(house.money.pay, walker.id) is RefusalCode.NO_PAYMENT_DUE
    with pytest.raises(OrderShut):
        house.till.pay(order_of(walker.stands))


def test_nothing_is_to_be_paid_once_it_is_paid_or_given_up(house: House, approved: Walker) -> None:
    approved.pays()
    assert refusal(house.money.pay, approved.id) is RefusalCode.NO_PAYMENT_DUE
    other = Walker(house)
    other.approved()
    other.withdraws()
    assert refusal(house.money.pay, other.id) is RefusalCode.NO_PAYMENT_DUE
    assert refusal(house.money.pay, uuid4()) is RefusalCode.NOT_FOUND


def test_nobody_pays_before_the_window_for_paying_opens(house: House, clock: Clock) -> None:
    plan = people.bundled_round()[0].plan
    opens = clock.now + 2 * DAY
    later = replace(plan.windows, payment=replace(plan.windows.payment, opens=opens))
    open_exam(house, replace(plan, windows=later))
    walker = Walker(house)
    walker.approved(("66",))
    assert walker.stands.pay_by == opens + DAY
    assert refusal(house.money.pay, walker.id) is RefusalCode.WINDOW_NOT_YET
    clock.now = opens
    assert walker.pays().status is Status.PAID


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"amount": 7999}, Unusable.WRONG_AMOUNT),
        ({"order": "N0"}, Unusable.SUPERSEDED),
        ({"paid_at": people.PAY_BY + timedelta(seconds=1)}, Unusable.LATE),
    ],
)
def test_money_that_cannot_be_used_is_owed_and_goes_back_once(
    house: House, approved: Walker, changed: dict[str, object], why: Unusable
) -> None:
    after = house.money.receive(approved.money("T-odd", **changed))
    assert after.status is Status.APPROVED
    assert owed(house) == [("T-odd", why.value)]
    assert house.worker.once().sent_back == 1
    assert isinstance(approved.history[-1], PaymentReturned)
    assert owed(house) == []
    version = approved.stands.version
    house.money.receive(approved.money("T-odd", **changed))
    assert house.worker.once().sent_back == 0
    assert approved.stands.version == version
    assert approved.pays().status is Status.PAID


def test_a_second_payment_goes_back_and_the_first_stays(house: House, approved: Walker) -> None:
    approved.pays()
    house.money.receive(approved.money("T-again"))
    assert owed(house) == [("T-again", "duplicate")]
    house.worker.once()
    assert approved.row["status"] == Status.PAID
    assert approved.row["payment"]["trade"] != "T-again"
    with house.database.reading() as connection:
        (row,) = refunds.of_registration(connection, approved.id)
    assert (row["reference"], row["returned_at"]) == ("RT-again", house.clock())


def test_news_that_comes_late_of_money_paid_in_time_revives_and_takes_the_seat_again(
    house: House, clock: Clock, approved: Walker
) -> None:
    revise(house, people.SITE, quotas={"66": 1})
    in_time = approved.money()
    clock.advance(hours=25)
    approved.lapses()
    assert house.money.receive(in_time).status is Status.PAID
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
    after = house.money.receive(in_time)
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
    house.money.pay(walker.id)
    old = order_of(walker.stands)
    walker.does(c.ChangeSubjects, site=QUICK, subjects=("24", "67"))
    house.money.receive(house.till.pay(old))
    assert [why for _, why in owed(house)] == ["superseded"]
    assert walker.pays().status is Status.PAID
    assert walker.stands.amount == 16000


def test_money_for_a_withdrawn_or_cancelled_registration_goes_back(house: House, approved: Walker) -> None:
    in_time = approved.money("T-w")
    approved.withdraws()
    house.money.receive(in_time)
    other = Walker(house)
    other.approved()
    paid = other.money("T-c")
    house.application.handle(c.Cancel(registration=other.id, actor=people.OFFICE, reason="重复报名"))
    house.money.receive(paid)
    assert sorted(owed(house)) == [("T-c", "not-payable"), ("T-w", "not-payable")]
    assert house.worker.once().sent_back == 2


class SilentTill(Till):
    """A channel whose line is dead while `silent`."""

    silent = True

    def open(self, order: Order) -> str:
        self._heard()
        return super().open(order)

    def query(self, order: str) -> Paid | None:
        self._heard()
        return super().query(order)

    def _heard(self) -> None:
        if self.silent:
            raise ChannelSilent


def test_while_the_channel_is_silent_nothing_is_concluded(house: House, approved: Walker) -> None:
    till = SilentTill(house.settings.till_url, house.clock)
    money = Money(house.application, till)
    for act in (money.pay, money.ask):
        with pytest.raises(ChannelSilent):
            act(approved.id)
    assert approved.stands.status is Status.APPROVED
    till.silent = False
    money.pay(approved.id)
    till.pay(order_of(approved.stands))
    asked = money.ask(approved.id)
    assert asked is not None
    assert asked.status is Status.PAID
    till.dispose()
