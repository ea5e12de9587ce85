"""Choosing a site and subjects: what is priced and stamped, and every rule a choice can break."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.candidate_decisions import MOST_SUBJECTS
from ncre.domain.registration.decision_context import DecisionContext
from ncre.domain.registration.decisions import decide
from ncre.domain.students import DECLARED, OWN_STUDENTS
from ncre.events import registration as facts
from ncre.events.exam import Fee
from ncre.events.registration_values import SubjectFee
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
        assert chosen.lines == (SubjectFee("41", 13500), SubjectFee("66", 8000))


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
    changed = facts.SubjectsChanged(people.NUMBER, people.SITE, (SubjectFee("35", 8000),), 1)
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


OWN: Final = people.context(audience=OWN_STUDENTS)


def chosen(history: tuple[facts.Fact, ...], command: c.Command, context: DecisionContext) -> str:
    """The school number that the fact of a choice names."""
    (fact,) = answer(history, command, context)
    assert isinstance(fact, facts.Submitted | facts.SubjectsChanged)
    assert isinstance(fact.student, str)
    return fact.student


def test_a_site_for_its_own_students_asks_for_the_school_number_and_keeps_it() -> None:
    assert refusal(people.FILLED, submit("66"), OWN) is RefusalCode.STUDENT_UNNAMED
    assert chosen(people.FILLED, submit("66", student=" u2024-15001 "), OWN) == "U2024-15001"
    assert chosen(people.FILLED, submit("66", student=DECLARED), OWN) == DECLARED
    said = replace(people.SUBMITTED[-1], student="U2024")
    for history in ((*people.FILLED, said), (*people.FILLED, said, facts.PhotoUploaded(people.PHOTO))):
        assert chosen(history, change("35"), OWN) == "U2024"
    lapsed = (*people.FILLED, said, *people.LAPSED[3:])
    assert chosen(lapsed, submit("66"), OWN) == "U2024"


def test_a_school_number_told_to_another_site_counts_for_nothing_here() -> None:
    elsewhere = facts.Submitted("78429901000001", QUICK, people.LINES, "", 1, student="U2024")
    pictured = (*people.FILLED, elsewhere, facts.PhotoUploaded(people.PHOTO))
    assert refusal(pictured, change("35"), OWN) is RefusalCode.STUDENT_UNNAMED


def test_a_site_for_everybody_keeps_no_school_number() -> None:
    assert chosen(people.FILLED, submit("66", student="U2024"), people.context()) == ""


def test_another_school_number_alone_is_a_change() -> None:
    said = replace(people.SUBMITTED[-1], student="U2024")
    history = (*people.FILLED, said, facts.PhotoUploaded(people.PHOTO))
    same = c.ChangeSubjects(
        registration=people.REGISTRATION, actor=people.CANDIDATE, site=people.SITE, subjects=("66", "67")
    )
    assert answer(history, same, OWN) == []
    assert answer(history, replace(same, student="U2024"), OWN) == []
    assert chosen(history, replace(same, student="U2025"), OWN) == "U2025"


def closed_site() -> DecisionContext:
    here = people.context()
    assert here.site is not None
    return replace(here, site=replace(here.site, closed=True))


def test_a_closed_site_takes_nobody_and_takes_nothing_from_whom_it_has() -> None:
    told = refused(people.FILLED, submit("66"), closed_site())
    assert (told.code, told.particulars) == (RefusalCode.SITE_CLOSED, {"site": people.SITE})
    assert refusal(people.PICTURED, change("66", "35"), closed_site()) is RefusalCode.SITE_CLOSED
    elsewhere = facts.Submitted("78429901000001", QUICK, people.LINES, "", 1)
    pictured = (*people.FILLED, elsewhere, facts.PhotoUploaded(people.PHOTO))
    assert refusal(pictured, change("66"), closed_site()) is RefusalCode.SITE_CLOSED
    (fewer,) = answer(people.PICTURED, change("66"), closed_site())
    assert isinstance(fewer, facts.SubjectsChanged)
    assert fewer.lines == people.LINES[:1]
    assert answer(people.PICTURED, replace(change("66", "67"), student=""), closed_site()) == []


def test_who_holds_a_subject_that_is_not_offered_any_more_keeps_it_at_its_fee() -> None:
    here = people.context(offers=tuple(o for o in people.context().site.plan.offers if o.subject != "66"))
    held = replace(people.SUBMITTED[-1], lines=(SubjectFee("66", 7000), SubjectFee("67", 8000)))
    history = (*people.FILLED, held, facts.PhotoUploaded(people.PHOTO))
    (changed,) = answer(history, change("66", "35"), here)
    assert isinstance(changed, facts.SubjectsChanged)
    assert changed.lines == (SubjectFee("35", 8000), SubjectFee("66", 7000))
    assert refusal(people.FILLED, submit("66"), here) is RefusalCode.SUBJECT_NOT_OFFERED


def test_the_fee_is_that_of_the_province_of_the_site() -> None:
    here = people.context(province="湖北")
    plan = here.round.plan
    dearer = replace(plan, fees=(*plan.fees, Fee(2, 9900, "鄂价费", "湖北"), Fee(2, 1, "", "湖南")))
    (submitted,) = answer(people.FILLED, submit("66"), replace(here, round=replace(here.round, plan=dearer)))
    assert isinstance(submitted, facts.Submitted)
    assert submitted.lines == (SubjectFee("66", 9900),)


def test_the_words_that_were_declared_are_kept_else_those_of_the_round() -> None:
    (own,) = answer(people.FILLED, submit("66", declaration="本人承诺"))
    (rounds,) = answer(people.FILLED, submit("66", declaration=""))
    assert isinstance(own, facts.Submitted)
    assert isinstance(rounds, facts.Submitted)
    assert (own.declaration, rounds.declaration) == ("本人承诺", people.context().round.declaration.zh)
    told = refused(people.FILLED, submit("66", declared=False))
    words = people.context().round.declaration
    assert told.particulars == {"declaration": words.zh, "declaration_en": words.en}


def test_whose_document_it_is_stands_with_the_details() -> None:
    filled, amended = (
        command(
            registration=people.REGISTRATION,
            actor=people.CANDIDATE,
            details=people.LIQIANG,
            person=people.PERSON,
            holder="h" * 64,
        )
        for command in (c.FillInfo, c.AmendInfo)
    )
    assert answer(people.AGREED, filled) == [facts.InfoFilled(people.LIQIANG, people.PERSON, "h" * 64)]
    assert answer(people.FILLED, amended) == [facts.InfoAmended(people.LIQIANG, people.PERSON, "h" * 64)]
