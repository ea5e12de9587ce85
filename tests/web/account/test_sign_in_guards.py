"""What stands before the sign-in: the 验证码, and a wait that grows; the owner is never kept out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.identity.accounts import Account
from ncre.identity.one_time_tokens import redeemed
from ncre.identity.proofs import proofs
from ncre.identity.sign_in_delays import attempts, counted_as
from ncre.web import create_site
from tests.support.people import Clock
from tests.web.visitor import Visitor

PASSWORD = "a password of wenjing"
PHONE = "13800138000"
HERE, ELSEWHERE = "127.0.0.0/24", "198.51.100.0/24"


def guarded(container: Container, captcha: str) -> Flask:
    """The pages of an installation that asks for the 验证码."""
    vars(container)["settings"] = replace(container.settings, captcha=captcha)
    return create_site(container)


@pytest.fixture(autouse=True)
def wenjing(container: Container) -> None:
    container.accounts.add("wenjing", PASSWORD, Role.CANDIDATE)


def answer_on(container: Container, visitor: Visitor) -> str:
    """What the picture on the visitor's page shows."""
    found = container.human_check._answer(visitor.hidden()["question"])
    assert found is not None
    return found


def failures(container: Container, name: str = "wenjing") -> int:
    account = container.accounts.named(name)
    return container.sign_in_delays.risk(counted_as(account, name), HERE).failures


def fails(container: Container, times: int, place: str = ELSEWHERE) -> None:
    for number in range(times):
        container.sign_in_delays.failed(f"name:somebody-{number}", place)


def test_the_picture_is_asked_and_what_was_typed_is_kept(container: Container) -> None:
    visitor = Visitor(guarded(container, "always"))
    page = visitor.get("/sign-in")
    picture = page.text.split('class="captcha" src="')[1].split('"')[0]
    assert visitor.get(picture).mimetype == "image/png"
    visitor.post("/sign-in", 422, name="wenjing", password=PASSWORD, answer="00000")
    assert "验证码不正确或已过期" in visitor.text()
    assert visitor.value("name") == "wenjing"
    visitor.get(picture, 404)


def test_with_the_right_answer_somebody_signs_in_and_the_answer_is_spent(
    container: Container, clock: Clock
) -> None:
    site = guarded(container, "always")
    visitor = Visitor(site)
    visitor.get("/sign-in")
    hidden, right = visitor.hidden(), answer_on(container, visitor)
    visitor.post("/sign-in", name="wenjing", password=PASSWORD, answer=right)
    other = Visitor(site)
    other.get("/sign-in")
    other.post("/sign-in", 422, name="wenjing", password=PASSWORD, answer=right, question=hidden["question"])


@pytest.mark.parametrize("path", ["/register", "/register?by=phone", "/recover"])
def test_registering_and_recovering_ask_too(container: Container, path: str) -> None:
    visitor = Visitor(guarded(container, "always"))
    visitor.get(path)
    assert 'class="captcha"' in visitor.page
    target = {"email": "new@example.com", "phone": "13800138000"}
    visitor.post(path.partition("?")[0], 422, **target)
    assert "验证码不正确" in visitor.text()
    assert container.outbox is not None
    assert container.outbox.newest() == []


def test_an_adaptive_installation_asks_after_two_failures(container: Container) -> None:
    visitor = Visitor(guarded(container, "adaptive"))
    for asked in (False, False, True):
        visitor.get("/sign-in")
        assert 'class="captcha"' not in visitor.page
        visitor.post("/sign-in", 422, name="wenjing", password="wrong")
        assert ('class="captcha"' in visitor.page) is (asked or failures(container) >= 2)
    assert failures(container) >= 2


def test_after_many_failures_the_page_says_how_long_to_wait_and_the_owner_comes_in_then(
    container: Container, site: Flask, clock: Clock
) -> None:
    thief = Visitor(site)
    for number in range(6):
        thief.get("/sign-in")
        thief.post("/sign-in", 429 if number == 5 else 422, name="wenjing", password="guess")
    assert "请 4 秒后再试" in thief.text()
    owner = Visitor(site)
    owner.get("/sign-in")
    owner.post("/sign-in", 429, name="wenjing", password=PASSWORD)
    clock.advance(seconds=4)
    owner.post("/sign-in", name="wenjing", password=PASSWORD)


def test_strangers_do_not_delay_the_owner_at_a_browser_of_before(container: Container, site: Flask) -> None:
    """A locked-out victim: whoever signed in from this browser once signs in again at once."""
    owner = Visitor(site)
    owner.signs_in("wenjing")
    stranger = Visitor(site)
    for number in range(6):
        stranger.get("/sign-in")
        stranger.post("/sign-in", 429 if number == 5 else 422, name="wenjing", password="guess")
    stranger.post("/sign-in", 429, name="wenjing", password=PASSWORD)
    owner.get("/sign-in")
    owner.post("/sign-in", name="wenjing", password=PASSWORD)


def test_whoever_holds_the_cookie_of_a_known_browser_waits_too(container: Container, site: Flask) -> None:
    thief = Visitor(site)
    thief.signs_in("wenjing")
    for number in range(7):
        thief.get("/sign-in")
        thief.post("/sign-in", 429 if number >= 5 else 422, name="wenjing", password="guess")
    stranger = Visitor(site)
    stranger.get("/sign-in")
    stranger.post("/sign-in", name="wenjing", password=PASSWORD)


def test_name_email_and_phone_of_one_account_are_one_counter(container: Container, site: Flask) -> None:
    """However the number is spelled: after four wrong tries at any of them the fifth delays all."""
    with container.database.transaction() as connection:
        container.accounts.add_within(
            connection, "lihua", "a password of lihua", Role.CANDIDATE, email="lihua@example.com", phone=PHONE
        )
    thief = Visitor(site)
    names = ["lihua", "LiHua@Example.com", "138 0013 8000", "138-0013-8000", "+86 138 0013 8000"]
    for name in names:
        thief.get("/sign-in")
        thief.post("/sign-in", 422, name=name, password="guess")
    for name in [*names, PHONE, "１３８００１３８０００", "\u200b138\u00a00013–8000", "0086 13800138000"]:
        thief.get("/sign-in")
        thief.post("/sign-in", 429, name=name, password="guess")
    assert (
        container.sign_in_delays.risk(f"account:{container.accounts.named('lihua').id}", HERE).failures == 5
    )  # type: ignore[union-attr]


def test_spellings_of_a_number_without_an_account_are_one_counter_too(
    container: Container, site: Flask
) -> None:
    thief = Visitor(site)
    for number, name in enumerate(
        [
            "139 0000 0000",
            "139-0000-0000",
            "+8613900000000",
            "１３９００００００００",
            "1390000 0000",
            "13900000000",
        ]
    ):
        thief.get("/sign-in")
        thief.post("/sign-in", 429 if number == 5 else 422, name=name, password="guess")


def test_failures_everywhere_keep_nobody_waiting(container: Container, site: Flask) -> None:
    """Once 2 000 failures in the whole country delayed everybody's sign-in by seconds, for as long as they went on."""
    fails(container, 2_100)
    victim = Visitor(site)
    victim.get("/sign-in")
    victim.post("/sign-in", name="wenjing", password=PASSWORD)


def test_forty_slips_on_a_campus_keep_nobody_there_waiting(container: Container, site: Flask) -> None:
    fails(container, 60, HERE)
    student = Visitor(site)
    student.get("/sign-in")
    student.post("/sign-in", name="wenjing", password=PASSWORD)


def test_where_many_of_a_block_fail_its_pictures_are_longer_but_not_in_known_browsers(
    container: Container,
) -> None:
    site = guarded(container, "always")
    owner = Visitor(site)
    owner.get("/sign-in")
    owner.post("/sign-in", name="wenjing", password=PASSWORD, answer=answer_on(container, owner))
    waiting = Visitor(site)
    waiting.get("/sign-in")
    fails(container, 60, HERE)
    waiting.post("/sign-in", 422, name="wenjing", password=PASSWORD, answer=answer_on(container, waiting))
    assert "请填写图片中的 8 个数字" in waiting.text()
    waiting.post("/sign-in", name="wenjing", password=PASSWORD, answer=answer_on(container, waiting))
    owner.get("/sign-in")
    assert "请填写图片中的 5 个数字" in owner.text()
    owner.post("/sign-in", name="wenjing", password=PASSWORD, answer=answer_on(container, owner))


def test_under_an_attack_an_adaptive_installation_asks_everybody(container: Container) -> None:
    fails(container, 2_100)
    visitor = Visitor(guarded(container, "adaptive"))
    visitor.get("/sign-in")
    assert 'class="captcha"' in visitor.page
    visitor.post("/sign-in", name="wenjing", password=PASSWORD, answer=answer_on(container, visitor))
    visitor.get("/sign-in")
    assert 'class="captcha"' not in visitor.page


def test_another_picture_keeps_what_was_typed(container: Container) -> None:
    """Without a script the button sends the form; nothing is refused, and nothing is counted."""
    site = guarded(container, "always")
    for path, field, text in (
        ("/sign-in", "name", "wenjing"),
        ("/register", "email", "new@example.com"),
        ("/recover", "email", "wen@example.com"),
    ):
        visitor = Visitor(site)
        visitor.get(path)
        before = visitor.hidden()["question"]
        visitor.post(path, 200, **{field: text, "another": "1"})
        assert visitor.value(field) == text
        assert visitor.hidden()["question"] != before
        assert "请先改正" not in visitor.text()
    visitor = Visitor(site)
    visitor.get("/register?by=phone")
    visitor.post("/register", 200, phone=PHONE, another="1")
    assert visitor.value("phone") == PHONE
    assert failures(container) == 0


def test_a_script_gets_another_question_for_the_page_that_stays(container: Container) -> None:
    visitor = Visitor(guarded(container, "always"))
    for purpose in ("sign-in", "register", "recover"):
        fresh = visitor.get(f"/human/{purpose}/new").json
        assert visitor.get(fresh["picture"]).mimetype == "image/png"
        right = container.human_check._answer(fresh["id"]) or ""
        assert container.human_check.passed(purpose, fresh["id"], right)
    visitor.get("/human/anything/new", 404)


def test_the_work_stands_before_the_sound(container: Container) -> None:
    visitor = Visitor(guarded(container, "always"))
    visitor.get("/sign-in")
    assert visitor.page.index("data-new=") < visitor.page.index("data-work=") < visitor.page.index("<audio")


@pytest.mark.parametrize("path", ["/sign-in", "/register", "/recover"])
def test_an_answer_in_full_width_is_taken_and_any_other_text_is_a_wrong_answer(
    container: Container, path: str
) -> None:
    """captcha on /register, /sign-in, /recover: １２３４５ (a Chinese keyboard in full width)."""
    site = guarded(container, "always")
    filled = {"/sign-in": {"name": "wenjing", "password": PASSWORD}}.get(path, {"email": "new@example.com"})
    for text in ("验证码", "１２３４５", "é", "😀", "٣٤٥٦٧"):
        visitor = Visitor(site)
        visitor.get(path)
        visitor.post(path, 422, answer=text, **filled)
        assert "验证码不正确或已过期" in visitor.text()
    visitor = Visitor(site)
    visitor.get(path)
    wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in answer_on(container, visitor))
    visitor.post(path, 303 if path == "/sign-in" else 200, answer=wide, **filled)


def test_opening_the_pages_writes_no_row(container: Container) -> None:
    visitor = Visitor(guarded(container, "always"))
    for path in ("/sign-in", "/register", "/recover", "/human/sign-in/new"):
        visitor.get(path)
    with container.database.reading() as connection:
        for table in (redeemed, attempts, proofs):
            assert connection.execute(select(table)).first() is None


def test_guesses_sent_all_at_once_do_not_all_learn_something(container: Container, site: Flask) -> None:
    """While a right guess is still being checked, others fail: then it is told to wait like any other."""
    owner = Visitor(site)
    owner.get("/sign-in")
    right = container.accounts.check

    def slow(name: str, password: str) -> Account | None:
        for _ in range(6):
            container.sign_in_delays.failed(counted_as(container.accounts.named(name), name), ELSEWHERE)
        return right(name, password)

    vars(container.accounts)["check"] = slow
    owner.post("/sign-in", 429, name="wenjing", password=PASSWORD)


def test_a_browser_that_keeps_no_cookie_is_told_so(site: Flask) -> None:
    visitor = Visitor(site)
    visitor.get("/sign-in")
    visitor._client.delete_cookie("ncre", domain="localhost")
    visitor._client.delete_cookie("__Host-ncre", domain="localhost")
    visitor.post("/sign-in", 400, name="wenjing", password=PASSWORD)
    assert "允许本站使用 Cookie" in visitor.text()


def test_names_that_do_not_exist_wait_just_as_long(container: Container, site: Flask) -> None:
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
