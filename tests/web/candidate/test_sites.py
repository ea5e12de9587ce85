"""Before sign-in: exam dates and the sites with what they offer; whom to ask; where and when one confirms and sits."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Status
from ncre.web.shared.ways import PUBLIC
from tests.support.people import (
    OFFICE,
    REVIEWER,
    ROUND,
    SITE,
    Candidate,
    Clock,
    approved,
    rejected,
    somebody,
)
from tests.web.visitor import Visitor, facts_of, row_of, signed_in

CONFIRMS = "地点：武汉市江夏区(东湖高新)光谷大道117号 1号教学楼101室"


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


@pytest.fixture
def stranger(site: Flask, container: Container) -> Visitor:
    assert container is not None
    return Visitor(site)


def home(candidate: Candidate) -> str:
    return f"/registrations/{candidate.id}"


def test_exam_dates_and_the_sites_are_there_before_sign_in(stranger: Visitor) -> None:
    stranger.get("/")
    days = re.findall(r'<time datetime="(\d{4}-\d\d-\d\d)">', stranger.page)
    assert len(days) == 3
    assert 'href="/sites"' in stranger.page
    stranger.get("/sites?q=420019")
    said = stranger.text()
    assert all(day in said for day in days)
    assert "420019 武汉软件工程职业学院" in said
    assert "000-0000 0001" in said
    assert CONFIRMS in said
    assert "携带：报名时使用的身份证件原件" in said
    assert "审核通过后支付" in said
    assert "24 C语言程序设计 二级 80.00 150" in said


@pytest.mark.parametrize(
    ("asked", "found", "named"),
    [
        ("city=山西 太原", 1, "太原工业学院"),
        ("city=太原", 1, "太原工业学院"),
        ("q=珞喻路", 2, "华中师范大学"),
        ("q=ＣＨＩＮＡ", 0, "没有找到考点"),
        ("q=湖北 java", 23, "先显示 8 个"),
        ("city=湖北 武汉&q=光谷大道", 1, "武汉软件工程职业学院"),
        ("", 26, "找到 26 个考点，先显示 8 个"),
    ],
)
def test_sites_are_found_by_city_and_by_words(stranger: Visitor, asked: str, found: int, named: str) -> None:
    stranger.get(f"/sites?{asked}")
    assert named in stranger.text()
    assert stranger.page.count('<section class="card"') == min(found, 8)


def test_a_seat_that_is_taken_is_gone_from_the_page(wenjing: Candidate, stranger: Visitor) -> None:
    assert wenjing.details
    stranger.get("/sites?q=420019")
    taken = row_of(wenjing.container, wenjing.id)["lines"]
    shown = dict(re.findall(r'<th scope="row">(\d\d) .*?<td>(\d+)</td></tr>', stranger.page))
    plan = next(
        one.plan
        for one in wenjing.container.command_handler.exams._sites.values()  # noqa: SLF001
        if one.code == SITE
    )
    for line in taken:
        quota = next(one.quota for one in plan.offers if one.subject == line["subject"])
        assert shown[line["subject"]] == str(quota - 1)


def test_every_page_names_whom_to_ask(site: Flask, stranger: Visitor, visitor: Visitor) -> None:
    for path, status in (("/", 200), ("/sign-in", 200), ("/recover", 200), ("/nowhere", 404)):
        stranger.get(path, status)
        assert "考务办公室 电话 000-0000 0000 工作日 9:00-17:00" in stranger.text(), path
    for path, status in (("", 200), ("/check", 200), ("/ticket.pdf", 409), ("/details", 409)):
        visitor.get(f"/registrations/{_of(visitor)}{path}", status)
        assert "420019 武汉软件工程职业学院 电话 000-0000 0001" in visitor.text(), path
        assert "考务办公室 电话 000-0000 0000" in visitor.text(), path


def _of(visitor: Visitor) -> str:
    visitor.get("/welcome")
    found = re.search(r"/registrations/([0-9a-f-]{36})", visitor.page)
    if found is None:
        location = visitor.get("/current", 302).location
        found = re.search(r"/registrations/([0-9a-f-]{36})", location or "")
    assert found is not None
    return found[1]


def test_confirmation_says_time_place_and_papers_from_the_round(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    approved(container, wenjing)
    wenjing.pays()
    visitor.get(home(wenjing))
    assert CONFIRMS in visitor.text()
    assert re.search(r"时间：\d{4}-\d\d-\d\d 09:00 至 \d{4}-\d\d-\d\d 17:00", visitor.text())
    assert "携带：" in visitor.text()


def test_your_exam_stands_on_the_task_list_once_seats_are_assigned(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    approved(container, wenjing)
    wenjing.pays()
    visitor.get(home(wenjing))
    assert "您的考试" not in visitor.text()
    container.seating.seat(ROUND, SITE, OFFICE)
    visitor.get(home(wenjing))
    said = visitor.text()
    assert "您的考试" in said
    assert re.search(
        r"时间 \d{4}-\d\d-\d\d \d\d:\d\d – \d\d:\d\d 考场 第 \d+ 考场，第\d机房 座位号 \d+", said
    )
    assert "地址：武汉软件工程职业学院，武汉市江夏区(东湖高新)光谷大道117号" in said


def test_what_was_sent_can_be_looked_at_in_every_later_state(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    for step in (lambda: None, lambda: approved(container, wenjing), wenjing.pays):
        step()
        visitor.get(home(wenjing))
        assert "查看已提交的报名信息" in visitor.text()
        visitor.get(f"{home(wenjing)}/check")
        assert "申请信息审核</button>" not in visitor.page


def test_a_request_is_taken_back_while_nobody_has_opened_it(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(home(wenjing))
    assert "撤回审核申请" in visitor.text()
    visitor.post(f"{home(wenjing)}/take-back")
    assert row_of(container, wenjing.id)["status"] == Status.PHOTO_UPLOADED
    assert facts_of(container, wenjing.id)[-1] == "registration.review_taken_back"
    visitor.get(home(wenjing))
    assert "审核申请已撤回" in visitor.text()
    assert "考生撤回了审核申请。" in visitor.text()
    wenjing.requests_review()
    assert row_of(container, wenjing.id)["status"] == Status.PENDING_REVIEW


def test_once_staff_opened_it_the_request_stays(
    container: Container, clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(home(wenjing))
    offered = visitor.page
    clock.now += timedelta(minutes=1)
    container.command_handler.record_access(wenjing.id, REVIEWER, "review", "review")
    visitor.get(home(wenjing))
    assert "撤回审核申请" not in visitor.text()
    visitor.page = offered
    visitor.post(f"{home(wenjing)}/take-back", 409)
    assert "考点工作人员已经打开过这份报名" in visitor.text()
    assert row_of(container, wenjing.id)["status"] == Status.PENDING_REVIEW


def test_a_look_before_the_request_does_not_count_and_a_rejection_does(
    container: Container, clock: Clock, site: Flask
) -> None:
    other = somebody(container, "liqiang")
    other.until_waiting()
    visitor = signed_in(site, other)
    visitor.get(home(other))
    visitor.post(f"{home(other)}/take-back")
    container.command_handler.record_access(other.id, REVIEWER, "review", "inquiry")
    clock.now += timedelta(minutes=1)
    other.requests_review()
    visitor.get(home(other))
    assert "撤回审核申请" in visitor.text()
    rejected(container, other)
    other.requests_review()
    visitor.get(home(other))
    assert "撤回审核申请" not in visitor.text()


def test_areas_whose_forms_need_no_account_are_areas_that_there_are(site: Flask) -> None:
    assert site.blueprints.keys() >= PUBLIC


def test_in_english_the_papers_and_hours_are_english(stranger: Visitor) -> None:
    stranger.get("/language/en?next=/", 302)
    stranger.get("/sites?q=420019")
    assert "Bring: The identity document you registered with" in stranger.text()
    assert "working days 9:00-11:30" in stranger.text()
