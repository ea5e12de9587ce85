"""The frame of every page: its one row, its menu, the button in reach, light and dark, and what is printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.visit import until
from tests.browser.walks.views import CANDIDATE, World, settle
from tests.stand_ins.market import opened
from tests.support.people import Clock

pytestmark = pytest.mark.browser
SCREEN: Final = {"width": 390, "height": 844}
WITH_STEP: Final = ("agreement", "tasks-agreed", "details", "check", "pay", "tasks-approved")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, house_file: Path, cheap_hashes: None) -> Iterator[World]:
    folder, clock = tmp_path_factory.mktemp("shell"), Clock()
    with opened(folder, house_file, clock) as market:
        yield settle(market.container, clock, market.home, folder)


def page_of(browser: Browser, world: World, who: str, path: str, **ways: Any) -> Page:
    context = browser.new_context(**({"viewport": SCREEN, "locale": "zh-CN"} | ways))
    world.sign_in(context, who)
    page = context.new_page()
    page.goto(world.address + path.format(own=world.people[who].id if who in world.people else ""))
    return page


def view_of(browser: Browser, world: World, name: str, **ways: Any) -> Page:
    (view,) = (one for one in CANDIDATE if one.name == name)
    return page_of(browser, world, view.who, view.path, **ways)


def follows(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=name).click()


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("width", [320, 390])
def test_the_top_is_one_row(browser: Browser, world: World, locale: str, width: int) -> None:
    page = view_of(browser, world, "welcome", locale=locale, viewport={"width": width, "height": 700})
    assert page.locator(".top").bounding_box()["height"] <= 60  # type: ignore[index]
    page.context.close()


BROKEN: Final = """() => {
  const text = document.querySelector('.brand b').lastChild, range = document.createRange()
  return [...text.data.matchAll(/\\S+/g)].filter(word => {
    range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length)
    return range.getClientRects().length > 1
  }).map(word => word[0])
}"""
"""The words of the name at the top that stand on two lines."""


@pytest.mark.parametrize("width", [360, 390])
def test_the_name_at_the_top_is_not_broken_within_a_word_beside_a_long_account_name(
    browser: Browser, world: World, width: int
) -> None:
    page = view_of(
        browser, world, "tasks-confirmed", locale="en-GB", viewport={"width": width, "height": 700}
    )
    assert page.locator(".brand b").inner_text().split() == ["Online", "registration"]
    assert page.evaluate(BROKEN) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_menu_is_folded_on_a_phone_and_opens_by_a_key(
    browser: Browser, world: World, scripts: bool
) -> None:
    page = view_of(browser, world, "welcome", java_script_enabled=scripts)
    panel = page.locator(".menu .panel")
    assert not panel.is_visible()
    assert not page.locator(".side").is_visible()
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    assert panel.is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.panel') !== null")
    if scripts:
        page.keyboard.press("Escape")
        assert not panel.is_visible()
        assert page.evaluate("document.activeElement.matches('.menu summary')")
        page.locator(".menu summary").click()
        page.mouse.click(200, 830)
        assert not panel.is_visible()
    page.context.close()


def test_a_folded_side_menu_stays_folded_from_the_first_paint(browser: Browser, world: World) -> None:
    wide = {"width": 1280, "height": 900}
    page = page_of(browser, world, "agreed", "/welcome", viewport=wide)
    assert page.get_by_role("link", name="当前考次").first.is_visible()
    page.locator(".side summary").click()
    until(page, "document.cookie.includes('menu=folded')")
    answer = page.goto(f"{world.address}/passport")
    assert answer is not None
    assert '<details class="side">' in answer.text(), "folded by the server, before any script runs"
    assert not page.locator(".side nav").is_visible()
    page.locator(".side summary").click()
    until(page, "document.cookie.includes('menu=open')")
    page.reload()
    assert page.locator(".side nav").is_visible()
    page.context.close()


@pytest.mark.parametrize("name", WITH_STEP)
def test_the_button_of_the_step_is_in_reach_and_covers_no_field(
    browser: Browser, world: World, name: str
) -> None:
    page = view_of(browser, world, name)
    bar = page.locator(".step")
    for place in ("0", "document.body.scrollHeight / 3"):
        page.evaluate(f"scrollTo(0, {place})")
        box = bar.bounding_box()
        assert box is not None
        assert 0 < box["y"] + box["height"] <= SCREEN["height"] + 1
    page.evaluate("scrollTo(0, 0)")
    page.locator("main").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        covered = page.evaluate(
            """() => {
              const one = document.activeElement, bar = document.querySelector('.step');
              if (!one.closest('main') || bar.contains(one)) return '';
              const place = one.getBoundingClientRect(), top = bar.getBoundingClientRect().top;
              return place.bottom > top + 1 && place.top < bar.getBoundingClientRect().bottom ? one.outerHTML : '';
            }"""
        )
        assert covered == ""
        if page.evaluate("document.activeElement.closest('.foot, body:not(:focus-within)') !== null"):
            break
    page.context.close()


@pytest.mark.parametrize("name", [view.name for view in CANDIDATE if view.name.startswith("tasks-")])
def test_the_task_list_fits_one_screen(browser: Browser, world: World, name: str) -> None:
    page = view_of(browser, world, name)
    tasks, bar = page.locator(".tasks"), page.locator(".step")
    if tasks.count():
        box = tasks.bounding_box()
        assert box is not None
        step = bar.bounding_box() if bar.count() else None
        assert box["y"] + box["height"] <= (step["y"] if step else SCREEN["height"]) + 1
    page.context.close()


def test_light_or_dark_is_chosen_and_kept(browser: Browser, world: World) -> None:
    page = view_of(browser, world, "welcome", color_scheme="light", java_script_enabled=False)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    follows(page, "深色")
    dark = page.evaluate(ground)
    assert dark != light
    page.goto(f"{world.address}/passport")
    assert page.evaluate(ground) == dark
    page.emulate_media(color_scheme="dark")
    follows(page, "浅色")
    assert page.evaluate(ground) == light
    follows(page, "自动")
    assert page.evaluate(ground) == dark
    page.emulate_media(media="print")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.context.close()


@pytest.mark.parametrize("name", ["tasks-paid", "check", "guide", "ticket", "sites"])
def test_what_is_printed_is_the_page_alone(browser: Browser, world: World, name: str) -> None:
    page = view_of(browser, world, name) if name not in ("guide", "sites") else None
    if page is None:
        page = page_of(browser, world, "agreed", "/notices/guide" if name == "guide" else "/sites")
    page.emulate_media(media="print")
    for part in (".top", ".side", ".looks", ".actions", ".step"):
        for one in page.locator(part).all():
            assert not one.is_visible(), part
    assert page.locator("h1").is_visible()
    page.context.close()


def test_with_forced_colours_the_place_in_the_list_still_shows(browser: Browser, world: World) -> None:
    page = view_of(browser, world, "tasks-pictured")
    page.emulate_media(forced_colors="active")
    for part in (".tasks .mark", ".tasks .tag", ".button"):
        assert page.locator(part).first.evaluate("one => getComputedStyle(one).borderTopWidth") != "0px"
    weight = "one => getComputedStyle(one).fontWeight"
    assert page.locator(".tasks [aria-current]").evaluate(weight) == "600"
    assert page.locator(".tasks .label").first.evaluate(weight) == "400"
    page.context.close()


def test_who_wants_no_motion_sees_none(browser: Browser, world: World) -> None:
    page = view_of(browser, world, "tasks-pictured", reduced_motion="reduce")
    moving = "[...document.querySelectorAll('*')].filter(one => parseFloat(getComputedStyle(one).transitionDuration) > 0)"
    assert page.evaluate(f"{moving}.length") == 0
    page.context.close()
