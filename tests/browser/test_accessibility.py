"""axe finds nothing on any page at phone, tablet and desk width, and no page is wider than the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role
from tests.browser.visit import CandidateAtPhone, Person, desk, faults_of, phone
from tests.support.people import (
    LIQIANG,
    OFFICE,
    REVIEWER,
    ROUND,
    SITE,
    Candidate,
    Clock,
    approved,
    portrait,
    rejected,
    somebody,
)

pytestmark = pytest.mark.browser
PASSWORD = "a password of wenjing"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "portrait.jpg"
    file.write_bytes(portrait())
    return file


def test_what_is_wrong_with_a_page_would_be_found(browser: Browser) -> None:
    page = desk(browser).new_page()
    page.set_content(
        "<html lang='en'><title>x</title><main><h1>x</h1><img src='x'><input>"
        "<p style='color: #ccc'>pale</p><p style='width: 400px'>wide</p></main></html>"
    )
    found = " ".join(faults_of(page))
    for fault in ("320 about:blank image-alt", "1280 about:blank label", "color-contrast", "wider than"):
        assert fault in found


def test_the_pages_before_sign_in(browser: Browser, address: str) -> None:
    visitor = Person(phone(browser), address, check=True)
    for path in ("/", "/notices/announcement", "/notices/guide", "/sign-in", "/register", "/nowhere"):
        visitor.goes(path)
    visitor.goes("/sign-in")
    visitor.page.fill("#name", "nobody")
    visitor.page.fill("#password", "wrong")
    visitor.presses("登录")
    visitor.page.goto(f"{address}/language/en?next=/")
    visitor.look()
    assert visitor.faults == []


def test_the_pages_of_a_candidate(
    browser: Browser, address: str, container: Container, clock: Clock, picture: Path
) -> None:
    somebody(container)
    wenjing = CandidateAtPhone(phone(browser), address, check=True)
    wenjing.signs_in("wenjing", PASSWORD)
    wenjing.goes("/agreement")
    wenjing.presses("不同意")
    wenjing.accepts_the_agreement()
    wenjing.goes(wenjing.path("/details"))
    wenjing.page.evaluate("document.querySelectorAll('[required]').forEach(one => one.required = false)")
    wenjing.sends(last=True)
    wenjing.fills_in()
    wenjing.chooses(SITE, "66", "41")
    too_small = picture.with_name("small.jpg")
    too_small.write_bytes(portrait()[:9000])
    wenjing.uploads(too_small)
    wenjing.uploads(picture)
    wenjing.goes(wenjing.path("/photo"))
    wenjing.requests_review()
    case = _case_of(container, wenjing)
    rejected(container, case, ("P05", "I01", "E04"))
    wenjing.goes(wenjing.path())
    case.requests_review()
    approved(container, case)
    wenjing.goes(wenjing.path())
    wenjing.goes(wenjing.path("/withdraw"))
    wenjing.pays()
    wenjing.goes(wenjing.path())
    wenjing.goes(wenjing.path("/ticket.pdf"))
    wenjing.goes(wenjing.path("/form"))
    container.seating.seat(ROUND, SITE, OFFICE)
    wenjing.goes(wenjing.path("/ticket"))
    assert wenjing.faults == []


def _case_of(container: Container, walker: CandidateAtPhone) -> Candidate:
    account = container.accounts.named("wenjing")
    assert account is not None
    case = Candidate(container, account)
    assert str(case.id) == walker.registration
    return case


def test_the_pages_of_a_lapsed_and_of_a_withdrawn_candidate(
    browser: Browser, address: str, container: Container, clock: Clock
) -> None:
    case = somebody(container)
    case.until_waiting()
    approved(container, case)
    clock.advance(hours=25)
    container.worker.once()
    wenjing = CandidateAtPhone(phone(browser), address, check=True)
    wenjing.signs_in("wenjing", PASSWORD)
    wenjing.goes(f"/registrations/{case.id}")
    case.does(c.Withdraw)
    wenjing.goes(f"/registrations/{case.id}")
    wenjing.goes("/welcome")
    assert wenjing.faults == []


def test_the_pages_of_staff_and_auditors(browser: Browser, address: str, container: Container) -> None:
    case, other = somebody(container), somebody(container, "liqiang", LIQIANG)
    case.until_waiting()
    other.until_waiting()
    rejected(container, case)
    case.requests_review()
    for name, role in (("shenhe", Role.REVIEWER), ("kaowu", Role.OFFICE), ("shenji", Role.AUDITOR)):
        container.accounts.add(name, f"a password of {name}", role, frozenset({SITE}))
    reviewer = Person(desk(browser), address, check=True)
    reviewer.signs_in("shenhe", "a password of shenhe")
    reviewer.opens(case.id)
    reviewer.page.get_by_text("审核不通过").first.click()
    reviewer.presses("审核不通过")
    reviewer.goes("/staff/desk")
    reviewer.scans("78420019000001")
    approved(container, case)
    case.pays()
    reviewer.opens(case.id)
    office = Person(desk(browser), address, check=True)
    office.signs_in("kaowu", "a password of kaowu")
    for path in ("/office", "/office/notices", f"/office/seat/{SITE}", f"/staff/cases/{case.id}"):
        office.goes(path)
    office.opens(case.id)
    office.goes(f"/office/seat/{SITE}")
    office.presses("确认编排")
    for code in ("nonsense", container.documents.ticket_page(case.id).sheet.record.code):
        reviewer.goes("/staff/door")
        reviewer.page.fill("#code", code)
        reviewer.page.get_by_role("button", name="核验", exact=True).click()
        reviewer.page.locator("#said .verdict:not(:empty)").wait_for(state="attached")
        reviewer.look()
    auditor = Person(desk(browser), address, check=True)
    auditor.signs_in("shenji", "a password of shenji")
    auditor.goes("/audit")
    for path in ("", "?at=v5", "?at=nonsense", "/compare?from=v2&to=v9", "/facts"):
        auditor.goes(f"/audit/{case.id}{path}")
    shenhe = container.accounts.named("shenhe")
    assert shenhe is not None
    for path in ("/audit/staff", f"/audit/staff/{shenhe.id}", "/audit/rounds/78"):
        auditor.goes(path)
    assert reviewer.faults + office.faults + auditor.faults == []


def test_the_whole_way_of_a_candidate_needs_no_script(
    browser: Browser, address: str, container: Container, picture: Path
) -> None:
    somebody(container)
    wenjing = CandidateAtPhone(phone(browser, scripts=False), address)
    wenjing.signs_in("wenjing", PASSWORD)
    wenjing.goes("/agreement")
    wenjing.page.check("#agreed")
    wenjing.presses("同意")
    wenjing.registration = wenjing.page.url.split("/registrations/")[1].split("/")[0].split("?")[0]
    wenjing.goes(wenjing.path("/details"))
    wenjing.fills_in()
    case = _case_of(container, wenjing)
    wenjing.chooses(SITE, "66")
    wenjing.uploads(picture)
    wenjing.requests_review()
    assert "待审核" in wenjing.reads()
    container.command_handler.handle(c.Approve(registration=case.id, actor=REVIEWER))
    wenjing.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    wenjing.goes(wenjing.path())
    assert "打印下载准考证" in wenjing.reads()
