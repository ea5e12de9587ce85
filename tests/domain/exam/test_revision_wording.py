"""Codes that a plan is written with stand in no line that people read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ncre.domain.exam.revised_point import change_of, point_of
from ncre.domain.exam.revision import Change, ChangeKind, Plans, plan_changes
from ncre.domain.exam.revision_rules import OUTCOMES, RULES, RevisionOutcome
from ncre.domain.exam.revision_weighing import Weighed
from ncre.domain.exam.revision_wording import change_words, outcome_words
from ncre.events.exam_revision import HoldTerms
from tests.support import people


@pytest.mark.parametrize(
    ("kind", "before", "after", "zh", "en"),
    [
        (ChangeKind.SITE_MANAGES, "", "rooms notice", "：机房、考点提示", ": rooms, notice"),
        (ChangeKind.AUDIENCE, "all", "social", "：面向所有考生 → 面向社会考生", ": open to everybody → open to the public"),
        (ChangeKind.MOST_SUBJECTS, "3", "2", "：3 → 2", ": 3 → 2"),
        (ChangeKind.SITE_CLOSED, "一所学校", "", "：一所学校 → –", ": 一所学校 → –"),
        (ChangeKind.REVIEW_ON, "", "", "", ""),
    ],
)  # fmt: skip
def test_values_of_a_change_are_words(kind: ChangeKind, before: str, after: str, zh: str, en: str) -> None:
    said = change_words(Change(kind, "420019", "", before, after))
    assert said.zh.endswith(zh)
    assert said.en.endswith(en)
    assert ("：" in said.zh) is bool(zh)


def hold_change(**wanted: object) -> Change:
    """What a site with a hold of 24 hours from the approval comes to when it is changed."""
    round_, sites = people.bundled_round()
    was = replace(sites[people.SITE].plan, hold_hours=24, clock="approved")
    plans = [Plans(round_.plan, {was.code: one}) for one in (was, replace(was, **wanted))]
    (change,) = plan_changes(*plans)
    return change


def test_a_change_of_a_hold_carries_hours_and_clock() -> None:
    change = hold_change(hold_hours=48, clock="submitted")
    assert change.holds == (HoldTerms(24, "approved"), HoldTerms(48, "submitted"))
    said = change_words(change)
    assert said.zh.endswith("：24 小时，审核通过起算 → 48 小时，提交报名起算")
    assert said.en.endswith(": 24 h from the approval → 48 h from the submission")


@pytest.mark.parametrize(
    ("wanted", "en"),
    [
        ({"hold_hours": 48}, "48 h from the approval"),
        ({"clock": "submitted"}, "24 h from the submission"),
        ({"clock": "paused"}, "24 h paused"),
    ],
)
def test_one_of_both_may_change_alone(wanted: dict[str, object], en: str) -> None:
    assert change_words(hold_change(**wanted)).en.endswith(f": 24 h from the approval → {en}")


def test_what_is_printed_of_a_hold_is_not_read_again() -> None:
    change = replace(hold_change(hold_hours=48), before="one day", after="two days")
    assert change_words(change).en.endswith(": 24 h from the approval → 48 h from the approval")


def test_a_change_comes_back_from_its_record() -> None:
    change = hold_change(hold_hours=48)
    point = point_of(Weighed(change, RevisionOutcome.FOLLOW_UP, (), excess=3))
    assert (point.kind, point.outcome, point.touched) == ("hold", "follow-up", 3)
    assert change_of(point) == change


def test_a_notice_is_named_and_of_any_other_kind_called_one() -> None:
    guide = change_words(Change(ChangeKind.NOTICE, "", "guide", "", "须知"))
    assert (guide.zh, guide.en) == ("须知：须知", "the guide: 须知")
    other = change_words(Change(ChangeKind.NOTICE, "", "letter", "", "信"))
    words = RULES[ChangeKind.NOTICE].words
    assert (other.zh, other.en) == (f"{words.zh}：信", f"{words.en}: 信")


def test_whose_and_what_is_named_where_there_is_such() -> None:
    words = RULES[ChangeKind.TITLE].words
    assert change_words(Change(ChangeKind.TITLE, "", "", "a", "b")).en == f"{words.en}: a → b"
    of_room = change_words(Change(ChangeKind.ROOM_REMOVED, "420019", "机房1", "30", ""))
    assert of_room.zh == f"420019 {RULES[ChangeKind.ROOM_REMOVED].words.zh} 机房1：30 → –"


def test_what_comes_of_a_change_is_told_with_how_many_it_touches() -> None:
    rule, said = RULES[ChangeKind.ROOM_REMOVED], OUTCOMES[RevisionOutcome.FOLLOW_UP]
    assert outcome_words(RevisionOutcome.FOLLOW_UP, ChangeKind.ROOM_REMOVED, 0) == said
    told = outcome_words(RevisionOutcome.FOLLOW_UP, ChangeKind.ROOM_REMOVED, 3)
    assert told.zh == f"{said.zh}（3 份报名：{rule.then.zh}）"
    assert told.en == f"{said.en} (3 registrations: {rule.then.en})"
