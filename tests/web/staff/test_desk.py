"""Finding a registration at the desk, by hand or with a scanner."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role
from ncre.projections.maintenance.rebuild import rebuild
from ncre.web.site import create_site
from ncre.web.staff.desk import wanted
from tests.support.people import KEEPING, LIQIANG, OFFICE, WENJING, Candidate, Clock, approved, somebody
from tests.web.staff_members import (
    HERE,
    Visitor,
    auditor,
    decided,
    hidden,
    looks_at,
    office,
    reviewer,
    row_of,
    story_of,
    visitor,
)


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


@pytest.fixture
def li(container: Container, site: Flask) -> Visitor:
    return reviewer(container, site)


def looked_for(someone: Visitor, text: str) -> tuple[int, str]:
    answer = someone.post("/staff/desk", page="/staff/desk", q=text)
    return answer.status_code, answer.location or answer.text


def test_the_desk_opens_with_an_empty_field_ready_for_the_scanner(li: Visitor) -> None:
    text = li.get("/staff/desk")
    field = re.search(r'<input id="q"[^>]*>', text)
    assert field is not None
    assert "autofocus" in field[0]
    assert 'value=""' in field[0]


def test_a_registration_number_goes_straight_to_the_case(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    number = row_of(container, wenjing.id)["number"]
    for typed in (number, f"  {number}\n", "".join(chr(ord(digit) + 0xFEE0) for digit in number)):
        assert looked_for(li, typed) == (303, f"/staff/cases/{wenjing.id}")


def test_a_document_number_is_found_as_it_is_typed(li: Visitor, wenjing: Candidate) -> None:
    for typed in ("42011520060315002X", "42011520060315002x", "420115 20060315 002X"):
        assert looked_for(li, typed) == (303, f"/staff/cases/{wenjing.id}")


def test_a_document_number_never_stands_in_an_address(li: Visitor, wenjing: Candidate) -> None:
    text = li.get("/staff/desk")
    assert re.search(r'<form[^>]*method="post" action="/staff/desk"', text)
    _, location = looked_for(li, WENJING.document_number)
    assert WENJING.document_number not in location
    assert f'value="{WENJING.document_number}"' not in li.get(f"/staff/desk?q={WENJING.document_number}")


def test_the_printed_codes_are_read(container: Container, li: Visitor, wenjing: Candidate) -> None:
    number = row_of(container, wenjing.id)["number"]
    new = f"T2.{number}.V9.0123456789ABCDEF.{'A2' * 51}B"
    for code in (
        f"R1.{number}.v7.0123456789abcdef",
        f"T1.{number}.v9.0123456789abcdef",
        new,
        new.lower(),
        f"]Q3{new}\r\n",
        new + new,
        f"]C1{number}",
        number + number,
    ):
        assert looked_for(li, code) == (303, f"/staff/cases/{wenjing.id}")


def test_a_ticket_number_is_found(container: Container, li: Visitor, wenjing: Candidate) -> None:
    container.command_handler.handle(c.Approve(registration=wenjing.id, actor=decided(container, wenjing)))
    wenjing.pays()
    container.seating.seat("78", "420019", OFFICE)
    with container.database.reading() as connection:
        ticket = connection.exec_driver_sql("SELECT ticket FROM tickets").scalars().first()
    assert ticket is not None
    assert looked_for(li, ticket) == (303, f"/staff/cases/{wenjing.id}")
    spaced = f"{ticket[:2]} {ticket[2:4]} {ticket[4:10]} {ticket[10:14]} {ticket[14:]}"
    assert looked_for(li, spaced) == (303, f"/staff/cases/{wenjing.id}")


def test_an_id_is_found(li: Visitor, wenjing: Candidate) -> None:
    assert looked_for(li, str(wenjing.id)) == (303, f"/staff/cases/{wenjing.id}")


def test_several_registrations_of_one_person_are_listed_masked_newest_first(
    container: Container, site: Flask, clock: Clock, wenjing: Candidate
) -> None:
    kaowu = office(container, site)
    container.command_handler.handle(
        c.Cancel(registration=wenjing.id, actor=OFFICE, reason="重新报名", **KEEPING)
    )
    clock.advance(minutes=5)
    second = Candidate(container, wenjing.account, WENJING, ordinal=2)
    second.until_waiting()
    status, text = looked_for(kaowu, WENJING.document_number)
    assert status == 200
    assert text.index(str(second.id)) < text.index(str(wenjing.id))
    results = text[text.index("找到 2 份报名") :]
    assert "欧**" in results
    assert "420115********002X" in results
    for private in (WENJING.name, WENJING.document_number, WENJING.mobile):
        assert private not in results
    assert looks_at(container, wenjing.id) == []


def test_nothing_found_says_so_and_keeps_what_was_typed(li: Visitor) -> None:
    status, text = looked_for(li, "78420019999999")
    assert status == 422
    assert 'value="78420019999999"' in text
    assert "没有找到" in text


@pytest.mark.parametrize("typed", ["", "   ", "9" * 500])
def test_a_search_for_nothing_asks_for_a_number(li: Visitor, typed: str) -> None:
    status, text = looked_for(li, typed)
    assert status == 422
    assert "请输入报名号" in text


def test_a_reviewer_finds_only_own_sites(container: Container, site: Flask, wenjing: Candidate) -> None:
    other = reviewer(container, site, "429902", "elsewhere")
    for typed in (row_of(container, wenjing.id)["number"], WENJING.document_number, str(wenjing.id)):
        assert looked_for(other, typed)[0] == 422


def test_the_office_finds_everywhere_even_what_has_no_number_yet(container: Container, site: Flask) -> None:
    early = somebody(container, "liqiang", LIQIANG)
    early.agrees()
    early.fills()
    kaowu = office(container, site)
    assert looked_for(kaowu, LIQIANG.document_number) == (303, f"/staff/cases/{early.id}")
    assert "尚无" in kaowu.get(f"/staff/cases/{early.id}")


@given(st.text(max_size=80))
def test_taking_a_number_out_never_raises(typed: str) -> None:
    assert len(wanted(typed)) <= 20 * len(typed) + 1


def test_who_may_use_the_desk(container: Container, site: Flask, wenjing: Candidate) -> None:
    nobody = Visitor(site, None)
    answer = nobody.client.get("/staff/desk", base_url=HERE)
    assert answer.location == "/sign-in?next=/staff/desk"
    assert nobody.post("/staff/desk", page="/sign-in", q="1").location.startswith("/sign-in")
    for someone in (auditor(container, site), visitor(container, site, "someone", Role.CANDIDATE)):
        someone.get("/staff/desk", expect=403)
        assert someone.post("/staff/desk", page="/", q=WENJING.document_number).status_code == 403


def test_a_search_without_its_token_does_nothing(li: Visitor) -> None:
    assert li.send("/staff/desk", {"q": WENJING.document_number}).status_code == 400


def test_back_leads_to_where_one_came_from(container: Container, site: Flask) -> None:
    candidate = somebody(container)
    candidate.until_waiting()
    li, page = reviewer(container, site), f"/staff/cases/{candidate.id}"
    li.get("/staff/queue")
    assert '<a href="/staff/queue">返回待审核</a>' in li.get(page)
    li.get("/staff/desk")
    assert '<a href="/staff/desk">返回查找</a>' in li.get(page)


def test_cash_is_taken_on_the_search_result_and_leads_back_to_the_search(
    container: Container, site: Flask
) -> None:
    candidate = somebody(container)
    candidate.until_waiting()
    container.command_handler.handle(c.Cancel(registration=candidate.id, actor=OFFICE, reason="重复报名"))
    again = Candidate(container, candidate.account, ordinal=2)
    again.until_waiting()
    approved(container, again)
    li = reviewer(container, site)
    text = li.post("/staff/desk", page="/staff/desk", q=candidate.details.document_number).text
    path = f"/staff/cases/{again.id}/counter"
    assert f"/staff/cases/{candidate.id}/counter" not in text
    answer = li.send(path, {**hidden(text, path), "amount": "160.00", "receipt": "12"})
    assert (answer.status_code, answer.location) == (303, "/staff/desk")
    assert "现场缴费已登记" in li.get("/staff/desk")
    assert row_of(container, again.id)["status"] == "paid"


def named(container: Container, name: str, mobile: str = "+8613900139000") -> Candidate:
    """Somebody at the site, who may still amend their details."""
    candidate = somebody(container, "named", replace(LIQIANG, name=name, mobile=mobile))
    candidate.agrees()
    candidate.fills()
    candidate.submits()
    return candidate


def renamed(candidate: Candidate, name: str) -> None:
    details = replace(candidate.details, name=name)
    person = candidate.container.people.person(details.document_type, details.document_number)
    candidate.does(c.AmendInfo, details=details, person=person)


@pytest.mark.parametrize(
    "typed", ["张文静", "张 文静", "  张文静 ", "13900139000", "139 0013 9000", "+86 139-0013-9000"]
)
def test_a_name_or_a_phone_finds_whoever_has_it_and_opens_nobody(
    container: Container, li: Visitor, typed: str
) -> None:
    candidate = named(container, "张文静")
    status, text = looked_for(li, typed)
    assert (status, row_of(container, candidate.id)["number"] in text) == (200, True)
    assert looks_at(container, candidate.id) == []
    assert "文静" not in text.replace(typed, "")


def test_words_of_a_name_in_any_order_are_found_and_letters_of_it_are_not(
    container: Container, li: Visitor
) -> None:
    candidate = named(container, "阿里木·买买提")
    number = row_of(container, candidate.id)["number"]
    for typed in (
        "阿里木·买买提",
        "阿里木买买提",
        "买买提 阿里木",
        "阿里木",
        "买买提",
        "阿里木•买买提",
    ):
        assert number in looked_for(li, typed)[1], typed
    for typed in ("阿里", "阿**", "木买", "张文静", "·", "139"):
        assert looked_for(li, typed)[0] == 422, typed
    renamed(candidate, "José García")
    for typed in ("jose garcia", "GARCÍA José", "ＪＯＳＥ", "josegarcia"):
        assert number in looked_for(li, typed)[1], typed
    assert looked_for(li, "阿里木")[0] == 422, "what was amended is found no more"


def test_names_are_found_at_ones_own_sites_alone_and_not_once_the_person_is_erased(
    container: Container, site: Flask, wenjing: Candidate, clock: Clock
) -> None:
    elsewhere = reviewer(container, site, at="140027", name="waidi")
    assert looked_for(elsewhere, WENJING.name)[0] == 422
    assert looked_for(elsewhere, WENJING.mobile)[0] == 422
    shenji = auditor(container, site)
    assert shenji.post("/audit", page="/audit", q=WENJING.name).status_code == 303
    store, listeners = container.command_handler.store, container.command_handler.listeners
    with container.database.transaction() as connection:
        store.erase(connection, wenjing.account.id, clock())
        assert connection.exec_driver_sql("SELECT count(*) FROM search_keys").scalar() == 0
    rebuild(container.database, store, listeners)
    with container.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM search_keys").scalar() == 0
    assert shenji.post("/audit", page="/audit", q=WENJING.name).status_code == 422


def test_the_rows_of_a_search_are_made_anew_by_a_rebuild(container: Container, li: Visitor) -> None:
    number = row_of(container, named(container, "张文静").id)["number"]
    with container.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM search_keys")
    assert looked_for(li, "张文静")[0] == 422
    rebuild(container.database, container.command_handler.store, container.command_handler.listeners)
    assert number in looked_for(li, "张文静")[1]


@pytest.mark.parametrize(
    ("typed", "by"),
    [
        ("WENJING@example.com", "mail"),
        (" wenjing@example.com ", "mail"),
        ("13800138000", "phone"),
        ("欧阳文静", "name"),
    ],
)
def test_what_a_search_by_name_phone_or_mail_finds_is_recorded_with_it(
    container: Container, site: Flask, wenjing: Candidate, typed: str, by: str
) -> None:
    kaowu = office(container, site)
    status, text = looked_for(kaowu, typed)
    assert (status, row_of(container, wenjing.id)["number"] in text) == (200, True)
    found = [line for line in story_of(container, wenjing.id) if line["topic"] == "access.registration_found"]
    assert [line["actor"] for line in found] == [str(kaowu.account.id)] if kaowu.account else []
    said = {"mail": "按邮箱", "phone": "按手机号", "name": "按姓名"}[by]
    assert said in found[0]["zh"]
    assert typed.strip() not in "".join(line["zh"] + line["en"] for line in story_of(container, wenjing.id))
    assert looked_for(kaowu, "nobody@example.com")[0] == 422


def test_the_address_that_somebody_signs_in_with_finds_them_too(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    with container.database.transaction() as connection:
        connection.exec_driver_sql(
            "UPDATE accounts SET email = 'signs.in@example.org' WHERE name = 'wenjing'"
        )
    status, text = looked_for(office(container, site), "signs.in@example.org")
    assert (status, row_of(container, wenjing.id)["number"] in text) == (200, True)
    elsewhere = reviewer(container, site, at="140027", name="waidi")
    assert looked_for(elsewhere, "signs.in@example.org")[0] == 422
    assert looked_for(elsewhere, "wenjing@example.com")[0] == 422


def test_a_search_does_not_keep_a_candidate_from_taking_the_request_back(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    """Found, masked, is not looked at."""
    assert looked_for(li, "wenjing@example.com")[0] == 200
    assert container.registrations.may_take_back(wenjing.id, wenjing.account.actor)
