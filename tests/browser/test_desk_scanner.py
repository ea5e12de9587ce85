"""Desk, counter, receipts and confirmation under a scanner: what was scanned second is never done to the first."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from tests.browser.scanner import Scanner
from tests.browser.visit import Person, desk
from tests.support.people import LIQIANG, SITE, WENJING, Candidate, approved, somebody
from tests.web.visitor import row_of

pytestmark = pytest.mark.browser
PASSWORD: Final = "a password of shenhe"


def candidate(container: Container, name: str, details: object, *, paid: bool) -> Candidate:
    one = somebody(container, name, details)  # type: ignore[arg-type]
    one.until_waiting()
    approved(container, one)
    if paid:
        one.pays()
    return one


@pytest.fixture(params=[True, False], ids=["to-be-confirmed", "to-be-paid"])
def both(request: pytest.FixtureRequest, container: Container) -> tuple[Candidate, Candidate]:
    paid = request.param
    return candidate(container, "wenjing", WENJING, paid=paid), candidate(
        container, "liqiang", LIQIANG, paid=paid
    )


@pytest.fixture
def page(browser: Browser, address: str, container: Container) -> Page:
    container.accounts.add("shenhe", PASSWORD, Role.REVIEWER, frozenset({SITE}))
    clerk = Person(desk(browser), address)
    clerk.signs_in("shenhe", PASSWORD)
    clerk.goes("/staff/desk")
    return clerk.page


@pytest.fixture
def scanner(page: Page) -> Scanner:
    return Scanner(page)


def number(container: Container, one: Candidate) -> str:
    return str(row_of(container, one.id)["number"])


def shows(page: Page, number: str) -> None:
    expect(page.locator("h1")).to_contain_text(number)
    expect(page.locator("#q")).to_be_focused()


@pytest.mark.parametrize("suffix", ["Enter", "Tab"])
def test_case_after_case_by_the_scanner_alone(
    page: Page, scanner: Scanner, container: Container, both: tuple[Candidate, Candidate], suffix: str
) -> None:
    first, second = (number(container, one) for one in both)
    scanner.scans(first, suffix=suffix)
    shows(page, first)
    scanner.scans(f"]C1{second}", suffix=suffix)
    shows(page, second)
    scanner.scans("78420019999999", suffix=suffix)
    expect(page.locator(".fault")).to_contain_text("没有找到")
    expect(page.locator("#q")).to_be_focused()
    assert first not in page.inner_text("main")
    scanner.scans(first, suffix=suffix)
    shows(page, first)


def test_a_scan_presses_no_button_and_fills_in_no_other_field(
    page: Page, scanner: Scanner, container: Container, both: tuple[Candidate, Candidate]
) -> None:
    first, second = (number(container, one) for one in both)
    status = row_of(container, both[0].id)["status"]
    scanner.scans(first)
    shows(page, first)
    if page.get_by_role("button", name="信息一致，现场确认").count():
        page.get_by_role("button", name="信息一致，现场确认").focus()
    else:
        page.locator("#counter > summary").click()
        page.fill("#amount", "160")
        page.locator("#receipt").focus()
    scanner.scans(second)
    shows(page, second)
    for one in both:
        assert row_of(container, one.id)["status"] == status


def test_a_receipt_is_scanned_into_its_own_field(
    page: Page, scanner: Scanner, container: Container, both: tuple[Candidate, Candidate]
) -> None:
    if row_of(container, both[0].id)["status"] == "paid":
        pytest.skip("nothing is due")
    first = number(container, both[0])
    scanner.scans(first)
    shows(page, first)
    page.locator("#counter > summary").click()
    page.locator("#amount").click()
    page.keyboard.type("160", delay=100)
    page.locator("#receipt").click()
    scanner.scans("00001234567890")
    expect(page.locator("main")).to_contain_text("现场缴费已登记")
    assert row_of(container, both[0].id)["status"] == "paid"
    expect(page.locator("#q")).to_be_focused()


def test_the_desk_is_ready_after_a_confirmation(
    page: Page, scanner: Scanner, container: Container, both: tuple[Candidate, Candidate]
) -> None:
    if row_of(container, both[0].id)["status"] != "paid":
        pytest.skip("not paid yet")
    first, second = (number(container, one) for one in both)
    scanner.scans(first)
    shows(page, first)
    page.get_by_role("button", name="信息一致，现场确认").click()
    expect(page.locator("main")).to_contain_text("现场确认完成")
    expect(page.locator("#q")).to_be_focused()
    scanner.scans(second)
    shows(page, second)
