"""A case is suspended and resumed at the desk, and its candidate reads why and what to do."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from tests.support.people import OFFICE, REVIEWER, Candidate, Clock, approved, somebody
from tests.web.staff_members import office, paid, reviewer, row_of, story_of
from tests.web.visitor import signed_in

WHY = "考点正在接受调查，请等待通知"


def case_of(candidate: Candidate) -> str:
    return f"/staff/cases/{candidate.id}"


def unpaid(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    return candidate


def test_a_reviewer_suspends_and_the_office_resumes_with_the_time_that_was_lost(
    container: Container, site: Flask, clock: Clock
) -> None:
    wenjing = unpaid(container)
    before = row_of(container, wenjing.id)
    li = reviewer(container, site)
    empty = li.post(f"{case_of(wenjing)}/suspend", page=case_of(wenjing), suspend_why=" ")
    assert empty.status_code == 422
    assert '<a href="#suspend_why">' in empty.text
    li.post(f"{case_of(wenjing)}/suspend", page=case_of(wenjing), suspend_why=WHY)
    assert row_of(container, wenjing.id)["status"] == Status.SUSPENDED
    assert f'action="{case_of(wenjing)}/resume"' not in li.get(case_of(wenjing))
    clock.advance(hours=72)
    container.worker.once()
    assert row_of(container, wenjing.id)["status"] == Status.SUSPENDED, "nothing lapses"
    kaowu = office(container, site)
    answer = kaowu.post(f"{case_of(wenjing)}/resume", page=case_of(wenjing))
    assert (answer.status_code, answer.location) == (303, case_of(wenjing))
    after = row_of(container, wenjing.id)
    assert after["status"] == Status.APPROVED
    assert after["pay_by"] == before["pay_by"] + timedelta(hours=72)
    assert any("恢复了报名" in told["zh"] for told in story_of(container, wenjing.id))


def test_its_candidate_reads_why_and_what_to_do_and_pays_nothing_meanwhile(
    container: Container, site: Flask
) -> None:
    wenjing = unpaid(container)
    container.command_handler.handle(c.Suspend(registration=wenjing.id, actor=REVIEWER, reason=WHY))
    visitor = signed_in(site, wenjing)
    visitor.get(f"/registrations/{wenjing.id}")
    assert WHY in visitor.text()
    assert "已暂停" in visitor.text()
    assert "不需要您操作" in visitor.text()
    assert f"/registrations/{wenjing.id}/pay" not in visitor.page
    container.command_handler.handle(c.Resume(registration=wenjing.id, actor=OFFICE))
    visitor.get(f"/registrations/{wenjing.id}")
    assert WHY not in visitor.text()


def test_papers_are_not_printed_while_it_is_suspended(container: Container, site: Flask) -> None:
    wenjing = paid(container)
    visitor = signed_in(site, wenjing)
    page = f"/registrations/{wenjing.id}/form"
    visitor.get(page)
    container.command_handler.handle(c.Suspend(registration=wenjing.id, actor=REVIEWER, reason=WHY))
    visitor.get(page, 409)
    assert "这份报名已暂停" in visitor.text()
