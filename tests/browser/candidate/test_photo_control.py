"""One control for the photo: dropped, pasted, taken or chosen, cropped by keys, and sent over a line that breaks."""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from ncre.bootstrap import Container
from tests.browser.visit import CandidateAtPhone, faults_of
from tests.photo.portraits import jpeg, oriented, portrait, whole
from tests.support.people import Candidate, somebody
from tests.web.visitor import facts_of, row_of

pytestmark = pytest.mark.browser


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.agrees()
    candidate.fills()
    candidate.submits()
    return candidate


@pytest.fixture
def visitor(browser: Browser, address: str, wenjing: Candidate) -> CandidateAtPhone:
    context = browser.new_context(viewport={"width": 390, "height": 900}, locale="zh-CN")
    visitor = CandidateAtPhone(context, address)
    visitor.signs_in("wenjing", "a password of wenjing")
    visitor.registration = str(wenjing.id)
    visitor.goes(visitor.path("/photo"))
    return visitor


BRINGS = """([type, data]) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const held = new DataTransfer();
  held.items.add(new File([bytes], "me.jpg", { type: "image/jpeg" }));
  const target = type === "paste" ? document : document.getElementById("photo-form");
  const event = type === "paste"
    ? new ClipboardEvent("paste", { clipboardData: held, bubbles: true })
    : new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true });
  target.dispatchEvent(event);
}"""


SENT = """() => {
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (data) {
    const photo = data.get("photo");
    sessionStorage.sent = JSON.stringify([photo.name, photo.size]);
    send.call(this, data);
  };
  return null;
}"""


def brings(page: Page, how: str, data: bytes) -> None:
    page.evaluate(BRINGS, [how, b64encode(data).decode()])


@pytest.mark.parametrize("how", ["drop", "paste"])
def test_a_photo_is_dropped_or_pasted(
    container: Container, wenjing: Candidate, visitor: CandidateAtPhone, how: str
) -> None:
    brings(visitor.page, how, jpeg(portrait()))
    expect(visitor.page.locator("#photo-instant")).to_contain_text("大小和格式可以")
    visitor.presses("上传照片")
    expect(visitor.page.get_by_text("照片已保存，请查看预览。")).to_be_visible()
    assert row_of(container, wenjing.id)["photo"]


def test_it_is_cropped_by_keys_before_it_is_sent(
    container: Container, wenjing: Candidate, visitor: CandidateAtPhone, tmp_path: Path
) -> None:
    page = visitor.page
    file = tmp_path / "phone.jpg"
    file.write_bytes(jpeg(whole(), quality=95))
    page.set_input_files("#photo", file)
    page.get_by_role("button", name="自己裁剪").press("Enter")
    canvas = page.locator("#photo-crop canvas")
    expect(canvas).to_be_focused()
    before = canvas.evaluate("one => one.toDataURL()")
    for _ in range(24):
        page.keyboard.press("+")
    for _ in range(40):
        page.keyboard.press("ArrowUp")
    assert canvas.evaluate("one => one.toDataURL()") != before
    page.evaluate(SENT)
    visitor.presses("上传照片")
    name, size = page.evaluate("JSON.parse(sessionStorage.sent)")
    assert name == "cropped.jpg", "what stands in the frame is sent, not the file"
    assert 20_000 < size <= 204_800


def test_the_picture_of_a_phone_is_made_lighter_before_it_is_sent_and_stands_upright(
    visitor: CandidateAtPhone, tmp_path: Path
) -> None:
    """What takes minutes on a slow line takes seconds; so a line that breaks costs seconds too, and nothing is resumed."""
    page, picture = visitor.page, whole().resize((3000, 4000)).rotate(90, expand=True)
    file = tmp_path / "phone.jpg"
    file.write_bytes(jpeg(picture, quality=97, exif=oriented(6)))
    assert file.stat().st_size > 2_000_000
    page.set_input_files("#photo", file)
    page.evaluate(SENT)
    visitor.presses("上传照片")
    name, size = page.evaluate("JSON.parse(sessionStorage.sent)")
    assert name == "phone.jpg"
    assert size < 600_000
    offered = page.locator(".offer img").first
    expect(offered).to_be_visible()
    assert "帮我转正" not in visitor.reads(), "turned as its camera says before it was sent"


def test_a_line_that_breaks_loses_no_photo_and_keeps_one(
    container: Container, wenjing: Candidate, visitor: CandidateAtPhone, tmp_path: Path
) -> None:
    page, tries = visitor.page, []
    file = tmp_path / "me.jpg"
    file.write_bytes(jpeg(portrait()))

    def breaks(route: Route) -> None:
        """The first time before it arrives, the second time after: the answer is lost."""
        tries.append(route.request.method)
        if len(tries) == 1:
            route.abort("connectionreset")
        elif len(tries) == 2:
            route.fetch(max_redirects=0)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.set_input_files("#photo", file)
    page.route(
        "**/photo", lambda route: breaks(route) if route.request.method == "POST" else route.continue_()
    )
    page.get_by_role("button", name="上传照片", exact=True).click()
    expect(page.locator("#photo-line")).to_contain_text("正在自动重试")
    expect(page.get_by_text("照片正确，下一步")).to_be_visible(timeout=20_000)
    assert len(tries) == 3
    assert facts_of(container, wenjing.id).count("registration.photo_uploaded") == 1
    assert "registration.photo_replaced" not in facts_of(container, wenjing.id)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_control_and_the_five_faults_fit(
    visitor: CandidateAtPhone, tmp_path: Path, language: str
) -> None:
    visitor.goes(f"/language/{language}?next={visitor.path('/photo')}")
    page = visitor.page
    file = tmp_path / "phone.jpg"
    file.write_bytes(jpeg(whole(), quality=95))
    page.set_input_files("#photo", file)
    page.locator("#photo-crop-open").click()
    folds = page.locator("main details:not([open]) > summary")
    while folds.count():
        folds.first.click()
    assert page.locator(".photo-faults li").count() == 5
    assert faults_of(page) == []
    folder = os.environ.get("NCRE_LOOK")
    if folder:
        page.screenshot(path=Path(folder) / f"photo-{language}.png", full_page=True)
