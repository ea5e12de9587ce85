"""Losses that used to happen to whoever typed on a phone, each by real keys, each ending with the text still there."""

from __future__ import annotations

import os
import re
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ncre.bootstrap import Container, build_container
from ncre.config import read_settings
from ncre.domain.registration.vocabulary import Role
from tests.attacks.target import started
from tests.browser.visit import CandidateAtPhone, desk, faults_of, phone
from tests.support.people import SITE, WENJING, Candidate, Clock, form_of_details, somebody
from tests.support.ports import free_port
from tests.support.served import serving
from tests.web.visitor import facts_of

pytestmark = pytest.mark.browser

STREET = "Guanggu Avenue 117, second door"
KEPT = "[data-draft]"


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.agrees()
    return candidate


@pytest.fixture
def visitor(browser: Browser, address: str, wenjing: Candidate) -> CandidateAtPhone:
    visitor = CandidateAtPhone(phone(browser), address)
    visitor.signs_in("wenjing", "a password of wenjing")
    visitor.registration = str(wenjing.id)
    visitor.goes(visitor.path("/details"))
    return visitor


def types(page: Page, text: str = STREET) -> None:
    """Key by key, as a thumb does."""
    fold = page.locator("details.optional:not([open]) > summary")
    if fold.count():
        fold.click()
    page.locator("[name=address]").click()
    page.keyboard.type(text, delay=5)


def is_kept(page: Page) -> None:
    expect(page.locator(KEPT)).to_have_text(re.compile("已暂存|Kept for you"))


def stands(page: Page, text: str = STREET) -> None:
    expect(page.locator("[name=address]")).to_have_value(text)


def test_the_session_ends_in_the_middle_of_the_form(
    container: Container, clock: Clock, wenjing: Candidate, visitor: CandidateAtPhone
) -> None:
    types(visitor.page)
    is_kept(visitor.page)
    clock.advance(hours=2)
    visitor.page.locator("[name=address]").focus()
    visitor.page.keyboard.press("End")
    visitor.page.keyboard.type(", third floor", delay=5)
    visitor.sends(last=True)
    assert "/sign-in" in visitor.page.url
    visitor.page.fill("#name", "wenjing")
    visitor.page.fill("#password", "a password of wenjing")
    visitor.presses("登录")
    assert visitor.page.url.endswith("/details")
    stands(visitor.page, STREET + ", third floor")
    assert "开始填写，还没有保存" in visitor.reads()
    assert facts_of(container, wenjing.id) == ["registration.agreement_accepted"]


@pytest.mark.parametrize("scripts", [True, False])
def test_it_ends_and_nothing_runs_in_the_page(
    browser: Browser, address: str, clock: Clock, wenjing: Candidate, scripts: bool
) -> None:
    visitor = CandidateAtPhone(phone(browser, scripts), address)
    visitor.signs_in("wenjing", "a password of wenjing")
    visitor.goes(f"/registrations/{wenjing.id}/details")
    clock.advance(hours=2)
    types(visitor.page)
    visitor.sends(last=True)
    visitor.signs_in("wenjing", "a password of wenjing")
    visitor.goes(f"/registrations/{wenjing.id}/details")
    stands(visitor.page)


def test_the_language_is_changed_and_the_page_reloaded_while_typing(visitor: CandidateAtPhone) -> None:
    types(visitor.page)
    visitor.follows("English")
    stands(visitor.page)
    assert "You began to fill this in" in visitor.reads()
    visitor.page.locator("[name=address]").focus()
    visitor.page.keyboard.press("End")
    visitor.page.keyboard.type(" b")
    visitor.page.reload()
    stands(visitor.page, STREET + " b")


def test_two_tabs_overwrite_nothing_of_each_other(visitor: CandidateAtPhone, clock: Clock) -> None:
    first, second = visitor.page, visitor.page.context.new_page()
    second.goto(first.url)
    types(second, "of the second tab")
    is_kept(second)
    clock.advance(minutes=1)
    types(first, "of the first tab")
    expect(first.locator(KEPT)).to_contain_text("您在另一个窗口填写的内容更新一些")
    second.reload()
    stands(second, "of the first tab")
    second.get_by_role("link", name="查看那一份").click()
    stands(second, "of the second tab")


def test_back_and_forth(visitor: CandidateAtPhone) -> None:
    types(visitor.page)
    visitor.follows("返回我的报名")
    visitor.page.go_back()
    stands(visitor.page)


def test_a_double_tap_is_one_command_and_leaves_no_draft(
    container: Container, wenjing: Candidate, visitor: CandidateAtPhone
) -> None:
    visitor.unfolds()
    for name, value in form_of_details(WENJING).items():
        field = visitor.page.locator(f"[name={name}]").first
        if not field.is_visible():
            continue
        kind = field.evaluate("field => field.type")
        if kind == "radio":
            visitor.page.check(f"[name={name}][value={value}]")
        elif kind == "select-one":
            field.select_option(value)
        else:
            field.click()
            field.press("Control+A")
            visitor.page.keyboard.insert_text(value)
    visitor.page.locator("#draft-form-details button.button").last.dblclick()
    visitor.page.wait_for_url("**/subjects")
    assert facts_of(container, wenjing.id).count("registration.info_filled") == 1
    assert "registration.info_amended" not in facts_of(container, wenjing.id)
    visitor.goes(visitor.path("/details"))
    assert "还没有保存" not in visitor.reads()


def test_the_network_is_gone_for_a_minute(
    container: Container, wenjing: Candidate, visitor: CandidateAtPhone
) -> None:
    page = visitor.page
    page.clock.install()
    page.reload()
    page.context.set_offline(True)
    types(page)
    page.clock.run_for(3_000)
    expect(page.locator(KEPT)).to_contain_text("网络中断")
    page.keyboard.press("Tab")
    page.locator("#draft-form-details button.button").last.click()
    expect(page.locator(KEPT)).to_contain_text("没有提交")
    page.clock.run_for(60_000)
    assert container.form_drafts.of(wenjing.account.id, wenjing.id) == []
    page.context.set_offline(False)
    expect(page.locator(KEPT)).to_contain_text("网络已恢复")
    stands(page)
    other = page.context.new_page()
    other.goto(page.url)
    stands(other)


def test_the_draft_is_thrown_away(visitor: CandidateAtPhone) -> None:
    types(visitor.page)
    is_kept(visitor.page)
    visitor.page.reload()
    visitor.presses("丢弃")
    stands(visitor.page, "")


def test_the_process_is_killed_between_draft_and_save(browser: Browser, tmp_path: Path) -> None:
    """A real process over its data; another takes its place."""
    with started(tmp_path) as target:
        environment, passwords = target.environment, target.passwords
    with closing(build_container(read_settings(environment))) as container:
        account = container.accounts.named("kaosheng")
        assert account is not None
        candidate = Candidate(container, account)
        candidate.agrees()
    port = free_port()
    visitor = CandidateAtPhone(phone(browser), f"http://127.0.0.1:{port}")
    form = f"/registrations/{candidate.id}/details"
    with serving(environment, port) as process:
        visitor.signs_in("kaosheng", passwords["kaosheng"])
        visitor.goes(form)
        types(visitor.page)
        is_kept(visitor.page)
        process.kill()
        process.wait()
        visitor.page.locator("#draft-form-details button.button").last.click()
        visitor.page.wait_for_load_state()
    with serving(environment, port):
        visitor.goes(form)
        stands(visitor.page)


def test_a_reviewer_s_note_is_there_after_the_page_was_left(
    browser: Browser, address: str, container: Container, wenjing: Candidate
) -> None:
    wenjing.until_waiting()
    container.accounts.add("shenhe", "a password of shenhe", Role.REVIEWER, frozenset({SITE}))
    staff = CandidateAtPhone(desk(browser), address, check=True)
    staff.signs_in("shenhe", "a password of shenhe")
    staff.opens(wenjing.id)
    staff.page.locator("#reject > summary").click()
    staff.page.locator("#note").click()
    staff.page.keyboard.type("another person than on the document")
    expect(staff.page.locator("#draft-form-rejection [data-draft]")).to_have_text("已暂存，尚未提交。")
    staff.goes("/staff/queue")
    staff.opens(wenjing.id)
    expect(staff.page.locator("#note")).to_have_value("another person than on the document")
    assert staff.faults == []


@pytest.mark.parametrize(("width", "language"), [(390, "zh"), (1280, "en")])
def test_the_notice_of_a_draft_fits(
    browser: Browser, address: str, wenjing: Candidate, width: int, language: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    visitor = CandidateAtPhone(context, address)
    visitor.signs_in("wenjing", "a password of wenjing")
    visitor.goes(f"/language/{language}?next=/registrations/{wenjing.id}/details")
    types(visitor.page)
    is_kept(visitor.page)
    visitor.page.reload()
    assert faults_of(visitor.page) == []
    folder = os.environ.get("NCRE_LOOK")
    if folder:
        visitor.page.screenshot(path=Path(folder) / f"draft-{language}-{width}.png", full_page=True)
