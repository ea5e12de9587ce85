"""A photo at a phone: told at once, mended where it can be, and held for wrong by keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from tests.browser.visit import CandidateAtPhone, Person, desk, phone
from tests.photo.portraits import jpeg, portrait, whole, written
from tests.support.people import SITE, Candidate, somebody
from tests.web.visitor import facts_of, row_of

pytestmark = pytest.mark.browser


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.agrees()
    candidate.fills()
    candidate.submits()
    return candidate


def at_phone(browser: Browser, address: str, candidate: Candidate, scripts: bool = True) -> CandidateAtPhone:
    person = CandidateAtPhone(phone(browser, scripts), address, check=scripts)
    person.signs_in(candidate.account.name, f"a password of {candidate.account.name}")
    person.registration = str(candidate.id)
    return person


def kept(folder: Path, name: str, data: bytes) -> Path:
    file = folder / name
    file.write_bytes(data)
    return file


def test_the_chosen_file_is_looked_at_before_it_is_sent(
    browser: Browser, address: str, wenjing: Candidate, tmp_path: Path
) -> None:
    person = at_phone(browser, address, wenjing)
    person.goes(person.path("/photo"))
    told, choose = person.page.locator("#photo-instant"), person.page.locator("#photo")
    for name, data, words in (
        ("no.jpg", b"GIF89a" + bytes(30_000), "这个文件不是可以使用的照片"),
        ("small.jpg", jpeg(portrait(320, 220), quality=60), "不足 20 KB"),
        ("large.jpg", jpeg(whole().resize((2048, 2048))), "会尝试帮您裁剪"),
        ("other.png", written(whole(), "PNG"), "系统会转成 JPG 并帮您裁剪"),
        ("good.jpg", jpeg(portrait()), "大小和格式可以"),
    ):
        choose.set_input_files(kept(tmp_path, name, data))
        expect(told).to_contain_text(words)
    preview = person.page.locator("#photo-preview img").first
    expect(preview).to_be_visible()
    expect(person.page.locator("#photo-preview .guide")).to_be_visible()
    assert preview.evaluate("one => one.naturalWidth") == 440
    person.look()
    assert person.faults == []


def test_a_phone_photo_is_cropped_by_keyboard_alone(
    browser: Browser, address: str, container: Container, wenjing: Candidate, tmp_path: Path
) -> None:
    person = at_phone(browser, address, wenjing)
    person.uploads(kept(tmp_path, "phone.jpg", jpeg(whole().resize((2048, 2048)), quality=90)))
    assert "帮我裁剪" in person.reads()
    use = person.page.get_by_role("button", name="采用这张照片")
    reached = False
    for _ in range(30):
        person.page.keyboard.press("Tab")
        if use.evaluate("button => button === document.activeElement"):
            reached = True
            break
    assert reached
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")
    person.look()
    assert row_of(container, wenjing.id)["photo"]["handling"] == "cropped"
    assert "照片已保存" in person.reads()
    assert person.faults == []


def test_a_refusal_is_announced_and_can_be_held_for_wrong(
    browser: Browser, address: str, container: Container, wenjing: Candidate, tmp_path: Path
) -> None:
    person = at_phone(browser, address, wenjing)
    far = jpeg(whole().crop((60, 14, 400, 500)).resize((400, 572)))
    person.uploads(kept(tmp_path, "far.jpg", far))
    expect(person.page.get_by_role("alert")).to_contain_text("头")
    expect(person.page.get_by_role("list", name="检查结果")).to_contain_text("不符合")
    person.presses("交考点审核")
    assert "registration.photo_uploaded" in facts_of(container, wenjing.id)
    wenjing.requests_review()
    assert person.faults == []
    _the_reviewer_sees_it(browser, address, container, wenjing)


def _the_reviewer_sees_it(browser: Browser, address: str, container: Container, wenjing: Candidate) -> None:
    container.accounts.add("shenhe", "a long password of theirs", Role.REVIEWER, frozenset({SITE}))
    staff = Person(desk(browser), address, check=True)
    staff.signs_in("shenhe", "a long password of theirs")
    staff.opens(wenjing.id)
    expect(staff.page.get_by_role("list", name="测量结果")).to_contain_text("不符合")
    assert "考生认为判断有误" in staff.reads()
    assert staff.faults == []


def test_without_scripts_everything_goes_on(
    browser: Browser, address: str, container: Container, wenjing: Candidate, tmp_path: Path
) -> None:
    person = at_phone(browser, address, wenjing, scripts=False)
    person.uploads(kept(tmp_path, "lying.jpg", jpeg(portrait().rotate(90, expand=True))))
    assert "帮我转正" in person.reads()
    person.presses("采用这张照片")
    assert row_of(container, wenjing.id)["photo"]["handling"] == "turned"
