"""Signing in with QQ, over real HTTP against the stand-in, in both styles of reply."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from werkzeug.serving import make_server

from ncre.clients.identity_provider import (
    Identity,
    ProviderUnavailable,
    SignInFailure,
    SignOnRefused,
    Unheard,
)
from ncre.clients.qq import QQ, QQTerms, read_reply
from ncre.stand_ins import NotInProduction
from ncre.stand_ins.qq import SignInFault, Style, create_qq_stand_in

APPID, SECRET, BACK = "101234567", "s3cret", "https://exam.example/passport/qq/back"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=list(Style))
def terms(request: pytest.FixtureRequest, clock: Clock) -> Iterator[QQTerms]:
    other = BACK + "/other"
    app = create_qq_stand_in(
        APPID, SECRET, {BACK, other}, clock, request.param, production=False, seconds_slow=2.0
    )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield QQTerms(APPID, SECRET, BACK, f"http://127.0.0.1:{server.server_port}", seconds=1.0)
    server.shutdown()
    thread.join()


def allow(address: str, user: str = "10001", fault: SignInFault = SignInFault.NONE) -> dict[str, str]:
    """What the browser brings back after the person allowed it."""
    reply = requests.post(address, data={"user": user, "fault": fault}, allow_redirects=False, timeout=5)
    assert reply.status_code == 302, reply.text
    assert reply.headers["Location"].startswith(BACK)
    return dict(parse_qsl(urlsplit(reply.headers["Location"]).query))


def sign_in(terms: QQTerms, fault: SignInFault = SignInFault.NONE, user: str = "10001") -> Identity:
    qq = QQ(terms)
    begun = qq.begin()
    return qq.finish(begun.state, allow(begun.address, user, fault))


def refusal(attempt: Callable[[], object]) -> SignInFailure:
    with pytest.raises(SignOnRefused) as refused:
        attempt()
    return refused.value.why


def test_who_signed_in_is_known_by_unionid_and_found_by_openid_too(terms: QQTerms) -> None:
    someone = sign_in(terms)
    assert (someone.issuer, someone.name) == ("qq", "小企鹅")
    assert someone.subject.startswith("UID_")
    assert sign_in(terms) == someone
    assert sign_in(terms, user="10002").subject != someone.subject
    without = sign_in(terms, SignInFault.NO_UNIONID)
    assert without.subject.startswith(f"{APPID}:")
    assert someone.also == (without.subject,)


@pytest.mark.parametrize("brought", ["", "another", "状态", None])
def test_a_foreign_state_is_refused_before_qq_is_asked(brought: str | None) -> None:
    qq = QQ(QQTerms(APPID, SECRET, BACK, "http://127.0.0.1:9"))
    query = {"code": "C"} | ({} if brought is None else {"state": brought})
    assert refusal(lambda: qq.finish(qq.begin().state, query)) is SignInFailure.STATE
    assert refusal(lambda: qq.finish("", {"code": "C", "state": ""})) is SignInFailure.STATE


def test_a_code_counts_once(terms: QQTerms) -> None:
    qq = QQ(terms)
    begun = qq.begin()
    brought = allow(begun.address)
    qq.finish(begun.state, brought)
    assert refusal(lambda: qq.finish(begun.state, brought)) is SignInFailure.CODE


@pytest.mark.parametrize(("minutes", "accepted"), [(10, True), (11, False)])
def test_a_code_lives_ten_minutes(terms: QQTerms, clock: Clock, minutes: int, accepted: bool) -> None:
    qq = QQ(terms)
    begun = qq.begin()
    brought = allow(begun.address)
    clock.now += timedelta(minutes=minutes)
    if accepted:
        assert qq.finish(begun.state, brought)
    else:
        assert refusal(lambda: qq.finish(begun.state, brought)) is SignInFailure.CODE


@pytest.mark.parametrize("change", [{"secret": "wrong"}, {"appid": "1"}, {"redirect_uri": BACK + "/other"}])
def test_wrong_terms_are_refused(terms: QQTerms, change: dict[str, str]) -> None:
    begun = QQ(terms).begin()
    brought = allow(begun.address)
    assert refusal(lambda: QQ(replace(terms, **change)).finish(begun.state, brought)) is SignInFailure.CODE


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (SignInFault.OTHER_CLIENT, SignInFailure.OTHER_CLIENT),
        (SignInFault.BAD_TOKEN, SignInFailure.IDENTITY),
        (SignInFault.NO_PROFILE, SignInFailure.IDENTITY),
    ],
)
def test_an_identity_that_does_not_hold_is_refused(
    terms: QQTerms, fault: SignInFault, why: SignInFailure
) -> None:
    assert refusal(lambda: sign_in(terms, fault)) is why


@pytest.mark.parametrize(
    ("fault", "why"), [(SignInFault.SLOW, Unheard.SLOW), (SignInFault.BROKEN, Unheard.BROKEN)]
)
def test_slow_and_broken_answers_are_silence(terms: QQTerms, fault: SignInFault, why: Unheard) -> None:
    with pytest.raises(ProviderUnavailable) as silent:
        sign_in(terms, fault)
    assert silent.value.why is why


def test_nobody_there_is_silence() -> None:
    qq = QQ(QQTerms(APPID, SECRET, BACK, "http://127.0.0.1:9"))
    begun = qq.begin()
    with pytest.raises(ProviderUnavailable) as silent:
        qq.finish(begun.state, {"code": "C", "state": begun.state})
    assert silent.value.why is Unheard.UNREACHABLE


@pytest.mark.parametrize(
    ("query", "why"), [({"error": "access_denied"}, SignInFailure.DENIED), ({}, SignInFailure.NO_CODE)]
)
def test_a_return_without_a_code_is_refused(query: dict[str, str], why: SignInFailure) -> None:
    qq = QQ(QQTerms(APPID, SECRET, BACK))
    begun = qq.begin()
    assert refusal(lambda: qq.finish(begun.state, query | {"state": begun.state})) is why


def test_the_page_says_that_it_is_a_test_and_cancelling_tells_nobody(terms: QQTerms) -> None:
    page = requests.get(QQ(terms).begin().address, timeout=5)
    assert "这不是 QQ" in page.text
    cancelled = requests.get(terms.base + "/cancelled", timeout=5, allow_redirects=False)
    assert cancelled.status_code == 200


def test_an_unknown_return_address_gets_no_page(terms: QQTerms) -> None:
    begun = QQ(replace(terms, redirect_uri="https://evil.example/")).begin()
    assert requests.get(begun.address, timeout=5).status_code == 400


def test_the_stand_in_refuses_to_serve_production(clock: Clock) -> None:
    with pytest.raises(NotInProduction):
        create_qq_stand_in(APPID, SECRET, {BACK}, clock, production=True)


def test_replies_of_every_style_read_alike() -> None:
    assert read_reply('callback( {"error":100016,"error_description":"x",} );')["error"] == "100016"
    assert read_reply("access_token=A&expires_in=7776000") == {"access_token": "A", "expires_in": "7776000"}
    assert read_reply('{"expires_in":"7776000"}') == {"expires_in": "7776000"}
    assert read_reply('{"nickname":"a,}"}') == {"nickname": "a,}"}
    with pytest.raises(ValueError):  # noqa: PT011
        read_reply("<html>502")


def test_the_secret_is_in_no_representation_of_the_terms() -> None:
    assert SECRET not in repr(QQTerms(APPID, SECRET, BACK))
