"""The queue, the contact sheet and the case by keyboard alone: real keys, and none of them in fields or with input methods."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from tests.browser.test_desk_keys import PASSWORD, at_the_desk, press, queue_of, statuses
from tests.browser.visit import Person, desk, faults_of, phone, until
from tests.support.people import SITE, Clock

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("NCRE_SHOTS", "")


def picture(page: Page, name: str) -> None:
    """For whoever wants to look: a screenshot on a phone and on a desk."""
    if SHOTS:
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=width == 390)


def at(li: Person) -> int:
    """Which case of the list the keys stand at, from 0; -1 for none."""
    return int(
        li.page.evaluate(
            "[...document.querySelectorAll('[data-case]')].findIndex(one => one.classList.contains('at'))"
        )
    )


def ticked(li: Person) -> int:
    return li.page.locator("[name=case]:checked").count()


def test_cases_are_selected_and_approved_from_the_queue_without_a_mouse(
    browser: Browser, container: Container, address: str, clock: Clock
) -> None:
    people = queue_of(container, clock, 4)
    li = at_the_desk(container, desk(browser), address)
    li.goes("/staff/queue")
    for key, place, count in (
        ("j", 0, 0), ("x", 0, 1), ("j", 1, 1), ("j", 2, 1), ("x", 2, 2), ("k", 1, 2), ("x", 1, 3), ("x", 1, 2), ("k", 0, 2), ("k", 0, 2),
    ):  # fmt: skip
        press(li, key)
        assert (at(li), ticked(li)) == (place, count), key
    assert "已选中 2 份" in li.page.inner_text("[data-selection]")
    with li.page.expect_navigation():
        press(li, "a")
    assert "将审核通过 2 份报名" in li.reads()
    li.presses("开始办理 2 份")
    assert "已全部处理" in li.reads()
    approved = {case for case, row in statuses(container).items() if row["status"] == "approved"}
    assert approved == {people[0].id, people[2].id}


def test_the_case_at_the_keys_is_rejected_where_nothing_is_selected(
    browser: Browser, container: Container, address: str, clock: Clock
) -> None:
    people = queue_of(container, clock, 2)
    li = at_the_desk(container, desk(browser), address)
    li.goes("/staff/sheet")
    li.presses("显示这一页的照片")
    until(li.page, "[...document.querySelectorAll('.sheet img')].every(one => one.naturalWidth > 0)")
    press(li, "j")
    press(li, "j")
    with li.page.expect_navigation():
        press(li, "r")
    li.page.check("[name=reasons][value=P01]")
    li.presses("开始办理 1 份")
    assert statuses(container)[people[1].id]["status"] == "rejected"
    assert statuses(container)[people[0].id]["status"] == "pending-review"


def test_a_case_is_opened_passed_on_and_left_by_keys(
    browser: Browser, container: Container, address: str, clock: Clock
) -> None:
    people = queue_of(container, clock, 2)
    li = at_the_desk(container, desk(browser), address)
    li.goes("/staff/queue?order=newest")
    press(li, "j")
    with li.page.expect_navigation():
        press(li, "o")
    assert str(people[1].id) in li.page.url
    until(li.page, "document.querySelector('img.photo').naturalWidth > 0")
    with li.page.expect_navigation():
        press(li, "j")
    assert str(people[0].id) in li.page.url
    with li.page.expect_navigation():
        press(li, "k")
    assert li.page.url.endswith("/staff/queue?order=newest")


@pytest.mark.parametrize("page", ["/staff/queue", "/staff/sheet", "case"])
def test_the_help_is_a_dialog_that_keeps_and_gives_back_the_focus(
    browser: Browser, container: Container, address: str, clock: Clock, page: str
) -> None:
    people = queue_of(container, clock, 1)
    li = at_the_desk(container, desk(browser), address)
    if page == "case":
        li.opens(people[0].id)
    else:
        li.goes(page)
    press(li, "?")
    dialog = li.page.get_by_role("dialog", name="快捷键说明")
    assert dialog.is_visible()
    assert faults_of(li.page) == []
    for key in ("a", "x", "j", "r"):
        press(li, key)
    li.page.wait_for_load_state("networkidle")
    assert dialog.is_visible(), "no key of the page does anything meanwhile"
    press(li, "Escape")
    assert not dialog.is_visible()
    li.page.locator("[data-key-help]").focus()
    press(li, "Enter")
    assert dialog.is_visible()
    assert li.page.evaluate("document.activeElement.closest('dialog') !== null")
    press(li, "Enter")
    assert not dialog.is_visible()
    assert li.page.evaluate("document.activeElement.matches('[data-key-help]')")
    assert [row["status"] for row in statuses(container).values()] == ["pending-review"]


def test_keys_do_nothing_in_fields_lists_and_input_methods_or_when_switched_off(
    browser: Browser, container: Container, address: str, clock: Clock
) -> None:
    people = queue_of(container, clock, 2)
    li = at_the_desk(container, desk(browser), address)
    li.goes("/staff/queue")
    li.page.locator(".narrowing summary").click()
    li.page.locator("#order").focus()
    for key in ("j", "x", "a"):
        press(li, key)
    assert (at(li), ticked(li)) == (-1, 0)
    li.page.locator("h1").click()
    li.page.evaluate(
        """() => {
          for (const more of [{isComposing: true}, {keyCode: 229}, {ctrlKey: true}, {altKey: true}, {metaKey: true}])
            document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', bubbles: true, ...more}));
        }"""
    )
    li.page.wait_for_timeout(150)
    assert at(li) == -1
    li.page.uncheck("#keys")
    li.page.locator("h1").click()
    press(li, "j")
    assert at(li) == -1
    li.page.check("#keys")
    li.opens(people[0].id)
    li.page.locator("summary", has_text="转交同事").count()
    press(li, "r")
    li.page.locator("#note").focus()
    li.page.keyboard.type("ar?jkx")
    assert li.page.input_value("#note") == "ar?jkx"
    assert not li.page.get_by_role("dialog").is_visible()
    assert [row["status"] for row in statuses(container).values()] == ["pending-review"] * 2


def test_bulk_review_works_without_scripts(
    browser: Browser, container: Container, address: str, clock: Clock
) -> None:
    people = queue_of(container, clock, 2)
    li = at_the_desk(container, phone(browser, scripts=False), address)
    li.goes("/staff/sheet")
    li.presses("显示这一页的照片")
    li.page.locator("[name=case]").first.check()
    with li.page.expect_navigation():
        li.page.locator("button[value=approve]").click()
    li.presses("开始办理 1 份")
    assert statuses(container)[people[0].id]["status"] == "approved"
    assert not li.page.locator("[data-key-help]:visible").count()


def test_axe_finds_nothing_on_the_pages_of_bulk_review(
    browser: Browser, container: Container, address: str, clock: Clock
) -> None:
    people = queue_of(container, clock, 5)
    wang = container.accounts.add("wang", PASSWORD, Role.REVIEWER, frozenset({SITE}))
    container.accounts.add("boss", PASSWORD, Role.OFFICE)
    container.second_looks.set_rates(wang, [SITE], 1000)
    li = at_the_desk(container, desk(browser), address)
    found: list[str] = []

    def looked(who: Person, name: str) -> None:
        found.extend(faults_of(who.page))
        picture(who.page, name)

    li.goes("/staff/queue?waited=1")
    looked(li, "nothing-fits")
    li.goes("/staff/queue")
    looked(li, "queue")
    li.goes("/staff/sheet")
    looked(li, "sheet-closed")
    li.presses("显示这一页的照片")
    looked(li, "sheet")
    for one in li.page.locator("[name=case]").all()[:3]:
        one.check()
    with li.page.expect_navigation():
        li.page.locator("button[value=reject]").click()
    looked(li, "reject-preview")
    li.page.check("[name=reasons][value=P01]")
    li.presses("开始办理 3 份")
    looked(li, "run-done")
    li.goes("/staff/bulk")
    looked(li, "runs")
    li.goes("/staff/queue")
    li.presses(str(statuses(container)[people[3].id]["number"]))
    li.page.locator("summary", has_text="转交同事").click()
    looked(li, "case")
    other = Person(desk(browser), address)
    other.signs_in("wang", PASSWORD)
    other.opens(people[3].id)
    assert "li 正在办理这份报名" in other.reads()
    looked(other, "case-claimed")
    other.goes("/staff/second-looks")
    looked(other, "second-looks")
    other.presses("领取一份")
    looked(other, "second-look")
    other.page.check("[name=verdict][value=approve]")
    other.presses("提交结论")
    boss = Person(desk(browser), address)
    boss.signs_in("boss", PASSWORD)
    boss.goes("/office/second-looks")
    looked(boss, "office")
    assert found == []
