"""The door without a network: a file on a phone that tells genuine from forged and shows the face."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from ncre.bootstrap import Container
from ncre.documents.codes.ticket_token import TicketKey, read_ticket_token
from ncre.domain.admission import VERDICT_WORDS, TicketVerdict, ruling
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.registration import commands as c
from ncre.store.keys import Keys
from tests.browser.scanner import Scanner
from tests.browser.visit import RULES, phone, until
from tests.support.people import OFFICE, REVIEWER, ROUND, SECRET, SITE, WENJING, Candidate, approved, somebody

pytestmark = pytest.mark.browser
KEY = TicketKey(Keys.derived_from(SECRET).stamp)
TRICKY = replace(WENJING, name="王</script>明")


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container, details=TRICKY)
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    container.command_handler.handle(c.Confirm(registration=candidate.id, actor=REVIEWER))
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
    page.clock.set_fixed_time(morning(container, wenjing))
    page.goto(file.as_uri())
    return page


def morning(container: Container, wenjing: Candidate) -> datetime:
    """18 minutes before the first sitting."""
    expected = container.ticket_verifier.expected(wenjing.id)
    assert expected is not None
    return expected.seats[0].starts_at - timedelta(minutes=18)


def said(page: Page, code: str) -> str:
    page.evaluate("repeats.forget()")  # time enough between two scans
    Scanner(page).scans(code)
    until(
        page,
        "document.querySelector('#verdict') && !document.querySelector('#verdict').innerText.includes('正在')",
    )
    expect(page.locator("#code")).to_be_focused()
    return page.locator("#verdict").inner_text()


def test_every_kind_of_code_is_told_apart_without_a_network(
    page: Page, container: Container, wenjing: Candidate
) -> None:
    sheet = container.documents.ticket_page(wenjing.id).sheet
    code = sheet.record.code
    older = KEY.signed(replace(read_ticket_token(code, KEY.public), kind="T1"))
    other = KEY.signed(replace(read_ticket_token(code, KEY.public), digest="0" * 16))
    form = container.documents.form_page(wenjing.id).sheet.record.code
    for typed, verdict in (
        (other, TicketVerdict.OUTDATED),
        (code, TicketVerdict.CURRENT),
        (code.replace(".V", ".V9", 1), TicketVerdict.FORGED),
        ("体" + code, TicketVerdict.INPUT_METHOD),
        (older.upper(), TicketVerdict.CASE_LOST),
        (form, TicketVerdict.FORM),
        ("78420019999999", TicketVerdict.UNKNOWN),
        ("hello", TicketVerdict.UNREADABLE),
    ):
        assert VERDICT_WORDS[verdict].zh in said(page, typed), verdict


def test_numbers_and_codes_however_they_are_sent(
    page: Page, container: Container, wenjing: Candidate
) -> None:
    sheet = container.documents.ticket_page(wenjing.id).sheet
    code = sheet.record.code
    older = KEY.signed(replace(read_ticket_token(code, KEY.public), kind="T1"))
    for sent in (
        sheet.record.number,
        f"]C0{sheet.seats[0].ticket}",
        code.lower(),
        code.swapcase(),
        f"]Q3{code}",
        code + code,
        older,
        older.swapcase(),
        code.replace(".", "。"),
    ):
        assert "可以核对放行" in said(page, sent), sent
        page.locator("#revoke").click()
    Scanner(page).scans(code, suffix="Tab")
    expect(page.locator("#verdict")).to_contain_text("可以核对放行")
    expect(page.locator("#code")).to_be_focused()


def test_day_hall_confirmation_and_repeats_are_known_without_a_network(
    page: Page, container: Container, wenjing: Candidate
) -> None:
    sheet = container.documents.ticket_page(wenjing.id).sheet
    code, first = sheet.record.code, sheet.seats[0]
    page.clock.set_fixed_time(first.starts_at - timedelta(weeks=3))
    assert "不是今天的考试" in said(page, code)
    page.clock.set_fixed_time(first.starts_at - timedelta(hours=2))
    assert "请考生等候" in said(page, code)
    page.clock.set_fixed_time(first.starts_at + timedelta(minutes=30))
    assert "入场已截止" in said(page, code)
    page.clock.set_fixed_time(first.starts_at - timedelta(minutes=18))
    other = page.locator("#room option").filter(has_not_text=first.room).last.get_attribute("value") or ""
    if other:
        page.select_option("#room", other)
        assert f"请到考场 {first.hall:04}（{first.room}）" in said(page, code)
        page.select_option("#room", "")
    assert "可以核对放行" in said(page, code)
    at = (first.starts_at - timedelta(minutes=18)).astimezone(EXAM_TIME).strftime("%H:%M")
    page.clock.set_fixed_time(first.starts_at)
    assert f"已于 {at} 入场" in said(page, code)
    page.reload()
    assert f"已于 {at} 入场" in said(page, first.ticket)
    page.locator("#revoke").click()
    assert "可以核对放行" in said(page, code)
    assert "1 人次" in page.locator("#count").inner_text()


def test_the_page_rules_as_the_online_door_does(page: Page, container: Container, wenjing: Candidate) -> None:
    expected = container.ticket_verifier.expected(wenjing.id)
    assert expected is not None
    starts = [seat.starts_at for seat in expected.seats]
    hours = [start + timedelta(minutes=step) for start in starts for step in range(-90, 180, 14)]
    for now in [*hours, starts[0] - timedelta(days=1), starts[-1] + timedelta(days=1)]:
        for confirmed in (True, False):
            online = ruling(TicketVerdict.CURRENT, expected.seats, now, confirmed=confirmed)
            offline = page.evaluate(
                "([now, confirmed]) => ruling('current', { ...list.people[0], confirmed }, now)",
                [now.timestamp() * 1000, confirmed],
            )
            assert offline["verdict"] == online.verdict, now
            assert {name: offline[name] for name in online.particulars} == online.particulars


def test_a_second_scan_never_shows_the_first_person(
    page: Page, container: Container, wenjing: Candidate
) -> None:
    code = container.documents.ticket_page(wenjing.id).sheet.record.code
    Scanner(page).scans(code, "zzz")
    expect(page.locator("#verdict")).to_contain_text("无法识别")
    assert page.locator("#person").is_hidden()
    assert page.input_value("#code") == "zzz"
    assert page.locator("#said").get_attribute("role") == "status"
    page.locator("#verdict").evaluate("one => one.getAnimations().forEach((each) => each.finish())")
    assert page.locator("#verdict").is_hidden()


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
    said(page, code.replace(".V", ".V9", 1))
    assert person.is_hidden()


def test_axe_finds_nothing_on_it(page: Page, container: Container, wenjing: Candidate) -> None:
    said(page, container.documents.ticket_page(wenjing.id).sheet.record.code)
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        report = Axe().run(page, options={"runOnly": RULES}).response
        assert [violation["id"] for violation in report["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
