"""Details that look wrong, at a phone and at a desk, in both languages: what is asked, and the tap that mends it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ncre.bootstrap import Container
from tests.browser.visit import CandidateAtPhone
from tests.support.people import WENJING, somebody

pytestmark = pytest.mark.browser

ODD = replace(WENJING, name="O’Brien 王𫠠", document_type="passport", remark="软件工程 2024级1班")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    ("language", "asked", "change"),
    [
        ("zh", "姓名将保存为", "改为“居民身份证”并保存"),
        ("en", "The name will be saved as", "Change to “resident identity card” and save"),
    ],
)
def test_what_looks_wrong_is_asked_and_the_right_kind_is_one_tap_away(
    browser: Browser, address: str, container: Container, width: int, language: str, asked: str, change: str
) -> None:
    candidate = somebody(container)
    candidate.agrees()
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    visitor = CandidateAtPhone(context, address, check=width == 390)
    visitor.signs_in("wenjing", "a password of wenjing")
    visitor.registration = str(candidate.id)
    visitor.goes(f"/language/{language}?next={visitor.path('/details')}")
    visitor.fills_in(ODD)
    _picture(visitor, f"kind-{language}-{width}")
    visitor.presses(change)
    assert asked in visitor.reads()
    assert "〔U+2B820〕" in visitor.reads()
    assert visitor.page.locator("#name").input_value() == "O'Brien 王𫠠"
    _picture(visitor, f"asked-{language}-{width}")
    visitor.sends(last=True)
    assert "/subjects" in visitor.page.url
    visitor.goes(visitor.path("/subjects?site=140027"))
    _picture(visitor, f"students-{language}-{width}")
    assert visitor.faults == []


def _picture(visitor: CandidateAtPhone, name: str) -> None:
    """NCRE_LOOK=FOLDER keeps what the pages look like, for people to look at."""
    folder = os.environ.get("NCRE_LOOK")
    if folder:
        visitor.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
