"""Reading the agreement: accepting begins a registration, declining leaves nothing."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.state import registration_id
from tests.support.people import ROUND, Candidate, Clock, somebody
from tests.web.visitor import Visitor, errors_are_linked, facts_of, row_of


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    return somebody(container)


def accept(visitor: Visitor) -> UUID:
    """Go through the page and return the registration it leads to."""
    visitor.get("/agreement")
    return UUID(visitor.post("/agreement", agreed="yes", answer="agree").headers["Location"].split("/")[2])


def test_accepting_begins_the_registration_and_leads_to_its_first_form(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    assert accept(visitor) == wenjing.id
    assert facts_of(container, wenjing.id) == ["registration.agreement_accepted"]
    visitor.get(f"/registrations/{wenjing.id}")
    assert "第 2 步，共 8 步" in visitor.text()


def test_the_whole_agreement_is_on_the_page(container: Container, visitor: Visitor) -> None:
    with container.database.reading() as connection:
        round_ = container.command_handler.exams.current(connection)
    assert round_ is not None
    visitor.get("/agreement")
    text = visitor.text()
    assert all(paragraph.strip() in text for paragraph in round_.plan.agreement_text.split("\n"))


def test_declining_records_nothing_and_says_so(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get("/agreement")
    visitor.get(visitor.post("/agreement", answer="decline", agreed="yes").headers["Location"])
    assert "报名没有开始，也没有留下任何记录" in visitor.text()
    assert facts_of(container, wenjing.id) == []


def test_the_box_must_be_ticked_before_accepting(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get("/agreement")
    visitor.post("/agreement", 422, answer="agree")
    assert "请先勾选“同意报名协议”" in visitor.text()
    assert "<title>错误：" in visitor.page
    assert errors_are_linked(visitor.page)
    assert facts_of(container, wenjing.id) == []


def test_the_agreement_of_another_round_than_the_current_one_begins_nothing(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    """The page of round 77 was open while round 78 became the current one, with the same agreement."""
    visitor.get("/agreement")
    visitor.post("/agreement", 409, round="77", agreed="yes", answer="agree")
    assert "考次刚有变动" in visitor.text()
    assert facts_of(container, wenjing.id) == []
    visitor.post("/agreement", agreed="yes", answer="agree")


def test_accepting_twice_begins_one_registration(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    assert accept(visitor) == wenjing.id
    other_tab = visitor.post("/agreement", agreed="yes", answer="agree", command_id=str(uuid4()))
    assert other_tab.headers["Location"].endswith(str(wenjing.id))
    assert len(facts_of(container, wenjing.id)) == 1
    visitor.get("/agreement")
    assert "您已经同意报名协议" in visitor.text()


def test_after_giving_up_one_may_begin_again_under_the_next_ordinal(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    accept(visitor)
    wenjing.does(c.Withdraw)
    second = registration_id(ROUND, wenjing.account.id, 2)
    assert accept(visitor) == second
    assert row_of(container, second)["ordinal"] == 2


def test_an_agreement_that_changed_meanwhile_has_to_be_read_again(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get("/agreement")
    visitor.post("/agreement", 409, agreed="yes", answer="agree", agreement="2026-09")
    assert "报名协议已更新，请重新阅读后再同意" in visitor.text()
    assert facts_of(container, wenjing.id) == []


def test_outside_the_window_the_page_says_when_it_opens_and_offers_no_button(
    clock: Clock, container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get("/agreement")
    open_page = visitor.page
    clock.advance(days=-5)
    visitor.get("/agreement")
    assert "2027-01-04 08:00 开始" in visitor.text()
    assert 'value="agree"' not in visitor.page
    token = visitor.page.split('name="csrf_token" value="')[1].split('"')[
        0
    ]  # the clock that was set back ended the session
    visitor.page = open_page
    visitor.post("/agreement", 403, agreed="yes", answer="agree", csrf_token=token)
    assert facts_of(container, wenjing.id) == []


def test_the_menu_leads_to_the_agreement_first_and_to_the_tasks_afterwards(
    wenjing: Candidate, visitor: Visitor
) -> None:
    assert visitor.get("/current", 302).headers["Location"] == "/agreement"
    wenjing.agrees()
    assert visitor.get("/current", 302).headers["Location"] == f"/registrations/{wenjing.id}"
