"""What the exam office and the administrators of a site ask about an exam: closing, calling off, notices, their own site."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import pytest

from ncre.domain.exam.commands import (
    LONGEST_BODY,
    LONGEST_TITLE,
    LONGEST_WHY,
    CallOffSite,
    CloseSite,
    DrawSeats,
    ExamCommand,
    NoteRevision,
    PlanRound,
    PlanSite,
    PostNotice,
    exam_stream_of,
)
from ncre.domain.exam.decisions import decide_exam
from ncre.domain.exam.plan import notices_id, revisions_id, round_id, site_id
from ncre.domain.exam.state import ExamRecord, replay_exam
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.events import exam as facts
from ncre.events.exam_revision import RevisedPoint, RoundRevisionMade
from tests.support import people

ROUND, SITES = people.bundled_round()
SITE: Final = replace(SITES[people.SITE].plan, manages=("rooms", "notice", "reviewers"))
ADMIN: Final = Actor("88888888-8888-4888-8888-888888888888", Role.SITE_ADMIN, frozenset({people.SITE}))
ID: Final = UUID(int=7)
OPEN: Final = replay_exam(site_id("78", SITE.code), [facts.SiteOpened("78", SITE)])
CLOSED: Final = replay_exam(OPEN.id, [facts.SiteOpened("78", SITE), facts.SiteClosed("78", SITE.code)])
NOTICE: Final = facts.NoticePosted("78", "guide", "须知", "Guide", "正文", "Text")
OFF: Final = facts.SiteCalledOff("78", SITE.code, "79", "refund", "台风", 7)


def close(actor: Actor = people.OFFICE) -> ExamCommand:
    return CloseSite(actor=actor, command_id=ID, round="78", site=SITE.code)


def call_off(**changed: Any) -> ExamCommand:
    return CallOffSite(actor=people.OFFICE, command_id=ID, off=replace(OFF, **changed))


def plan(actor: Actor = ADMIN, **changed: Any) -> ExamCommand:
    return PlanSite(actor=actor, command_id=ID, round="78", plan=replace(SITE, **changed))


def refused(record: ExamRecord, command: ExamCommand) -> Refusal:
    with pytest.raises(Refusal) as raised:
        decide_exam(record, command)
    return raised.value


def test_a_site_closes_once_and_opens_again_by_a_plan_even_an_equal_one() -> None:
    assert decide_exam(OPEN, close()) == [facts.SiteClosed("78", SITE.code)]
    assert decide_exam(CLOSED, close()) == []
    assert decide_exam(CLOSED, plan(people.OFFICE)) == [facts.SiteRevised("78", SITE)]
    reopened = replay_exam(OPEN.id, [facts.SiteClosed("78", SITE.code), facts.SiteRevised("78", SITE)])
    assert (reopened.closed, reopened.plan, reopened.version) == (False, SITE, 2)


@pytest.mark.parametrize("command", [close(), call_off()])
def test_a_site_that_is_not_there_is_neither_closed_nor_called_off(command: ExamCommand) -> None:
    told = refused(ExamRecord(OPEN.id), command)
    assert (told.code, told.particulars) == (RefusalCode.SITE_UNKNOWN, {"site": SITE.code})


def test_calling_off_says_why() -> None:
    assert decide_exam(OPEN, call_off()) == [OFF]
    assert refused(OPEN, call_off(why=" ")).code is RefusalCode.WHY_MISSING
    assert decide_exam(OPEN, call_off(why="x" * LONGEST_WHY))
    assert refused(OPEN, call_off(why="x" * (LONGEST_WHY + 1))).code is RefusalCode.TEXT_TOO_LONG


@pytest.mark.parametrize(
    ("field", "most"),
    [
        ("title", LONGEST_TITLE),
        ("title_en", LONGEST_TITLE),
        ("body", LONGEST_BODY),
        ("body_en", LONGEST_BODY),
    ],
)
def test_a_notice_says_something_in_both_languages_and_fits_its_page(field: str, most: int) -> None:
    def post(text: str) -> ExamCommand:
        return PostNotice(actor=people.OFFICE, command_id=ID, notice=replace(NOTICE, **{field: text}))

    record = ExamRecord(notices_id("78"))
    assert decide_exam(record, post("x" * most))
    assert refused(record, post("x" * (most + 1))).code is RefusalCode.TEXT_TOO_LONG
    assert refused(record, post(" ")).code is RefusalCode.NOTICE_EMPTY


def test_an_administrator_changes_what_the_office_left_to_the_site_and_nothing_else() -> None:
    fewer = SITE.rooms[:1]
    assert decide_exam(OPEN, plan(rooms=fewer)) == [facts.SiteRevised("78", replace(SITE, rooms=fewer))]
    assert refused(OPEN, plan(quota=1)).code is RefusalCode.NOT_LEFT_TO_SITE
    assert refused(OPEN, plan(rooms=fewer, offers=())).code is RefusalCode.NOT_LEFT_TO_SITE
    assert refused(OPEN, plan(manages=("rooms", "offers"))).code is RefusalCode.NOT_LEFT_TO_SITE


@pytest.mark.parametrize("record", [ExamRecord(OPEN.id), CLOSED])
def test_an_administrator_opens_no_site(record: ExamRecord) -> None:
    told = refused(record, plan(rooms=SITE.rooms[:1]))
    assert (told.code, told.particulars) == (RefusalCode.SITE_CLOSED, {"site": SITE.code})


def test_an_administrator_has_no_say_at_another_site_nor_in_anything_but_plans() -> None:
    stranger = replace(ADMIN, sites=frozenset({"429901"}))
    assert refused(OPEN, plan(stranger, rooms=())).code is RefusalCode.NOT_YOUR_SITE
    assert refused(OPEN, close(ADMIN)).code is RefusalCode.NOT_YOUR_ROLE
    reviewer = replace(ADMIN, role=Role.REVIEWER)
    assert refused(OPEN, plan(reviewer, rooms=())).code is RefusalCode.NOT_YOUR_ROLE


def test_a_preview_is_drawn_once() -> None:
    drawn = facts.SeatsDrawn("78", SITE.code, 7, 310, 420, digest="d1")
    again = replace(drawn, digest="d2")
    other = DrawSeats(actor=people.OFFICE, command_id=ID, drawn=again)
    record = replay_exam(OPEN.id, [facts.SiteOpened("78", SITE), drawn, replace(drawn, digest="d3")])
    assert record.drawn == {"d1", "d3"}
    assert decide_exam(record, replace(other, drawn=drawn)) == []
    assert decide_exam(record, other) == [again]
    told = refused(ExamRecord(OPEN.id), other)
    assert (told.code, told.particulars) == (RefusalCode.SITE_UNKNOWN, {"site": SITE.code})


def note(actor: Actor, made_from: int, *sites: str) -> NoteRevision:
    points = tuple(RevisedPoint("quota", site, "", "100", "200", "reported", 0) for site in sites)
    made = RoundRevisionMade("78", made_from, "扩容", points)
    return NoteRevision(actor=actor, command_id=ID, made=made)


def test_a_revision_counts_only_upon_the_one_in_force() -> None:
    first = note(people.OFFICE, 0, SITE.code)
    assert decide_exam(ExamRecord(ID), first) == [first.made]
    in_force = replay_exam(ID, [first.made])
    told = refused(in_force, note(people.OFFICE, 0, SITE.code))
    assert told.code is RefusalCode.REVISION_OUTDATED
    assert told.particulars == {"made_from": 0, "in_force": 1}
    assert decide_exam(in_force, note(people.OFFICE, 1, SITE.code))


def test_an_administrator_notes_revisions_of_their_own_sites_alone() -> None:
    assert decide_exam(ExamRecord(ID), note(ADMIN, 0, SITE.code, SITE.code))
    for sites in ((SITE.code, "429901"), ("",), (SITE.code, "")):
        assert refused(ExamRecord(ID), note(ADMIN, 0, *sites)).code is RefusalCode.NOT_YOUR_SITE


def test_every_command_goes_to_the_stream_of_what_it_is_about() -> None:
    here = site_id("78", SITE.code)
    assert [exam_stream_of(command) for command in (close(), call_off(), plan())] == [here] * 3
    posted = PostNotice(actor=people.OFFICE, command_id=ID, notice=NOTICE)
    planned = PlanRound(actor=people.OFFICE, command_id=ID, plan=ROUND.plan)
    noted = note(people.OFFICE, 0)
    streams = [exam_stream_of(command) for command in (posted, planned, noted)]
    assert streams == [notices_id("78"), round_id("78"), revisions_id("78")]
    assert len({here, *streams}) == 4


def test_an_exam_record_keeps_whose_it_is_and_how_many_facts_it_has() -> None:
    record = replay_exam(ID, [NOTICE, replace(NOTICE, kind="announcement")])
    assert (record.id, record.version, set(record.newest)) == (ID, 2, {"guide", "announcement"})
