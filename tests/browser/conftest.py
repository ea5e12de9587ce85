"""A browser and the pages it visits, served from a house of the test's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from threading import Thread

import pytest
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from ncre.bootstrap import House
from ncre.web.site import create_site
from tests.browser.visit import launch

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="session")
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
def address(house: House) -> Iterator[str]:
    """Where the pages of `house` are served for the length of a test."""
    server = make_server("127.0.0.1", 0, create_site(house), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
