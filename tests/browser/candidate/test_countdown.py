"""The time left runs on by the clock of the server, whatever the device believes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from ncre.bootstrap import Container
from tests.browser.visit import CandidateAtPhone, faults_of, phone
from tests.support.people import Clock, approved, somebody

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("device", ["2001-01-01T00:00:00Z", "2040-01-01T00:00:00Z"])
def test_it_ticks_by_the_clock_of_the_server(
    browser: Browser, address: str, container: Container, clock: Clock, device: str
) -> None:
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    clock.advance(hours=22, minutes=58)
    visitor = CandidateAtPhone(phone(browser), address)
    visitor.signs_in("wenjing", "a password of wenjing")
    visitor.page.clock.install(time=device)
    visitor.goes(f"/registrations/{candidate.id}")
    left = visitor.page.locator(".countdown .left")
    expect(left).to_have_text("1 小时 1 分钟")
    visitor.page.clock.run_for(2 * 60_000 + 5_000)
    expect(left).to_have_text("59 分钟")
    visitor.page.clock.run_for(60 * 60_000)
    expect(left).to_have_text("时间到了，请刷新页面")


@pytest.mark.parametrize(("width", "language"), [(390, "zh"), (1280, "en")])
def test_what_happens_when_fits(
    browser: Browser, address: str, container: Container, width: int, language: str
) -> None:
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    visitor = CandidateAtPhone(context, address)
    visitor.signs_in("wenjing", "a password of wenjing")
    for page in ("", "/pay"):
        visitor.goes(f"/language/{language}?next=/registrations/{candidate.id}{page}")
        folds = visitor.page.locator("main details:not([open]) > summary")
        while folds.count():
            folds.first.click()
        assert faults_of(visitor.page) == []
        folder = os.environ.get("NCRE_LOOK")
        if folder:
            visitor.page.screenshot(
                path=Path(folder) / f"deadline{page[1:]}-{language}-{width}.png", full_page=True
            )
