"""ncre payments: a bill compared from the shell, and money entered at the counter."""

from __future__ import annotations

import pytest

from ncre.bootstrap import House
from ncre.domain.lifecycle import Status
from tests.application.ground import Walker
from tests.people import Clock, till_of
from tests.shell.conftest import Run


@pytest.fixture
def walker(house: House) -> Walker:
    walker = Walker(house)
    walker.approved(("66",))
    return walker


def test_a_compared_day_says_what_it_found_and_ends_with_it(
    house: House, clock: Clock, walker: Walker, ncre: Run
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


def test_a_day_without_a_bill_yet_ends_with_three(house: House, ncre: Run) -> None:
    assert ncre("payments", "reconcile", "--date", "2027-01-05", "--as", "kaowu").code == 3
    till_of(house).bill_ready = False
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
