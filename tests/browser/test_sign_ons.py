"""QQ in both styles of its replies, OpenID Connect, codes of a telephone and the 验证码: walked in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pyotp
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser

from ncre.bootstrap import Container
from ncre.clients.openid import OpenIDClient, Post
from ncre.clients.qq import QQ, QQTerms
from ncre.domain.registration.vocabulary import Role
from ncre.services.accounts.single_sign_on import Provider
from ncre.stand_ins.qq import Style, create_qq_stand_in
from tests.browser.visit import Person, desk, phone
from tests.stand_ins.market import serving
from tests.support.openid import issuer_at, needs_provider, openid_provider
from tests.support.people import SITE, Clock, somebody

pytestmark = pytest.mark.browser
PASSWORD = "a password of wenjing"

both_ways = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@contextmanager
def qq_at(container: Container, address: str, clock: Clock, style: Style) -> Iterator[None]:
    """The stand-in for QQ, which leads back to these pages."""
    back = f"{address}/qq/back"
    stand_in = create_qq_stand_in("100000001", "only in tests", {back}, clock, style, production=False)
    with serving(stand_in) as qq:
        terms = QQTerms("100000001", "only in tests", back, qq, seconds=2.0)
        vars(container)["settings"] = replace(container.settings, qq=terms)
        vars(container)["qq"] = QQ(terms)
        yield


def comes_by_qq(person: Person, fault: str = "none") -> None:
    person.goes("/sign-in")
    person.follows("QQ 登录")
    person.page.select_option("[name=fault]", fault)
    person.presses("授权并登录 Allow")


@both_ways
@pytest.mark.parametrize("style", list(Style), ids=lambda style: style.value)
def test_a_qq_is_linked_by_its_owner_signs_in_and_is_unlinked(
    browser: Browser, container: Container, address: str, clock: Clock, style: Style, scripts: bool
) -> None:
    somebody(container)
    with qq_at(container, address, clock, style):
        look = scripts and style is Style.JSON  # the pages are the same in both styles
        wenjing = Person(phone(browser, scripts=scripts), address, check=look)
        comes_by_qq(wenjing)
        assert "还没有绑定账号" in wenjing.reads()
        wenjing.follows("已有账号，登录")
        wenjing.page.fill("#name", "wenjing")
        wenjing.page.fill("#password", PASSWORD)
        wenjing.presses("登录")
        assert "绑定到账号 wenjing" in wenjing.reads()
        wenjing.presses("是我的 QQ，绑定")
        assert "QQ 已绑定" in wenjing.reads()

        again = Person(phone(browser, scripts=scripts), address, check=look)
        comes_by_qq(again)
        assert again.page.url.endswith("/welcome")
        again.goes("/passport")
        again.presses("解除绑定")
        assert "QQ 已解除绑定" in again.reads()
        assert wenjing.faults + again.faults == []


@both_ways
@pytest.mark.parametrize("style", list(Style), ids=lambda style: style.value)
def test_a_qq_brings_somebody_who_registers_and_a_qq_that_fails_leads_on(
    browser: Browser, container: Container, address: str, clock: Clock, style: Style, scripts: bool
) -> None:
    with qq_at(container, address, clock, style):
        new = Person(phone(browser, scripts=scripts), address, check=scripts and style is Style.JSON)
        comes_by_qq(new, "broken")
        assert "用账号密码登录" in new.reads()
        comes_by_qq(new)
        new.follows("没有账号，注册")
        new.page.fill("#email", "new@example.com")
        new.presses("发送邮件")
        assert container.outbox is not None
        found = re.search(r"/register/[\w-]+", container.outbox.newest()[0].text)
        assert found
        new.goes(found[0])
        new.page.fill("#password", PASSWORD)
        new.page.fill("#again", PASSWORD)
        new.presses("保存并登录")
        new.goes("/qq/confirm")
        new.presses("是我的 QQ，绑定")
        assert "QQ 已绑定" in new.reads()
        assert new.faults == []


@needs_provider
@both_ways
def test_staff_come_from_the_provider_of_their_office(
    browser: Browser, container: Container, address: str, scripts: bool
) -> None:
    back = f"{address}/sso/office/back"
    with openid_provider(back) as provider:
        posts = {"ncre-reviewers": Post(Role.REVIEWER, frozenset({SITE}))}
        issuer = replace(issuer_at(provider, back), posts=posts)
        sign_on = OpenIDClient(issuer, lambda: datetime.now(UTC))
        vars(container)["providers"] = (Provider("office", "考试院统一登录", sign_on, provision=True),)
        li = Person(desk(browser) if scripts else phone(browser, scripts=False), address, check=scripts)
        li.goes("/sign-in")
        li.follows("考试院统一登录")
        assert li.page.url.endswith("/staff/queue")
        li.goes("/sso/office/back?code=x&state=y")
        assert "不是从本页面开始的" in li.reads()
        assert li.faults == []


@both_ways
def test_staff_enrol_a_telephone_and_show_its_code_afterwards(
    browser: Browser, container: Container, address: str, clock: Clock, scripts: bool
) -> None:
    container.accounts.add("shenhe", "a password of shenhe", Role.REVIEWER, frozenset({SITE}))
    vars(container)["settings"] = replace(container.settings, staff_factor="required")
    shenhe = Person(phone(browser, scripts=scripts), address, check=scripts)
    shenhe.signs_in("shenhe", "a password of shenhe")
    factor = pyotp.TOTP(shenhe.page.locator("main code").first.inner_text())
    (picture,) = zxingcpp.read_barcodes(Image.open(BytesIO(shenhe.page.locator(".qr").screenshot())))
    assert pyotp.parse_uri(picture.text).secret == factor.secret
    shenhe.page.fill("#code", "000000")
    shenhe.presses("开启")
    shenhe.page.fill("#code", factor.at(clock()))
    shenhe.presses("开启")
    assert shenhe.page.locator("main code").count() == 10
    shenhe.goes("/passport/factor")

    clock.advance(seconds=30)
    again = Person(phone(browser, scripts=scripts), address, check=scripts)
    again.signs_in("shenhe", "a password of shenhe")
    again.page.fill("#code", "000000")
    again.presses("登录")
    assert "验证码不正确" in again.reads()
    again.page.fill("#code", factor.at(clock()))
    again.presses("登录")
    assert again.page.url.endswith("/staff/queue")
    assert shenhe.faults + again.faults == []


@both_ways
def test_the_picture_is_typed_and_its_sound_is_there(
    browser: Browser, container: Container, address: str, scripts: bool
) -> None:
    somebody(container)
    vars(container)["settings"] = replace(container.settings, captcha="always")
    wenjing = Person(phone(browser, scripts=scripts), address, check=scripts)
    for page in ("/register?by=phone", "/recover", "/sign-in"):
        wenjing.goes(page)
        sound = wenjing.page.locator("audio, a[href$='.wav']").first
        source = sound.get_attribute("src") or sound.get_attribute("href")
        assert source is not None
        assert wenjing.page.request.get(address + source).headers["content-type"] == "audio/wav"
    wenjing.page.fill("#name", "wenjing")
    wenjing.page.fill("#password", PASSWORD)
    before = wenjing.page.input_value("[name=question]")
    if scripts:  # the page stays, and all that was typed on it
        with wenjing.page.expect_response("**/*.png"):
            wenjing.page.get_by_role("button", name="换一张").click()
        assert wenjing.page.input_value("#password") == PASSWORD
        assert "已换一张新的图片" in wenjing.reads()
    else:
        wenjing.presses("换一张")
        wenjing.page.fill("#password", PASSWORD)
    assert wenjing.page.input_value("[name=question]") != before
    assert wenjing.page.input_value("#name") == "wenjing"
    wenjing.page.fill("#answer", answer_of(container, wenjing))
    wenjing.page.press("#answer", "Enter")
    wenjing.page.wait_for_url("**/welcome")
    assert wenjing.faults == []


def answer_of(container: Container, person: Person) -> str:
    """What the picture on the page says, as only the server knows."""
    return container.human_check._answer(person.page.input_value("[name=question]")) or ""


def test_the_pages_about_accounts(browser: Browser, container: Container, address: str) -> None:
    """Personal details, the move to another account, and the archive of accounts."""
    case = somebody(container)
    case.until_waiting()
    second = somebody(container, "second")
    for name, role in (("kaowu", Role.OFFICE), ("shenji", Role.AUDITOR)):
        container.accounts.add(name, f"a password of {name}", role)
    owner = Person(phone(browser), address, check=True)
    owner.signs_in("second", "a password of second")
    owner.goes("/passport/details")
    owner.presses("保存")
    office = Person(desk(browser), address, check=True)
    office.signs_in("kaowu", "a password of kaowu")
    office.opens(case.id)
    for to in ("nobody", "second"):
        if to == "nobody":
            office.page.get_by_text("转到本人另一账号").first.click()
        office.page.fill("#to", to)
        office.page.fill("#evidence", "核对了身份证原件")
        office.presses("转到本人另一账号")
    owner.goes(f"/registrations/{case.id}")
    owner.goes("/passport")
    auditor = Person(desk(browser), address, check=True)
    auditor.signs_in("shenji", "a password of shenji")
    auditor.goes("/audit/accounts")
    auditor.page.fill("#name", "second")
    auditor.presses("查找")
    assert auditor.page.url.endswith(str(second.account.id))
    auditor.goes(f"/audit/{case.id}")
    assert owner.faults + office.faults + auditor.faults == []
