"""Changing where an account is reached: its owner proves it once more, and the address before can take it back."""

from __future__ import annotations

import re

import pyotp
import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.identity import email_templates as letters_of
from tests.support.people import SITE, Clock
from tests.web.account.test_passport import EMAIL, PASSWORD, PHONE, code, joins, letters, link, topics
from tests.web.visitor import Visitor

NEW = {"password": "another good password", "again": "another good password"}
THIEF = "thief@example.com"


@pytest.fixture
def visitor(site: Flask) -> Visitor:
    return Visitor(site)


def changes_email(container: Container, visitor: Visitor, to: str = THIEF) -> None:
    visitor.get("/passport/email")
    visitor.post("/passport/email", 200, target=to, present=PASSWORD)
    path = link(container, to)
    visitor.get(path)
    visitor.post(path)


def joins_by_phone(container: Container, visitor: Visitor) -> None:
    visitor.get("/register?by=phone")
    visitor.post("/register", phone="13800138000")
    visitor.get("/register/code")
    visitor.post("/register/code", code=code(container, PHONE), password=PASSWORD, again=PASSWORD)


def undo_link(container: Container, to: str) -> str:
    found = re.search(r"/passport/undo/[\w-]{20,}", letters(container, to)[0])
    assert found, letters(container, to)
    return found[0]


@pytest.mark.parametrize(("kind", "to"), [("email", THIEF), ("phone", "13900139000")])
def test_an_open_session_alone_changes_no_address(
    container: Container, visitor: Visitor, clock: Clock, kind: str, to: str
) -> None:
    """Once nobody asked for ten minutes after signing in."""
    joins(container, visitor)
    visitor.get(f"/passport/{kind}")
    assert 'name="present"' in visitor.page
    before = len(letters(container, THIEF))
    for guess in ("", "guess", "guess", "guess"):
        visitor.post(f"/passport/{kind}", 422, target=to, present=guess)
    assert "当前密码不正确" in visitor.text()
    assert len(letters(container, THIEF)) == before
    clock.advance(minutes=30)
    visitor.get(f"/passport/{kind}")
    visitor.post(f"/passport/{kind}", 200 if kind == "email" else 303, target=to, present=PASSWORD)


def test_whoever_has_a_second_factor_and_no_password_gives_a_code(
    container: Container, site: Flask, clock: Clock
) -> None:
    with container.database.transaction() as connection:
        known = container.accounts.add_within(connection, "li", None, Role.REVIEWER, frozenset({SITE}))
    secret = container.second_factor_service.to_enrol(known).secret
    assert container.second_factor_service.confirm(known, pyotp.TOTP(secret).at(clock())) is not None
    visitor = signed_in(container, site, known)
    clock.advance(minutes=11)
    visitor.get("/passport/email")
    assert 'name="factor"' in visitor.page
    visitor.post("/passport/email", 422, target="li@example.com", factor="000000")
    visitor.post("/passport/email", 200, target="li@example.com", factor=pyotp.TOTP(secret).at(clock()))


def test_whoever_has_neither_proves_it_at_the_provider(
    container: Container, site: Flask, clock: Clock
) -> None:
    with container.database.transaction() as connection:
        known = container.accounts.add_within(connection, "li", None, Role.CANDIDATE)
    visitor = signed_in(container, site, known)
    visitor.get("/passport/email")
    clock.advance(minutes=11)
    assert visitor.get("/passport/email", 303).location == "/passport/confirm?next=/passport/email"
    assert visitor.post("/passport/email", target=THIEF).location.startswith("/passport/confirm")
    assert letters(container, THIEF) == []


def signed_in(container: Container, site: Flask, known: object) -> Visitor:
    visitor = Visitor(site)
    visitor.get("/sign-in")
    token = container.account_service.start_session(known, "sso", "", "")  # type: ignore[arg-type]
    with visitor._client.session_transaction(base_url="https://localhost") as session:
        session["token"] = token
    return visitor


def test_confirmation_pages_name_address_and_account_masked(container: Container, visitor: Visitor) -> None:
    joins(container, visitor)
    visitor.get("/passport/email")
    visitor.post("/passport/email", 200, target="new@example.com", present=PASSWORD)
    answer = visitor.get(link(container, "new@example.com"))
    assert "把 n***@example.com 绑定到账号 w***@example.com" in visitor.text()
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    visitor.get("/passport/phone")
    visitor.post("/passport/phone", target="13800138000", present=PASSWORD)
    visitor.get("/passport/prove-code")
    assert "把 138****8000 绑定到账号 w***@example.com" in visitor.text()


def test_whoever_opens_the_link_with_another_account_is_told_before_pressing(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    joins(container, visitor)
    visitor.get("/passport/email")
    visitor.post("/passport/email", 200, target="new@example.com", present=PASSWORD)
    other = Visitor(site)
    joins(container, other, "other@example.com")
    other.get(link(container, "new@example.com"))
    assert "不属于现在登录的账号" in other.text()
    assert "new@example.com" not in other.text()
    assert "n***@example.com" not in other.text()


# undoing


@pytest.mark.parametrize("days", [0, 6.9])
def test_the_old_address_takes_a_change_back_for_seven_days(
    container: Container, site: Flask, visitor: Visitor, clock: Clock, days: float
) -> None:
    account = joins(container, visitor)
    changes_email(container, visitor)
    assert "刚刚改为 t***@example.com" in letters(container, EMAIL)[0]
    clock.advance(days=days)
    owner = Visitor(site)
    owner.get(undo_link(container, EMAIL))
    assert "账号 t***@example.com 的邮箱现在是 t***@example.com" in owner.text()
    assert "恢复为 w***@example.com" in owner.text()
    there = owner.post(undo_link(container, EMAIL)).location
    assert there.startswith("/recover/")
    known = container.accounts.find(account.id)
    assert known is not None
    assert (known.email, known.name) == (EMAIL, EMAIL)
    visitor.get("/passport", 302)
    owner.get(there)
    owner.post(there, **NEW)
    assert container.accounts.check(EMAIL, NEW["password"]) is not None
    assert container.accounts.check(THIEF, PASSWORD) is None
    assert "contact_changed" in topics(container, account)


def test_after_seven_days_it_is_over(
    container: Container, site: Flask, visitor: Visitor, clock: Clock
) -> None:
    joins(container, visitor)
    changes_email(container, visitor)
    clock.advance(days=7, seconds=1)
    owner = Visitor(site)
    owner.get(undo_link(container, EMAIL), 410)
    assert "7 天内有效" in owner.text()
    owner.get("/recover")
    owner.post(undo_link(container, EMAIL), 410)


def test_a_thief_who_goes_on_changing_ends_nothing_of_it(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    """Neither a new password nor a second new address, nor the link that leads back to the first of them."""
    account = joins(container, visitor)
    changes_email(container, visitor)
    visitor.get("/passport")
    visitor.post("/passport/password", present=PASSWORD, **NEW)
    visitor.get("/passport/email")
    visitor.post("/passport/email", 200, target="second@example.com", present=NEW["password"])
    path = link(container, "second@example.com")
    visitor.get(path)
    visitor.post(path)
    owner = Visitor(site)
    owner.get(undo_link(container, EMAIL))
    owner.post(undo_link(container, EMAIL))
    thief = Visitor(site)
    thief.get(undo_link(container, THIEF), 410)
    known = container.accounts.find(account.id)
    assert known is not None
    assert known.email == EMAIL


def test_it_is_undone_once_and_not_by_a_scanner_of_mails(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    account = joins(container, visitor)
    changes_email(container, visitor)
    owner = Visitor(site)
    for _ in range(3):
        owner.get(undo_link(container, EMAIL))
    assert container.accounts.find(account.id).email == THIEF  # type: ignore[union-attr]
    owner.post(undo_link(container, EMAIL))
    owner.get("/sign-in")
    owner.post(undo_link(container, EMAIL), 410)


def test_an_address_that_belongs_to_another_by_now_is_told(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    joins(container, visitor)
    changes_email(container, visitor)
    path = undo_link(container, EMAIL)
    joins(container, Visitor(site))
    owner = Visitor(site)
    owner.get(path)
    owner.post(path, 409)
    assert "现在属于另一个账号" in owner.text()


def test_what_is_added_to_a_phone_account_is_told_to_the_phone_and_can_be_taken_away(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    """Whoever adds an address of theirs could recover the password with it."""
    joins_by_phone(container, visitor)
    changes_email(container, visitor)
    assert "如果不是您本人操作，请在 7 天内打开下面的链接撤销" in letters(container, PHONE)[0]
    owner = Visitor(site)
    owner.get(undo_link(container, PHONE))
    assert "解除这个绑定" in owner.text()
    assert owner.post(undo_link(container, PHONE)).location == "/sign-in"
    known = container.accounts.named(PHONE)
    assert known is not None
    assert (known.email, known.phone) == ("", PHONE)
    visitor.get("/passport", 302)
    with container.database.reading() as connection:
        assert container.accounts.named(THIEF) is None
        assert connection is not None


# what letters promise


def test_letters_to_an_account_without_an_e_mail_address_promise_no_recovery(
    container: Container, visitor: Visitor, site: Flask
) -> None:
    joins_by_phone(container, visitor)
    visitor.get("/passport")
    visitor.post("/passport/password", present=PASSWORD, **NEW)
    assert "找回密码" not in letters(container, PHONE)[0]
    assert "联系考务办公室" in letters(container, PHONE)[0]
    other = Visitor(site)
    other.get("/register?by=phone")
    other.post("/register", phone="13800138000")
    assert "已有账号" in letters(container, PHONE)[0]
    assert "找回" not in letters(container, PHONE)[0]


@pytest.mark.parametrize("recovers", [True, False])
def test_every_letter_about_a_change_promises_what_can_be_kept(recovers: bool) -> None:
    for letter in (
        letters_of.password_changed("a@example.com", recovers),
        letters_of.identity_changed("a@example.com", recovers),
        letters_of.known_already("a@example.com", "https://ncre.example", recovers),
    ):
        assert ("找回" in letter.text) is recovers
        assert ("recover" in letter.text) is recovers
    assert "找回" not in letters_of.closed("a@example.com").text


def test_the_page_of_a_code_names_the_phone(container: Container, visitor: Visitor) -> None:
    visitor.get("/register?by=phone")
    visitor.post("/register", phone="13800138000")
    visitor.get("/register/code")
    assert "验证码已发到 138****8000" in visitor.text()
