"""Which situation of the money stands, from the rows of a registration, its payments and its orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from ncre.domain.payment.wording import Situation
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration.vocabulary import Status
from ncre.projections.rows import OrderRow, PaymentRow, RegistrationRow
from ncre.services.payment.situations import PaymentSituation, RegistrationMoney, nothing_due, standings
from tests.handlers.ground import QUICK
from tests.support.people import NOW, PAY_BY, SITE, bundled_round

SETTLED = {"order": "N1", "channel": "till", "trade": "T1", "amount": 8000}
MINUTE = timedelta(minutes=1)


def row(status: Status, **changed: Any) -> RegistrationRow:
    """A registration that owes a fee until PAY_BY."""
    return cast(
        RegistrationRow,
        {"status": status.value, "payment": None, "pay_by": PAY_BY, "order_version": 6, **changed},
    )


def payment(**changed: Any) -> PaymentRow:
    """80 yuan that came at a till now."""
    return cast(
        PaymentRow,
        {
            "channel": "till",
            "amount": 8000,
            "paid_at": NOW,
            "reason": None,
            "request": None,
            "trouble": None,
            "returned_at": None,
            "unexplained": None,
            **changed,
        },
    )


def order(channel: str = "alipay", amount: int = 8000) -> OrderRow:
    return cast(OrderRow, {"channel": channel, "amount": amount})


def told(
    registration: RegistrationRow,
    *payments: PaymentRow,
    orders: tuple[OrderRow, ...] = (),
    after: timedelta = timedelta(),
    site: str = SITE,
    **kept: Any,
) -> list[PaymentSituation]:
    round_, sites = bundled_round()
    books = RegistrationMoney(payments, orders, **kept)
    return standings(registration, round_, sites[site], books, NOW + after)


BACK = {"request": "R1", "reason": "late"}


@pytest.mark.parametrize(
    ("money", "situation", "words"),
    [
        (payment(**BACK), Situation.GOING_BACK, "收到 80.00 元，但不能用于这份报名（超过缴费期限）"),
        (payment(**BACK, trouble="NO_BALANCE"), Situation.STUCK, "收到 80.00 元，但不能用于这份报名（"),
        (payment(**BACK, channel="counter"), Situation.AT_COUNTER, "收到现金 80.00 元"),
        (
            payment(**BACK, channel="counter", trouble="X", returned_at=NOW + MINUTE),
            Situation.RETURNED,
            "已于 2027-01-05 10:01 原路退回",
        ),
        (payment(unexplained=5000), Situation.TAKEN_BACK, "50.00 元已由支付平台退回"),
        (payment(), Situation.SETTLED, "支付完成：80.00 元，2027-01-05 10:00"),
    ],
)
def test_of_one_payment(money: PaymentRow, situation: Situation, words: str) -> None:
    first, *_ = told(row(Status.CANCELLED, payment=SETTLED), money)
    assert (first.status, first.situation) == (Status.CANCELLED, situation)
    assert words in first.say("zh")
    assert words in first.say_where("zh")
    assert "{" not in first.say("en") + first.say_where("en")


def test_why_money_goes_back_is_said_in_either_language() -> None:
    (money,) = told(row(Status.PAID, payment=SETTLED), payment(**BACK))
    assert "(paid after the deadline)" in money.say("en")
    assert "（超过缴费期限）" in money.say("zh")


def test_what_to_do_follows_where_the_money_is_where_there_is_something_to_do() -> None:
    (cash,) = told(row(Status.PAID, payment=SETTLED), payment(**BACK, channel="counter"))
    assert cash.say_where("zh").endswith("由考点当场退还。 请带收据和证件到考点领取。")
    (going,) = told(row(Status.PAID, payment=SETTLED), payment(**BACK))
    assert going.say_where("zh").endswith("3 个工作日。")


def test_a_fee_is_kept_by_a_cancellation_that_says_why_and_by_nothing_else() -> None:
    kept = {"kept_why": "考生申请", "kept": True}
    (money,) = told(row(Status.CANCELLED), payment(), **kept)
    assert money.situation is Situation.KEPT
    assert "80.00 元按缴费后不退的规定不退：考生申请" in money.say("zh")
    assert "考生申请" in money.say("en")
    for status, said in ((Status.CANCELLED, {}), (Status.PAID, kept)):
        assert told(row(status, payment=SETTLED), payment(), **said)[0].situation is Situation.SETTLED


def test_the_one_that_matters_most_stands_first() -> None:
    found = told(
        row(Status.PAID, payment=SETTLED),
        payment(**BACK, returned_at=NOW),
        payment(unexplained=1),
        payment(**BACK),
        payment(**BACK, trouble="X"),
        payment(),
    )
    assert [one.situation for one in found] == [
        Situation.SETTLED,
        Situation.STUCK,
        Situation.GOING_BACK,
        Situation.TAKEN_BACK,
        Situation.RETURNED,
    ]


@pytest.mark.parametrize(
    ("status", "site", "after", "changed", "orders", "situation"),
    [
        (Status.APPROVED, SITE, timedelta(), {}, (), Situation.NONE),
        (Status.APPROVED, SITE, timedelta(), {}, (order(),), Situation.OPEN),
        (Status.APPROVED, SITE, timedelta(), {}, (order("counter"), order("free")), Situation.NONE),
        (Status.APPROVED, SITE, timedelta(hours=24), {}, (), Situation.NONE),
        (Status.APPROVED, SITE, timedelta(hours=24) + MINUTE, {}, (order(),), Situation.ASKING),
        (Status.APPROVED, SITE, timedelta(hours=25), {"order_version": None}, (), Situation.NONE),
        (Status.APPROVED, SITE, timedelta(hours=25), {"pay_by": None}, (), Situation.NONE),
        (Status.APPROVED, SITE, timedelta(days=90), {"pay_by": None}, (), Situation.ASKING),
        (Status.PHOTO_UPLOADED, SITE, timedelta(hours=25), {}, (), Situation.NONE),
        (Status.PHOTO_UPLOADED, QUICK, timedelta(hours=25), {}, (), Situation.ASKING),
        (Status.WITHDRAWN, SITE, timedelta(hours=25), {}, (order(),), Situation.OPEN),
        (Status.AGREED, SITE, timedelta(), {}, (order(),), Situation.NONE),
    ],
)
def test_before_the_fee_has_come(
    status: Status,
    site: str,
    after: timedelta,
    changed: dict[str, Any],
    orders: tuple[OrderRow, ...],
    situation: Situation,
) -> None:
    (money,) = told(row(status, **changed), orders=orders, after=after, site=site)
    assert money.situation is situation
    assert "{" not in money.say("zh") + money.say("en")


def test_an_open_order_and_a_time_that_is_over_are_named() -> None:
    (money,) = told(row(Status.APPROVED), orders=(order("wechat", 100), order()))
    assert "支付宝的订单（80.00 元）" in money.say("zh")
    assert "Alipay (80.00 yuan)" in money.say("en")
    (over,) = told(row(Status.APPROVED), after=timedelta(hours=25))
    assert "缴费期限已于 2027-01-06 10:00 截止" in over.say("zh")


def test_money_that_goes_back_stands_beside_what_is_still_to_be_paid() -> None:
    found = told(row(Status.APPROVED), payment(**BACK), orders=(order(),))
    assert [one.situation for one in found] == [Situation.GOING_BACK, Situation.OPEN]


def test_a_fee_of_nothing_is_told_as_such() -> None:
    (money,) = told(row(Status.PAID, payment={**SETTLED, "amount": 0}), payment(amount=0))
    assert (money.status, money.situation) == (Status.PAID, Situation.FREE)


def test_why_nothing_is_due_is_said_in_the_words_of_its_money() -> None:
    round_, sites = bundled_round()
    paid = nothing_due(row(Status.PAID, payment=SETTLED), round_, sites[SITE], (payment(),), NOW)
    assert paid.code is RefusalCode.NO_PAYMENT_DUE
    assert cast(PaymentSituation, paid.particulars["why"]).situation is Situation.SETTLED
    late = nothing_due(row(Status.APPROVED), round_, sites[SITE], (), NOW + timedelta(hours=25))
    assert cast(PaymentSituation, late.particulars["why"]).situation is Situation.ASKING
    quick = nothing_due(row(Status.PHOTO_UPLOADED), round_, sites[QUICK], (), NOW + timedelta(hours=25))
    assert cast(PaymentSituation, quick.particulars["why"]).situation is Situation.ASKING
