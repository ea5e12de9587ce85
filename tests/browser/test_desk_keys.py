"""Cases decided by keyboard alone: everything needed stands in the first screen, and nothing is scrolled."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.events.registration_values import Details
from ncre.projections.registration.registrations import registrations
from tests.browser.visit import Person, desk, faults_of, phone, until
from tests.support.people import LIQIANG, ROUND, SITE, Candidate, Clock, somebody

pytestmark = pytest.mark.browser

PASSWORD = "a password of the desk"
IN_A_ROW = 12
"""Cases in `make test`; `make soak` decides fifty."""


def applicant(number: int) -> Details:
    """Somebody with a number of their own."""
    return replace(LIQIANG, document_number=f"1101011990030{number:05}")


def queue_of(container: Container, clock: Clock, count: int) -> list[Candidate]:
    """So many cases that wait, seconds apart: the clerk who signed in before stays signed in."""
    people = []
    for number in range(count):
        clock.advance(seconds=10)
        people.append(somebody(container, f"applicant{number}", applicant(number)))
        people[-1].agrees()
        people[-1].fills()
        people[-1].submits(subjects=("64",))  # with seats for all of them
        people[-1].uploads()
        people[-1].requests_review()
    return people


def at_the_desk(container: Container, context: BrowserContext, address: str, site: str = SITE) -> Person:
    container.accounts.add("li", PASSWORD, Role.REVIEWER, frozenset({site}))
    li = Person(context, address)
    li.signs_in("li", PASSWORD)
    return li


def in_first_screen(page: Page, selector: str) -> bool:
    """Whether the whole element lies on the screen and above the bar, without scrolling."""
    return bool(
        page.evaluate(
            """selector => {
              const box = document.querySelector(selector).getBoundingClientRect();
              const bar = document.querySelector('.decide').getBoundingClientRect();
              return scrollY === 0 && box.top >= 0 && box.bottom <= bar.top && bar.bottom <= innerHeight;
            }""",
            selector,
        )
    )


def press(li: Person, key: str) -> None:
    """A key as people press it: what follows at once is taken for a scanner."""
    li.page.keyboard.press(key)
    li.page.wait_for_timeout(90)


def decide_in_a_row(container: Container, clock: Clock, li: Person, count: int) -> tuple[int, int]:
    """Every fifth case is rejected, the others approved; returns how many, and how many keys were pressed."""
    people = queue_of(container, clock, count)
    li.goes("/staff/queue")
    li.presses(house_number(container, people[0]))
    decided, keys = 0, 0
    for place in range(count):
        until(li.page, "document.querySelector('img.photo').naturalWidth > 0")
        assert f"1 / {count - place}" in li.page.inner_text(".decide")
        for part in (".case .photo", ".case .facts", "#verdict-heading"):
            assert in_first_screen(li.page, part), (place, part)
        pressed = ["r", "1", "Enter"] if place % 5 == 4 else ["a"]
        with li.page.expect_navigation():
            for key in pressed:
                press(li, key)
        decided, keys = decided + 1, keys + len(pressed)
    assert "没有等待审核的报名" in li.reads()
    return decided, keys


def opens(li: Person, container: Container, candidate: Candidate) -> None:
    """From the queue, as far as the face is on the screen, before which no key decides."""
    li.goes("/staff/queue")
    li.presses(house_number(container, candidate))
    until(li.page, "document.querySelector('img.photo').naturalWidth > 0")


def house_number(container: Container, candidate: Candidate) -> str:
    return str(statuses(container)[candidate.id]["number"])


def statuses(container: Container) -> dict[object, dict[str, object]]:
    with container.database.reading() as connection:
        rows = connection.execute(registrations.select()).mappings()
        return {row["id"]: dict(row) for row in rows if row["round"] == ROUND}


@pytest.mark.parametrize("count", [IN_A_ROW, pytest.param(50, marks=pytest.mark.soak)])
def test_cases_are_decided_by_keyboard_without_scrolling(
    browser: Browser, container: Container, address: str, clock: Clock, count: int
) -> None:
    li = at_the_desk(container, desk(browser), address)
    decided, keys = decide_in_a_row(container, clock, li, count)
    found = [row["status"] for row in statuses(container).values()]
    assert decided == count
    assert found.count("rejected") == count // 5
    assert found.count("approved") == count - count // 5
    assert keys == count + 2 * (count // 5)
    print(f"{decided} cases decided with {keys} keys, nothing scrolled")


def test_keys_pass_on_open_reasons_and_can_be_switched_off(
    browser: Browser, container: Container, address: str, clock: Clock
) -> None:
    people = queue_of(container, clock, 2)
    li = at_the_desk(container, desk(browser), address)
    li.goes("/staff/queue")
    li.presses(house_number(container, people[0]))
    with li.page.expect_navigation():
        press(li, "n")
    assert "2 / 2" in li.page.inner_text(".decide")
    press(li, "r")
    press(li, "Tab")
    li.page.locator("#note").focus()
    li.page.keyboard.type("an ra")
    assert li.page.input_value("#note") == "an ra"
    press(li, "Escape")
    assert not li.page.locator("#note").is_visible()
    li.page.uncheck("#keys")
    li.page.locator("h1").click()
    press(li, "a")
    li.page.reload()
    press(li, "a")
    li.page.wait_for_load_state("networkidle")
    assert [row["status"] for row in statuses(container).values()] == ["pending-review"] * 2


def test_keys_pressed_one_after_the_other_count_however_late_the_page_is(
    browser: Browser, container: Container, address: str, clock: Clock
) -> None:
    people = queue_of(container, clock, 1)
    li = at_the_desk(container, desk(browser), address)
    opens(li, container, people[0])
    li.page.evaluate(
        """() => {
          const press = key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
          const busy = until => { while (performance.now() < until); };
          press('r');
          busy(performance.now() + 150);  // as long as no timer of the page can run
          press('1');
        }"""
    )
    until(li.page, "document.querySelector('#reject [data-key=\"1\"]').checked")


def test_a_key_held_or_pressed_twice_decides_one_case(
    browser: Browser, container: Container, address: str, clock: Clock
) -> None:
    people = queue_of(container, clock, 3)
    li = at_the_desk(container, desk(browser), address)
    opens(li, container, people[0])
    li.page.evaluate(
        """() => {
          const press = repeat => document.body.dispatchEvent(
            new KeyboardEvent('keydown', {key: 'a', bubbles: true, repeat}));
          press(false); press(true); press(false);
        }"""
    )
    li.page.wait_for_url(f"**/{people[1].id}")
    li.page.wait_for_load_state("networkidle")
    assert [row["status"] for row in statuses(container).values()].count("approved") == 1


def test_the_reason_that_is_missing_is_told_where_the_eyes_are(
    browser: Browser, container: Container, address: str, clock: Clock
) -> None:
    people = queue_of(container, clock, 1)
    li = at_the_desk(container, desk(browser), address)
    li.opens(people[0].id)
    press(li, "r")
    with li.page.expect_navigation():
        press(li, "Enter")
    assert li.page.locator("#reasons-fault").is_visible()
    assert li.page.evaluate("document.activeElement.name") == "reasons"


@pytest.mark.parametrize("context", [desk, phone])
def test_the_open_bar_hides_nothing_from_axe(
    browser: Browser, container: Container, address: str, clock: Clock, context: object
) -> None:
    people = queue_of(container, clock, 2)
    li = at_the_desk(container, context(browser), address)  # type: ignore[operator]
    li.opens(people[0].id)
    assert faults_of(li.page) == []
    li.page.locator(".reject summary").first.click()
    assert faults_of(li.page) == []
