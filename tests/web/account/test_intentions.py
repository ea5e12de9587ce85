"""Whoever is on the way somewhere comes there: through registering, signing in, recovering, a second step, in any order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

import pyotp
import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.clients.qq import QQ, QQTerms
from ncre.domain.registration.vocabulary import Role
from ncre.stand_ins.qq import Style, create_qq_stand_in
from ncre.web import create_site
from tests.stand_ins.market import serving
from tests.support.people import SITE, Clock, somebody
from tests.web.account.test_passport import PASSWORD, code, joins, link
from tests.web.account.test_qq import APPID, BACK, SECRET, allowed, starts
from tests.web.visitor import ORIGIN, Visitor

EMAIL, PHONE = "newcomer@example.com", "+8613700137000"
NEW = {"password": "another good password", "again": "another good password"}
Way = Callable[[Container, Visitor, str], str]
"""From the sign-in page at an address until somebody is in; where they come."""


@pytest.fixture
def site(container: Container, clock: Clock) -> Iterator[Flask]:
    stand_in = create_qq_stand_in(
        APPID, SECRET, {BACK}, clock, Style.JSON, production=False, seconds_slow=1.5
    )
    with serving(stand_in) as address:
        terms = QQTerms(APPID, SECRET, BACK, address, seconds=0.5)
        vars(container)["settings"] = replace(container.settings, qq=terms)
        vars(container)["qq"] = QQ(terms)
        yield create_site(container)


@pytest.fixture
def visitor(site: Flask) -> Visitor:
    return Visitor(site)


def address_of(visitor: Visitor, words: str) -> str:
    """Where the link with these words leads."""
    found = re.search(rf'href="([^"]+)">{words}', visitor.page)
    assert found, words
    return found[1].replace("&amp;", "&")


def form_of(visitor: Visitor) -> str:
    """Where the form of the page goes."""
    found = re.search(r'<form class="narrow" method="post" action="([^"]+)"', visitor.page)
    assert found
    return found[1].replace("&amp;", "&")


def by_email(container: Container, visitor: Visitor, start: str) -> str:
    visitor.get(start)
    visitor.get(address_of(visitor, "用户注册"))
    visitor.post(form_of(visitor), 200, email=EMAIL)
    visitor.get(link(container, EMAIL))
    return str(visitor.post(link(container, EMAIL), **NEW).location)


def by_phone(container: Container, visitor: Visitor, start: str) -> str:
    visitor.get(start)
    visitor.get(address_of(visitor, "用户注册"))
    visitor.get(address_of(visitor, "手机号注册"))
    visitor.get(str(visitor.post(form_of(visitor), phone="137 0013 7000").location))
    return str(visitor.post("/register/code", code=code(container, PHONE), **NEW).location)


def by_password(container: Container, visitor: Visitor, start: str) -> str:
    joins(container, Visitor(visitor._client.application), EMAIL)
    visitor.get(start)
    return str(visitor.post(form_of(visitor), name=EMAIL, password=PASSWORD).location)


def by_recovery(container: Container, visitor: Visitor, start: str) -> str:
    joins(container, Visitor(visitor._client.application), EMAIL)
    visitor.get(start)
    visitor.get(address_of(visitor, "找回密码"))
    visitor.post(form_of(visitor), 200, email=EMAIL)
    visitor.get(link(container, EMAIL))
    return str(visitor.post(link(container, EMAIL), **NEW).location)


def by_registering_what_is_known(container: Container, visitor: Visitor, start: str) -> str:
    """The letter says that there is an account, and leads on to signing in."""
    joins(container, Visitor(visitor._client.application), EMAIL)
    visitor.get(start)
    visitor.get(address_of(visitor, "用户注册"))
    visitor.post(form_of(visitor), 200, email=EMAIL)
    assert container.outbox is not None
    found = re.search(rf"{ORIGIN}(/sign-in\S*)", container.outbox.newest()[0].text)
    assert found
    visitor.get(found[1])
    return str(visitor.post(form_of(visitor), name=EMAIL, password=PASSWORD).location)


WAYS = [by_email, by_phone, by_password, by_recovery, by_registering_what_is_known]


@pytest.mark.parametrize("way", WAYS)
def test_qq_for_the_first_time_is_bound_at_the_end(container: Container, visitor: Visitor, way: Way) -> None:
    """QQ for the first time, "no account, register", registered by e-mail: it landed on the welcome page, not bound."""
    visitor.get(allowed(starts(visitor)))
    start = address_of(visitor, "已有账号，登录")
    there = way(container, visitor, start)
    assert there == "/qq/confirm"
    visitor.get(there)
    visitor.post(there, answer="yes")
    again = Visitor(visitor._client.application)
    assert again.get(allowed(starts(again)), 303).location == "/welcome"


@pytest.mark.parametrize("way", WAYS)
def test_whoever_came_by_qq_on_the_way_to_a_page_is_bound_and_comes_there(
    container: Container, visitor: Visitor, way: Way
) -> None:
    visitor.get("/agreement", 302)
    visitor.get("/sign-in?next=/agreement")
    visitor.get(allowed(starts(visitor, address_of(visitor, "QQ 登录"))))
    there = way(container, visitor, address_of(visitor, "已有账号，登录"))
    assert there == "/qq/confirm?next=/agreement"
    visitor.get(there)
    assert visitor.post(form_after(visitor), answer="yes").location == "/agreement"


def form_after(visitor: Visitor) -> str:
    found = re.search(r'<form method="post" action="([^"]+)"', visitor.page[visitor.page.index("<main") :])
    assert found
    return found[1].replace("&amp;", "&")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "target", ["/agreement", "/registrations/11111111-1111-4111-8111-111111111111/pay?channel=alipay"]
)
def test_a_page_that_needs_somebody_is_where_they_come(
    container: Container, visitor: Visitor, way: Way, target: str
) -> None:
    start = str(visitor.get(target, 302).location)
    assert parse_qs(urlsplit(start).query)["next"] == [target]
    assert way(container, visitor, start) == target


@pytest.mark.parametrize("evil", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_no_way_leads_to_another_site(container: Container, visitor: Visitor, evil: str) -> None:
    for way in (by_email, by_phone):
        assert way(container, visitor, f"/sign-in?next={quote(evil)}") == "/welcome"


def test_a_letter_opened_in_another_browser_leads_to_showing_the_qq_there(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    """Only the browser in which the QQ was shown knows it: whoever mails a link around binds nobody's account."""
    visitor.get(allowed(starts(visitor)))
    visitor.get(address_of(visitor, "没有账号，注册"))
    visitor.post(form_of(visitor), 200, email=EMAIL)
    assert "回到这里登录" in visitor.text()
    other = Visitor(site)
    other.get(link(container, EMAIL))
    there = str(other.post(link(container, EMAIL), **NEW).location)
    assert there == "/qq/confirm"
    other.get(there)
    assert "再登录一次 QQ" in other.text()
    other.get("/passport")
    other.post("/qq/confirm", 403, answer="yes")
    other.get("/qq/confirm")
    assert other.get(allowed(starts(other, address_of(other, "登录 QQ 并绑定"))), 303).location == "/passport"
    other.get("/passport")
    assert "QQ 已绑定" in other.text()


def test_the_qq_waits_as_long_as_the_letter(container: Container, visitor: Visitor, clock: Clock) -> None:
    visitor.get(allowed(starts(visitor)))
    visitor.get(address_of(visitor, "没有账号，注册"))
    visitor.post(form_of(visitor), 200, email=EMAIL)
    clock.advance(minutes=29)
    visitor.get(link(container, EMAIL))
    there = str(visitor.post(link(container, EMAIL), **NEW).location)
    visitor.get(there)
    assert "绑定到账号" in visitor.text()


def test_the_qq_is_asked_about_whichever_way_they_take(container: Container, visitor: Visitor) -> None:
    """Also where they leave the page and sign in by the menu."""
    visitor.get(allowed(starts(visitor)))
    assert by_password(container, visitor, "/sign-in?next=/agreement") == "/qq/confirm?next=/agreement"


def test_the_second_step_leads_on(container: Container, site: Flask, clock: Clock) -> None:
    known = container.accounts.add("shenhe", "a password of shenhe", Role.REVIEWER, frozenset({SITE}))
    secret = container.second_factor_service.to_enrol(known).secret
    container.second_factor_service.confirm(known, pyotp.TOTP(secret).at(clock()))
    clock.advance(seconds=60)
    visitor = Visitor(site)
    visitor.get(str(visitor.get("/staff/desk", 302).location))
    there = str(visitor.post(form_of(visitor), name="shenhe", password="a password of shenhe").location)
    visitor.get(there)
    assert visitor.post(form_of(visitor), code=pyotp.TOTP(secret).at(clock())).location == "/staff/desk"


def test_enrolling_the_second_step_leads_on(container: Container, site: Flask, clock: Clock) -> None:
    vars(container)["settings"] = replace(container.settings, staff_factor="required")
    container.accounts.add("shenhe", "a password of shenhe", Role.REVIEWER, frozenset({SITE}))
    visitor = Visitor(site)
    visitor.get(str(visitor.get("/staff/desk", 302).location))
    there = str(visitor.post(form_of(visitor), name="shenhe", password="a password of shenhe").location)
    assert there == "/passport/factor?next=/staff/desk"
    visitor.get(there)
    known = container.accounts.named("shenhe")
    assert known is not None
    secret = container.second_factor_service.to_enrol(known).secret
    visitor.post(form_of(visitor), 200, code=pyotp.TOTP(secret).at(clock()))
    assert address_of(visitor, "已保存，继续") == "/staff/desk"


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(
    container: Container, site: Flask, clock: Clock
) -> None:
    candidate = somebody(container)
    page = f"/registrations/{candidate.agrees().id}/details"
    visitor = Visitor(site)
    visitor.signs_in(candidate.account.name)
    visitor.get(page)
    visitor._name = ""
    clock.advance(hours=2)
    start = str(visitor.post(page, 302).location)
    assert parse_qs(urlsplit(start).query)["next"] == [page]
