"""Money in a browser: who leaves says from where, and the pages of the counter and of refunds fit every screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from ncre.clients.payment_channel import NewsKind, NewsSource, PaymentNotification
from ncre.domain.registration.vocabulary import Role
from tests.browser.visit import PHONE, CandidateAtPhone, Person, desk, phone
from tests.stand_ins.market import Market
from tests.support.people import SITE, Candidate, approved, somebody

pytestmark = pytest.mark.browser
PASSWORD = "a long enough password"


@pytest.fixture
def candidate(market: Market) -> Candidate:
    candidate = somebody(market.container)
    candidate.until_waiting()
    approved(market.container, candidate)
    return candidate


@pytest.mark.parametrize("scripts", [True, False])
def test_the_channel_learns_where_the_payer_comes_from_and_nobody_else_does(
    browser: Browser, market: Market, candidate: Candidate, scripts: bool
) -> None:
    payer = CandidateAtPhone(phone(browser, scripts=scripts), market.home)
    payer.signs_in(candidate.account.name, f"a password of {candidate.account.name}")
    payer.registration = str(candidate.id)
    payer.goes(payer.path("/pay"))
    with payer.page.expect_request("**/gateway.do*") as leaving:
        payer.page.get_by_role("button", name="支付", exact=True).click()
    assert leaving.value.all_headers()["referer"] == f"{market.home}/"
    payer.page.wait_for_url("**/cashier/*")
    payer.goes(payer.path("/paid"))
    payer.page.evaluate("url => { location.href = url }", market.shop)
    payer.page.wait_for_url(f"{market.shop}/**")
    assert payer.page.evaluate("document.referrer") == ""


def test_inside_wechat_the_address_can_be_copied(
    browser: Browser, market: Market, candidate: Candidate
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 800},
        locale="zh-CN",
        user_agent=f"{PHONE} MicroMessenger/8.0.60",
    )
    payer = CandidateAtPhone(context, market.home, check=True)
    payer.signs_in(candidate.account.name, f"a password of {candidate.account.name}")
    payer.goes(f"/registrations/{candidate.id}/pay")
    payer.presses("支付")
    assert "在浏览器打开" in payer.reads()
    assert payer.page.input_value("#address") == f"{market.home}/registrations/{candidate.id}/pay"
    assert payer.faults == []


def test_cash_refunds_and_what_needs_a_person_are_accessible_at_every_width(
    browser: Browser, market: Market, candidate: Candidate
) -> None:
    container = market.container
    container.accounts.add("kaowu", PASSWORD, Role.OFFICE)
    container.accounts.add("shenhe", PASSWORD, Role.REVIEWER, frozenset({SITE}))
    shenhe = Person(desk(browser), market.home, check=True)
    shenhe.signs_in("shenhe", PASSWORD)
    shenhe.opens(candidate.id)
    shenhe.page.locator("#counter > summary").click()
    shenhe.page.fill("#receipt", "2027-1")
    shenhe.page.fill("#amount", "150")
    shenhe.presses("已收款，登记")
    assert "应收 160.00 元，填写的是 150.00 元" in shenhe.reads()
    shenhe.page.fill("#amount", "160")
    shenhe.presses("已收款，登记")
    assert "现场缴费已登记" in shenhe.reads()
    shenhe.goes("/staff/takings")
    assert "应有现金 160.00 元" in shenhe.reads()
    told = (NewsSource.NOTICE, container.clock())
    container.payments.receive(
        PaymentNotification(NewsKind.PAID, "alipay", "N-UNKNOWN", "T-orphan", "", 8000, told[1], told[0])
    )
    container.payments.receive(
        PaymentNotification(NewsKind.OTHER, "alipay", "N1", "T9", "1", -48, told[1], told[0], "服务费")
    )
    kaowu = Person(desk(browser), market.home, check=True)
    kaowu.signs_in("kaowu", PASSWORD)
    kaowu.goes("/office/money")
    kaowu.page.get_by_label("退回的理由").fill("付款人书面申请")
    kaowu.presses("原路退回 T-orphan")
    kaowu.page.get_by_label("核对结果").fill("渠道手续费")
    kaowu.presses("已核对 T9")
    kaowu.opens(candidate.id)
    kaowu.page.get_by_text("取消报名", exact=True).first.click()
    kaowu.page.fill("#why", "停考")
    kaowu.page.check("[name=money][value=refund]")
    kaowu.page.fill("#money_why", "考点停考")
    kaowu.presses("取消报名")
    wenjing = CandidateAtPhone(phone(browser), market.home, check=True)
    wenjing.signs_in(candidate.account.name, f"a password of {candidate.account.name}")
    for page in ("", "/paid"):
        wenjing.goes(f"/registrations/{candidate.id}{page}")
        assert "由考点当场退还" in wenjing.reads()
    shenhe.opens(candidate.id)
    shenhe.presses(f"已在现场退还 {SITE}-2027-1")
    assert shenhe.faults + kaowu.faults + wenjing.faults == []
