"""Every page of a candidate at every width, in both languages and schemes, with and without scripts, with text twice as large.

The walk that always runs looks at each page in three ways; `make soak` looks at every page of everybody in every way. Where
scripts are off, axe, which is one, cannot look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.visit import found_by_axe
from tests.browser.walks.office_work import fill_office
from tests.browser.walks.views import EVERY_VIEW, OPEN_TO_CANDIDATES, View, World, settle
from tests.stand_ins.market import opened
from tests.support.people import Clock

pytestmark = pytest.mark.browser
WIDTHS: Final = (320, 390, 768, 1280)
PATIENCE: Final = 10_000
"""Milliseconds that a page may take on a busy machine."""


@dataclass(frozen=True)
class Way:
    """How somebody looks at a page."""

    language: Literal["zh", "en"] = "zh"
    scripts: bool = True
    scheme: Literal["light", "dark"] = "light"
    acts: bool = True
    """Whether what a view does on its page is done."""

    def context(self, browser: Browser) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": 390, "height": 844},
            locale="zh-CN" if self.language == "zh" else "en-GB",
            java_script_enabled=self.scripts,
            color_scheme=self.scheme,
        )
        context.set_default_timeout(PATIENCE)
        return context


PLAIN: Final = Way()
OTHER: Final = Way("en", scheme="dark")
BARE: Final = Way(scripts=False, acts=False)
WITHOUT_SCRIPTS: Final = Way(scripts=False)
"""As somebody works whose browser has none."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, house_file: Path, cheap_hashes: None) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("every-page")
    clock = Clock()
    with opened(folder, house_file, clock) as market:
        world = settle(market.container, clock, market.home, folder)
        fill_office(world)
        yield world


def wide_at(page: Page, widths: tuple[int, ...] = WIDTHS, text: str = "") -> list[int]:
    """The widths at which something sticks out of the page; `text` is the size of the text."""
    page.evaluate("size => document.documentElement.style.fontSize = size", text)
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 844})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(width)
    page.evaluate("document.documentElement.style.fontSize = ''")
    return found


def comes_to(world: World, context: BrowserContext, view: View, way: Way) -> Page:
    """The page, after what is done on it; what is done is said in Chinese."""
    if view.who:
        world.sign_in(context, view.who)
    page = context.new_page()
    answer = page.goto(world.address + world.path(view))
    assert answer is not None
    assert answer.status == view.status, view.name
    if view.then is not None and way.language == "zh" and way.acts:
        view.then(page, world)
    return page


def faults_of(world: World, browser: Browser, view: View, way: Way, axe_at: tuple[int, ...]) -> list[str]:
    context = way.context(browser)
    page = comes_to(world, context, view, way)
    found = [f"wider than {width}" for width in wide_at(page)]
    found += [f"with large text wider than {width}" for width in wide_at(page, (390, 1280), "200%")]
    for width in axe_at:
        page.set_viewport_size({"width": width, "height": 844})
        found += [f"{width} {fault}" for fault in found_by_axe(page)]
    context.close()
    return [f"{view.name} {way}: {fault}" for fault in found]


def test_what_is_wrong_with_a_page_would_be_found(browser: Browser) -> None:
    page = PLAIN.context(browser).new_page()
    page.set_content(
        "<html lang='en'><title>x</title><main><h1>x</h1><img src='x'><p style='width: 25rem'>wide</p></main></html>"
    )
    assert wide_at(page) == [320, 390]
    assert wide_at(page, (390, 768), "200%") == [390, 768]
    assert any(fault.startswith("image-alt") for fault in found_by_axe(page))
    page.context.close()


@pytest.mark.parametrize("view", OPEN_TO_CANDIDATES, ids=lambda view: f"{view.room}-{view.name}")
def test_a_page_fits_every_screen_and_axe_finds_nothing(world: World, browser: Browser, view: View) -> None:
    found = faults_of(world, browser, view, PLAIN, (390,))
    if view.then is None:
        found += faults_of(world, browser, view, OTHER, (1280,))
        found += faults_of(world, browser, view, BARE, ())
    assert found == []


@pytest.mark.soak
@pytest.mark.parametrize("view", EVERY_VIEW, ids=lambda view: f"{view.room}-{view.name}")
def test_every_page_in_every_way(world: World, browser: Browser, view: View) -> None:
    found = []
    for language, scripts, scheme in product(("zh", "en"), (True, False), ("light", "dark")):
        way = Way(language, scripts, scheme, scripts)  # type: ignore[arg-type]
        found += faults_of(world, browser, view, way, WIDTHS if scripts else ())
    assert found == []
