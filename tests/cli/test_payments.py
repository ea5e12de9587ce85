"""ncre payments: a bill compared from the command line, and money entered at the counter."""

from __future__ import annotations

import pytest

from ncre.bootstrap import Container
from ncre.clients.payment_channel import NewsKind, NewsSource, PaymentNotification, State
from ncre.domain.registration.vocabulary import Status
from ncre.projections.payment import ledger, orders
from tests.cli.conftest import Run
from tests.handlers.ground import Walker
from tests.support.people import Clock, till_of


@pytest.fixture
def walker(container: Container) -> Walker:
    walker = Walker(container)
    walker.approved(("66",))
    return walker


def test_a_compared_day_says_what_it_found_and_ends_with_it(
    container: Container, clock: Clock, walker: Walker, ncre: Run
) -> None:
    walker.till.pay(walker.opens().number)
    clock.advance(days=1)
    first = ncre("payments", "reconcile", "--date", "2027-01-05", "--as", "kaowu")
    assert first.code == 1
    assert "对账单有、本系统没有的收款（已补记）" in first.out
    again = ncre("payments", "reconcile", "--as", "kaowu")
    assert again.code == 0
    assert "received 1 = 80.00" in again.out
    assert walker.stands.status is Status.PAID


def test_a_day_without_a_bill_yet_ends_with_three(container: Container, ncre: Run) -> None:
    assert ncre("payments", "reconcile", "--date", "2027-01-05", "--as", "kaowu").code == 3
    till_of(container).bill_ready = False
    assert ncre("payments", "reconcile", "--date", "2027-01-04", "--as", "kaowu").code == 3


def test_what_is_no_date_or_no_channel_is_told(ncre: Run) -> None:
    assert ncre("payments", "reconcile", "--date", "5.1.2027", "--as", "kaowu").code == 2
    assert (
        ncre("payments", "reconcile", "--channel", "cowries", "--date", "2027-01-04", "--as", "kaowu").code
        == 2
    )


def test_money_at_the_counter_is_entered_with_its_receipt(walker: Walker, ncre: Run) -> None:
    number = str(walker.stands.number)
    wrong = ncre("payments", "counter", number, "--receipt", "7", "--yuan", "79.00", "--as", "shenhe")
    assert wrong.code == 2
    assert "应收 80.00 元" in wrong.err
    assert ncre("payments", "counter", number, "--receipt", "7", "--yuan", "80", "--as", "shenhe").code == 0
    assert walker.stands.status is Status.PAID
    assert (
        ncre("payments", "counter", number, "--receipt", "8", "--yuan", "eighty", "--as", "shenhe").code == 2
    )


def test_cancelling_closes_what_is_open_at_the_channel(walker: Walker, ncre: Run) -> None:
    open_ = walker.opens().number
    assert ncre("cancel", str(walker.stands.number), "--reason", "书面申请", "--as", "kaowu").code == 0
    assert walker.till.query(open_).state is State.CLOSED
    assert walker.stands.status is Status.CANCELLED


def test_cancelling_what_is_paid_asks_what_becomes_of_the_fee(
    container: Container, walker: Walker, ncre: Run
) -> None:
    walker.pays()
    args = ("cancel", str(walker.stands.number), "--reason", "停考", "--as", "kaowu")
    undecided = ncre(*args)
    assert undecided.code == 2
    assert "这份报名已缴费 80.00 元" in undecided.err
    assert ncre(*args, "--money", "refund").code == 2
    assert ncre(*args, "--money", "refund", "--money-why", "考点停考").code == 0
    assert container.worker.once().sent_back == 1


def test_cash_that_is_owed_is_handed_back_and_unknown_money_is_sent_back(
    container: Container, walker: Walker, clock: Clock, ncre: Run
) -> None:
    number = str(walker.stands.number)
    assert ncre("payments", "counter", number, "--receipt", "7", "--yuan", "80", "--as", "shenhe").code == 0
    late = ncre("payments", "counter", number, "--receipt", "8", "--yuan", "80", "--as", "shenhe")
    assert late.code == 2
    assert "请把 80.00 元当场退还给考生" in late.err
    with container.database.reading() as connection:
        order = orders.of_registration(connection, walker.id)[-1]["number"]
    container.payments.receive(
        PaymentNotification(NewsKind.PAID, "counter", order, "T-2", "", 8000, clock(), NewsSource.COUNTER)
    )
    assert ncre("payments", "handed-back", "T-2", "--as", "shenhe").code == 0
    assert ncre("payments", "handed-back", "T-2", "--as", "shenhe").code == 2
    container.payments.receive(
        PaymentNotification(NewsKind.PAID, "till", "N-UNKNOWN", "T9", "", 8000, clock(), NewsSource.NOTICE)
    )
    back = ("payments", "send-back", "till", "T9", "--why", "付款人申请", "--as")
    assert ncre(*back, "shenhe").code == 2
    assert ncre(*back, "kaowu").code == 0
    with container.database.reading() as connection:
        assert [row["note"] for row in ledger.owed(connection)] == ["付款人申请"]
