"""两步验证 of staff: enrolled by its first code, asked after the password, each code once, never locking out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pyotp
import pytest
from flask import Flask
from sqlalchemy import delete, insert, select

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.events.account import FactorChanged, account_stream
from ncre.identity.proofs import Purpose
from ncre.identity.second_factor import new_factor
from ncre.identity.second_factor_store import second_factors
from ncre.web import create_site
from tests.support.people import SITE, Clock
from tests.web.visitor import Visitor

NAME = "shenhe"
PASSWORD = f"a password of {NAME}"


@pytest.fixture(autouse=True)
def account(container: Container) -> None:
    container.accounts.add(NAME, PASSWORD, Role.REVIEWER, frozenset({SITE}))


@pytest.fixture
def visitor(site: Flask) -> Visitor:
    visitor = Visitor(site)
    visitor.signs_in(NAME)
    return visitor


def enrols(visitor: Visitor, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    visitor.get("/passport/factor")
    found = re.search(r"<code>([A-Z2-7]{32})</code>", visitor.page)
    assert found
    factor = pyotp.TOTP(found[1])
    visitor.post("/passport/factor", 200, code=factor.at(clock()))
    return factor, re.findall(r"<code>([A-Z0-9-]{19})</code>", visitor.page)


def pending_second_factor(site: Flask) -> Visitor:
    visitor = Visitor(site)
    visitor.get("/sign-in?next=/staff/queue")
    answer = visitor.post("/sign-in?next=/staff/queue", name=NAME, password=PASSWORD)
    assert answer.location == "/sign-in/code?next=/staff/queue"
    visitor.get(answer.location)
    return visitor


def test_the_first_code_enrols_and_ten_codes_are_shown_once(visitor: Visitor, clock: Clock) -> None:
    visitor.get("/passport/factor")
    visitor.post("/passport/factor", 422, code="000000")
    _, codes = enrols(visitor, clock)
    assert len(set(codes)) == 10
    visitor.get("/passport/factor")
    assert "还有 10 个恢复码" in visitor.text()
    assert codes[0] not in visitor.page


def test_after_the_password_a_code_is_asked_and_the_password_alone_opens_nothing(
    site: Flask, visitor: Visitor, clock: Clock
) -> None:
    factor, _ = enrols(visitor, clock)
    clock.advance(seconds=30)
    other = pending_second_factor(site)
    other.get("/staff/queue", 302)
    other.get("/sign-in/code?next=/staff/queue")
    other.post("/sign-in/code?next=/staff/queue", 422, code="123456")
    answer = other.post("/sign-in/code?next=/staff/queue", code=factor.at(clock()))
    assert answer.location == "/staff/queue"
    other.get("/staff/queue")


def test_a_code_counts_once(site: Flask, visitor: Visitor, clock: Clock) -> None:
    factor, _ = enrols(visitor, clock)
    clock.advance(seconds=30)
    code = factor.at(clock())
    pending_second_factor(site).post("/sign-in/code", code=code)
    pending_second_factor(site).post("/sign-in/code", 422, code=code)


def stored(container: Container) -> list[Any]:
    with container.database.reading() as connection:
        return [dict(row) for row in connection.execute(select(second_factors)).mappings()]


def put_back(container: Container, rows: list[Any]) -> None:
    """Whoever can write to the database, or restores it in part, brings rows of before back."""
    with container.database.transaction() as connection:
        connection.execute(delete(second_factors))
        if rows:
            connection.execute(insert(second_factors), rows)


def test_an_old_row_that_is_put_back_revives_no_code(
    container: Container, site: Flask, visitor: Visitor, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the used code counts again, nor one that was never used, nor a used recovery code."""
    factor, codes = enrols(visitor, clock)
    clock.advance(seconds=30)
    before, code = stored(container), factor.at(clock())
    pending_second_factor(site).post("/sign-in/code", code=code)
    after = stored(container)
    put_back(container, before)
    for given in (code, codes[0], factor.at(clock() + timedelta(seconds=30))):
        pending_second_factor(site).post("/sign-in/code", 422, code=given)
    assert "second factor refused" in caplog.text
    clock.advance(minutes=2)
    put_back(container, after)
    pending_second_factor(site).post("/sign-in/code", code=codes[0])
    put_back(container, after)
    pending_second_factor(site).post("/sign-in/code", 422, code=codes[0])


def test_a_row_that_is_taken_away_lets_nobody_in_and_enrols_nobody(
    container: Container, site: Flask, visitor: Visitor, clock: Clock
) -> None:
    factor, _ = enrols(visitor, clock)
    clock.advance(seconds=30)
    put_back(container, [])
    pending_second_factor(site).post("/sign-in/code", 422, code=factor.at(clock()))
    visitor.get("/passport/factor")
    assert "<code>" not in visitor.page
    assert stored(container) == []


def test_a_removed_factor_that_is_put_back_opens_nothing(
    container: Container, visitor: Visitor, clock: Clock
) -> None:
    factor, codes = enrols(visitor, clock)
    before = stored(container)
    clock.advance(seconds=30)
    visitor.get("/passport/factor")
    visitor.post("/passport/factor/remove", code=factor.at(clock()))
    put_back(container, before)
    account = container.accounts.named(NAME)
    assert account is not None
    for given in (codes[0], factor.at(clock() + timedelta(seconds=30))):
        assert not container.second_factor_service.passes(account, given, "")


def test_a_factor_of_before_boxes_had_numbers_counts_until_its_next_code(
    container: Container, site: Flask, clock: Clock
) -> None:
    account = container.accounts.named(NAME)
    assert account is not None
    enrolled = replace(new_factor(), confirmed=True)
    with container.database.transaction() as connection:
        box = container.command_handler.store.seal_bytes(
            connection, account.id, msgspec.json.encode(enrolled), "second-factor"
        )
        connection.execute(insert(second_factors), {"account": account.id, "box": box})
    before, code = stored(container), pyotp.TOTP(enrolled.secret).at(clock())
    pending_second_factor(site).post("/sign-in/code", code=code)
    put_back(container, before)
    pending_second_factor(site).post("/sign-in/code", 422, code=code)


def test_a_recovery_code_stands_in_once_and_is_recorded(site: Flask, visitor: Visitor, clock: Clock) -> None:
    _, codes = enrols(visitor, clock)
    other = pending_second_factor(site)
    other.post("/sign-in/code", code=codes[0].lower())
    other.get("/passport")
    assert "用了一个恢复码登录" in other.text()
    pending_second_factor(site).post("/sign-in/code", 422, code=codes[0])


def test_wrong_codes_wait_longer_and_longer(site: Flask, visitor: Visitor, clock: Clock) -> None:
    factor, _ = enrols(visitor, clock)
    other = pending_second_factor(site)
    for _ in range(5):
        other.post("/sign-in/code", 422, code="000000")
    other.post("/sign-in/code", 429, code=factor.at(clock()))
    clock.advance(seconds=30)
    other.post("/sign-in/code", code=factor.at(clock()))


def test_a_removal_stands_in_the_history_of_the_account(
    container: Container, visitor: Visitor, clock: Clock
) -> None:
    factor, _ = enrols(visitor, clock)
    visitor.get("/passport/factor")
    clock.advance(seconds=30)
    visitor.post("/passport/factor/remove", code=factor.at(clock()))
    account = container.accounts.named(NAME)
    assert account
    with container.database.reading() as connection:
        history = container.command_handler.store.history(connection, account_stream(account.id))
    states = [fact.state for fact in history if isinstance(fact, FactorChanged)]
    assert states == ["enrolled", "used", "removed"]
    assert history[-1].metadata.actor == account.actor.id


def test_it_is_removed_by_a_code(site: Flask, visitor: Visitor, clock: Clock) -> None:
    factor, _ = enrols(visitor, clock)
    visitor.get("/passport/factor")
    visitor.post("/passport/factor/remove", 422, code="000000")
    clock.advance(seconds=30)
    visitor.post("/passport/factor/remove", code=factor.at(clock()))
    again = Visitor(site)
    again.signs_in(NAME)
    again.get("/staff/queue")


def test_where_it_is_required_staff_go_nowhere_before_enrolling(container: Container, clock: Clock) -> None:
    vars(container)["settings"] = replace(container.settings, staff_factor="required")
    visitor = Visitor(create_site(container))
    visitor.get("/sign-in")
    assert visitor.post("/sign-in", name=NAME, password=PASSWORD).location == "/passport/factor"
    assert visitor.get("/staff/queue", 303).location == "/passport/factor?next=/staff/queue"
    enrols(visitor, clock)
    visitor.get("/staff/queue")


def test_the_secret_lies_sealed(container: Container, visitor: Visitor, clock: Clock) -> None:
    factor, _ = enrols(visitor, clock)
    container.database.close()
    raw = b"".join(file.read_bytes() for file in container.settings.data.glob("ncre.sqlite*"))
    assert factor.secret.encode() not in raw


def test_nobody_comes_to_the_second_step_without_the_first(site: Flask) -> None:
    visitor = Visitor(site)
    assert visitor.get("/sign-in/code", 303).location == "/sign-in"
    visitor.get("/sign-in")
    assert visitor.post("/sign-in/code", code="123456").location == "/sign-in"


def test_a_recovered_password_does_not_pass_by_the_second_step(
    container: Container, site: Flask, clock: Clock
) -> None:
    """Whoever reads the mail of staff holds one of two factors, and is asked for the other."""
    account_service = container.account_service
    staff = container.accounts.named(NAME)
    assert staff is not None
    with container.database.transaction() as connection:
        container.accounts.set_contact(connection, staff, "email", "shenhe@example.com")
    visitor = Visitor(site)
    visitor.signs_in(NAME)
    factor, _ = enrols(visitor, clock)
    thief = Visitor(site)
    token = account_service.proofs.link(Purpose.RECOVER, "shenhe@example.com", staff.id)
    thief.get(f"/recover/{token}")
    answer = thief.post(f"/recover/{token}", password="a new password of it", again="a new password of it")
    assert answer.location == "/sign-in/code"
    thief.get("/staff/queue", 302)
    clock.advance(seconds=30)
    thief.get("/sign-in/code")
    thief.post("/sign-in/code", code=factor.at(clock()))
    thief.get("/staff/queue")


def test_what_one_account_has_yet_to_do_is_not_carried_to_another(container: Container, clock: Clock) -> None:
    vars(container)["settings"] = replace(container.settings, staff_factor="required")
    container.accounts.add("wenjing", "a password of wenjing", Role.CANDIDATE)
    visitor = Visitor(create_site(container))
    visitor.get("/sign-in")
    visitor.post("/sign-in", name=NAME, password=PASSWORD)
    visitor.get("/passport")
    visitor.get("/sign-in")
    visitor.post("/sign-in", name="wenjing", password="a password of wenjing")
    visitor.get("/agreement")


def test_candidates_have_none(container: Container, site: Flask) -> None:
    container.accounts.add("wenjing", "a password of wenjing", Role.CANDIDATE)
    visitor = Visitor(site)
    visitor.signs_in("wenjing")
    visitor.get("/passport/factor", 403)
