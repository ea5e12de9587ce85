"""入场核验: what the door is told about a ticket, by whom it may be asked, and what is recorded of it."""

from __future__ import annotations

import pytest
from flask import Flask

from ncre.bootstrap import Container
from tests.support.people import OFFICE, ROUND, SITE, WENJING, Candidate, approved, somebody
from tests.web.staff_members import HERE, Visitor, auditor, looks_at, reviewer


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()
    container.office.seat(ROUND, SITE, OFFICE)
    return candidate


@pytest.fixture
def code(container: Container, wenjing: Candidate) -> str:
    return container.documents.ticket_page(wenjing.id).sheet.record.code


def checked(visitor: Visitor, code: str) -> str:
    answer = visitor.post("/staff/door", page="/staff/door", code=code)
    assert answer.status_code == 200
    return answer.text


def test_a_genuine_ticket_shows_face_name_and_seats(
    container: Container, site: Flask, code: str, wenjing: Candidate
) -> None:
    shenhe = reviewer(container, site)
    text = checked(shenhe, code)
    assert "可以核对放行" in text
    assert WENJING.name in text
    assert WENJING.document_number not in text
    assert f"/staff/door/{wenjing.id}/photo.jpg" in text
    assert shenhe.client.get(f"/staff/door/{wenjing.id}/photo.jpg", base_url=HERE).data[:2] == b"\xff\xd8"


@pytest.mark.parametrize("typed", ["78420019999999", "hello", "x" * 5000, "T1.1"])
def test_what_is_no_ticket_admits_nobody_and_shows_nobody(
    container: Container, site: Flask, code: str, typed: str
) -> None:
    text = checked(reviewer(container, site), typed)
    assert "请勿直接放行" in text
    assert WENJING.name not in text


def test_a_forged_code_is_called_forged(container: Container, site: Flask, code: str) -> None:
    assert "签名不符" in checked(reviewer(container, site), code.replace(".v", ".v9", 1))


def test_another_site_learns_nothing(
    container: Container, site: Flask, code: str, wenjing: Candidate
) -> None:
    elsewhere = reviewer(container, site, at="429901")
    assert "这里没有这个号码" in checked(elsewhere, code)
    elsewhere.get(f"/staff/door/{wenjing.id}/photo.jpg", 404)


def test_a_look_at_the_door_is_recorded_once_in_a_session(
    container: Container, site: Flask, code: str, wenjing: Candidate
) -> None:
    shenhe = reviewer(container, site)
    checked(shenhe, code)
    checked(shenhe, code)
    shenhe.client.get(f"/staff/door/{wenjing.id}/photo.jpg", base_url=HERE)
    assert len(looks_at(container, wenjing.id)) == 1


def test_the_door_is_not_for_auditors(container: Container, site: Flask) -> None:
    auditor(container, site).get("/staff/door", 403)
