"""The rules of the steps: what is decided, what is refused and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ncre.domain import commands as c
from ncre.domain.decisions import Scene, decide
from ncre.domain.lifecycle import Role
from ncre.domain.payment import order_number, order_of
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import replay
from ncre.events import registration as facts
from ncre.events.base import Fact
from tests.people import (
    AGREED,
    AMOUNT,
    APPROVED,
    AUDITOR,
    CANDIDATE,
    CANDIDATE_ID,
    DECLARATION,
    ELSEWHERE,
    FILLED,
    LAPSED,
    LINES,
    LIQIANG,
    NOW,
    NUMBER,
    OFFICE,
    OTHER_PHOTO,
    PAID,
    PAY_BY,
    PERSON,
    PICTURED,
    REGISTRATION,
    REJECTED,
    REVIEWER,
    ROUND,
    SITE,
    SUBMITTED,
    WAITING,
    WENJING,
    WITHDRAWN,
    bundled_round,
    scene,
)

HERE = scene()
WINDOWS = bundled_round()[0].plan.windows
LAST_MOMENT = WINDOWS.register.closes - timedelta(seconds=1)


def given(history: tuple[Fact, ...], command: c.Command, at: Scene = HERE) -> list[Fact]:
    return decide(replay(REGISTRATION, history), command, at)


def refused(history: tuple[Fact, ...], command: c.Command, at: Scene = HERE) -> Refusal:
    with pytest.raises(Refusal) as raised:
        given(history, command, at)
    return raised.value


def ask(command: type[c.Command], actor: c.Actor = CANDIDATE, **particulars: Any) -> Any:
    return command(registration=REGISTRATION, actor=actor, **particulars)


def agree(agreement: str = "2027-03") -> Any:
    return ask(c.Agree, round=ROUND, candidate=CANDIDATE_ID, ordinal=1, agreement=agreement)


def submit(*subjects: str, site: str = SITE, declared: bool = True) -> Any:
    return ask(
        c.Submit, site=site, subjects=subjects, declared=declared, declaration=DECLARATION, number=NUMBER
    )


def settle(order: str, amount: int = AMOUNT, paid_at: datetime = NOW, trade: str = "T1", **more: Any) -> Any:
    return ask(
        c.Settle,
        c.PAYMENT_ACTOR,
        order=order,
        channel="till",
        trade=trade,
        amount=amount,
        paid_at=paid_at,
        **more,
    )


def test_accepting_the_agreement_begins_a_registration() -> None:
    assert given((), agree()) == [facts.AgreementAccepted(ROUND, CANDIDATE_ID, 1, "2027-03")]


def test_an_agreement_that_changed_meanwhile_must_be_read_again() -> None:
    assert refused((), agree("2026-09")).code is RefusalCode.AGREEMENT_CHANGED


def test_details_are_filled_in_once_and_then_amended() -> None:
    assert given(AGREED, ask(c.FillInfo, details=WENJING, person=PERSON)) == [
        facts.InfoFilled(WENJING, PERSON)
    ]
    assert given(FILLED, ask(c.AmendInfo, details=LIQIANG, person="other")) == [
        facts.InfoAmended(LIQIANG, "other")
    ]


def test_saving_the_same_details_again_records_nothing() -> None:
    assert given(SUBMITTED, ask(c.AmendInfo, details=WENJING, person=PERSON)) == []


def test_submitting_prices_each_subject_and_stamps_the_policy() -> None:
    assert given(FILLED, submit("67", "66")) == [facts.Submitted(NUMBER, SITE, LINES, DECLARATION, 1)]


def test_level_four_costs_its_own_fee_and_is_never_barred_without_level_three() -> None:
    (submitted,) = given(FILLED, submit("41"))
    assert isinstance(submitted, facts.Submitted)
    assert submitted.lines == (facts.Line("41", 13500),)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (submit("66", declared=False), RefusalCode.DECLARATION_MISSING),
        (submit(), RefusalCode.NO_SUBJECT),
        (submit("66", "66"), RefusalCode.SUBJECT_TWICE),
        (submit("66", "67", "35", "41"), RefusalCode.TOO_MANY_SUBJECTS),
        (submit("71"), RefusalCode.SUBJECT_NOT_OFFERED),
        (submit("99"), RefusalCode.SUBJECT_NOT_OFFERED),
        (submit("66", site="000000"), RefusalCode.SITE_UNKNOWN),
    ],
)
def test_a_choice_that_breaks_a_rule_is_refused_with_its_reason(
    command: c.Command, code: RefusalCode
) -> None:
    assert refused(FILLED, command).code is code


def test_a_site_may_allow_fewer_subjects() -> None:
    refusal = refused(FILLED, submit("66", "67", "35"), scene(most_subjects=2))
    assert refusal.code is RefusalCode.TOO_MANY_SUBJECTS
    assert refusal.particulars == {"most": 2}


def test_the_clock_of_a_site_may_start_at_submission() -> None:
    (submitted,) = given(FILLED, submit("66"), scene(clock="submitted", hold_hours=1))
    assert isinstance(submitted, facts.Submitted)
    assert submitted.pay_by == NOW + timedelta(hours=1)


def test_a_site_without_review_and_clock_waits_until_paying_closes() -> None:
    (submitted,) = given(FILLED, submit("66"), scene(reviews=False))
    assert isinstance(submitted, facts.Submitted)
    assert submitted.pay_by == WINDOWS.payment.closes


def test_no_hold_reaches_beyond_the_end_of_paying() -> None:
    late = WINDOWS.review.closes - timedelta(seconds=1)
    (approved,) = given(WAITING, ask(c.Approve, REVIEWER), scene(now=late, hold_hours=240))
    assert approved == facts.Approved(WINDOWS.payment.closes, 1)


def test_changing_subjects_at_the_same_site_keeps_number_and_deadline() -> None:
    change = ask(c.ChangeSubjects, site=SITE, subjects=("35",), number="drawn anew")
    assert given(PICTURED, change) == [facts.SubjectsChanged(NUMBER, SITE, (facts.Line("35", 8000),), 1)]


def test_another_site_gives_another_number() -> None:
    change = ask(c.ChangeSubjects, site="429901", subjects=("24",), number="78429901000001")
    (changed,) = given(PICTURED, change, scene("429901"))
    assert isinstance(changed, facts.SubjectsChanged)
    assert changed.number == "78429901000001"
    assert changed.pay_by == NOW + timedelta(hours=24)


def test_a_photo_that_was_judged_bad_is_refused() -> None:
    bad = replace(OTHER_PHOTO, verdict="reject", codes=("PIXELS",))
    assert refused(SUBMITTED, ask(c.UploadPhoto, photo=bad)).code is RefusalCode.PHOTO_REFUSED


def test_approval_starts_the_hold_of_the_site() -> None:
    assert given(WAITING, ask(c.Approve, REVIEWER)) == [facts.Approved(PAY_BY, 1)]


def test_a_rejection_names_its_reasons_once_and_in_order() -> None:
    reject = ask(c.Reject, REVIEWER, reasons=("P05", "I01", "P05"), note="  见红圈处 ")
    assert given(WAITING, reject) == [facts.Rejected(("I01", "P05"), "见红圈处")]


@pytest.mark.parametrize(
    ("reasons", "note", "code"),
    [
        ((), "不清楚", RefusalCode.REASON_MISSING),
        (("P99",), "", RefusalCode.REASON_UNKNOWN),
        (("O01",), "  ", RefusalCode.REASON_TEXT_MISSING),
    ],
)
def test_nobody_is_rejected_without_a_stated_reason(
    reasons: tuple[str, ...], note: str, code: RefusalCode
) -> None:
    assert refused(WAITING, ask(c.Reject, REVIEWER, reasons=reasons, note=note)).code is code


def test_nobody_reviews_their_own_registration() -> None:
    own = c.Actor(str(CANDIDATE_ID), Role.REVIEWER, frozenset({SITE}))
    assert refused(WAITING, ask(c.Approve, own)).code is RefusalCode.OWN_REGISTRATION


def test_a_reviewer_of_another_site_is_told_that_there_is_nothing() -> None:
    assert refused(WAITING, ask(c.Approve, ELSEWHERE)).code is RefusalCode.NOT_YOUR_SITE


def test_a_candidate_cannot_act_on_the_registration_of_another() -> None:
    other = c.Actor("99999999-9999-4999-8999-999999999999", Role.CANDIDATE)
    assert refused(SUBMITTED, ask(c.UploadPhoto, other, photo=OTHER_PHOTO)).code is RefusalCode.NOT_YOURS


@pytest.mark.parametrize("actor", [CANDIDATE, AUDITOR])
def test_only_staff_decide(actor: c.Actor) -> None:
    assert refused(WAITING, ask(c.Approve, actor)).code is RefusalCode.NOT_YOUR_ROLE


def test_a_reviewer_may_not_do_what_the_office_does() -> None:
    assert refused(PAID, ask(c.Cancel, REVIEWER, reason="x")).code is RefusalCode.NOT_YOUR_ROLE


def test_who_acted_on_an_old_page_is_told_so() -> None:
    refusal = refused(WAITING, ask(c.Approve, REVIEWER, seen=4))
    assert refusal.code is RefusalCode.OUT_OF_DATE
    assert refusal.particulars == {"seen": 4, "version": 5}


def test_what_is_already_so_needs_no_new_page() -> None:
    assert given(APPROVED, ask(c.Approve, REVIEWER, seen=5)) == []


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (WINDOWS.register.opens - timedelta(seconds=1), RefusalCode.WINDOW_NOT_YET),
        (WINDOWS.register.closes, RefusalCode.WINDOW_OVER),
    ],
)
def test_registration_has_its_window(now: datetime, code: RefusalCode) -> None:
    assert refused((), agree(), scene(now=now)).code is code


@pytest.mark.parametrize("now", [WINDOWS.register.opens, LAST_MOMENT])
def test_both_ends_of_the_window_are_where_they_are_said_to_be(now: datetime) -> None:
    assert given((), agree(), scene(now=now))


def test_mending_after_a_rejection_is_possible_until_review_closes() -> None:
    after_registration = WINDOWS.register.closes + timedelta(hours=1)
    change = ask(c.ReplacePhoto, photo=OTHER_PHOTO)
    assert given(REJECTED, change, scene(now=after_registration)) == [facts.PhotoReplaced(OTHER_PHOTO)]
    assert refused(PICTURED, change, scene(now=after_registration)).code is RefusalCode.WINDOW_OVER
    assert refused(REJECTED, change, scene(now=WINDOWS.review.closes)).code is RefusalCode.WINDOW_OVER


ORDER = order_number(REGISTRATION, 6)


def test_the_right_amount_in_time_settles() -> None:
    assert given(APPROVED, settle(ORDER)) == [facts.PaymentSettled(ORDER, "till", "T1", AMOUNT, NOW)]


def test_paid_in_time_and_told_late_revives_a_lapsed_registration() -> None:
    news = settle(ORDER, paid_at=PAY_BY)
    (settled,) = given(LAPSED, news, scene(now=PAY_BY + timedelta(days=1)))
    assert settled == facts.PaymentSettled(ORDER, "till", "T1", AMOUNT, PAY_BY)


@pytest.mark.parametrize(
    ("history", "news", "reason"),
    [
        (PAID, settle(ORDER, trade="T2"), "duplicate"),
        (APPROVED, settle(order_number(REGISTRATION, 3)), "superseded"),
        (APPROVED, settle(ORDER, amount=AMOUNT - 1), "wrong-amount"),
        (APPROVED, settle(ORDER, paid_at=PAY_BY + timedelta(seconds=1)), "late"),
        (LAPSED, settle(ORDER, paid_at=PAY_BY + timedelta(seconds=1)), "late"),
        (WITHDRAWN, settle(ORDER), "not-payable"),
        (WAITING, settle(ORDER), "not-payable"),
        (LAPSED, settle(ORDER, seats_gone=True), "seat-gone"),
    ],
)
def test_money_that_cannot_be_used_is_owed_back_with_its_reason(
    history: tuple[Fact, ...], news: c.Settle, reason: str
) -> None:
    (unusable,) = given(history, news)
    assert isinstance(unusable, facts.PaymentUnusable)
    assert (unusable.reason, unusable.amount) == (reason, news.amount)


def test_the_same_news_of_money_counts_once() -> None:
    assert given(PAID, settle(ORDER)) == []
    owed = (*PAID, facts.PaymentUnusable(ORDER, "till", "T2", AMOUNT, NOW, "duplicate"))
    assert given(owed, settle(ORDER, trade="T2")) == []
    back = (*owed, facts.PaymentReturned(ORDER, "till", "T2", AMOUNT, "R"))
    assert given(back, settle(ORDER, trade="T2")) == []


def test_only_money_that_is_owed_goes_back() -> None:
    back = ask(
        c.ReturnPayment,
        c.PAYMENT_ACTOR,
        order=ORDER,
        channel="till",
        trade="T9",
        amount=1,
        reference="R",
    )
    assert refused(PAID, back).code is RefusalCode.NO_PAYMENT_DUE


def test_nothing_lapses_before_its_time() -> None:
    lapse = ask(c.Lapse, c.CLOCK_ACTOR)
    assert refused(APPROVED, lapse, scene(now=PAY_BY)).code is RefusalCode.NOT_DUE
    over = scene(now=PAY_BY + timedelta(seconds=1))
    assert given(APPROVED, lapse, over) == [facts.PaymentLapsed(PAY_BY)]


def test_a_lapsed_registration_may_be_submitted_again_under_a_new_order() -> None:
    again = (*LAPSED, facts.Submitted(NUMBER, SITE, LINES, DECLARATION, 1))
    before, after = replay(REGISTRATION, LAPSED), replay(REGISTRATION, again)
    assert given(LAPSED, submit("66", "67")) == [again[-1]]
    assert order_of(before) != order_of(after)


def test_seats_are_given_only_to_subjects_without_one() -> None:
    first = facts.SeatAssigned("66", "6678420019000101", 1, "1", 1, 1, NOW, NOW)
    moved = facts.SeatAssigned("66", "6678420019000102", 1, "1", 2, 1, NOW, NOW)
    other = facts.SeatAssigned("67", "6778420019000201", 2, "2", 1, 2, NOW, NOW)
    assert given((*PAID, first), ask(c.Seat, OFFICE, seats=(moved, other))) == [other]


def test_cancelling_needs_a_reason() -> None:
    assert refused(PAID, ask(c.Cancel, OFFICE, reason=" ")).code is RefusalCode.REASON_TEXT_MISSING
