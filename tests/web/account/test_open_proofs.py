"""Links and codes that wait: whatever changes what guards an account, and a newer one, ends them."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.events.account import account_stream
from tests.support.people import OFFICE, Clock
from tests.web.account.test_passport import EMAIL, PASSWORD, code, joins, letters, link
from tests.web.visitor import ORIGIN, Visitor

NEW = {"password": "another good password", "again": "another good password"}


@pytest.fixture
def visitor(site: Flask) -> Visitor:
    return Visitor(site)


def asks(container: Container, site: Flask, page: str = "/recover", to: str = EMAIL) -> str:
    """The path of a link that was mailed to somebody."""
    somebody = Visitor(site)
    somebody.get(page)
    somebody.post(page, 200, email=to)
    return link(container, to)


def refuses(site: Flask, path: str, **form: str) -> None:
    """The link is over: its page says so, and what is sent to it changes nothing."""
    holder = Visitor(site)
    holder.get(path, 410)
    holder.get("/recover")
    holder.post(path, 410, **NEW, **form)


def test_of_two_recovery_links_only_the_newer_is_good(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    joins(container, visitor)
    older, newer = asks(container, site), asks(container, site)
    refuses(site, older)
    other = Visitor(site)
    other.get(newer)
    other.post(newer, **NEW)
    refuses(site, older)
    refuses(site, newer)
    assert container.accounts.check(EMAIL, NEW["password"]) is not None


def changes_password(container: Container, visitor: Visitor) -> None:
    visitor.get("/passport")
    visitor.post("/passport/password", present=PASSWORD, **NEW)


def password_by_staff(container: Container, visitor: Visitor) -> None:
    known = container.accounts.named(EMAIL)
    assert known is not None
    container.staff_provisioning.set_password(known, NEW["password"])


def closes(container: Container, visitor: Visitor) -> None:
    visitor.get("/passport/close")
    visitor.post("/passport/close", password=PASSWORD)


def adds_phone(container: Container, visitor: Visitor) -> None:
    visitor.get("/passport/phone")
    visitor.post("/passport/phone", target="13800138000", present=PASSWORD)
    visitor.get("/passport/prove-code")
    visitor.post("/passport/prove-code", code=code(container, "+8613800138000"))


def changes_role(container: Container, visitor: Visitor) -> None:
    known = container.accounts.named(EMAIL)
    assert known is not None
    container.staff_provisioning.give_role(known, Role.AUDITOR, frozenset(), "a test", OFFICE)


CHANGES = [changes_password, password_by_staff, closes, adds_phone, changes_role]


@pytest.mark.parametrize("changes", CHANGES)
def test_what_changes_an_account_ends_its_recovery_link(
    container: Container, site: Flask, visitor: Visitor, changes: Callable[[Container, Visitor], None]
) -> None:
    joins(container, visitor)
    mailed = asks(container, site)
    changes(container, visitor)
    refuses(site, mailed)


@pytest.mark.parametrize("changes", [changes_password, password_by_staff, adds_phone])
def test_what_changes_an_account_ends_the_link_to_another_address(
    container: Container, site: Flask, visitor: Visitor, changes: Callable[[Container, Visitor], None]
) -> None:
    """Once somebody at an open session asked for a new address, the owner's new password did not end that."""
    account = joins(container, visitor)
    visitor.get("/passport/email")
    visitor.post("/passport/email", 200, target="thief@example.com", present=PASSWORD)
    mailed = link(container, "thief@example.com")
    changes(container, visitor)
    owner = Visitor(site)
    owner.get("/sign-in")
    password = PASSWORD if changes is adds_phone else NEW["password"]
    owner.post("/sign-in", name=EMAIL, password=password)
    owner.get("/passport")
    owner.post(mailed, 422)
    known = container.accounts.find(account.id)
    assert known is not None
    assert known.email == EMAIL


def test_of_two_links_to_new_addresses_only_the_newer_is_good(container: Container, visitor: Visitor) -> None:
    account = joins(container, visitor)
    paths = []
    for to in ("one@example.com", "two@example.com"):
        visitor.get("/passport/email")
        visitor.post("/passport/email", 200, target=to, present=PASSWORD)
        paths.append(link(container, to))
    visitor.get("/passport")
    visitor.post(paths[0], 422)
    visitor.get("/passport")
    visitor.post(paths[1])
    known = container.accounts.find(account.id)
    assert known is not None
    assert known.email == "two@example.com"


def test_a_second_link_to_register_is_over_once_the_first_was_used(container: Container, site: Flask) -> None:
    first = asks(container, site, "/register")
    second = asks(container, site, "/register")
    refuses(site, first)
    joiner = Visitor(site)
    joiner.get(second)
    joiner.post(second, **NEW)
    refuses(site, second)


def test_a_newer_code_to_a_phone_ends_the_older(container: Container, site: Flask) -> None:
    codes = []
    visitors = [Visitor(site), Visitor(site)]
    for visitor in visitors:
        visitor.get("/register?by=phone")
        visitor.post("/register", phone="13800138000")
        codes.append(code(container, "+8613800138000"))
    visitors[0].get("/register/code")
    visitors[0].post("/register/code", 422, code=codes[0], **NEW)
    visitors[1].get("/register/code")
    visitors[1].post("/register/code", code=codes[1], **NEW)


def test_a_new_password_ends_a_sign_in_that_waits_for_its_second_step(
    container: Container, site: Flask
) -> None:
    known = container.accounts.add("shenhe", "a password of shenhe", Role.REVIEWER, frozenset({"420019"}))
    step = container.second_factor_service
    secret = step.to_enrol(known).secret
    assert step.confirm(known, pyotp.TOTP(secret).at(container.clock())) is not None
    thief = Visitor(site)
    thief.get("/sign-in")
    assert "/sign-in/code" in str(
        thief.post("/sign-in", name="shenhe", password="a password of shenhe").location
    )
    thief.get("/sign-in/code")
    container.staff_provisioning.set_password(known, NEW["password"])
    thief.post("/sign-in/code", 303, code="000000")
    assert thief.get("/sign-in/code", 303).location == "/sign-in"


# one browser, one session


def cookie_of(visitor: Visitor) -> str:
    found = visitor._client.get_cookie("__Host-ncre", domain="localhost")
    assert found is not None
    return found.value


def is_signed_in(site: Flask, cookie: str) -> bool:
    client = site.test_client()
    client.set_cookie("__Host-ncre", cookie, domain="localhost", secure=True)
    return client.get("/passport", base_url=ORIGIN).status_code == 200


def test_signing_in_again_in_one_browser_ends_the_former_session(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    account = joins(container, visitor)
    container.accounts.add("wenjing", "a password of wenjing", Role.CANDIDATE)
    former = cookie_of(visitor)
    assert is_signed_in(site, former)
    visitor.get("/sign-in")
    visitor.post("/sign-in", name=EMAIL, password=PASSWORD)
    assert not is_signed_in(site, former)
    assert len(container.account_service.sessions.of(account.id)) == 1
    other = cookie_of(visitor)
    visitor.signs_in("wenjing")
    assert not is_signed_in(site, other)
    assert container.account_service.sessions.of(account.id) == []


def test_signing_out_asks_the_browser_to_forget_its_pages(
    container: Container, clock: Clock, visitor: Visitor
) -> None:
    joins(container, visitor)
    visitor.get("/welcome")
    visitor.page = "<main" + visitor.page
    answer = visitor.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in visitor.get("/").headers


def test_closing_the_account_asks_the_browser_to_forget_its_pages(
    container: Container, visitor: Visitor
) -> None:
    account = joins(container, visitor)
    visitor.get("/passport/close")
    answer = visitor.post("/passport/close", password=PASSWORD)
    assert "Clear-Site-Data" in answer.headers
    with container.database.reading() as connection:
        history = container.command_handler.store.history(
            connection, account_stream(account.id), opened=False
        )
    assert history[-1].TOPIC == "passport.account_closed"
    assert "注销" in letters(container, EMAIL)[0]
