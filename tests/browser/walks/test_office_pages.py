"""The pages of staff in the middle of a round: on every screen, for axe, in English, and without a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.walks.office_work import fill_office
from tests.browser.walks.test_every_page import OTHER, PLAIN, WITHOUT_SCRIPTS, comes_to, faults_of, wide_at
from tests.browser.walks.views import AT_WORK, View, World, settle, unfold
from tests.stand_ins.market import opened
from tests.support.people import Clock

pytestmark = pytest.mark.browser


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
    found = faults_of(world, browser, view, PLAIN, (390, 1280))
    if view.then is None:
        found += faults_of(world, browser, view, OTHER, ())
    assert found == []


@pytest.mark.parametrize("view", AT_WORK, ids=lambda view: f"{view.room}-{view.name}")
def test_whoever_has_no_scripts_can_send_every_form(world: World, browser: Browser, view: View) -> None:
    context = WITHOUT_SCRIPTS.context(browser)
    page = comes_to(world, context, view, WITHOUT_SCRIPTS)
    unfold(page)
    sent_by = "form => [...form.elements].some(one => one.type === 'submit' && one.checkVisibility())"
    forms = page.locator("main form").evaluate_all(
        f"forms => forms.filter(form => !({sent_by})(form)).map(form => form.action)"
    )
    found = [f"nothing sends {action}" for action in forms] + [
        f"wider than {width}" for width in wide_at(page)
    ]
    context.close()
    assert found == []
