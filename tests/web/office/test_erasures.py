"""A candidate asks to be erased on their page, and the exam office decides on its own."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from tests.services.erasure.traces import ACCOUNT_EMAIL, SAID, Traced, found
from tests.support.people import SITE, Clock
from tests.web.staff_members import Visitor, visitor
from tests.web.visitor import Visitor as Owner


@pytest.fixture
def traced(container: Container) -> Traced:
    container.command_handler.photos = container.photos
    container.migrate()
    traced = Traced(container)
    traced.leaves_traces()
    return traced


@pytest.fixture
def owner(site: Flask, traced: Traced) -> Owner:
    owner = Owner(site)
    owner.get("/sign-in")
    owner.post("/sign-in", name=ACCOUNT_EMAIL, password="a password of Murong")
    return owner


@pytest.fixture
def kaowu(container: Container, site: Flask) -> Visitor:
    return visitor(container, site, "kaowu", Role.OFFICE)


def test_a_candidate_asks_and_takes_it_back(owner: Owner, kaowu: Visitor) -> None:
    page = "/passport/erasure"
    assert page in owner.get("/passport").text
    owner.get(page)
    owner.post(f"{page}/ask")
    assert "正在等待考务办公室办理" in owner.get(page).text
    assert "的申请</a>" in kaowu.get("/office/erasures")
    owner.post(f"{page}/take-back")
    assert "没有待办理的申请" in kaowu.get("/office/erasures")


def test_the_office_looks_first_and_then_erases(
    container: Container, owner: Owner, kaowu: Visitor, traced: Traced
) -> None:
    owner.get("/passport/erasure")
    owner.post("/passport/erasure/ask")
    link = re.search(r'href="(/office/erasures/[0-9a-f-]+)"', kaowu.get("/office/erasures"))
    assert link is not None
    page = kaowu.get(link[1])
    assert "照片 1，草稿 1，已生成的材料 1，通知 1" in page
    assert not [word for word in (SAID.name, SAID.document_number, ACCOUNT_EMAIL) if word in page]
    for why in ("", f"{SAID.name}来信"):
        again = kaowu.post(f"{link[1]}/carry-out", link[1], why=why)
        assert again.status_code == 422
        assert 'aria-invalid="true"' in again.text
    assert kaowu.post(f"{link[1]}/carry-out", link[1], why="来信 2027-15").status_code == 303
    container.worker.once()
    assert found(container, traced.photo) == []
    assert "此人的个人信息已经删除" in kaowu.get(link[1])
    assert owner.get("/passport", 302)


def test_a_paid_running_round_is_told_with_its_date_and_declined(
    container: Container, owner: Owner, kaowu: Visitor, traced: Traced
) -> None:
    traced.pays()
    assert "之后可以办理" in owner.get("/passport/erasure").text
    owner.post("/passport/erasure/ask")
    page = f"/office/erasures/{traced.account.id}"
    assert "现在不能删除" in kaowu.get(page)
    refused = kaowu.post(f"{page}/carry-out", page, why="来信")
    assert refused.status_code == 409
    assert "之后可以删除" in refused.text
    assert kaowu.post(f"{page}/decline", page, why="考试还没有举行").status_code == 303
    assert "上次申请没有通过" in owner.get("/passport/erasure").text
    assert "考试还没有举行" in owner.get("/passport").text


def test_whoever_wrote_a_letter_is_found_by_number_or_address(
    kaowu: Visitor, traced: Traced, container: Container
) -> None:
    number = container.erasures.erasure.of_account(traced.account.id).registrations[0]["number"]
    for who in (number, f" {ACCOUNT_EMAIL.upper()} ", SAID.mobile):
        found_ = kaowu.post("/office/erasures", "/office/erasures", who=who)
        assert found_.location == f"/office/erasures/{traced.account.id}", found_.text
    unknown = kaowu.post("/office/erasures", "/office/erasures", who="nobody@example.org")
    assert unknown.status_code == 422
    assert 'value="nobody@example.org"' in unknown.text
    assert kaowu.post("/office/erasures", "/office/erasures", who="kaowu").status_code == 422


def test_nobody_else_reaches_the_pages(
    container: Container, site: Flask, owner: Owner, traced: Traced
) -> None:
    page = f"/office/erasures/{traced.account.id}"
    assert owner.get(page, 403)
    for name, role in (("shenhe", Role.REVIEWER), ("shenji", Role.AUDITOR)):
        staff = visitor(container, site, name, role, SITE)
        staff.get(page, 403)
        staff.get("/office/erasures", 403)
        staff.get("/passport/erasure", 403)


def test_after_a_while_the_password_is_asked_again(kaowu: Visitor, owner: Owner, clock: Clock) -> None:
    clock.advance(minutes=11)
    assert kaowu.client.get("/office/erasures", base_url="https://localhost").status_code == 302
    assert owner.get("/passport/erasure", 302)
