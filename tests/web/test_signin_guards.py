"""What stands before the sign-in: the 验证码, and a wait that grows; the owner is never kept out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from ncre.bootstrap import House
from ncre.domain.lifecycle import Role
from ncre.passport.human_check import challenges
from ncre.web import create_site
from tests.people import Clock
from tests.web.visitor import Visitor

PASSWORD = "a password of wenjing"


def guarded(house: House, captcha: str) -> Flask:
    """The pages of an installation that asks for the 验证码."""
    vars(house)["settings"] = replace(house.settings, captcha=captcha)
    return create_site(house)


@pytest.fixture(autouse=True)
def wenjing(house: House) -> None:
    house.accounts.add("wenjing", PASSWORD, Role.CANDIDATE)


def newest_answer(house: House) -> str:
    with house.database.reading() as connection:
        return str(
            connection.execute(select(challenges.c.answer).where(challenges.c.answer != ""))
            .scalars()
            .all()[-1]
        )


def test_the_picture_is_asked_and_what_was_typed_is_kept(house: House) -> None:
    visitor = Visitor(guarded(house, "always"))
    page = visitor.get("/sign-in")
    picture = page.text.split('class="captcha" src="')[1].split('"')[0]
    assert visitor.get(picture).mimetype == "image/png"
    visitor.post("/sign-in", 422, name="wenjing", password=PASSWORD, answer="00000")
    assert "验证码不正确或已过期" in visitor.text()
    assert visitor.value("name") == "wenjing"
    visitor.get(picture, 404)


def test_with_the_right_answer_somebody_signs_in_and_the_answer_is_spent(house: House, clock: Clock) -> None:
    site = guarded(house, "always")
    visitor = Visitor(site)
    visitor.get("/sign-in")
    hidden, right = visitor.hidden(), newest_answer(house)
    visitor.post("/sign-in", name="wenjing", password=PASSWORD, answer=right)
    other = Visitor(site)
    other.get("/sign-in")
    other.post("/sign-in", 422, name="wenjing", password=PASSWORD, answer=right, question=hidden["question"])


@pytest.mark.parametrize("path", ["/register", "/register?by=phone", "/recover"])
def test_registering_and_recovering_ask_too(house: House, path: str) -> None:
    visitor = Visitor(guarded(house, "always"))
    visitor.get(path)
    assert 'class="captcha"' in visitor.page
    target = {"email": "new@example.com", "phone": "13800138000"}
    visitor.post(path.partition("?")[0], 422, **target)
    assert "验证码不正确" in visitor.text()
    assert house.outbox is not None
    assert house.outbox.newest() == []


def test_an_adaptive_installation_asks_after_two_failures(house: House) -> None:
    visitor = Visitor(guarded(house, "adaptive"))
    for asked in (False, False, True):
        visitor.get("/sign-in")
        assert 'class="captcha"' not in visitor.page
        visitor.post("/sign-in", 422, name="wenjing", password="wrong")
        assert ('class="captcha"' in visitor.page) is (asked or house.throttle.failures("wenjing") >= 2)
    assert house.throttle.failures("wenjing") >= 2


def test_after_many_failures_the_page_says_how_long_to_wait_and_the_owner_comes_in_then(
    house: House, site: Flask, clock: Clock
) -> None:
    thief = Visitor(site)
    for _ in range(6):
        thief.get("/sign-in")
        status = 429 if house.throttle.wait("wenjing", "127.0.0.0/24") else 422
        thief.post("/sign-in", status, name="wenjing", password="guess")
    assert "请 4 秒后再试" in thief.text()
    owner = Visitor(site)
    owner.get("/sign-in")
    owner.post("/sign-in", 429, name="wenjing", password=PASSWORD)
    clock.advance(seconds=4)
    owner.post("/sign-in", name="wenjing", password=PASSWORD)


def test_strangers_do_not_delay_the_owner_at_a_browser_of_before(house: House, site: Flask) -> None:
    """A locked-out victim: whoever signed in from this browser once signs in again at once."""
    owner = Visitor(site)
    owner.signs_in("wenjing")
    for _ in range(12):
        house.throttle.failed("wenjing", "198.51.100.0/24")
    stranger = Visitor(site)
    stranger.get("/sign-in")
    stranger.post("/sign-in", 429, name="wenjing", password=PASSWORD)
    owner.get("/sign-in")
    owner.post("/sign-in", name="wenjing", password=PASSWORD)


def test_names_that_do_not_exist_wait_just_as_long(house: House, site: Flask) -> None:
    for name in ("wenjing", "nobody"):
        visitor = Visitor(site)
        said = []
        for _ in range(6):
            visitor.get("/sign-in")
            answer = visitor._client.post(
                "/sign-in",
                base_url="https://localhost",
                headers={"Referer": "https://localhost/"},
                data={**visitor.hidden(), "name": name, "password": "guess"},
            )
            said.append(answer.status_code)
        assert said == [422, 422, 422, 422, 422, 429]
