"""Sites before sign-in and "your exam", walked at both widths in both languages: they fit, at 200 % text too, and in the dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from tests.browser.visit import CandidateAtPhone, faults_of
from tests.support.people import OFFICE, ROUND, SITE, Candidate, approved

pytestmark = pytest.mark.browser
PASSWORD = "a long enough password"
SAID = {"zh": ("考点与科目", "您的考试"), "en": ("Site and subjects", "Your exam")}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_sites_and_your_exam_are_read_and_fit(
    browser: Browser, address: str, container: Container, tmp_path: Path, width: int, language: str
) -> None:
    acting = Candidate(container, container.accounts.add("wenjing", PASSWORD, Role.CANDIDATE))
    acting.until_waiting()
    approved(container, acting)
    acting.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    wenjing = CandidateAtPhone(context, address)

    def fits(name: str) -> None:
        for size, scheme in (("100%", "light"), ("200%", "light"), ("100%", "dark")):
            wenjing.page.emulate_media(color_scheme=scheme)
            wenjing.page.evaluate("size => document.documentElement.style.fontSize = size", size)
            wenjing.page.screenshot(path=tmp_path / f"{name}-{size[:-1]}-{scheme}.png", full_page=True)
            wide = wenjing.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (name, size, wide)
        assert faults_of(wenjing.page) == [], name

    wenjing.signs_in("wenjing", PASSWORD)
    wenjing.goes(f"/language/{language}?next=/sites?q=420019")
    assert SAID[language][0] in wenjing.reads()
    fits("sites")
    wenjing.goes(f"/registrations/{acting.id}")
    assert SAID[language][1] in wenjing.reads()
    fits("exam")
