"""The door under a scanner: keys come one after the other, nobody touches the mouse, nobody waits for the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from ncre.bootstrap import Container
from ncre.documents.codes.ticket_token import TicketKey
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role
from tests.browser.scanner import Scanner
from tests.browser.visit import Person, desk, faults_of
from tests.support.people import (
    LIQIANG,
    OFFICE,
    REVIEWER,
    ROUND,
    SITE,
    WENJING,
    Candidate,
    Clock,
    approved,
    somebody,
)

pytestmark = pytest.mark.browser
PASSWORD: Final = "a password of shenhe"


def seated(container: Container, name: str, details: object) -> Candidate:
    candidate = somebody(container, name, details)  # type: ignore[arg-type]
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()
    return candidate


@pytest.fixture
def both(container: Container, clock: Clock) -> tuple[Candidate, Candidate]:
    """Two people with seats, confirmed, in the hour before the first sitting; both may come in."""
    two = seated(container, "wenjing", WENJING), seated(container, "liqiang", LIQIANG)
    container.seating.seat(ROUND, SITE, OFFICE)
    for one in two:
        container.command_handler.handle(c.Confirm(registration=one.id, actor=REVIEWER))
    return two


def ticket_of(container: Container, candidate: Candidate) -> str:
    return container.documents.ticket_page(candidate.id).sheet.record.code


@pytest.fixture
def codes(container: Container, both: tuple[Candidate, Candidate], clock: Clock) -> list[str]:
    """Their tickets; the clock stands 18 minutes before the first sitting of the first."""
    found = [ticket_of(container, one) for one in both]
    expected = container.ticket_verifier.expected(both[0].id)
    assert expected is not None
    clock.now = expected.seats[0].starts_at - timedelta(minutes=18)
    return found


@pytest.fixture
def door(browser: Browser, address: str, container: Container, codes: list[str]) -> Page:
    container.accounts.add("shenhe", PASSWORD, Role.REVIEWER, frozenset({SITE}))
    shenhe = Person(desk(browser), address)
    shenhe.signs_in("shenhe", PASSWORD)
    shenhe.goes("/staff/door")
    return shenhe.page


@pytest.fixture
def scanner(door: Page) -> Scanner:
    return Scanner(door)


def says(page: Page, words: str) -> None:
    expect(page.locator("#said .verdict")).to_contain_text(words)


def assert_ready(page: Page) -> None:
    """The next scan replaces what stands in the field."""
    field = page.locator("#code")
    expect(field).to_be_focused()
    assert field.evaluate(
        "one => one.selectionEnd - one.selectionStart === one.value.length && one.value !== ''"
    )


def test_scan_after_scan_shows_the_person_of_the_last_one(
    door: Page, scanner: Scanner, codes: list[str]
) -> None:
    scanner.scans(codes[0])
    says(door, "可以核对放行")
    expect(door.locator("#person")).to_contain_text(WENJING.name)
    assert_ready(door)
    scanner.scans("zzz")
    says(door, "无法识别")
    assert "bad" in (door.locator("#verdict").get_attribute("class") or "")
    expect(door.locator("#person")).to_have_count(0)
    assert_ready(door)
    scanner.scans(codes[1])
    expect(door.locator("#person")).to_contain_text(LIQIANG.name)
    assert WENJING.name not in door.locator("main").inner_text()
    assert_ready(door)
    scanner.scans(codes[0])
    says(door, "已于")
    expect(door.locator("#person")).to_contain_text(WENJING.name)


def test_scans_that_do_not_wait_for_the_answer_lose_no_key(
    door: Page, scanner: Scanner, codes: list[str]
) -> None:
    scanner.scans(codes[0], codes[1], "zzz", codes[0])
    says(door, "已于")
    expect(door.locator("#person")).to_contain_text(WENJING.name)
    assert door.input_value("#code") == codes[0]
    assert_ready(door)


def test_a_slow_answer_never_stands_under_the_next_person(
    door: Page, scanner: Scanner, codes: list[str]
) -> None:
    held = []
    door.route("**/staff/door", lambda route: held.append(route), times=1)
    scanner.scans(codes[0])
    says(door, "正在核验")
    scanner.scans(codes[1])
    says(door, "正在核验")
    expect(door.locator("#person")).to_have_count(0)
    held[0].continue_()
    expect(door.locator("#person")).to_contain_text(LIQIANG.name)
    assert WENJING.name not in door.locator("main").inner_text()


def test_a_double_scan_counts_once(door: Page, scanner: Scanner, codes: list[str]) -> None:
    """However busy the page is, and however long the scanner types."""
    asked: list[str] = []
    door.on("request", lambda request: asked.append(request.method))
    door.evaluate(
        """() => document.getElementById("door").addEventListener("submit", () => {
          const until = performance.now() + 700;
          while (performance.now() < until);
        })"""
    )
    scanner.scans(codes[0], codes[0])
    says(door, "可以核对放行")
    scanner.pauses(0.7)
    scanner.scans(codes[0])
    says(door, "已于")
    assert asked.count("POST") == 2


@pytest.mark.parametrize("suffix", ["Enter", "Tab"])
def test_any_suffix_and_a_prefix_will_do(door: Page, scanner: Scanner, codes: list[str], suffix: str) -> None:
    scanner.scans(f"]Q3{codes[0]}", suffix=suffix)
    says(door, "可以核对放行")
    assert_ready(door)


def test_caps_lock_does_no_harm_and_is_told(door: Page, scanner: Scanner, codes: list[str]) -> None:
    scanner.scans(codes[0].swapcase())
    says(door, "可以核对放行")
    door.evaluate(
        "document.getElementById('code').dispatchEvent("
        "new KeyboardEvent('keydown', { key: 'a', modifierCapsLock: true, bubbles: true }))"
    )
    expect(door.locator("#keyboard")).to_contain_text("Caps Lock")


def test_a_scan_finds_the_field_from_everywhere_and_presses_nothing(
    door: Page, scanner: Scanner, codes: list[str]
) -> None:
    scanner.scans(codes[0])
    says(door, "可以核对放行")
    door.get_by_role("button", name="本人未入场").focus()
    scanner.scans(codes[1])
    expect(door.locator("#person")).to_contain_text(LIQIANG.name)
    assert "撤销" not in door.locator("#result .note").all_inner_texts()
    scanner.scans(codes[0])
    says(door, "已于")
    door.locator("#room").focus()
    scanner.scans(codes[1])
    expect(door.locator("#person")).to_contain_text(LIQIANG.name)
    assert door.input_value("#room") == ""


def test_the_verdict_is_spoken_from_a_region_that_stays_and_fades(
    door: Page, scanner: Scanner, codes: list[str]
) -> None:
    said = door.locator("#said")
    assert said.get_attribute("role") == "status"
    said.evaluate("one => { one.dataset.same = 'yes' }")
    scanner.scans(codes[0])
    says(door, "可以核对放行")
    assert said.get_attribute("data-same") == "yes"
    for part in ("#verdict", "#person"):
        seconds = door.locator(part).evaluate(
            "one => one.getAnimations().map((a) => { a.finish(); return a.effect.getComputedTiming().endTime })"
        )
        assert seconds
        assert 3000 <= seconds[0] <= 20000
        expect(door.locator(part)).to_be_hidden()


def test_no_network_is_red_and_shows_nobody(door: Page, scanner: Scanner, codes: list[str]) -> None:
    scanner.scans(codes[0])
    says(door, "可以核对放行")
    door.context.set_offline(True)
    scanner.scans(codes[1])
    says(door, "没有核验")
    assert "bad" in (door.locator("#verdict").get_attribute("class") or "")
    expect(door.locator("#person")).to_have_count(0)
    door.context.set_offline(False)
    scanner.scans(codes[1])
    expect(door.locator("#person")).to_contain_text(LIQIANG.name)


def test_the_end_of_the_session_is_told(door: Page, scanner: Scanner, codes: list[str], clock: Clock) -> None:
    door.context.clear_cookies()
    scanner.scans(codes[0])
    says(door, "没有核验")
    expect(door.locator("#person")).to_have_count(0)


def test_without_scripts_the_field_has_the_focus_after_every_verdict(
    browser: Browser, address: str, container: Container, codes: list[str]
) -> None:
    container.accounts.add("shenhe", PASSWORD, Role.REVIEWER, frozenset({SITE}))
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    shenhe = Person(context, address)
    shenhe.signs_in("shenhe", PASSWORD)
    shenhe.goes("/staff/door")
    for code, words in ((codes[0], "可以核对放行"), ("zzz", "无法识别"), (codes[0], "已于")):
        expect(shenhe.page.locator("#code")).to_be_focused()
        with shenhe.page.expect_navigation():
            Scanner(shenhe.page).scans(code)
        says(shenhe.page, words)


def test_axe_finds_nothing_on_the_door(door: Page, scanner: Scanner, codes: list[str]) -> None:
    scanner.scans(codes[0])
    says(door, "可以核对放行")
    assert faults_of(door) == []
    scanner.scans("zzz")
    says(door, "无法识别")
    assert faults_of(door) == []


def test_a_code_of_before_is_read(
    door: Page, scanner: Scanner, container: Container, both: tuple[Candidate, Candidate]
) -> None:
    from ncre.documents.codes.ticket_token import read_ticket_token
    from ncre.store.keys import Keys
    from tests.support.people import SECRET

    key = TicketKey(Keys.derived_from(SECRET).stamp)
    now = read_ticket_token(ticket_of(container, both[0]), key.public)
    scanner.scans(key.signed(replace(now, kind="T1")))
    says(door, "可以核对放行")
