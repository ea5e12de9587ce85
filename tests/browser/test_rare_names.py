"""A rare character of a name on a phone that has no font for it: the page brings a small one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from ncre.bootstrap import Container
from tests.browser.visit import Person, phone
from tests.support.people import OFFICE, ROUND, SITE, WENJING, approved, somebody

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("name", "fetched"), [("王䶮", ["rare-4c00.woff2"]), ("王明", [])])
def test_only_the_font_of_the_character_is_fetched(
    browser: Browser, address: str, container: Container, name: str, fetched: list[str]
) -> None:
    candidate = somebody(container, details=replace(WENJING, name=name))
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    visitor = Person(phone(browser), address)
    visitor.signs_in("wenjing", "a password of wenjing")
    fonts: list[str] = []
    visitor.page.on(
        "request", lambda asked: fonts.append(asked.url) if asked.resource_type == "font" else None
    )
    visitor.goes(f"/registrations/{candidate.id}/ticket")
    visitor.page.evaluate("document.fonts.ready.then(() => true)")
    assert [url.rpartition("/")[2].partition("?")[0] for url in fonts] == fetched
