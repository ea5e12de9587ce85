"""How much is typed and tapped from signing in to "review requested", and what a number of a document spares, with keys."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.identity.accounts import Account
from tests.browser.visit import CandidateAtPhone, faults_of, phone
from tests.support.people import SITE, WENJING, Candidate, portrait, somebody
from tests.web.visitor import row_of

pytestmark = pytest.mark.browser

PASSWORD = "a password of wenjing"


@pytest.fixture
def by_phone(container: Container) -> Account:
    """Whoever signed up with their number, as most do."""
    with container.database.transaction() as connection:
        return container.accounts.add_within(
            connection, WENJING.mobile, PASSWORD, Role.CANDIDATE, phone=WENJING.mobile
        )


@pytest.mark.parametrize("scripts", [True, False])
def test_the_number_is_enough_for_sex_and_birth(
    browser: Browser, address: str, container: Container, scripts: bool
) -> None:
    candidate = somebody(container)
    candidate.agrees()
    visitor = CandidateAtPhone(phone(browser, scripts), address)
    visitor.signs_in("wenjing", PASSWORD)
    visitor.registration = str(candidate.id)
    visitor.goes(visitor.path("/details"))
    page = visitor.page
    expect(page.locator("#birth")).to_be_hidden()
    page.locator("#document_number").click()
    page.keyboard.type("42011520060315002x")
    if scripts:
        expect(page.locator(".told")).to_have_text("性别：女，出生日期：2006-03-15")
    page.select_option("#document_type", "passport")
    expect(page.locator("#birth")).to_be_visible()
    expect(page.locator("[name=sex]").first).to_be_visible()
    page.select_option("#document_type", "resident_id")
    expect(page.locator("#birth")).to_be_hidden()
    for name, value in (("name", WENJING.name), ("mobile", "13800138000")):
        page.locator(f"#{name}").click()
        page.keyboard.insert_text(value)
    for name, value in (("ethnicity", "01"), ("education", "bachelor"), ("occupation", "student")):
        page.select_option(f"#{name}", value)
    visitor.sends(last=True)
    assert page.url.endswith("/subjects")
    details = container.people.details(candidate.id, row_of(container, candidate.id)["details_version"])
    assert details is not None
    assert (details.sex, details.birth) == (WENJING.sex, WENJING.birth)


def test_few_fields_and_taps_lead_from_signing_in_to_the_request_for_review(
    browser: Browser, address: str, container: Container, by_phone: Account, tmp_path: Path
) -> None:
    """Counted as a thumb does it: fields typed or chosen, taps on anything else, screens scrolled to come to each of
    them, and screens that the pages are long altogether. Before: 10 fields, 14 taps, 10.5 and 28.0 screens.
    """
    visitor = CandidateAtPhone(phone(browser), address)
    visitor.signs_in(WENJING.mobile, PASSWORD)
    page, counted = visitor.page, Counted(visitor.page)
    counted.taps(page.get_by_role("link", name="阅读报名协议，开始报名"))
    counted.taps(page.locator("#agreed"), stays=True)
    counted.taps(page.get_by_role("button", name="同意", exact=True))
    counted.types("#document_number", WENJING.document_typed)
    counted.types("#name", WENJING.name)
    for name, value in (("ethnicity", "01"), ("education", "bachelor"), ("occupation", "student")):
        counted.chooses(f"#{name}", value)
    counted.taps(page.get_by_role("button", name="保存，下一步"))
    counted.leaves()
    with page.expect_navigation():
        counted.chooses("#site", SITE)
    counted.taps(page.locator("[name=subjects][value='66']"), stays=True)
    counted.taps(page.locator("#declared"), stays=True)
    counted.taps(page.get_by_role("button", name="提交报考信息"))
    picture = tmp_path / "me.jpg"
    picture.write_bytes(portrait())
    counted.comes_to(page.locator("#photo-drop"))
    counted.tapped += 1
    page.set_input_files("#photo", picture)
    counted.taps(page.get_by_role("button", name="上传照片", exact=True))
    counted.taps(page.get_by_role("link", name="照片正确，下一步"))
    counted.taps(page.get_by_role("button", name="申请信息审核"))
    assert "已申请信息审核" in visitor.reads()
    print(counted)
    assert counted.fields <= 6, counted
    assert counted.tapped <= 11, counted
    assert counted.scrolled <= 10.5 / 3, counted
    assert counted.long <= 28.0 / 2, counted


COMES_TO = """one => {
  const box = one.getBoundingClientRect(), bar = document.querySelector('.step');
  const stuck = bar && getComputedStyle(bar).position === 'sticky' && !bar.contains(one);
  const foot = stuck ? bar.getBoundingClientRect().top : innerHeight;
  const way = box.bottom > foot ? box.bottom - foot : Math.min(box.top, 0);
  scrollBy({top: way, behavior: 'instant'});
  return Math.abs(way) / innerHeight;
}"""
"""Scrolls no further than until it is seen whole, above the bar that sticks to the foot; how many screens that is."""


class Counted:
    """What a thumb did, and how long the pages were that it left, in screens."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.fields = self.tapped = 0
        self.scrolled = self.long = 0.0
        self.pages: list[str] = []

    def __repr__(self) -> str:
        said = f"{self.fields} fields, {self.tapped} taps, {self.scrolled:.1f} screens scrolled"
        return f"{said}, {self.long:.1f} screens long: {', '.join(self.pages)}"

    def comes_to(self, what: Locator) -> None:
        self.scrolled += what.evaluate(COMES_TO)

    def leaves(self) -> None:
        screens = self.page.evaluate("document.documentElement.scrollHeight / innerHeight")
        self.long += screens
        self.pages.append(f"{self.page.url.rsplit('/', 1)[1]} {screens:.1f}")

    def types(self, at: str, text: str) -> None:
        self.comes_to(self.page.locator(at))
        self.page.locator(at).click()
        self.page.keyboard.insert_text(text)
        self.fields += 1

    def chooses(self, at: str, value: str) -> None:
        self.comes_to(self.page.locator(at))
        self.page.select_option(at, value)
        self.fields += 1

    def taps(self, what: Locator, stays: bool = False) -> None:
        self.tapped += 1
        self.comes_to(what)
        if stays:
            what.click()
            return
        self.leaves()
        with self.page.expect_navigation():
            what.click()


@pytest.mark.parametrize(("width", "language"), [(390, "zh"), (390, "en"), (1280, "zh"), (1280, "en")])
def test_the_forms_fit_and_read_well(
    browser: Browser, address: str, container: Container, width: int, language: str
) -> None:
    candidate: Candidate = somebody(container)
    candidate.agrees()
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    visitor = CandidateAtPhone(context, address)
    visitor.signs_in("wenjing", PASSWORD)
    visitor.registration = str(candidate.id)
    visitor.goes(f"/language/{language}?next={visitor.path('/details')}")
    folder = os.environ.get("NCRE_LOOK")
    for page in ("details", "subjects", "subjects?site=" + SITE):
        if page == "subjects":
            candidate.fills()
        visitor.goes(visitor.path(f"/{page}"))
        if width == 390:
            assert faults_of(visitor.page) == []
        if folder:
            name = f"{page.replace('?', '-')}-{language}-{width}"
            visitor.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
