"""Choosing a site and subjects: what is priced and stamped, and every rule a choice can break."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.candidate_decisions import MOST_SUBJECTS
from ncre.domain.registration.decisions import decide
from ncre.events import registration as facts
from ncre.events.registration_values import Line
from tests.domain.commands import after, answer, change, refusal, refused, submit
from tests.support import people

QUICK: Final = "429901"
CLOSES: Final = people.context().round.plan.windows.payment.closes


def test_submitting_prices_each_subject_and_stamps_number_and_policy() -> None:
    assert answer(people.FILLED, submit("67", "66")) == [
        facts.Submitted(people.NUMBER, people.SITE, people.LINES, people.DECLARATION, 1)
    ]


def test_level_four_costs_its_own_fee_and_is_never_barred_without_level_three() -> None:
    for history, command in ((people.FILLED, submit("41", "66")), (people.PICTURED, change("66", "41"))):
        (chosen,) = answer(history, command)
        assert isinstance(chosen, facts.Submitted | facts.SubjectsChanged)
        assert chosen.lines == (Line("41", 13500), Line("66", 8000))


BROKEN: Final = [
    ((), people.SITE, RefusalCode.NO_SUBJECT, {}),
    (("66", "66"), people.SITE, RefusalCode.SUBJECT_TWICE, {}),
    (("66", "67", "35", "41"), people.SITE, RefusalCode.TOO_MANY_SUBJECTS, {"most": 3}),
    (("71",), people.SITE, RefusalCode.SUBJECT_NOT_OFFERED, {"subject": "71"}),
    (("66", "99"), people.SITE, RefusalCode.SUBJECT_NOT_OFFERED, {"subject": "99"}),
    (("66",), "000000", RefusalCode.SITE_UNKNOWN, {"site": "000000"}),
]


@pytest.mark.parametrize(("subjects", "site", "code", "particulars"), BROKEN)
def test_a_choice_that_breaks_a_rule_is_refused_with_its_reason(
    subjects: tuple[str, ...], site: str, code: RefusalCode, particulars: dict[str, object]
) -> None:
    for told in (
        refused(people.FILLED, submit(*subjects, site=site)),
        refused(people.REJECTED, change(*subjects, site=site)),
    ):
        assert (told.code, told.particulars) == (code, particulars)


def test_without_the_declaration_nothing_is_submitted() -> None:
    assert refusal(people.FILLED, submit("66", declared=False)) is RefusalCode.DECLARATION_MISSING


@pytest.mark.parametrize(("allowed", "most"), [(1, 1), (2, 2), (3, 3), (9, MOST_SUBJECTS)])
def test_a_site_may_allow_fewer_subjects_but_never_more_than_three(allowed: int, most: int) -> None:
    subjects = ("66", "67", "35", "36")
    here = people.context(most_subjects=allowed)
    assert answer(people.FILLED, submit(*subjects[:most]), here)
    told = refused(people.FILLED, submit(*subjects[: most + 1]), here)
    assert (told.code, told.particulars) == (RefusalCode.TOO_MANY_SUBJECTS, {"most": most})


@given(st.lists(st.sampled_from(["66", "67", "35", "41", "71", "99"]), max_size=5))
def test_whatever_is_chosen_is_priced_once_each_or_refused(subjects: list[str]) -> None:
    here = people.context()
    assert here.site is not None
    good = 0 < len(subjects) == len(set(subjects)) <= 3 and set(subjects) <= here.site.offers.keys()
    try:
        (fact,) = decide(after(people.FILLED), submit(*subjects), here)
    except Refusal:
        assert not good
        return
    assert good
    assert isinstance(fact, facts.Submitted)
    assert [line.subject for line in fact.lines] == sorted(subjects)
    assert all(line.fee == here.round.fee(line.subject) for line in fact.lines)


@pytest.mark.parametrize(
    ("policy", "pay_by"),
    [
        ({"clock": "submitted", "hold_hours": 1}, people.NOW + timedelta(hours=1)),
        ({"clock": "submitted", "hold_hours": 24 * 99}, CLOSES),
        ({"reviews": False}, CLOSES),
        ({"reviews": False, "clock": "submitted"}, people.PAY_BY),
        ({"reviews": True}, None),
    ],
)
def test_when_it_must_be_paid_follows_from_where_the_clock_starts(
    policy: dict[str, object], pay_by: datetime | None
) -> None:
    (submitted,) = answer(people.FILLED, submit("66"), people.context(**policy))
    assert isinstance(submitted, facts.Submitted)
    assert submitted.pay_by == pay_by


def test_changing_subjects_at_the_same_site_keeps_the_number_and_makes_a_new_order() -> None:
    changed = facts.SubjectsChanged(people.NUMBER, people.SITE, (Line("35", 8000),), 1)
    assert answer(people.PICTURED, change("35")) == [changed]
    assert after((*people.PICTURED, changed)).order_version == 5


def test_another_site_gives_another_number() -> None:
    (changed,) = answer(people.PICTURED, change("24", site=QUICK), people.context(QUICK))
    assert isinstance(changed, facts.SubjectsChanged)
    assert (changed.site, changed.number) == (QUICK, "78429901000009")


def test_the_same_choice_in_another_order_is_no_change() -> None:
    assert answer(people.SUBMITTED, submit("67", "66")) == []
    assert answer(people.PICTURED, change("67", "66")) == []
    assert answer(people.WAITING, change("67", "66")) == []


def test_the_same_choice_after_lapsing_is_a_new_submission_that_keeps_the_number() -> None:
    assert answer(people.LAPSED, submit("66", "67", number="")) == [
        facts.Submitted(people.NUMBER, people.SITE, people.LINES, people.DECLARATION, 1)
    ]


def test_an_approved_choice_stands() -> None:
    for command in (change("24"), submit("24")):
        assert isinstance(command, c.Command)
        assert refusal(people.APPROVED, command) is RefusalCode.OUT_OF_TURN
