"""The passport on a phone, without JavaScript where that is asked, and every page of it accessible."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.web import create_site
from tests.browser.visit import Person, phone
from tests.stand_ins.market import Market, serving

pytestmark = pytest.mark.browser
EMAIL, PASSWORD = "wenjing@example.com", "correct horse battery"


def newest(container: Container, pattern: str) -> str:
    assert container.outbox is not None
    found = re.search(pattern, container.outbox.newest()[0].text)
    assert found
    return found[0]


def types(person: Person, **values: str) -> None:
    for name, value in values.items():
        person.page.fill(f"#{name}", value)


@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_registers_recovers_and_minds_the_account(
    browser: Browser, container: Container, address: str, scripts: bool
) -> None:
    person = Person(phone(browser, scripts=scripts), address, check=scripts)
    person.goes("/register?by=phone")
    person.goes("/register")
    types(person, email=EMAIL)
    person.presses("发送邮件")
    person.goes(newest(container, r"/register/[\w-]+"))
    types(person, password=PASSWORD, again=PASSWORD)
    person.presses("保存并登录")
    assert EMAIL in person.page.content()

    person.goes("/passport")
    person.goes("/passport/phone")
    types(person, target="13800138000", present=PASSWORD)
    person.presses("发送验证")
    types(person, code=newest(container, r"\b\d{6}\b"))
    person.presses("确认")
    assert "138 0013 8000" in person.reads()
    person.goes("/passport/close")
    person.goes("/passport/confirm")

    person.goes("/passport")
    types(person, present=PASSWORD, password="another good password", again="another good password")
    person.presses("修改密码")
    assert "密码已修改" in person.reads()

    stranger = Person(phone(browser, scripts=scripts), address, check=scripts)
    stranger.goes("/recover")
    types(stranger, email=EMAIL)
    stranger.presses("发送邮件")
    path = newest(container, r"/recover/[\w-]+")
    stranger.goes(path)
    types(stranger, password=PASSWORD, again=PASSWORD)
    stranger.presses("保存并登录")
    stranger.goes(path)
    assert "链接已失效" in stranger.reads()
    assert person.faults + stranger.faults == []


@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_registers_with_a_phone_is_offered_an_address_and_closes_the_account(
    browser: Browser, container: Container, address: str, scripts: bool
) -> None:
    vars(container)["settings"] = replace(container.settings, demo=True)
    person = Person(phone(browser, scripts=scripts), address, check=scripts)
    person.goes("/register?by=phone")
    assert "不能找回密码" in person.reads()
    types(person, phone="13800138000")
    person.presses("获取验证码")
    types(person, code="000000", password=PASSWORD, again=PASSWORD)
    person.presses("注册")
    types(person, code=newest(container, r"\b\d{6}\b"), password=PASSWORD, again=PASSWORD)
    person.presses("注册")
    person.follows("绑定邮箱")
    types(person, target=EMAIL, present=PASSWORD)
    person.presses("发送验证")
    person.goes("/outbox")
    person.goes(newest(container, r"/passport/prove/[\w-]+"))
    person.presses("确认")
    assert EMAIL in person.reads()
    person.goes("/passport/close")
    types(person, password="wrong")
    person.presses("注销账号")
    assert "密码不正确" in person.reads()
    types(person, password=PASSWORD)
    person.presses("注销账号")
    person.goes("/passport")
    assert person.page.url.endswith("/sign-in?next=/passport")
    assert person.faults == []


def test_faults_are_told_on_accessible_pages(browser: Browser, container: Container, address: str) -> None:
    container.accounts.add("wenjing", PASSWORD, Role.CANDIDATE)
    person = Person(phone(browser), address, check=True)
    person.goes("/sign-in")
    types(person, name="wenjing", password="wrong")
    person.presses("登录")
    assert "账号或密码不正确" in person.reads()
    person.signs_in("wenjing", PASSWORD)
    person.goes("/passport")
    types(person, present="wrong", password=PASSWORD, again=PASSWORD)
    person.presses("修改密码")
    assert "当前密码不正确" in person.reads()
    assert person.faults == []


def test_the_picture_can_be_answered_by_a_computation_instead(browser: Browser, market: Market) -> None:
    """A telephone does the work; without scripts there are the picture and its sound."""
    container = market.container
    vars(container)["settings"] = replace(container.settings, captcha="always")
    with serving(create_site(container)) as address:
        person = Person(phone(browser), address, check=True)
        person.goes("/register")
        types(person, email=EMAIL)
        person.page.get_by_role("button", name="让设备计算代替").click()
        person.page.get_by_text("计算完成").wait_for(timeout=60_000)
        person.presses("发送邮件")
        assert "请查收邮件" in person.reads()
        assert person.faults == []
        plain = Person(phone(browser, scripts=False), address)
        plain.goes("/register")
        assert plain.page.locator("img.captcha").evaluate("picture => picture.naturalWidth") == 180
        assert plain.page.get_by_role("button", name="让设备计算代替").count() == 0
