"""The door without a network: a file on a phone that tells genuine from forged and shows the face."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from ncre.bootstrap import Container
from ncre.documents.codes.ticket_token import TicketKey, read
from ncre.domain.admission import WORTH_WORDS, TicketVerdict
from ncre.store.keys import Keys
from tests.browser.visit import RULES, phone
from tests.support.people import OFFICE, ROUND, SECRET, SITE, WENJING, Candidate, approved, somebody

pytestmark = pytest.mark.browser
KEY = TicketKey(Keys.derived_from(SECRET).stamp)
TRICKY = replace(WENJING, name="王</script>明")


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container, details=TRICKY)
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()
    container.office.seat(ROUND, SITE, OFFICE)
    return candidate


@pytest.fixture
def page(browser: Browser, container: Container, wenjing: Candidate, tmp_path: Path) -> Page:
    lists = container.offline_admission_lists
    entries = [one for one in lists.entries(lists.people(ROUND, SITE), OFFICE) if one]
    file = tmp_path / "door.html"
    file.write_bytes(lists.page(ROUND, SITE, entries))
    context = phone(browser)
    context.set_offline(True)
    page = context.new_page()
    page.goto(file.as_uri())
    return page


def said(page: Page, code: str) -> str:
    page.fill("#code", code)
    page.keyboard.press("Enter")
    page.locator("#verdict").wait_for()
    page.wait_for_function("document.activeElement.id === 'code'")
    return page.locator("#verdict").inner_text()


def test_every_kind_of_code_is_told_apart_without_a_network(
    page: Page, container: Container, wenjing: Candidate
) -> None:
    sheet = container.documents.ticket_page(wenjing.id).sheet
    code = sheet.record.code
    other = KEY.signed(replace(read(code, KEY.public), digest="0" * 16))
    form = container.documents.form_page(wenjing.id).sheet.record.code
    for typed, worth in (
        (code, TicketVerdict.CURRENT),
        (sheet.record.number, TicketVerdict.TYPED),
        (sheet.seats[0].ticket, TicketVerdict.TYPED),
        (code.replace(".v", ".v9", 1), TicketVerdict.FORGED),
        (other, TicketVerdict.OUTDATED),
        (form, TicketVerdict.FORM),
        ("78420019999999", TicketVerdict.UNKNOWN),
        ("hello", TicketVerdict.UNREADABLE),
    ):
        assert WORTH_WORDS[worth].zh in said(page, typed), worth


def test_the_face_and_the_seats_are_shown_for_a_genuine_code_only(
    page: Page, container: Container, wenjing: Candidate
) -> None:
    code = container.documents.ticket_page(wenjing.id).sheet.record.code
    said(page, code)
    person = page.locator("#person")
    assert TRICKY.name in person.inner_text()
    assert TRICKY.document_number not in page.content()
    assert page.evaluate("document.querySelector('#person img').naturalWidth") > 100
    assert person.locator("li").count() == 2
    said(page, code.replace(".v", ".v9", 1))
    assert person.is_hidden()


def test_axe_finds_nothing_on_it(page: Page, container: Container, wenjing: Candidate) -> None:
    said(page, container.documents.ticket_page(wenjing.id).sheet.record.code)
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        report = Axe().run(page, options={"runOnly": RULES}).response
        assert [violation["id"] for violation in report["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
