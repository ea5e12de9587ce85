"""What pages ask about money: where that of a case stands, what waits for somebody, and how much of it."""

from __future__ import annotations

import pytest

from ncre.bootstrap import Container
from ncre.clients.payment_channel import NewsKind, NewsSource, PaymentNotification
from ncre.domain.payment.wording import Situation
from ncre.domain.registration import commands as c
from ncre.services.payment.situations import PaymentSituation
from tests.handlers.ground import Walker
from tests.support import people
from tests.support.people import Clock


@pytest.fixture
def approved(container: Container) -> Walker:
    walker = Walker(container)
    walker.approved(("66",))
    return walker


def of_case(container: Container, walker: Walker) -> list[PaymentSituation]:
    case = container.queries.cases.case(walker.id)
    assert case is not None
    return container.queries.payments.of_case(case)


def test_the_money_of_a_case_follows_its_orders_and_payments(container: Container, approved: Walker) -> None:
    assert [one.situation for one in of_case(container, approved)] == [Situation.NONE]
    approved.opens()
    assert [one.situation for one in of_case(container, approved)] == [Situation.OPEN]
    approved.pays()
    assert [one.situation for one in of_case(container, approved)] == [Situation.SETTLED]


@pytest.mark.parametrize("money", [c.PaidFee.KEEP, c.PaidFee.REFUND])
def test_a_fee_that_a_cancellation_kept_is_told_with_its_reason(
    container: Container, approved: Walker, money: c.PaidFee
) -> None:
    approved.pays()
    container.changes.carry_out(
        c.Cancel(
            registration=approved.id,
            actor=people.OFFICE,
            reason="考生书面申请",
            money=money,
            money_reason="缴费后不退",
        )
    )
    (told,) = [one for one in of_case(container, approved) if one.situation is not Situation.NONE]
    kept = money is c.PaidFee.KEEP
    assert told.situation is (Situation.KEPT if kept else Situation.GOING_BACK)
    assert ("按缴费后不退的规定不退：缴费后不退" in told.say("zh")) is kept


def test_a_cancellation_before_any_payment_keeps_nothing(container: Container, approved: Walker) -> None:
    container.command_handler.handle(
        c.Cancel(registration=approved.id, actor=people.OFFICE, reason="重复报名")
    )
    assert [one.situation for one in of_case(container, approved)] == [Situation.NONE]


def test_what_waits_for_the_office_is_listed_and_counted(
    container: Container, clock: Clock, approved: Walker
) -> None:
    payments = container.queries.payments
    assert payments.attention() == (0, 0)
    order = approved.opens()
    odd = Walker(container)
    odd.approved(("66",))
    odd.hears(odd.money("T-odd", amount=100))
    container.payments.receive(
        PaymentNotification(NewsKind.PAID, "till", "N-OURS-NOT", "T-1", "", 80, clock(), NewsSource.NOTICE)
    )
    back = Walker(container)
    back.paid(("66",))
    paid = back.row["payment"]["order"]
    container.payments.receive(back.till.returns_by_hand(paid, 8000))
    container.payments.receive(
        PaymentNotification(
            NewsKind.OTHER, "till", "N-FEE", "T-2", "1", -48, clock(), NewsSource.BILL, "服务费"
        )
    )
    container.payments.handle_notification("till", {}, b"forged")
    clock.advance(days=1)
    container.reconciliation.compare("till", people.TODAY)
    found = payments.waiting()
    assert order.number in [one["number"] for one in found.open]
    assert found.open_count == len(found.open)
    assert ([one["trade"] for one in found.owed], found.owed_count) == (["T-odd"], 1)
    assert [one["order"] for one in found.orphans] == ["N-OURS-NOT"]
    assert [one["order"] for one in found.unexplained] == [paid]
    assert [one["channel"] for one in found.compared] == ["till"]
    assert [one["why"] for one in found.refused] == ["signature"]
    assert [one["kind"] for one in found.unbooked] == ["服务费"]
    assert payments.attention() == (1, 3)
