"""QQ 登录 in pages, against the stand-in over HTTP, in both styles of its replies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pyotp
import pytest
import requests
from sqlalchemy import select

from ncre.bootstrap import Container
from ncre.clients.qq import QQ, QQTerms
from ncre.domain.registration.vocabulary import Role
from ncre.identity.one_time_tokens import redeemed
from ncre.identity.proofs import proofs
from ncre.stand_ins.qq import SignInFault, Style, create_qq_stand_in
from ncre.web import create_site
from tests.stand_ins.market import serving
from tests.support.people import SITE, Clock
from tests.web.visitor import ORIGIN, Visitor

APPID, SECRET, BACK = "100000001", "only in tests", f"{ORIGIN}/qq/back"


@pytest.fixture(params=list(Style))
def visitor(container: Container, clock: Clock, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Somebody at a house where QQ can be used; the account `wenjing` is there."""
    stand_in = create_qq_stand_in(
        APPID, SECRET, {BACK}, clock, request.param, production=False, seconds_slow=1.5
    )
    with serving(stand_in) as address:
        terms = QQTerms(APPID, SECRET, BACK, address, seconds=0.5)
        vars(container)["settings"] = replace(container.settings, qq=terms)
        vars(container)["qq"] = QQ(terms)
        container.accounts.add("wenjing", "a password of wenjing", Role.CANDIDATE)
        yield Visitor(create_site(container))


def allowed(address: str, user: str = "10001", fault: SignInFault = SignInFault.NONE) -> str:
    """The path to which QQ leads back once somebody allowed it."""
    reply = requests.post(address, data={"user": user, "fault": fault}, allow_redirects=False, timeout=5)
    parts = urlsplit(reply.headers["Location"])
    return f"{parts.path}?{parts.query}"


def starts(visitor: Visitor, path: str = "/qq") -> str:
    return str(visitor.get(path, 302).location)


def links(visitor: Visitor, name: str = "wenjing", user: str = "10001") -> None:
    visitor.signs_in(name)
    visitor.get(allowed(starts(visitor, "/qq/link"), user), 303)


def test_an_unknown_qq_is_linked_once_its_owner_signs_in_and_confirms(
    container: Container, visitor: Visitor
) -> None:
    visitor.get("/sign-in")
    assert "QQ 登录" in visitor.text()
    visitor.get(allowed(starts(visitor)))
    assert "还没有绑定账号" in visitor.text()
    visitor.get("/sign-in?next=/qq/confirm")
    entered = visitor.post("/sign-in?next=/qq/confirm", name="wenjing", password="a password of wenjing")
    assert entered.location == "/qq/confirm"
    visitor.get("/qq/confirm")
    assert "绑定到账号 wenjing" in visitor.text()
    visitor.post("/qq/confirm", answer="yes")
    visitor.get("/passport")
    assert "QQ 已绑定" in visitor.text()
    again = Visitor(visitor._client.application)
    assert again.get(allowed(starts(again)), 303).location == "/welcome"
    again.get("/welcome")
    assert "wenjing" in again.text()


def test_beginning_at_qq_leaves_no_row(container: Container, visitor: Visitor) -> None:
    """Whoever opens the address a million times fills no table; only a reply that was begun here leaves one."""
    for _ in range(3):
        begun = starts(visitor)
    visitor.get("/qq/back?state=unknown&code=x", 403)
    with container.database.reading() as connection:
        assert connection.execute(select(proofs)).first() is None
        assert len(connection.execute(select(redeemed)).all()) == 1
    visitor.get(allowed(begun), 403)


def test_nothing_is_linked_without_a_yes(container: Container, visitor: Visitor) -> None:
    visitor.get(allowed(starts(visitor)))
    visitor.signs_in("wenjing")
    visitor.get("/welcome")
    visitor.get("/qq/confirm")
    visitor.post("/qq/confirm", answer="no")
    other = Visitor(visitor._client.application)
    other.get(allowed(starts(other)))
    assert "还没有绑定账号" in other.text()


def test_a_link_that_waits_is_forgotten_after_ten_minutes(
    container: Container, clock: Clock, visitor: Visitor
) -> None:
    visitor.get(allowed(starts(visitor)))
    clock.advance(minutes=11)
    visitor.signs_in("wenjing")
    assert visitor.get("/qq/confirm", 303).location == "/passport"


def test_who_is_signed_in_links_and_unlinks_and_is_told(container: Container, visitor: Visitor) -> None:
    links(visitor)
    visitor.get("/passport")
    assert "解除绑定" in visitor.text()
    assert "绑定了QQ登录" in visitor.text()
    visitor.post("/qq/unlink")
    visitor.get("/passport")
    assert "QQ 已解除绑定" in visitor.text()
    other = Visitor(visitor._client.application)
    other.get(allowed(starts(other)))
    assert "还没有绑定账号" in other.text()


def test_linking_needs_a_fresh_sign_in(clock: Clock, visitor: Visitor) -> None:
    visitor.signs_in("wenjing")
    clock.advance(minutes=11)
    assert visitor.get("/qq/link", 302).location == "/passport/confirm?next=/qq/link"


def test_confirming_a_link_asks_for_the_password_again_and_comes_back(clock: Clock, visitor: Visitor) -> None:
    visitor.signs_in("wenjing")
    clock.advance(minutes=11)
    visitor.get(allowed(starts(visitor)))
    answer = visitor.get("/qq/confirm", 302)
    assert answer.location == "/passport/confirm?next=/qq/confirm"
    visitor.get(answer.location)
    answer = visitor.post(answer.location, password="a password of wenjing")
    assert answer.location == "/qq/confirm"
    visitor.get("/qq/confirm")
    visitor.post("/qq/confirm", answer="yes")
    visitor.get("/passport")
    assert "QQ 已绑定" in visitor.text()


def test_whoever_was_on_the_way_somewhere_comes_there(visitor: Visitor) -> None:
    links(visitor)
    other = Visitor(visitor._client.application)
    for asked, led in (("/agreement", "/agreement"), ("//evil.example", "/welcome")):
        assert other.get(allowed(starts(other, f"/qq?next={asked}")), 303).location == led


def test_a_closed_account_lets_its_qq_go(container: Container, visitor: Visitor) -> None:
    links(visitor)
    visitor.get("/passport/close")
    visitor.post("/passport/close", password="a password of wenjing")
    container.accounts.add("liqiang", "a password of liqiang", Role.CANDIDATE)
    links(visitor, "liqiang")
    other = Visitor(visitor._client.application)
    other.get(allowed(starts(other)), 303)
    other.get("/welcome")
    assert "liqiang" in other.text()


def test_staff_who_come_by_qq_are_asked_for_the_second_step_too(
    container: Container, clock: Clock, visitor: Visitor
) -> None:
    """A candidate who linked a QQ and was made staff later."""
    links(visitor)
    known = container.accounts.named("wenjing")
    assert known is not None
    office = container.accounts.add("office", "a password of office", Role.OFFICE)
    container.staff_provisioning.give_role(
        known, Role.REVIEWER, frozenset({SITE}), "joined the site", office.actor
    )
    factor = pyotp.TOTP(container.second_factor_service.to_enrol(known).secret)
    container.second_factor_service.confirm(known, factor.at(clock()))
    other = Visitor(visitor._client.application)
    assert other.get(allowed(starts(other)), 303).location == "/sign-in/code"
    other.get("/staff/queue", 302)


def test_a_qq_that_belongs_to_another_account_is_never_moved(container: Container, visitor: Visitor) -> None:
    links(visitor)
    container.accounts.add("liqiang", "a password of liqiang", Role.CANDIDATE)
    other = Visitor(visitor._client.application)
    other.signs_in("liqiang")
    other.get(allowed(starts(other, "/qq/link")), 409)
    assert "已绑定另一个账号" in other.text()


def test_a_foreign_or_repeated_reply_signs_nobody_in(visitor: Visitor) -> None:
    """Login CSRF: a reply that this browser did not begin, and the same reply again, are refused."""
    reply = allowed(starts(visitor))
    stranger = Visitor(visitor._client.application)
    stranger.get(reply, 403)
    assert "不是从本页面开始的" in stranger.text()
    visitor.get(reply)
    visitor.get(reply, 403)
    starts(visitor)
    visitor.get("/qq/back?code=x&state=wrong", 403)


def test_a_link_begun_by_one_account_is_not_finished_by_another(
    container: Container, visitor: Visitor
) -> None:
    container.accounts.add("liqiang", "a password of liqiang", Role.CANDIDATE)
    visitor.signs_in("wenjing")
    reply = allowed(starts(visitor, "/qq/link"))
    visitor.signs_in("liqiang")
    visitor.get(reply, 403)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (SignInFault.SLOW, 503),
        (SignInFault.BROKEN, 503),
        (SignInFault.OTHER_CLIENT, 403),
        (SignInFault.NO_PROFILE, 403),
        (SignInFault.BAD_TOKEN, 403),
        (SignInFault.NO_UNIONID, 200),
    ],
)
def test_every_fault_of_qq_ends_on_a_page_that_says_what_to_do(
    visitor: Visitor, fault: SignInFault, status: int
) -> None:
    visitor.get(allowed(starts(visitor), fault=fault), status)
    if status != 200:
        assert "用账号密码登录" in visitor.text()


def test_a_link_without_a_unionid_is_found_again_with_one(visitor: Visitor) -> None:
    visitor.signs_in("wenjing")
    visitor.get(allowed(starts(visitor, "/qq/link"), fault=SignInFault.NO_UNIONID), 303)
    other = Visitor(visitor._client.application)
    assert other.get(allowed(starts(other)), 303).location == "/welcome"


def test_without_qq_there_is_no_such_page(container: Container) -> None:
    visitor = Visitor(create_site(container))
    visitor.get("/qq", 404)
    visitor.get("/sign-in")
    assert "QQ 登录" not in visitor.text()
