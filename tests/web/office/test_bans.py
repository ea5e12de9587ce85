"""The office enters, finds and lifts bans on its page, brings them from a file, and candidates are told."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from tests.support.people import WENJING, Candidate, somebody
from tests.web.staff_members import Visitor, auditor, hidden, office, reviewer, visitor
from tests.web.visitor import signed_in

HOME = "/office/bans"
SAID = {
    "kind": WENJING.document_type,
    "number": WENJING.document_number,
    "starts": "2027-01-01",
    "ends": "2028-12-31",
    "decision": "鄂考罚〔2026〕31号",
    "reason": "上次考试由他人代考",
}


@pytest.fixture
def kaowu(container: Container, site: Flask) -> Visitor:
    return office(container, site)


def enters(kaowu: Visitor, **changed: str) -> str:
    answer = kaowu.post(HOME, HOME, **{**SAID, **changed})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def sends(kaowu: Visitor, raw: bytes, name: str = "bans.csv"):  # type: ignore[no-untyped-def]
    page = kaowu.get(HOME)
    form = hidden(page, f"{HOME}/file")
    return kaowu.send(f"{HOME}/file", {**form, "file": (BytesIO(raw), name)})


def test_a_ban_is_entered_found_by_number_and_lifted_with_a_reason(kaowu: Visitor) -> None:
    page = enters(kaowu)
    text = kaowu.get(page)
    assert "停考中" in text
    assert "420115********002X" in text
    assert SAID["reason"] not in text
    assert WENJING.document_number not in text
    shown = kaowu.post(f"{page}/reason", page)
    assert SAID["reason"] in shown.text
    assert "查看了决定" in kaowu.get(page)
    assert "没有停考记录" in kaowu.post(f"{HOME}/search", HOME, q="E1").text
    found = kaowu.post(f"{HOME}/search", HOME, q="420115 2006 0315 002x").text
    assert page in found
    again = kaowu.post(f"{page}/lift", page, why=" ")
    assert again.status_code == 422
    assert kaowu.post(f"{page}/lift", page, why="复核后撤销").status_code == 303
    assert "已解除" in kaowu.get(page)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"number": "1"}, "number"),
        ({"ends": "2026-01-01"}, "starts"),
        ({"decision": " "}, "decision"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    kaowu: Visitor, changed: dict[str, str], field: str
) -> None:
    answer = kaowu.post(HOME, HOME, **{**SAID, **changed})
    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text
    for name, value in {**SAID, **changed}.items():
        assert value.strip() in answer.text, name


def test_a_candidate_is_told_until_when_by_what_and_whom_to_ask(
    container: Container, site: Flask, kaowu: Visitor
) -> None:
    wenjing = somebody(container)
    wenjing.until_waiting()
    shenhe = reviewer(container, site)
    case = f"/staff/cases/{wenjing.id}"
    assert shenhe.post(f"{case}/approve", case).status_code == 303
    enters(kaowu)
    browser = signed_in(site, wenjing)
    for page, status in ((f"/registrations/{wenjing.id}/pay", 409), (f"/registrations/{wenjing.id}", 200)):
        browser.get(page, status)
        for words in ("2028-12-31", SAID["decision"], "考务办公室（电话"):
            assert words in browser.text(), (page, words)


def test_a_paid_registration_waits_on_the_list_until_its_outcome(
    container: Container, kaowu: Visitor
) -> None:
    wenjing: Candidate = somebody(container)
    wenjing.until_paid() if hasattr(wenjing, "until_paid") else _paid(container, wenjing)
    page = enters(kaowu)
    assert "待处理" in kaowu.get(HOME)
    path = f"{page}/registrations/{wenjing.id}"
    assert kaowu.post(path, page, why="x").status_code == 422
    answer = kaowu.post(path, page, outcome="refund", why="")
    assert answer.status_code == 422
    assert kaowu.post(path, page, outcome="refund", why="决定溯及本次考试").status_code == 303
    assert "待处理" not in kaowu.get(HOME)
    with container.database.reading() as connection:
        from ncre.projections.registration import registrations

        row = registrations.one(connection, wenjing.id)
    assert row is not None
    assert row["status"] == "cancelled"


def _paid(container: Container, candidate: Candidate) -> None:
    from tests.support.people import approved

    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()


def test_a_file_is_previewed_and_entered_once_confirmed(kaowu: Visitor) -> None:
    text = (
        "证件号码,起始日期,截止日期,决定编号,理由\r\n"
        f"{WENJING.document_number},2027/1/1,46752,31号,替考\r\n"
        "4.20115E+17,2027/1/1,2028/1/1,31号,替考\r\n"
    )
    answer = sends(kaowu, text.encode("gb18030"))
    assert answer.status_code == 303, answer.text
    page = str(answer.location)
    shown = kaowu.get(page)
    assert "可录入 1 行" in shown
    assert "被表格软件截短" in shown
    assert "没有停考记录" in kaowu.get(HOME)
    assert kaowu.post(page, page).status_code == 303
    shown = kaowu.get(page)
    assert "已录入 1 行" in shown
    assert "31号" in kaowu.get(HOME)


def test_an_upload_is_of_whoever_sent_it_and_gone_after_a_day(
    container: Container, site: Flask, kaowu: Visitor, clock
) -> None:  # type: ignore[no-untyped-def]
    text = (
        f"证件号码,起始日期,截止日期,决定编号,理由\n{WENJING.document_number},2027-01-01,2028-01-01,31号,替考"
    )
    page = str(sends(kaowu, text.encode()).location)
    other = visitor(container, site, "other", Role.OFFICE)
    other.get(page, 409)
    clock.advance(hours=25)
    kaowu.signs_in()
    kaowu.get(page, 409)


def test_a_file_that_cannot_be_used_says_why(kaowu: Visitor) -> None:
    assert "工作簿" in sends(kaowu, b"PK\x03\x04...").text
    assert "缺少列" in sends(kaowu, "姓名\n张三".encode()).text
    assert sends(kaowu, b"").status_code == 422


def test_bans_are_the_offices_alone(container: Container, site: Flask, kaowu: Visitor) -> None:
    page = enters(kaowu)
    for one in (reviewer(container, site), auditor(container, site)):
        for path in (HOME, page):
            one.get(path, 403)
        token = re.search(r'name="csrf_token" value="([^"]+)"', one.get("/passport"))
        assert token is not None
        sent = {
            "csrf_token": token[1],
            "command_id": "0197a000-0000-7000-8000-000000000001",
            "why": "x",
            "q": "x",
        }
        for path in (HOME, f"{HOME}/search", f"{page}/lift", f"{page}/reason", f"{HOME}/file"):
            assert one.send(path, dict(sent)).status_code == 403, path
