"""Paying in a browser, with and without JavaScript, on a phone and on a desk, and what the office then sees."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from ncre.domain.registration.vocabulary import Role
from tests.browser.visit import CandidateAtPhone, Person, desk, phone
from tests.stand_ins.market import Market
from tests.support.people import SITE, Candidate, Clock, approved, somebody

pytestmark = pytest.mark.browser
PASSWORD = "a long enough password"


@pytest.fixture
def candidate(market: Market) -> Candidate:
    candidate = somebody(market.container)
    candidate.until_waiting()
    approved(market.container, candidate)
    return candidate


def visits(browser: Browser, market: Market, candidate: Candidate, scripts: bool = True) -> CandidateAtPhone:
    wenjing = CandidateAtPhone(phone(browser, scripts=scripts), market.home, check=scripts)
    wenjing.signs_in(candidate.account.name, f"a password of {candidate.account.name}")
    wenjing.registration = str(candidate.id)
    return wenjing


def test_every_page_on_the_way_is_accessible_and_money_whose_notice_is_lost_is_found(
    browser: Browser, market: Market, candidate: Candidate
) -> None:
    market.script("*", "lose")
    wenjing = visits(browser, market, candidate)
    wenjing.pays()
    assert "支付完成：160.00 元" in wenjing.reads()
    assert wenjing.faults == []


def test_paying_works_without_javascript(browser: Browser, market: Market, candidate: Candidate) -> None:
    wenjing = visits(browser, market, candidate, scripts=False)
    wenjing.pays()
    assert "支付完成" in wenjing.reads()


def test_who_leaves_the_cashier_without_paying_reads_so_and_pays_later(
    browser: Browser, market: Market, clock: Clock, candidate: Candidate
) -> None:
    wenjing = visits(browser, market, candidate)
    wenjing.leaves_for_the_cashier()
    wenjing.presses_here("登录模拟账户")
    wenjing.page.get_by_role("link", name="返回商户").click()
    wenjing.page.wait_for_url("**/paid?*")
    assert "订单已打开，还没有支付" in wenjing.reads()
    clock.advance(minutes=5)
    wenjing.pays()
    assert "支付完成" in wenjing.reads()


def test_the_office_sees_the_money(browser: Browser, market: Market, candidate: Candidate) -> None:
    visits(browser, market, candidate).pays()
    market.container.accounts.add("kaowu", PASSWORD, Role.OFFICE)
    market.container.accounts.add("shenhe", PASSWORD, Role.REVIEWER, frozenset({SITE}))
    kaowu = Person(desk(browser), market.home, check=True)
    kaowu.signs_in("kaowu", PASSWORD)
    kaowu.goes("/office/money")
    assert "160.00" in kaowu.reads()
    with kaowu.page.expect_download() as download:
        kaowu.page.get_by_role("link", name="导出 Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    shenhe = Person(desk(browser), market.home, check=True)
    shenhe.signs_in("shenhe", PASSWORD)
    assert kaowu.faults == []
    assert shenhe.faults == []
