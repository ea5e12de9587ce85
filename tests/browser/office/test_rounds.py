"""The office makes the next round without a script, an administrator changes a site, a site is called off: at a phone and a desk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.services.exam.revision_commands import Revise
from tests.browser.visit import faults_of
from tests.support.people import LIQIANG, OFFICE, SITE, WENJING, somebody

pytestmark = pytest.mark.browser
PASSWORD = "a long enough password"


class Desk:
    """Somebody of the office at a browser without scripts; each page is looked at and kept as a picture."""

    def __init__(self, browser: Browser, address: str, width: int, folder: Path, language: str) -> None:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="zh-CN", java_script_enabled=False
        )
        self.context, self.address, self.width = context, address, width
        self.page: Page = context.new_page()
        self.folder, self.language, self.count = folder, language, 0

    def signs_in(self, name: str) -> None:
        self.page.goto(f"{self.address}/sign-in")
        self.page.fill("#name", name)
        self.page.fill("#password", PASSWORD)
        self.page.locator("main button:not([tabindex])").first.click()
        self.page.goto(f"{self.address}/language/{self.language}?next=/welcome")

    def goes(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.looks()

    def presses(self, name: str) -> None:
        self.page.locator(f"main form[action*='{name}'] button").first.click()
        self.looks()

    def looks(self) -> None:
        self.count += 1
        self.page.screenshot(
            path=self.folder / f"{self.width}-{self.language}-{self.count:02}.png", full_page=True
        )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_round_is_made_and_a_site_called_off_without_a_script(
    browser: Browser, address: str, container: Container, tmp_path: Path, width: int, language: str
) -> None:
    container.accounts.add("kaowu", PASSWORD, Role.OFFICE)
    container.accounts.add("guanli", PASSWORD, Role.SITE_ADMIN, frozenset({SITE}))
    now = container.revisions.wanted("78")
    sites = tuple(replace(one, manages=("rooms", "offers", "notice", "reviewers")) for one in now.sites)
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(now, sites=sites), why="放权"))
    for name, person in (("wenjing", WENJING), ("liqiang", LIQIANG)):
        somebody(container, name, person).until_waiting()
    kaowu = Desk(browser, address, width, tmp_path, language)
    page = kaowu.page
    kaowu.signs_in("kaowu")
    kaowu.goes("/office/rounds")
    page.fill("#code", "79")
    page.fill("#begins", "2027-06-20")
    kaowu.presses("/office/rounds/next")
    draft = page.url.rpartition("/")[2]
    for part in ("round", "windows", "policy", "fees", "subjects", "batches", "agreement", "notices"):
        kaowu.goes(f"/office/drafts/{draft}/parts/{part}")
    page.goto(f"{address}/office/drafts/{draft}/parts/windows")
    page.fill("[name='windows.payment.closes']", "2027-06-21T00:00")
    kaowu.presses("/parts/windows")
    assert page.locator(".fault").count() > 0
    page.fill("[name='windows.payment.closes']", "2027-07-04T17:00")
    kaowu.presses("/parts/windows")
    assert page.locator(".fault").count() == 0
    kaowu.goes(f"/office/drafts/{draft}/parts/site:{SITE}")
    kaowu.goes(f"/office/drafts/{draft}/preview")
    page.fill("#why", "2027年下半年开考")
    kaowu.presses("/publish")
    assert "2027年下半年开考" in page.inner_text("main")
    page.goto(f"{address}/office/rounds")
    kaowu.presses("/office/rounds/78/revise")
    draft = page.url.rpartition("/")[2]
    page.goto(f"{address}/office/drafts/{draft}/parts/site:{SITE}")
    page.fill("[name='policies.quota']", "1")
    page.select_option("[name='policies.review']", "no")
    kaowu.presses(f"/parts/site:{SITE}")
    kaowu.goes(f"/office/drafts/{draft}/preview")
    kaowu.goes(f"/office/rounds/78/called-off/{SITE}")
    page.check("[name=way][value=postpone]")
    page.select_option("#to", "79")
    page.fill("#why", "疫情防控")
    kaowu.presses("/called-off/")
    kaowu.presses("/go-on")
    assert "2" in page.inner_text("[role=status]")
    kaowu.goes("/audit/rounds/78/compare")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_an_administrator_changes_their_site(
    browser: Browser, address: str, container: Container, tmp_path: Path, width: int, language: str
) -> None:
    container.accounts.add("guanli", PASSWORD, Role.SITE_ADMIN, frozenset({SITE}))
    now = container.revisions.wanted("78")
    sites = tuple(replace(one, manages=("rooms", "offers", "notice", "reviewers")) for one in now.sites)
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(now, sites=sites), why="放权"))
    guanli = Desk(browser, address, width, tmp_path, language)
    page = guanli.page
    guanli.signs_in("guanli")
    guanli.goes("/staff/site")
    guanli.goes(f"/staff/site/{SITE}")
    page.fill("[name='site.notice']", "请走南门")
    guanli.presses("/notice")
    page.fill("#why", "施工")
    guanli.presses("/notice")
    assert container.queries.exams.site("78", SITE).plan.notice == "请走南门"  # type: ignore[union-attr]


def test_nothing_is_wrong_with_the_pages(browser: Browser, address: str, container: Container) -> None:
    kaowu = container.accounts.add("kaowu", PASSWORD, Role.OFFICE)
    container.accounts.add("guanli", PASSWORD, Role.SITE_ADMIN, frozenset({SITE}))
    now = container.revisions.wanted("78")
    sites = tuple(replace(one, manages=("rooms", "offers", "notice", "reviewers")) for one in now.sites)
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(now, sites=sites), why="放权"))
    drafts, handler = container.round_drafts, container.command_handler
    from uuid import uuid4

    draft = drafts.begin_revision("78", kaowu.actor, uuid4())
    found = drafts.find(draft).parts
    drafts.save(
        draft, "windows", dict(found["windows"].fields) | {"windows.payment.closes": "x"}, 1, kaowu.actor
    )
    good = drafts.begin_revision("78", kaowu.actor, uuid4())
    drafts.save(good, "fees", dict(found["fees"].fields) | {"fees.0.yuan": "90"}, 1, kaowu.actor)
    assert handler is not None
    paths = {
        "kaowu": [
            "/office/rounds",
            f"/office/drafts/{draft}",
            f"/office/drafts/{draft}/parts/windows",
            f"/office/drafts/{good}/parts/subjects",
            f"/office/drafts/{good}/parts/fees",
            f"/office/drafts/{draft}/parts/site:{SITE}",
            f"/office/drafts/{draft}/preview",
            f"/office/drafts/{good}/preview",
            "/office/rounds/78/called-off",
            f"/office/rounds/78/called-off/{SITE}",
            "/audit/rounds/78/compare",
        ],
        "guanli": ["/staff/site", f"/staff/site/{SITE}"],
    }
    faults: list[str] = []
    for name, mine in paths.items():
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.locator("main button:not([tabindex])").first.click()
        for path in mine:
            page.goto(address + path)
            faults += faults_of(page)
        context.close()
    assert faults == []
