"""A browser and the pages it visits, served from a house of the test's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from ncre.bootstrap import Container
from tests.browser.visit import launch
from tests.stand_ins.market import Market, opened
from tests.support.people import Clock

CHROMIUM = shutil.which("chromium")

expect.set_options(
    timeout=15_000
)  # what is expected comes late on a busy machine, and nothing is judged by when


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        reason = "needs chromium (on Debian: apt-get install chromium fonts-wqy-microhei)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = launch(playwright, CHROMIUM)
        yield started
        started.close()


@pytest.fixture
def market(tmp_path: Path, house_file: Path, clock: Clock) -> Iterator[Market]:
    """A house and the cashier, both served for the length of a test."""
    with opened(tmp_path, house_file, clock) as market:
        yield market


@pytest.fixture
def container(market: Market) -> Container:
    return market.container


@pytest.fixture
def address(market: Market) -> str:
    """Where the pages of `house` are served."""
    return market.home
