"""Letters in the browser: chosen, read and switched off on a phone, edited at a desk; without a script too."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ncre.bootstrap import Container
from ncre.domain.letters.kinds import Channel, LetterKind
from ncre.domain.registration.vocabulary import Role
from ncre.operational import letter_failures
from tests.browser.visit import Person, desk, phone
from tests.services.letters.post import with_mail
from tests.support.people import Candidate, approved

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("NCRE_TEST_PICTURES", "")
"""A folder in which pictures of the pages are kept, at 390 and 1280 pixels."""


def pictured(person: Person, name: str) -> None:
    if PICTURES:
        for width in (390, 1280):
            person.page.set_viewport_size({"width": width, "height": 900})
            person.page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}.png"), full_page=True)


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    container.letters.once()
    return candidate


@pytest.mark.parametrize("scripts", [True, False])
def test_a_candidate_reads_chooses_and_switches_off(
    browser: Browser, container: Container, address: str, wenjing: Candidate, scripts: bool
) -> None:
    key = container.letters.addressing.key(wenjing.account.email)
    with container.database.transaction() as connection:
        letter_failures.note(
            connection, wenjing.account.id, "mail", key, "5.1.1", container.clock(), hard=True
        )
    person = Person(phone(browser, scripts=scripts), address, check=scripts)
    person.signs_in("wenjing", "a password of wenjing")
    person.goes(f"/registrations/{wenjing.id}")
    assert "w***@example.com" in person.reads()
    pictured(person, "tasks")
    person.follows("通知记录")
    assert "审核通过，请支付" in person.reads()
    pictured(person, "log")
    person.follows("通知设置")
    pictured(person, "choices")
    person.presses("地址没有错，请再发")
    assert "到不了" not in person.reads()
    person.page.uncheck("input[value='seated.mail']")
    person.page.check("input[name=language][value=en]")
    person.presses("保存")
    assert not person.page.is_checked("input[value='seated.mail']")
    link = container.letters.tokens.switch_off(wenjing.account.id, LetterKind.EXAM_TOMORROW, Channel.MAIL)
    person.goes(f"/letters/unsubscribe/{link}")
    pictured(person, "unsubscribe")
    person.presses("关闭这类通知")
    assert "不再用" in person.reads()
    assert person.faults == []


def test_the_office_edits_a_text(
    browser: Browser, container: Container, address: str, wenjing: Candidate
) -> None:
    container.accounts.add("kaowu", "a password of kaowu", Role.OFFICE)
    person = Person(desk(browser), address, check=True)
    person.signs_in("kaowu", "a password of kaowu")
    person.goes("/office/letters")
    pictured(person, "texts")
    person.follows("审核通过，请支付")
    person.page.fill("#subject", "请交费 {name}")
    person.page.fill("#why", "公函 5")
    person.presses("保存")
    assert "这里不能用 {name}" in person.reads()
    pictured(person, "refused")
    person.page.fill("#subject", "请在 {deadline} 前交费")
    person.page.fill("#number", re.sub(r"\D", "", _number(container, wenjing)))
    person.presses("预览")
    assert "前交费" in person.page.inner_text("pre >> nth=0") + person.reads()
    pictured(person, "preview")
    person.presses("保存")
    assert "公函 5" in person.reads()
    person.page.fill("#why", "恢复")
    person.presses("恢复原来的文字")
    assert "请交费" not in person.page.input_value("#subject")
    person.goes(f"/staff/letters/{wenjing.id}")
    pictured(person, "staff")
    assert person.faults == []


def _number(container: Container, candidate: Candidate) -> str:
    row = container.queries.cases.row(candidate.id)
    assert row is not None
    return row["number"] or ""
