"""A registration that is suspended while something is investigated: nothing is lost, nothing lapses, money counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ncre.domain.claims import held_by
from ncre.domain.payment.settlement import order_of
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration import decisions
from ncre.domain.registration.decision_context import UndeclaredFact
from ncre.domain.registration.decisions import decide
from ncre.domain.registration.lifecycle import LIFE, STANDINGS
from ncre.domain.registration.machine import open_steps
from ncre.domain.registration.state import Registration, evolve, replay
from ncre.domain.registration.vocabulary import Role, Status, Step
from ncre.events import registration as facts
from ncre.events.base import Fact
from tests.domain.commands import asks, settle
from tests.support import people

WHY = "考点正在接受调查"
LATER = people.NOW + timedelta(hours=5)


def after(history: tuple[Fact, ...], *more: Fact) -> Registration:
    return replay(people.REGISTRATION, (*history, *more))


def suspended(history: tuple[Fact, ...]) -> Registration:
    before = after(history)
    command = asks(c.Suspend, people.REVIEWER, reason=f" {WHY} ")
    (fact,) = decide(before, command, people.context())
    assert fact == facts.Suspended(before.status.value, people.NOW, WHY)
    return evolve(before, fact)


def resumed(registration: Registration, hours: int = 5) -> Registration:
    moment = people.NOW + timedelta(hours=hours)
    (fact,) = decide(registration, asks(c.Resume, people.OFFICE), people.context(now=moment))
    return evolve(registration, fact)


@pytest.mark.parametrize(
    "history", [people.SUBMITTED, people.WAITING, people.APPROVED, people.REJECTED, people.CONFIRMED]
)
def test_it_goes_back_to_where_it_was_and_held_everything_meanwhile(history: tuple[Fact, ...]) -> None:
    before, waits = after(history), suspended(history)
    assert waits.status is Status.SUSPENDED
    assert held_by(waits) == held_by(before)
    back = resumed(waits)
    assert back.status is before.status
    assert held_by(back) == held_by(before)


def test_the_time_to_pay_is_prolonged_by_the_time_it_was_suspended_and_ends_with_payment() -> None:
    assert resumed(suspended(people.APPROVED)).pay_by == people.PAY_BY + timedelta(hours=5)
    closes = people.context().round.plan.windows.payment.closes
    assert resumed(suspended(people.APPROVED), hours=24 * 300).pay_by == closes
    assert resumed(suspended(people.SUBMITTED)).pay_by is None


def test_money_that_comes_meanwhile_settles_it_and_it_resumes_as_paid() -> None:
    waits = suspended(people.APPROVED)
    late = people.PAY_BY + timedelta(hours=3)
    money = settle(order=order_of(waits), trade="T2", amount=waits.amount, paid_at=late)
    (fact,) = decide(waits, money, people.context(now=late))
    assert isinstance(fact, facts.PaymentSettled)
    settled = evolve(waits, fact)
    assert settled.status is Status.SUSPENDED
    assert resumed(settled).status is Status.PAID
    again = replace(money, trade="T3")
    (unusable,) = decide(settled, again, people.context(now=late))
    assert isinstance(unusable, facts.PaymentUnusable)


def test_money_settles_nothing_that_could_not_be_paid_before_it_was_suspended() -> None:
    waits = suspended(people.WAITING)
    money = settle(order=order_of(waits), trade="T2", amount=waits.amount)
    (fact,) = decide(waits, money, people.context())
    assert isinstance(fact, facts.PaymentUnusable)
    assert fact.reason == "not-payable"


def test_nothing_lapses_nor_goes_on_while_it_is_suspended() -> None:
    site = people.context().site
    assert open_steps(Status.SUSPENDED, site) == {
        Step.SETTLE,
        Step.RETURN_PAYMENT,
        Step.CANCEL,
        Step.MOVE,
        Step.RESUME,
    }


def test_a_site_does_not_end_its_own_investigation() -> None:
    with pytest.raises(Refusal) as refused:
        decide(suspended(people.PAID), asks(c.Resume, people.REVIEWER), people.context())
    assert refused.value.code is RefusalCode.NOT_YOUR_ROLE
    assert {role for row in LIFE if row.step is Step.RESUME for role in row.by} == {Role.OFFICE}


def test_a_suspension_has_its_reason() -> None:
    with pytest.raises(Refusal) as refused:
        decide(after(people.PAID), asks(c.Suspend, people.REVIEWER, reason=" "), people.context())
    assert refused.value.code is RefusalCode.REASON_TEXT_MISSING


def test_a_suspended_registration_that_was_paid_is_cancelled_with_its_fee() -> None:
    refund = asks(c.Cancel, people.OFFICE, reason="作弊", money=c.PaidFee.REFUND, money_reason="考点停考")
    decided = decide(suspended(people.PAID), refund, people.context())
    assert [type(fact) for fact in decided] == [facts.Cancelled, facts.PaymentUnusable]


def test_what_is_suspended_anew_goes_back_to_where_it_was_then() -> None:
    once = resumed(suspended(people.APPROVED))
    (fact,) = decide(once, asks(c.Suspend, people.REVIEWER, reason=WHY), people.context(now=LATER))
    assert decide(once, asks(c.Resume, people.OFFICE), people.context(now=LATER)) == []
    twice = evolve(once, fact)
    assert resumed(twice, hours=6).pay_by == people.PAY_BY + timedelta(hours=6)


def test_a_decision_that_returns_a_fact_of_no_open_row_is_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decisions, "withdraw", lambda *_: [facts.ConfirmedOnSite()])
    with pytest.raises(UndeclaredFact, match="withdraw: ConfirmedOnSite"):
        decide(after(people.PICTURED), asks(c.Withdraw), people.context())


def test_every_status_has_its_columns_and_they_agree_with_each_other() -> None:
    for status, standing in STANDINGS.items():
        assert not (standing.final and standing.place), status
        assert standing.place or not standing.seats, status
        assert standing.seats or not standing.payable, status
        assert standing.paid or not standing.printable, status
        assert standing.may_be_settled or not standing.paid, status
