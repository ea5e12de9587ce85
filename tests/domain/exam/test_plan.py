"""Rounds and sites: windows, fees, holds, and plans that open or revise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from ncre.domain.exam.commands import (
    DrawSeats,
    ExamCommand,
    PlanRound,
    PlanSite,
    PostNotice,
    exam_stream_of,
)
from ncre.domain.exam.decisions import decide_exam
from ncre.domain.exam.plan import (
    Round,
    Site,
    bilingual_title,
    deadline_of,
    exam_time_in_words,
    require_open,
    round_id,
    site_id,
)
from ncre.domain.exam.state import ExamRecord, replay_exam
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Opening, Status
from ncre.events import exam as facts
from ncre.events.exam import Window
from tests.support import people

ROUND, SITES = people.bundled_round()
PLAN, SITE = ROUND.plan, SITES[people.SITE].plan
SECOND = timedelta(seconds=1)
NOTICE = facts.NoticePosted("78", "guide", "须知", "Guide", "正文", "Text")
COMMAND = UUID(int=7)


DRAWN = facts.SeatsDrawn("78", people.SITE, 7, 310, 420)


def planning(kind: str, actor: Actor = people.OFFICE) -> ExamCommand:
    return {
        "round": PlanRound(actor=actor, command_id=COMMAND, plan=PLAN),
        "site": PlanSite(actor=actor, command_id=COMMAND, round="78", plan=SITE),
        "draw": DrawSeats(actor=actor, command_id=COMMAND, drawn=DRAWN),
        "notice": PostNotice(actor=actor, command_id=COMMAND, notice=NOTICE),
    }[kind]


def test_a_window_is_open_from_its_first_moment_and_closed_from_its_last() -> None:
    window = Window(people.NOW, people.NOW + timedelta(days=1))
    require_open(window, window.opens, Opening.REGISTER)
    require_open(window, window.closes - SECOND, Opening.REGISTER)
    require_open(None, people.NOW, Opening.REGISTER)
    for now, code in ((window.opens - SECOND, "window_not_yet"), (window.closes, "window_over")):
        with pytest.raises(Refusal) as refused:
            require_open(window, now, Opening.REGISTER)
        assert refused.value.code.value == code


def test_moments_are_said_in_exam_time() -> None:
    assert exam_time_in_words(people.NOW) == "2027-01-05 10:00"


def test_the_level_decides_the_fee_and_not_the_first_digit_of_the_code() -> None:
    assert {code: ROUND.fee(code) for code in ("15", "66", "71", "35", "41")} == {
        "15": 8000,
        "66": 8000,
        "71": 8000,
        "35": 8000,
        "41": 13500,
    }


def held(now_before_opening: timedelta, hours: int) -> timedelta:
    """How long after paying opened the hold ends, for a clock that starts so long before it opens."""
    windows = PLAN.windows
    site = Site(replace(SITE, hold_hours=hours), 1)
    return site.hold_from(windows.payment.opens - now_before_opening, windows) - windows.payment.opens


def test_a_hold_runs_from_its_start_and_ends_with_paying() -> None:
    windows = PLAN.windows
    whole = windows.payment.closes - windows.payment.opens
    assert held(-timedelta(hours=5), 24) == timedelta(hours=29)
    assert held(-whole + timedelta(hours=24), 24) == whole
    assert held(-whole + timedelta(hours=1), 24) == whole


def test_a_hold_does_not_run_while_nobody_can_pay() -> None:
    assert held(timedelta(days=3), 24) == timedelta(hours=24)
    assert held(timedelta(), 1) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        ("round", facts.RoundOpened(PLAN)),
        ("site", facts.SiteOpened("78", SITE)),
        ("notice", NOTICE),
    ],
)
def test_a_plan_opens_once_and_says_nothing_twice(kind: str, fact: facts.Fact) -> None:
    command = planning(kind)
    stream = exam_stream_of(command)
    assert decide_exam(ExamRecord(stream), command) == [fact]
    assert decide_exam(replay_exam(stream, [fact]), command) == []


def test_a_changed_plan_revises_what_was_opened() -> None:
    longer = replace(PLAN, agreement="2027-03b")
    record = replay_exam(round_id("78"), [facts.RoundOpened(PLAN)])
    assert record.version == 1
    command = PlanRound(actor=people.OFFICE, command_id=COMMAND, plan=longer)
    assert decide_exam(record, command) == [facts.RoundRevised(longer)]
    fewer = replace(SITE, quota=1)
    opened = replay_exam(site_id("78", SITE.code), [facts.SiteOpened("78", SITE)])
    narrowed = PlanSite(actor=people.OFFICE, command_id=COMMAND, round="78", plan=fewer)
    assert decide_exam(opened, narrowed) == [facts.SiteRevised("78", fewer)]


def test_a_notice_of_one_kind_does_not_replace_another() -> None:
    announced = replace(NOTICE, kind="announcement")
    record = replay_exam(UUID(int=1), [NOTICE, announced])
    command = PostNotice(actor=people.OFFICE, command_id=COMMAND, notice=NOTICE)
    assert decide_exam(record, command) == []
    changed = replace(NOTICE, body="新正文")
    assert decide_exam(record, replace(command, notice=changed)) == [changed]


def test_seats_are_drawn_at_a_site_that_is_open_as_often_as_is_asked() -> None:
    draw = planning("draw")
    assert exam_stream_of(draw) == site_id("78", people.SITE)
    open_ = replay_exam(exam_stream_of(draw), [facts.SiteOpened("78", SITE), DRAWN])
    assert (open_.version, open_.plan) == (2, SITE)
    assert decide_exam(open_, draw) == [DRAWN]
    with pytest.raises(Refusal) as refused:
        decide_exam(ExamRecord(exam_stream_of(draw)), draw)
    assert refused.value.code is RefusalCode.SITE_UNKNOWN


@pytest.mark.parametrize("kind", ["round", "site", "notice", "draw"])
@pytest.mark.parametrize("actor", [people.CANDIDATE, people.REVIEWER, people.AUDITOR])
def test_only_the_office_plans(kind: str, actor: Actor) -> None:
    with pytest.raises(Refusal) as refused:
        decide_exam(ExamRecord(UUID(int=1)), planning(kind, actor))
    assert refused.value.code is RefusalCode.NOT_YOUR_ROLE


def test_streams_of_plans_are_named_by_what_they_plan() -> None:
    streams = {exam_stream_of(planning(kind)) for kind in ("round", "site", "notice")}
    assert len(streams) == 3
    assert exam_stream_of(planning("site")) == site_id("78", people.SITE) != site_id("79", people.SITE)


def test_a_subject_that_somebody_holds_is_known_though_it_was_taken_out() -> None:
    gone = facts.Subject("99", "旧科目", 2, 90)
    round_ = Round(PLAN, 2, (gone,))
    assert round_.subject("99") == gone
    assert round_.subject("66") == round_.subjects["66"]
    unknown = round_.subject("00")
    longest = max(subject.minutes for subject in (*PLAN.subjects, gone))
    assert unknown == facts.Subject("00", "00", 0, longest)
    assert Round(replace(PLAN, subjects=()), 1).subject("00").minutes == 0


def test_a_province_shows_the_documents_of_its_own_fees_and_of_the_general_ones_it_leaves() -> None:
    fees = (
        facts.Fee(1, 8000, "国家"),
        facts.Fee(2, 8000, "国家"),
        facts.Fee(4, 13500, "国家四级"),
        facts.Fee(2, 9000, "湖北", "湖北"),
        facts.Fee(4, 15000, "", "湖北"),
        facts.Fee(1, 7000, "湖南", "湖南"),
    )
    round_ = Round(replace(PLAN, fees=fees), 1)
    assert round_.bases("湖北") == ["国家", "湖北"]
    assert round_.bases("") == ["国家", "国家四级"]
    assert round_.bases("湖南") == ["国家", "国家四级", "湖南"]


def test_every_opening_has_its_own_window() -> None:
    windows = PLAN.windows
    assert [ROUND.window(opening) for opening in Opening] == [
        {
            "register": windows.register,
            "review": windows.review,
            "payment": windows.payment,
            "printing": windows.printing,
        }.get(opening.value)
        for opening in Opening
    ]


def test_a_plan_that_does_not_fit_on_the_ticket_is_refused() -> None:
    wide = replace(SITE, rooms=tuple(replace(room, seats=100) for room in SITE.rooms))
    command = PlanSite(actor=people.OFFICE, command_id=COMMAND, round="78", plan=wide)
    with pytest.raises(Refusal):
        decide_exam(ExamRecord(exam_stream_of(command)), command)


def test_a_deadline_says_its_window_its_end_and_whether_it_is_over() -> None:
    closes = PLAN.windows.register.closes
    before = deadline_of(Status.SUBMITTED, True, ROUND, closes - SECOND)
    assert (before.closes, before.over, before.turn.window) == (closes, False, Opening.REGISTER)
    assert deadline_of(Status.SUBMITTED, True, ROUND, closes).over


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_round_without_an_english_title_is_named_in_english_by_its_number(blank: str) -> None:
    assert bilingual_title(PLAN) == (PLAN.title, PLAN.title_en)
    assert bilingual_title(replace(PLAN, title_en=blank)).en == "National Computer Rank Examination, round 78"


def test_a_round_is_over_when_its_last_window_closes() -> None:
    windows = PLAN.windows
    last = max(one.closes for one in (windows.register, windows.review, windows.payment, windows.printing))
    assert ROUND.over(last)
    assert not ROUND.over(last - SECOND)
