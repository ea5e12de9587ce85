"""One registration in a browser, from the agreement to the printed ticket, with everybody who has a part in it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from tests.browser.visit import CandidateAtPhone, Person, desk, phone
from tests.support.people import OFFICE, ROUND, SITE, WENJING, Clock, portrait

pytestmark = pytest.mark.browser
PASSWORD = "a long enough password"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "portrait.jpg"
    file.write_bytes(portrait())
    return file


@pytest.fixture
def accounts(container: Container) -> None:
    container.accounts.add("wenjing", PASSWORD, Role.CANDIDATE)
    container.accounts.add("shenhe", PASSWORD, Role.REVIEWER, frozenset({SITE}))
    container.accounts.add("shenji", PASSWORD, Role.AUDITOR)


@pytest.mark.usefixtures("accounts")
def test_a_registration_goes_from_the_agreement_to_the_printed_ticket(
    browser: Browser, address: str, container: Container, clock: Clock, picture: Path
) -> None:
    wenjing = CandidateAtPhone(phone(browser), address)
    reviewer, auditor = Person(desk(browser), address), Person(desk(browser), address)
    wenjing.signs_in("wenjing", PASSWORD)
    assert "当前考次" in wenjing.page.inner_text("body")
    wenjing.accepts_the_agreement()
    wenjing.fills_in()
    wenjing.chooses(SITE, "66", "41")
    assert "请上传照片，否则报名无效" in wenjing.reads()
    wenjing.uploads(picture)
    wenjing.requests_review()
    assert "待审核" in wenjing.reads()

    reviewer.signs_in("shenhe", PASSWORD)
    assert "欧**" in reviewer.reads()
    reviewer.presses("78420019000001")
    assert WENJING.document_number in reviewer.reads()
    reviewer.page.get_by_text("审核不通过").first.click()
    reviewer.page.check("[name=reasons][value=P05]")
    reviewer.page.fill("#note", "头部请占画面七成")
    reviewer.presses("审核不通过")

    wenjing.goes(wenjing.path())
    assert "头部过小" in wenjing.reads()
    assert "头部请占画面七成" in wenjing.reads()
    clock.advance(minutes=5)
    wenjing.uploads(_another(picture))
    wenjing.requests_review()

    clock.advance(minutes=5)
    reviewer.goes("/staff/queue")
    reviewer.presses("78420019000001")
    reviewer.presses("审核通过")
    approved_at = clock.now

    clock.advance(minutes=30)
    wenjing.goes(wenjing.path())
    assert "2027-01-06 10:10" in wenjing.reads()
    wenjing.pays()
    wenjing.goes(wenjing.path())
    assert "支付完成" in wenjing.reads()
    form = _pdf(wenjing, "/form.pdf")
    assert WENJING.name in form
    assert "武汉软件工程职业学院" in form

    reviewer.goes("/staff/desk")
    reviewer.scans("78420019000001")
    reviewer.presses("信息一致，现场确认")
    container.seating.seat(ROUND, SITE, OFFICE)

    wenjing.goes(wenjing.path())
    assert "现场确认都已完成" in wenjing.reads()
    ticket = _pdf(wenjing, "/ticket.pdf")
    for printed in (WENJING.name, "Python语言程序设计", "网络工程师", "武汉软件工程职业学院", "420019"):
        assert printed in ticket

    auditor.signs_in("shenji", PASSWORD)
    moment = approved_at.isoformat().replace("+", "%2B")
    auditor.goes(f"/audit/{wenjing.registration}?at={moment}")
    assert "审核通过，待支付" in auditor.reads()
    assert "第 9 版的状态" in auditor.reads()
    assert WENJING.document_number not in auditor.page.content()
    auditor.goes(f"/audit/{wenjing.registration}")
    assert "已现场确认" in auditor.reads()
    assert "工作人员查看了考生的个人信息" in auditor.reads()


def _another(picture: Path) -> Path:
    """The portrait, framed a little tighter, so that it is another picture."""
    from PIL import Image

    image = Image.open(picture).crop((5, 8, 385, 560)).resize((390, 567))
    file = picture.with_name("tighter.jpg")
    image.save(file, "JPEG", quality=92, subsampling=0)
    return file


def _pdf(candidate: CandidateAtPhone, page: str) -> str:
    """The text of a PDF as the candidate's browser gets it."""
    answer = candidate.page.context.request.get(candidate.address + candidate.path(page))
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    return "\n".join(sheet.extract_text() for sheet in PdfReader(BytesIO(answer.body())).pages)
