"""The fee is handed over to a parent: the code on the candidate's page, and the parent's page, looked at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ncre.bootstrap import Container
from tests.browser.visit import CandidateAtPhone, faults_of, phone, until
from tests.support.people import WENJING, approved, somebody
from tests.web.visitor import row_of

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "language"), [(390, "zh"), (1280, "en")])
def test_a_parent_pays_by_the_link_without_the_account(
    browser: Browser, address: str, container: Container, width: int, language: str
) -> None:
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    visitor = CandidateAtPhone(context, address)
    visitor.signs_in("wenjing", "a password of wenjing")
    visitor.goes(f"/language/{language}?next=/registrations/{candidate.id}/pay")
    visitor.page.locator("details.handover > summary").click()
    until(visitor.page, "document.querySelector('.handover img').naturalWidth > 0")
    assert faults_of(visitor.page) == []
    link = visitor.page.locator("#link").input_value()
    _picture(visitor, f"handover-{language}-{width}")
    parent = CandidateAtPhone(phone(browser), address)
    parent.page.goto(link)
    assert faults_of(parent.page) == []
    assert WENJING.name not in parent.page.content()
    _picture(parent, f"parent-{width}")
    parent.page.get_by_role("button", name="支付", exact=True).click()
    parent.page.wait_for_url("**/cashier/*")
    if parent.page.get_by_role("button", name="登录模拟账户").count():
        parent.presses_here("登录模拟账户")
    parent.presses_here("确认支付")
    parent.page.wait_for_url("**/paid?*")
    assert "已支付，不用再付" in parent.reads()
    assert row_of(container, candidate.id)["status"] == "paid"


def _picture(visitor: CandidateAtPhone, name: str) -> None:
    folder = os.environ.get("NCRE_LOOK")
    if folder:
        visitor.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
