"""转到本人另一账号: the exam office's form, what both accounts see, and what the auditor reads."""

from __future__ import annotations

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.web.site import create_site
from tests.support.people import Candidate, approved, somebody
from tests.web import staff_members
from tests.web.visitor import signed_in

EVIDENCE = "核对了身份证原件和本人，申请书 2027-15"


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


@pytest.fixture
def lost(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


@pytest.fixture
def kaowu(container: Container, site: Flask) -> staff_members.Visitor:
    return staff_members.office(container, site)


def case(candidate: Candidate) -> str:
    return f"/staff/cases/{candidate.id}"


def moves(
    kaowu: staff_members.Visitor, candidate: Candidate, to: str, evidence: str = EVIDENCE
) -> tuple[int, str]:
    page = case(candidate)
    answer = kaowu.post(f"{page}/move", page=page, to=to, evidence=evidence)
    return answer.status_code, answer.text


def test_the_office_moves_it_and_it_goes_on_at_the_other_account(
    container: Container, site: Flask, kaowu: staff_members.Visitor, lost: Candidate
) -> None:
    other = Candidate(container, somebody(container, "second").account)
    approved(container, lost)
    assert moves(kaowu, lost, "second")[0] == 303
    assert "报名已转到账号 second" in kaowu.get(case(lost))
    owner = signed_in(site, other)
    owner.get("/welcome")
    assert f"/registrations/{lost.id}" in owner.page
    owner.get(f"/registrations/{lost.id}")
    assert "转到了考生本人的另一账号" in owner.text()
    assert owner.get(f"/registrations/{lost.id}/photo.jpg").mimetype == "image/jpeg"
    owner.get("/passport")
    assert "转到了本账号" in owner.text()
    lost.pays()
    assert owner.get(f"/registrations/{lost.id}/form.pdf").data.startswith(b"%PDF")


def test_the_account_it_left_reaches_nothing_of_it_and_reads_why(
    container: Container, site: Flask, kaowu: staff_members.Visitor, lost: Candidate
) -> None:
    somebody(container, "second")
    before = signed_in(site, lost)
    before.get(f"/registrations/{lost.id}")
    moves(kaowu, lost, "second")
    for page in ("", "/photo.jpg", "/check", "/details"):
        before.get(f"/registrations/{lost.id}{page}", 404)
    assert before.get("/current", 302).location == "/agreement"
    before.get("/passport")
    assert "转到了您的另一账号" in before.text()
    for page in ("/welcome", "/agreement"):
        before.get(page)
        assert "请用那个账号登录继续" in before.text()
    begun = before.post("/agreement", answer="agree", agreed="yes").location
    assert str(lost.id) not in str(begun)


@pytest.mark.parametrize(
    ("to", "evidence", "said"),
    [
        ("nobody", EVIDENCE, "没有这个考生账号"),
        ("kaowu", EVIDENCE, "没有这个考生账号"),
        ("second", " ", "请写明核对了什么证据"),
        ("busy", EVIDENCE, "已有未放弃的报名"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(
    container: Container, kaowu: staff_members.Visitor, lost: Candidate, to: str, evidence: str, said: str
) -> None:
    somebody(container, "second")
    somebody(container, "busy").agrees()
    status, text = moves(kaowu, lost, to, evidence)
    assert status in (409, 422)
    assert said in text
    assert f'value="{to}"' in text


def test_a_reviewer_does_not_move_and_is_offered_nothing(
    container: Container, site: Flask, lost: Candidate
) -> None:
    reviewer = staff_members.reviewer(container, site)
    somebody(container, "second")
    text = reviewer.get(case(lost))
    assert f"{case(lost)}/move" not in text
    form = {**staff_members.hidden(text, f"{case(lost)}/approve"), "to": "second", "evidence": EVIDENCE}
    assert reviewer.send(f"{case(lost)}/move", form).status_code == 403


def test_the_auditor_sees_the_move(
    container: Container, site: Flask, kaowu: staff_members.Visitor, lost: Candidate
) -> None:
    somebody(container, "second")
    moves(kaowu, lost, "second")
    text = staff_members.auditor(container, site).get(f"/audit/{lost.id}")
    assert "转到了考生本人的另一账号" in text
    assert "转到另一账号的证据" in text


def test_who_is_signed_in_with_the_other_account_cannot_begin_a_second_one(
    container: Container, site: Flask, kaowu: staff_members.Visitor, lost: Candidate
) -> None:
    other = Candidate(container, somebody(container, "second").account)
    owner = signed_in(site, other)
    owner.get("/agreement")
    moves(kaowu, lost, "second")
    begun = owner.post("/agreement", answer="agree", agreed="yes")
    assert begun.location == f"/registrations/{lost.id}"
