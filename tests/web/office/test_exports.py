"""The office chooses columns, watches the file grow, takes it; others see nothing of it."""

from __future__ import annotations

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from tests.support.people import WENJING, somebody
from tests.web.staff_members import Visitor, auditor, hidden, office, reviewer, visitor

HOME = "/office/exports"
ID = "0197a000-0000-7000-8000-000000000001"


@pytest.fixture
def kaowu(container: Container, site: Flask) -> Visitor:
    somebody(container).until_waiting()
    return office(container, site)


def asks(kaowu: Visitor, **form: object):  # type: ignore[no-untyped-def]
    fields = {"columns": ["number", "status"], "form": "csv", "site": "", "why": "", "at": "", **form}
    text = kaowu.get(HOME)
    form_of_columns = text[text.rindex("<form", 0, text.index('name="columns"')) :]
    return kaowu.send(HOME, {**hidden(form_of_columns, HOME), **fields})


def test_a_file_is_asked_for_watched_and_taken(container: Container, kaowu: Visitor) -> None:
    answer = asks(kaowu)
    assert answer.status_code == 303, answer.text
    page = str(answer.location)
    assert "<progress" in kaowu.get(page)
    assert kaowu.post(f"{page}/file", page, command_id=ID).status_code == 409
    container.worker.once()
    assert "SHA-256" in kaowu.get(page)
    taken = kaowu.post(f"{page}/file", page)
    assert taken.status_code == 200
    assert taken.headers["Content-Disposition"] == 'attachment; filename="ncre-candidates-78.csv"'
    assert "报名号,状态" in taken.get_data().decode("utf-8-sig")
    assert "可以下载" in kaowu.get(HOME)
    assert 'value="name_masked" checked' not in kaowu.get(HOME), "the columns are remembered"
    assert kaowu.post(f"{page}/remove", page).status_code == 303
    assert "文件已删除" in kaowu.get(page)


def test_private_columns_ask_for_a_reason_at_its_field(container: Container, kaowu: Visitor) -> None:
    answer = asks(kaowu, columns=["number", "mobile"])
    assert answer.status_code == 422
    assert 'id="why-fault"' in answer.text
    assert 'value="mobile" checked' in answer.text
    page = str(asks(kaowu, columns=["number", "mobile"], why="通知考点停电改期").location)
    container.worker.once()
    assert WENJING.mobile in kaowu.post(f"{page}/file", page).get_data(as_text=True)


def test_daily_exports_are_set_and_ended(kaowu: Visitor) -> None:
    assert 'id="at-fault"' in asks(kaowu, daily="1", at="6").text
    assert 'id="columns-fault"' in asks(kaowu, daily="1", at="06:30", columns=["mobile"], why="通知").text
    assert asks(kaowu, daily="1", at="06:30").status_code == 303
    text = kaowu.get(HOME)
    assert "<b>06:30</b>" in text
    path = text.split(f'action="{HOME}/daily/')[1].split('"')[0]
    assert kaowu.post(f"{HOME}/daily/{path}", HOME).status_code == 303
    assert "<b>06:30</b>" not in kaowu.get(HOME)


def test_exports_are_of_whoever_asked_and_of_the_office_alone(
    container: Container, site: Flask, kaowu: Visitor
) -> None:
    page = str(asks(kaowu).location)
    container.worker.once()
    other = visitor(container, site, "other", Role.OFFICE)
    other.get(page, 404)
    assert other.post(f"{page}/file", HOME, command_id=ID).status_code == 404
    assert other.post(f"{page}/remove", HOME, command_id=ID).status_code == 404
    for one in (reviewer(container, site), auditor(container, site)):
        one.get(HOME, 403)
        one.get(page, 403)
        assert one.post(f"{page}/file", "/passport").status_code == 403
        assert one.post(HOME, "/passport").status_code == 403
