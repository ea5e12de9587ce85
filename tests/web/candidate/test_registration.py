"""The task list and what hangs on it: marks, rejections, deadlines, the check, giving up, whose it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.holds import HOLDS
from ncre.domain.registration.lifecycle import LIFE
from ncre.domain.registration.vocabulary import Role, Status
from ncre.domain.wording import STATUSES
from ncre.web.candidate.registration import NEXT
from ncre.web.candidate.task_list import LABELS, MARKS, STANDING, Mark, Task, time_left
from tests.support.people import (
    KEEPING,
    LIQIANG,
    NOW,
    OFFICE,
    REVIEWER,
    WENJING,
    Candidate,
    Clock,
    approved,
    rejected,
    somebody,
    till_of,
)
from tests.web.visitor import Visitor, facts_of, row_of, signed_in


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    return somebody(container)


def home(candidate: Candidate) -> str:
    return f"/registrations/{candidate.id}"


def goes_until(container: Container, candidate: Candidate, status: Status) -> None:
    """Drive a candidate of 420019 to a status, through commands alone."""
    path: list[tuple[Status, Callable[[], object]]] = [
        (Status.AGREED, candidate.agrees),
        (Status.INFO_FILLED, candidate.fills),
        (Status.SUBMITTED, candidate.submits),
        (Status.PHOTO_UPLOADED, candidate.uploads),
        (Status.PENDING_REVIEW, candidate.requests_review),
        (Status.APPROVED, lambda: approved(container, candidate)),
        (Status.PAID, candidate.pays),
        (
            Status.CONFIRMED,
            lambda: candidate.container.command_handler.handle(
                c.Confirm(registration=candidate.id, actor=REVIEWER)
            ),
        ),
    ]
    ends: dict[Status, tuple[Status, Callable[[], object]]] = {
        Status.REJECTED: (Status.PENDING_REVIEW, lambda: rejected(container, candidate)),
        Status.LAPSED: (Status.APPROVED, lambda: _time_passes(container, candidate)),
        Status.WITHDRAWN: (Status.SUBMITTED, lambda: candidate.does(c.Withdraw)),
        Status.CANCELLED: (Status.PAID, lambda: _cancels(container, candidate)),
        **{hold: (Status.PAID, partial(_holds, container, candidate, hold)) for hold in HOLDS},
    }
    before, end = ends.get(status, (status, lambda: None))
    for reached, step in path:
        step()
        if reached is before:
            break
    end()
    assert row_of(container, candidate.id)["status"] == status


def _time_passes(container: Container, candidate: Candidate) -> None:
    assert isinstance(container.clock, Clock)
    container.clock.advance(hours=25)
    container.worker.once()


def _cancels(container: Container, candidate: Candidate) -> None:
    container.command_handler.handle(
        c.Cancel(registration=candidate.id, actor=OFFICE, reason="冒名报名", **KEEPING)
    )


def _holds(container: Container, candidate: Candidate, hold: Status) -> None:
    (row,) = (row for row in LIFE if row.to is hold)
    command: Any = row.command
    asked = command(registration=candidate.id, actor=OFFICE, reason="考点正在接受调查")
    container.command_handler.handle(asked)


def _suspends(container: Container, candidate: Candidate) -> None:
    container.command_handler.handle(
        c.Suspend(registration=candidate.id, actor=REVIEWER, reason="考点正在接受调查")
    )


def test_every_status_says_what_it_means_for_every_task_and_what_comes_next() -> None:
    assert set(STANDING) == set(NEXT) == set(Status)
    assert all(set(tasks) == set(Task) for tasks in STANDING.values())
    assert set(LABELS) == set(Task)
    assert set(MARKS) == set(Mark)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.NEW])
def test_the_task_list_opens_in_every_status_and_says_it_in_words(
    status: Status, container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, status)
    visitor.get(home(wenjing))
    assert STATUSES[status].zh in visitor.text()
    said = HOLDS[status].next.zh if status in HOLDS else str(NEXT[status][1]._args[0])
    assert said in visitor.text()
    links = set(re.findall(rf'href="({home(wenjing)}/[\w-]+)"', visitor.page))
    for link in links:
        visitor.get(link)
    visitor.get("/language/en?next=/", 302)
    visitor.get(home(wenjing))
    assert STATUSES[status].en in visitor.text()


def test_review_and_confirmation_are_tasks_only_where_the_site_has_them(
    wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.agrees()
    wenjing.fills()
    wenjing.submits("429901", ("14",))
    visitor.get(home(wenjing))
    assert "考点审核" not in visitor.text()
    assert "现场确认" not in visitor.text()
    assert "第 4 步，共 6 步" in visitor.text()
    wenjing.does(c.ChangeSubjects, site="420019", subjects=("66",))
    visitor.get(home(wenjing))
    assert "第 4 步，共 9 步" in visitor.text()


def test_where_the_clock_runs_from_submission_the_deadline_shows_before_the_photo(
    wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.agrees()
    wenjing.fills()
    wenjing.submits("429903", ("14",))
    visitor.get(home(wenjing))
    assert "请在 2027-01-05 11:00 前支付，还有 1 小时 0 分钟" in visitor.text()


def test_a_rejection_shows_its_reasons_by_what_they_concern_with_the_way_to_mend_each(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.until_waiting()
    container.command_handler.handle(
        c.Reject(
            registration=wenjing.id, actor=REVIEWER, reasons=("P09", "I01", "E04", "O01"), note="请补班级"
        )
    )
    visitor.get(home(wenjing))
    text = visitor.text()
    for reason in ("照片侧置或倒置", "姓名与身份证件不一致", "报考科目数超过本考点限报科次", "请补班级"):
        assert reason in text
    for page, group in (("photo", "照片"), ("details", "基本信息"), ("subjects", "报考资格与科目")):
        assert f'<a href="{home(wenjing)}/{page}">去修改：{group}</a>' in visitor.page
    assert text.count("须修改") == 4


def test_what_was_mended_after_a_rejection_is_no_longer_marked_as_sent_back(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.until_waiting()
    rejected(container, wenjing, ("I01",))
    visitor.get(f"{home(wenjing)}/check")
    assert "审核未通过的地方还没有修改" in visitor.text()
    wenjing.does(c.AmendInfo, details=LIQIANG, person="p")
    visitor.get(f"{home(wenjing)}/check")
    assert "审核未通过的地方还没有修改" not in visitor.text()
    visitor.get(home(wenjing))
    assert visitor.text().count("须修改") == 1


def test_an_approval_shows_until_when_to_pay_and_how_long_that_is(
    container: Container, clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.until_waiting()
    approved(container, wenjing)
    clock.advance(hours=3, minutes=15)
    visitor.get(home(wenjing))
    assert "请在 2027-01-06 10:00 前支付，还有 20 小时 45 分钟" in visitor.text()


def test_a_lapsed_registration_shows_the_way_back(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, Status.LAPSED)
    visitor.get(home(wenjing))
    assert "名额已释放" in visitor.text()
    assert f'<a class="button" href="{home(wenjing)}/subjects">' in visitor.page


def test_money_that_is_owed_and_money_that_went_back_are_told(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.until_waiting()
    approved(container, wenjing)
    order = till_of(container).begin(container.checkout.open(wenjing.id, "till"))
    _cancels(container, wenjing)
    container.payments.receive(till_of(container).pay(order.number))
    visitor.get(home(wenjing))
    assert "收到 160.00 元，但不能用于这份报名（报名已放弃或取消），将原路退回" in visitor.text()
    container.worker.once()
    visitor.get(home(wenjing))
    assert "160.00 元（报名已放弃或取消）已于 2027-01-05 10:00 原路退回。" in visitor.text()


def test_a_cancellation_shows_its_reason_and_the_way_to_begin_again(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, Status.CANCELLED)
    visitor.get(home(wenjing))
    assert "冒名报名" in visitor.text()
    assert '<a class="button" href="/agreement">重新报名</a>' in visitor.page
    assert "第 " not in visitor.text().split("办理记录")[0]


def test_the_newest_of_the_history_comes_first(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.until_waiting()
    visitor.get(home(wenjing))
    told = visitor.text().split("办理记录")[1]
    assert told.index("考生申请了信息审核") < told.index("考生上传了照片") < told.index("考生同意了")


def test_the_check_page_shows_everything_with_links_to_change_it(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, Status.PHOTO_UPLOADED)
    visitor.get(f"{home(wenjing)}/check")
    for text in (WENJING.name, WENJING.document_typed, "2006-03-15", "武汉软件工程职业学院", "160.00"):
        assert text in visitor.text()
    for page, hidden in (("details", "基本信息"), ("subjects", "考点与科目"), ("photo", "照片")):
        assert f'href="{home(wenjing)}/{page}">修改<span class="hidden">{hidden}</span>' in visitor.page


def test_asking_for_review_freezes_the_registration_and_says_so(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, Status.PHOTO_UPLOADED)
    visitor.get(f"{home(wenjing)}/check")
    visitor.post(f"{home(wenjing)}/request-review")
    assert row_of(container, wenjing.id)["status"] == Status.PENDING_REVIEW
    visitor.get(home(wenjing))
    assert "审核期间不能修改" in visitor.text()
    assert f'href="{home(wenjing)}/details"' not in visitor.page
    visitor.get(f"{home(wenjing)}/check")
    assert "修改<span" not in visitor.page


def test_review_cannot_be_asked_for_from_an_old_page(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, Status.PHOTO_UPLOADED)
    visitor.get(f"{home(wenjing)}/check")
    wenjing.does(c.ChangeSubjects, site="420019", subjects=("24",))
    visitor.post(f"{home(wenjing)}/request-review", 409)
    assert row_of(container, wenjing.id)["status"] == Status.PHOTO_UPLOADED


def test_giving_up_is_asked_about_first_and_then_done(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, Status.SUBMITTED)
    visitor.get(f"{home(wenjing)}/withdraw")
    assert "所占的名额立即释放" in visitor.text()
    assert row_of(container, wenjing.id)["status"] == Status.SUBMITTED
    visitor.post(f"{home(wenjing)}/withdraw")
    assert row_of(container, wenjing.id)["status"] == Status.WITHDRAWN


def test_what_is_under_review_cannot_be_given_up(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, Status.PHOTO_UPLOADED)
    visitor.get(f"{home(wenjing)}/withdraw")
    form = visitor.hidden()
    wenjing.requests_review()
    visitor.get(f"{home(wenjing)}/withdraw", 409)
    visitor.post(f"{home(wenjing)}/withdraw", 409, **{**form, "seen": "5"})
    assert "现在不能放弃报名。考点正在审核；审核有了结果以后可以放弃。" in visitor.text()
    assert row_of(container, wenjing.id)["status"] == Status.PENDING_REVIEW


def test_a_step_whose_window_is_closed_says_when_it_closed(
    clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.agrees()
    wenjing.fills()
    clock.advance(days=10)
    visitor.get(home(wenjing))
    assert "网上报名已于 2027-01-14 17:00 截止，这份报名还没有提交报考信息，不能继续" in visitor.text()
    assert "请选择考点和科目" not in visitor.text()
    assert f'href="{home(wenjing)}/subjects"' not in visitor.page
    visitor.get(f"{home(wenjing)}/subjects", 403)
    assert "网上报名已于 2027-01-14 17:00 截止。不能再开始报名" in visitor.text()


def test_before_a_window_closes_every_page_says_when_and_what_follows(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, Status.PHOTO_UPLOADED)
    for page in ("", "/details", "/subjects", "/photo", "/check"):
        visitor.get(f"{home(wenjing)}{page}")
        assert "请在 2027-01-14 17:00 前（网上报名截止）申请信息审核，逾期报名失效。" in visitor.text()


def test_a_photo_whose_review_was_never_requested_is_told_that_it_is_over(
    container: Container, wenjing: Candidate, visitor: Visitor, clock: Clock
) -> None:
    goes_until(container, wenjing, Status.PHOTO_UPLOADED)
    clock.advance(days=10)
    visitor.get(home(wenjing))
    assert "这份报名没有申请信息审核，不能继续" in visitor.text()
    assert "请核对全部内容" not in visitor.text()
    container.worker.once()
    visitor.get(home(wenjing))
    assert "网上报名于 2027-01-14 17:00 截止，报名没有完成，已失效，名额释放。" in visitor.text()
    assert "网上报名已于 2027-01-14 17:00 截止，这份报名不能再提交。" in visitor.text()
    assert "重新提交" not in visitor.text()


def test_after_registration_closed_no_page_offers_to_begin(
    container: Container, wenjing: Candidate, visitor: Visitor, clock: Clock
) -> None:
    clock.advance(days=10)
    for page in ("/welcome", "/agreement"):
        visitor.get(page)
        assert "网上报名已于 2027-01-14 17:00 截止。不能再开始报名" in visitor.text()
        assert "开始报名</a>" not in visitor.page


PAGES = ["", "/check", "/details", "/subjects", "/photo", "/photo.jpg", "/pay", "/paid", "/withdraw"]
PAPERS = ["/form.pdf", "/ticket.pdf"]
ACTIONS = ["/details", "/subjects", "/photo", "/photo/again", "/request-review", "/withdraw", "/pay", "/ask"]


@pytest.mark.parametrize("page", PAGES + PAPERS)
def test_a_page_opens_to_its_owner_alone(
    page: str, container: Container, site: Flask, wenjing: Candidate
) -> None:
    wenjing.until_waiting()
    Visitor(site).get(f"{home(wenjing)}{page}", 302)
    signed_in(site, somebody(container, "liqiang", LIQIANG)).get(f"{home(wenjing)}{page}", 404)
    container.accounts.add("shenhe", "a password of shenhe", Role.REVIEWER, frozenset({"420019"}))
    reviewer = Visitor(site)
    reviewer.signs_in("shenhe")
    reviewer.get(f"{home(wenjing)}{page}", 403)


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_acts_on_the_registration_of_another(
    action: str, container: Container, site: Flask, wenjing: Candidate
) -> None:
    goes_until(container, wenjing, Status.PHOTO_UPLOADED)
    before = facts_of(container, wenjing.id)
    other = signed_in(site, somebody(container, "liqiang", LIQIANG))
    other.get("/agreement")
    other.post(f"{home(wenjing)}{action}", 404, seen="4", command_id=str(uuid4()))
    stranger = Visitor(site)
    stranger.get("/sign-in")
    answer = stranger.post(f"{home(wenjing)}{action}", 302)
    assert "/sign-in" in answer.headers["Location"]
    assert facts_of(container, wenjing.id) == before


def test_without_the_token_of_the_page_nothing_is_done(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, Status.SUBMITTED)
    visitor.get(f"{home(wenjing)}/withdraw")
    visitor.post(f"{home(wenjing)}/withdraw", 400, csrf_token="")
    assert row_of(container, wenjing.id)["status"] == Status.SUBMITTED


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(minutes=9, seconds=59), "9 分钟"),
        (timedelta(hours=23, minutes=59), "23 小时 59 分钟"),
        (timedelta(days=3), "3 天"),
        (timedelta(seconds=-5), "0 分钟"),
    ],
)
def test_time_left_is_said_in_words(site: Flask, left: timedelta, said: str) -> None:
    with site.test_request_context():
        assert time_left(NOW + left, NOW) == said


def test_the_reasons_of_a_rejection_stand_wherever_it_is_mended(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.until_waiting()
    command = c.Reject(registration=wenjing.id, actor=REVIEWER, reasons=("P01", "O01"), note="请换白底照片")
    container.command_handler.handle(command)
    for page in ("", "/details", "/subjects", "/photo", "/check"):
        visitor.get(f"{home(wenjing)}{page}")
        assert "照片变形、不清晰或光线不均、颜色不正" in visitor.text(), page
        assert "考点说明 ：请换白底照片" in visitor.text(), page
        assert (f'<a href="{home(wenjing)}/photo">去修改：照片</a>' in visitor.page) is (page != "/photo"), (
            page
        )
        assert (f'<a href="{home(wenjing)}/check">去修改：其他</a>' in visitor.page) is (page != "/check"), (
            page
        )


def test_the_history_says_to_its_candidate_what_was_changed(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, Status.SUBMITTED)
    details = replace(WENJING, mobile="+8613700137000", postcode="430000")
    person = container.people.person(details.document_type, details.document_number)
    wenjing.does(c.AmendInfo, details=details, person=person)
    wenjing.does(c.ChangeSubjects, site="420019", subjects=("67",))
    visitor.get(home(wenjing))
    assert "考生修改了基本信息。改动：手机号码、邮政编码。" in visitor.text()
    assert "原为：考点 420019，科目 66、67。" in visitor.text()
    visitor.get("/language/en?next=/", 302)
    visitor.get(home(wenjing))
    assert "Before: site 420019, subjects 66, 67." in visitor.text()


@pytest.mark.parametrize(
    ("from_", "done"),
    [
        (Status.SUBMITTED, 3),
        (Status.PHOTO_UPLOADED, 4),
        (Status.PENDING_REVIEW, 5),
        (Status.REJECTED, 4),
        (Status.APPROVED, 6),
        (Status.PAID, 7),
    ],
)
def test_what_was_done_before_a_suspension_stays_done(
    from_: Status, done: int, container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, from_)
    _suspends(container, wenjing)
    visitor.get(home(wenjing))
    assert visitor.page.count('class="is-done"') == done
    assert visitor.page.count('class="is-wait"') == 9 - done


def test_no_time_runs_on_the_payment_page_while_nothing_can_be_paid(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, Status.APPROVED)
    visitor.get(f"{home(wenjing)}/paid")
    assert 'class="countdown"' in visitor.page
    _suspends(container, wenjing)
    visitor.get(f"{home(wenjing)}/paid")
    assert 'class="countdown"' not in visitor.page


def test_who_was_confirmed_is_not_asked_to_come(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, Status.PAID)
    visitor.get(home(wenjing))
    assert "这个考点要求现场确认" in visitor.text()
    container.command_handler.handle(c.Confirm(registration=wenjing.id, actor=OFFICE))
    visitor.get(home(wenjing))
    assert "这个考点要求现场确认" not in visitor.text()
