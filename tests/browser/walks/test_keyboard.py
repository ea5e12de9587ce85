"""Every page of a candidate by Tab, Enter and Space alone: all is reached, seen where it is, in order, and left again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.visit import until
from tests.browser.walks.views import OPEN_TO_CANDIDATES, View, World, settle
from tests.stand_ins.market import opened
from tests.support.people import SITE, Clock

pytestmark = pytest.mark.browser
SCREEN: Final = {"width": 390, "height": 844}
MOST_STOPS: Final = 120
"""More than on any page: who tabs on after that is caught."""

REACHABLE: Final = """() => {
  const asked = 'a[href], button, input, select, textarea, summary, [tabindex="0"], audio[controls]';
  const groups = new Set();
  return [...document.querySelectorAll(asked)].filter(one => {
    if (one.disabled || one.type === 'hidden' || one.tabIndex < 0 || !one.checkVisibility()) return false;
    if (one.matches('.skip')) return false;
    if (one.type !== 'radio') return true;
    const known = groups.has(one.name);
    groups.add(one.name);
    return !known;  // a group of radio buttons is one stop
  }).length;
}"""
"""How many stops a keyboard should make."""

STOP: Final = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const all = [...document.querySelectorAll('*')], box = one.getBoundingClientRect();
  const drawn = getComputedStyle(one);
  const within = one.closest('.field, label') || one;
  return {
    place: all.indexOf(one),
    name: one.outerHTML.slice(0, 120),
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 0,
    ringed: drawn.outlineStyle !== 'none' && parseFloat(drawn.outlineWidth) >= 2,
    skip: one.matches('.skip'),
    radio: one.type === 'radio' ? one.name : '',
    media: one.tagName === 'AUDIO',
  };
}"""
"""Where the focus is, and whether it can be seen."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, house_file: Path, cheap_hashes: None) -> Iterator[World]:
    folder, clock = tmp_path_factory.mktemp("keyboard"), Clock()
    with opened(folder, house_file, clock) as market:
        yield settle(market.container, clock, market.home, folder)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport=SCREEN, locale="zh-CN", reduced_motion="reduce")  # type: ignore[arg-type]
    yield made
    made.close()


def stops_of(page: Page) -> list[dict[str, Any]]:
    """Every stop of Tab from the top of the page until the focus leaves it."""
    stops: list[dict[str, Any]] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or (stops and stop["place"] == stops[0]["place"]):
            return stops
        if not (
            stop["media"] and stops and stops[-1]["place"] == stop["place"]
        ):  # a player has buttons of its own
            stops.append(stop)
    raise AssertionError(f"the focus never leaves the page: {stops[-3:]}")


def faults_of(page: Page) -> list[str]:
    reachable, stops = page.evaluate(REACHABLE), stops_of(page)
    faults = [f"not seen: {one['name']}" for one in stops if not one["seen"]]
    faults += [f"no ring: {one['name']}" for one in stops if not one["ringed"]]
    places = [one["place"] for one in stops]
    if places != sorted(places):
        faults.append("the order of Tab is not that of the page")
    reached = len([one for one in stops if not one["skip"]])
    if reached < reachable:
        faults.append(f"{reached} of {reachable} are reached")
    if not stops or not stops[0]["skip"]:
        faults.append("the first stop does not skip to the text")
    return faults


def test_a_trap_and_a_missing_ring_would_be_found(context: BrowserContext) -> None:
    page = context.new_page()
    page.set_content(
        "<a class=skip href='#x'>x</a><a href='#y' style='outline: none'>y</a><button>z</button>"
    )
    assert any(fault.startswith("no ring") for fault in faults_of(page))
    page.set_content(
        "<input id=a autofocus><script>a.onkeydown = event => { if (event.key === 'Tab') event.preventDefault(); }</script>"
    )
    page.locator("#a").focus()
    assert len(stops_of(page)) == 1


@pytest.mark.parametrize(
    "view",
    [one for one in OPEN_TO_CANDIDATES if one.then is None],
    ids=lambda view: f"{view.room}-{view.name}",
)
def test_every_stop_is_reached_seen_and_left(world: World, context: BrowserContext, view: View) -> None:
    if view.who:
        world.sign_in(context, view.who)
    page = context.new_page()
    page.goto(world.address + world.path(view))
    assert faults_of(page) == []


ASKED_FOR_A_FILE: Final = """() => document.getElementById("photo").addEventListener("click", event => {
  event.preventDefault();
  window.askedForAFile = true;
})"""
"""The browser's own window, which no test can press keys in, stays closed."""


def tabs_to(page: Page, at: str) -> None:
    """Tab until the focus stands there."""
    for _ in range(MOST_STOPS):
        if page.evaluate("at => document.activeElement.matches(at)", at):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {at}")


def presses(page: Page, at: str, key: str = "Enter") -> None:
    tabs_to(page, at)
    with page.expect_navigation():
        page.keyboard.press(key)


def test_a_registration_is_made_by_keys_alone(world: World, context: BrowserContext) -> None:
    """From the welcome page to the photo as it was kept; a list is chosen from by its letters."""
    world.sign_in(context, "new")
    page = context.new_page()
    page.goto(f"{world.address}/welcome")
    presses(page, "main .button")
    tabs_to(page, "#agreed")
    page.keyboard.press("Space")
    presses(page, "button[value=agree]")
    tabs_to(page, "#document_number")
    page.keyboard.type("110101199003072316")
    tabs_to(page, "#name")
    page.keyboard.insert_text("周新")
    for name in ("ethnicity", "education", "occupation"):
        tabs_to(page, f"#{name}")
        page.keyboard.press("ArrowDown")
    tabs_to(page, "#mobile")
    page.keyboard.type("13800138000")
    presses(page, ".step .button")
    tabs_to(page, "#site")
    page.keyboard.type(SITE)
    until(page, f"document.activeElement.value === '{SITE}'")
    presses(page, "button[name=show]")
    tabs_to(page, "[name=subjects]")
    page.keyboard.press("Space")
    expect(page.locator("[name=subjects]:checked")).to_have_count(1)
    tabs_to(page, "#declared")
    page.keyboard.press("Space")
    presses(page, ".step .button")
    assert page.url.endswith("/photo")
    tabs_to(page, "#photo-drop")
    page.evaluate(ASKED_FOR_A_FILE)
    page.keyboard.press("Enter")
    until(page, "window.askedForAFile === true")
    page.set_input_files("#photo", world.photo())
    presses(page, ".step .button")
    expect(page.get_by_text("照片已保存，请查看预览。")).to_be_visible()
