"""The time left and its reason on every page of a case, and what happens when, by the rules of the site."""

from __future__ import annotations

from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from tests.support.people import REVIEWER, SITE, Candidate, Clock, approved
from tests.web.visitor import Visitor


def path(candidate: Candidate, page: str = "") -> str:
    return f"/registrations/{candidate.id}{page}"


def test_every_page_of_a_case_says_how_long_there_is(wenjing: Candidate, visitor: Visitor) -> None:
    for page in ("", "/details"):
        visitor.get(path(wenjing, page))
        assert "还有 9 天" in visitor.text(), page
    wenjing.fills()
    wenjing.submits()
    for page in ("", "/details", "/subjects", "/photo", "/check", "/withdraw"):
        visitor.get(path(wenjing, page))
        assert "还有 9 天" in visitor.text(), page
        assert 'data-until="2027-01-14T' in visitor.page, page


def test_the_time_to_pay_is_said_with_its_reason_on_every_page_and_runs_by_our_clock(
    container: Container, clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.until_waiting()
    approved(container, wenjing)
    clock.advance(hours=1, minutes=30)
    for page in ("", "/pay", "/paid", "/withdraw"):
        visitor.get(path(wenjing, page))
        assert "还有 22 小时 30 分钟" in visitor.text(), page
        assert "审核通过后 24 小时内支付" in visitor.text(), page
        assert "为什么有这个期限？" in visitor.text(), page
    visitor.get("/language/en?next=/", 302)
    visitor.get(path(wenjing, "/pay"))
    assert "Within 24 hours after approval" in visitor.text()


def test_nothing_runs_where_nothing_is_to_be_done(wenjing: Candidate, visitor: Visitor) -> None:
    wenjing.fills()
    wenjing.does(c.Withdraw)
    visitor.get(path(wenjing))
    assert "data-until" not in visitor.page


def test_what_happens_when_is_told_by_the_rules_of_the_site(wenjing: Candidate, visitor: Visitor) -> None:
    wenjing.fills()
    wenjing.submits()
    visitor.get(path(wenjing))
    steps = visitor.text()[visitor.text().index("什么时候做什么") :]
    places = [steps.index(one) for one in ("网上报名", "信息审核", "缴费", "现场确认", "打印准考证", "考试")]
    assert places == sorted(places)
    assert "审核通过后 24 小时内支付" in steps
    wenjing.does(c.ChangeSubjects, site="429901", subjects=("67",))
    visitor.get(path(wenjing))
    steps = visitor.text()[visitor.text().index("什么时候做什么") :].split("办理记录")[0]
    assert "提交报考信息后" in steps
    assert "信息审核" not in steps
    assert "现场确认" not in steps


def test_strangers_read_it_before_signing_in(site: Flask) -> None:
    stranger = Visitor(site)
    stranger.get(f"/sites?q={SITE}")
    assert "什么时候做什么" in stranger.text()
    assert "审核通过后 24 小时内支付" in stranger.text()


def test_a_rejection_says_why_there_are_rejections_and_what_to_do(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.until_waiting()
    container.command_handler.handle(c.Reject(registration=wenjing.id, actor=REVIEWER, reasons=("P01",)))
    for page in ("/photo", "/check"):
        visitor.get(path(wenjing, page))
        assert "为什么审核没有通过？接下来怎么办？" in visitor.text(), page
