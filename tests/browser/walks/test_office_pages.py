"""The pages of staff in the middle of a round: on every screen, for axe, in English, and without a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser

from tests.browser.walks.office_work import fill_office
from tests.browser.walks.test_every_page import PLAIN, WITHOUT_SCRIPTS, Way, comes_to, faults_of, wide_at
from tests.browser.walks.views import AT_WORK, View, World, settle, unfold
from tests.stand_ins.market import opened
from tests.support.people import Clock

pytestmark = pytest.mark.browser
SCRIPTED: Final = {"offline"}
"""The desk without a network is a script by its nature."""

UNSENDABLE: Final = """forms => forms
    .filter(form => ![...form.elements].some(one => one.type === 'submit' && one.checkVisibility()))
    .map(form => form.action)"""
"""JavaScript: the addresses of forms without a button that can be seen."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, house_file: Path, cheap_hashes: None) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("office-pages")
    clock = Clock()
    with opened(folder, house_file, clock) as market:
        world = settle(market.container, clock, market.home, folder)
        fill_office(world)
        yield world


@pytest.mark.parametrize("view", AT_WORK, ids=lambda view: f"{view.room}-{view.name}")
def test_a_page_at_work_fits_every_screen_and_axe_finds_nothing(
    world: World, browser: Browser, view: View
) -> None:
    assert faults_of(world, browser, view, PLAIN, (390, 1280)) == []


@pytest.mark.parametrize(
    "view",
    [view for view in AT_WORK if view.name not in SCRIPTED],
    ids=lambda view: f"{view.room}-{view.name}",
)
def test_whoever_has_no_scripts_can_send_every_form(world: World, browser: Browser, view: View) -> None:
    way = WITHOUT_SCRIPTS if view.then else Way("en", scripts=False)
    context = way.context(browser)
    page = comes_to(world, context, view, way)
    unfold(page)
    forms = page.locator("main form:not([method=dialog])").evaluate_all(UNSENDABLE)
    found = [
        *(f"nothing sends {action}" for action in forms),
        *(f"wider than {one}" for one in wide_at(page)),
    ]
    context.close()
    assert found == []
