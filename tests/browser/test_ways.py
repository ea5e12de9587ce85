"""Ways that used to end or mislead, walked at a phone's and a desktop's width in both languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role
from tests.browser.visit import CandidateAtPhone
from tests.support.people import REVIEWER, SITE, WENJING, Candidate

pytestmark = pytest.mark.browser
PASSWORD = "a long enough password"
SAID = {
    "zh": {
        "other site": "列表中的考点与页面上显示的科目不是同一考点",
        "said back": "已记录您的报考信息",
        "both": "已保存的是",
        "reasons": "审核未通过的原因",
        "blocked": "现在不能放弃报名",
    },
    "en": {
        "other site": "the subjects shown were not those of the site",
        "said back": "Recorded. Site:",
        "both": "Keep what is saved",
        "reasons": "请换白底照片",
        "blocked": "The registration cannot be withdrawn now",
    },
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_what_was_mended_is_read_and_fits(
    browser: Browser, address: str, container: Container, tmp_path: Path, width: int, language: str
) -> None:
    account = container.accounts.add("wenjing", PASSWORD, Role.CANDIDATE)
    acting, said = Candidate(container, account), SAID[language]
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    wenjing = CandidateAtPhone(context, address)

    def shows(name: str) -> None:
        assert said[name] in wenjing.reads(), name
        wide = wenjing.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (name, wide)
        wenjing.page.screenshot(path=tmp_path / f"{name.replace(' ', '-')}.png", full_page=True)

    wenjing.signs_in("wenjing", PASSWORD)
    acting.agrees()
    acting.fills()
    wenjing.registration = str(acting.id)
    wenjing.goes(f"/language/{language}?next=/welcome")
    wenjing.goes(wenjing.path("/subjects?site=" + SITE))
    wenjing.page.check("[name=subjects][value='66']")
    wenjing.page.check("#declared")
    wenjing.page.select_option("#site", "429901")
    wenjing.sends(last=True)
    shows("other site")
    wenjing.page.select_option("#site", SITE)
    wenjing.sends()
    wenjing.page.check("[name=subjects][value='66']")
    wenjing.page.check("#declared")
    wenjing.sends(last=True)
    shows("said back")

    wenjing.goes(wenjing.path("/details"))
    changed = replace(WENJING, mobile="+8613700137000")
    person = container.people.person(changed.document_type, changed.document_number)
    acting.does(c.AmendInfo, details=changed, person=person)
    wenjing.page.fill("[name=postcode]", "430001")
    wenjing.sends(last=True)
    shows("both")

    acting.uploads()
    acting.requests_review()
    wenjing.goes(wenjing.path("/withdraw"))
    shows("blocked")
    reject = c.Reject(registration=acting.id, actor=REVIEWER, reasons=("P01", "I01"), note="请换白底照片")
    container.command_handler.handle(reject)
    wenjing.goes(wenjing.path("/details"))
    shows("reasons")
