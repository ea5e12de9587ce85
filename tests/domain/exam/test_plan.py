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
    stream_of,
)
from ncre.domain.exam.decisions import decide_exam
from ncre.domain.exam.plan import Site, in_words, require_open, round_id, site_id
from ncre.domain.exam.state import ExamRecord, replay_exam
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Opening
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
    assert in_words(people.NOW) == "2027-01-05 10:00"


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
    stream = stream_of(command)
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
    assert stream_of(draw) == site_id("78", people.SITE)
    open_ = replay_exam(stream_of(draw), [facts.SiteOpened("78", SITE), DRAWN])
    assert (open_.version, open_.plan) == (2, SITE)
    assert decide_exam(open_, draw) == [DRAWN]
    with pytest.raises(Refusal) as refused:
        decide_exam(ExamRecord(stream_of(draw)), draw)
    assert refused.value.code is RefusalCode.SITE_UNKNOWN


@pytest.mark.parametrize("kind", ["round", "site", "notice", "draw"])
@pytest.mark.parametrize("actor", [people.CANDIDATE, people.REVIEWER, people.AUDITOR])
def test_only_the_office_plans(kind: str, actor: Actor) -> None:
    with pytest.raises(Refusal) as refused:
        decide_exam(ExamRecord(UUID(int=1)), planning(kind, actor))
    assert refused.value.code is RefusalCode.NOT_YOUR_ROLE


def test_streams_of_plans_are_named_by_what_they_plan() -> None:
    streams = {stream_of(planning(kind)) for kind in ("round", "site", "notice")}
    assert len(streams) == 3
    assert stream_of(planning("site")) == site_id("78", people.SITE) != site_id("79", people.SITE)
