"""A session's cookie: its signature is worked out once, its age and what it says each time."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from ncre.web import session_cookies
from ncre.web.session_cookies import SessionCookies

A_DAY = 24 * 3600


@pytest.fixture
def cookies() -> SessionCookies:
    site = Flask(__name__)
    site.secret_key = "a key of this test"
    return SessionCookies(site)


@pytest.fixture
def signatures(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The cookies whose signatures were worked out."""
    checked: list[str] = []
    unsign = TimestampSigner.unsign

    def noted(self: TimestampSigner, value: str, *rest: object, **more: object) -> object:
        checked.append(value)
        return unsign(self, value, *rest, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(TimestampSigner, "unsign", noted)
    return checked


def signed(cookies: SessionCookies, **session: object) -> str:
    text = cookies.get_signing_serializer(Flask(__name__)).dumps(session)
    return text if isinstance(text, str) else text.decode()


def test_a_signature_is_worked_out_once(cookies: SessionCookies, signatures: list[str]) -> None:
    cookie = signed(cookies, token="t")
    assert [cookies.read(cookie, A_DAY) for _ in range(3)] == [{"token": "t"}] * 3
    assert signatures == [cookie]


def test_what_a_page_makes_of_its_session_is_not_in_the_next_one(cookies: SessionCookies) -> None:
    cookie = signed(cookies, token="t", half=["one"])
    first = cookies.read(cookie, A_DAY)
    first["half"].append("two")
    first["token"] = "another's"
    assert cookies.read(cookie, A_DAY) == {"token": "t", "half": ["one"]}


def test_a_known_cookie_grows_old(cookies: SessionCookies, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = signed(cookies, token="t")
    assert cookies.read(cookie, A_DAY)
    then = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: then(self) + 60)
    assert cookies.read(cookie, A_DAY) == {"token": "t"}
    assert cookies.read(cookie, 59) == {}
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: then(self) - 60)
    assert cookies.read(cookie, A_DAY) == {}, "signed in the future"


def test_a_cookie_that_is_not_ours_is_none_beside_one_that_is(cookies: SessionCookies) -> None:
    cookie = signed(cookies, token="t")
    assert cookies.read(cookie, A_DAY)
    forged = URLSafeTimedSerializer("another key", salt=cookies.salt).dumps({"token": "t"})
    for other in (cookie[:-1], cookie + "x", cookie.upper(), forged, "", ".", "\x00"):
        assert cookies.read(str(other), A_DAY) == {}


def test_no_more_are_remembered_than_are_meant_to(
    cookies: SessionCookies, signatures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_cookies, "KNOWN", 2)
    sent = [signed(cookies, token=str(number)) for number in range(3)]
    for cookie in (*sent, sent[2], sent[0]):
        assert cookies.read(cookie, A_DAY)
    assert signatures == [*sent, sent[0]]


def test_flask_reads_and_writes_the_same_session(site: Flask) -> None:
    """Front and pages have one serializer, and it understands what Flask's own wrote."""
    ours = site.session_interface
    assert isinstance(ours, SessionCookies)
    assert ours.get_signing_serializer(site) is ours.get_signing_serializer(site)
    theirs = SecureCookieSessionInterface().get_signing_serializer(site)
    assert theirs is not None
    assert ours.read(str(theirs.dumps({"token": "t", "pair": ("a", 1)})), A_DAY) == {
        "token": "t",
        "pair": ("a", 1),
    }
