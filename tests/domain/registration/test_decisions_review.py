"""What staff decide: on whose registration, at whose site, with which reasons, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from ncre.domain.refusals import RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.commands import EVERY_SITE, Actor
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS
from ncre.domain.registration.vocabulary import Role, Status
from ncre.events import registration as facts
from ncre.events.base import Fact
from tests.domain.commands import after, answer, asks, refusal
from tests.support import people

COLLEAGUE = Actor("77777777-7777-4777-8777-777777777777", Role.REVIEWER, frozenset({people.SITE, "140027"}))
SEAT = facts.SeatAssigned("66", "6678420019000101", 1, "机房", 1, 1, people.NOW, people.NOW)


def reject(
    *reasons: str, note: str = "", actor: Actor = people.REVIEWER, seen: int | None = None
) -> c.Command:
    return asks(c.Reject, actor, reasons=reasons, note=note, seen=seen)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.OFFICE])
@pytest.mark.parametrize(
    ("history", "command", "particulars"),
    [
        (people.WAITING, c.Approve, {}),
        (people.WAITING, c.Reject, {"reasons": ("P01",)}),
        (people.PAID, c.Confirm, {}),
    ],
)
def test_nobody_decides_on_their_own_registration_whatever_sites_they_cover(
    history: Sequence[Fact], command: type[c.Command], particulars: dict[str, object], role: Role
) -> None:
    for sites in (frozenset({people.SITE}), EVERY_SITE, frozenset({"140027"})):
        own = Actor(people.CANDIDATE.id, role, sites)
        assert refusal(history, asks(command, own, **particulars)) is RefusalCode.OWN_REGISTRATION


def test_not_even_the_office_seats_or_cancels_its_own_registration() -> None:
    own = Actor(people.CANDIDATE.id, Role.OFFICE, EVERY_SITE)
    for command in (asks(c.Cancel, own, reason="重复"), asks(c.Seat, own, seats=(SEAT,))):
        assert refusal(people.PAID, command) is RefusalCode.OWN_REGISTRATION


@pytest.mark.parametrize("sites", [frozenset({"140027"}), frozenset(), frozenset({""})])
def test_who_does_not_cover_the_site_decides_nothing_there(sites: frozenset[str]) -> None:
    stranger = Actor(people.REVIEWER.id, Role.REVIEWER, sites)
    assert refusal(people.WAITING, asks(c.Approve, stranger)) is RefusalCode.NOT_YOUR_SITE
    assert refusal(people.APPROVED, asks(c.Approve, stranger)) is RefusalCode.NOT_YOUR_SITE


def test_before_a_site_is_chosen_no_reviewer_has_a_say() -> None:
    assert refusal(people.FILLED, asks(c.Approve, people.REVIEWER)) is RefusalCode.NOT_YOUR_SITE


def test_the_office_covers_every_site_and_a_reviewer_may_cover_several() -> None:
    for actor in (people.OFFICE, COLLEAGUE):
        assert answer(people.WAITING, asks(c.Approve, actor)) == [facts.Approved(people.PAY_BY, 1)]


@pytest.mark.parametrize("code", sorted(set(REVIEW_REASONS) - {"O01"}))
def test_every_listed_reason_may_be_given_without_a_note(code: str) -> None:
    assert answer(people.WAITING, reject(code)) == [facts.Rejected((code,), "")]


def test_a_rejection_names_each_reason_once_and_in_order() -> None:
    told = reject("P05", "I01", "P05", note="  见红圈处 ")
    assert answer(people.WAITING, told) == [facts.Rejected(("I01", "P05"), "见红圈处")]


@pytest.mark.parametrize(
    ("reasons", "code"), [((), RefusalCode.REASON_MISSING), (("P01", "P99"), RefusalCode.REASON_UNKNOWN)]
)
def test_nobody_is_rejected_without_a_listed_reason(reasons: tuple[str, ...], code: RefusalCode) -> None:
    assert refusal(people.WAITING, reject(*reasons, note="照片不清楚")) is code


def test_no_hold_after_approval_reaches_beyond_the_end_of_paying() -> None:
    windows = people.context().round.plan.windows
    late = people.context(now=windows.review.closes - timedelta(seconds=1), hold_hours=240)
    approve = asks(c.Approve, people.REVIEWER)
    assert answer(people.WAITING, approve, late) == [facts.Approved(windows.payment.closes, 1)]


def test_other_needs_words() -> None:
    assert refusal(people.WAITING, reject("P01", "O01")) is RefusalCode.REASON_TEXT_MISSING
    assert answer(people.WAITING, reject("O01", note="请到考点")) == [facts.Rejected(("O01",), "请到考点")]


def test_rejecting_again_for_the_same_reasons_changes_nothing() -> None:
    rejected = (*people.WAITING, facts.Rejected(("I02", "P01"), "姓名"))
    assert answer(rejected, reject("P01", "I02", note=" 姓名 ", actor=COLLEAGUE, seen=5)) == []


@pytest.mark.parametrize(
    ("reasons", "note"), [(("P02",), "请更换照片"), (("P01", "P02"), "请更换照片"), (("P01",), "照片不清楚")]
)
def test_reasons_that_came_second_are_not_silently_dropped(reasons: tuple[str, ...], note: str) -> None:
    from_the_same_page = reject(*reasons, note=note, actor=COLLEAGUE, seen=5)
    assert refusal(people.REJECTED, from_the_same_page) is RefusalCode.OUT_OF_DATE
    assert refusal(people.REJECTED, reject(*reasons, note=note)) is RefusalCode.OUT_OF_TURN


def test_a_decision_against_the_one_that_stands_is_told_that_the_case_changed() -> None:
    assert refusal(people.APPROVED, reject("P01", seen=5)) is RefusalCode.OUT_OF_DATE
    assert refusal(people.REJECTED, asks(c.Approve, COLLEAGUE, seen=5)) is RefusalCode.OUT_OF_DATE


def test_confirmation_happens_only_where_the_site_confirms_and_after_paying() -> None:
    confirm = asks(c.Confirm, people.REVIEWER)
    assert answer(people.PAID, confirm, people.context(confirms=True)) == [facts.ConfirmedOnSite()]
    assert refusal(people.PAID, confirm, people.context(confirms=False)) is RefusalCode.OUT_OF_TURN
    assert refusal(people.APPROVED, confirm) is RefusalCode.OUT_OF_TURN
    assert answer(people.CONFIRMED, confirm) == []


def test_confirmation_and_seats_need_no_window() -> None:
    late = people.context(now=people.context().round.plan.windows.payment.closes)
    assert answer(people.PAID, asks(c.Confirm, people.REVIEWER), late)
    assert answer(people.PAID, asks(c.Seat, people.OFFICE, seats=(SEAT,)), late) == [SEAT]


def test_seats_come_only_after_paying_and_only_for_what_was_chosen() -> None:
    assert refusal(people.APPROVED, asks(c.Seat, people.OFFICE, seats=(SEAT,))) is RefusalCode.OUT_OF_TURN
    strange = facts.SeatAssigned("24", "2478420019000102", 1, "机房", 2, 1, people.NOW, people.NOW)
    assert answer(people.CONFIRMED, asks(c.Seat, people.OFFICE, seats=(strange, SEAT))) == [SEAT]


def test_nobody_who_has_a_seat_is_moved() -> None:
    moved = replace(SEAT, ticket="6678420019000102", seat=2)
    other = facts.SeatAssigned("67", "6778420019000201", 2, "机房", 1, 2, people.NOW, people.NOW)
    assert answer((*people.PAID, SEAT), asks(c.Seat, people.OFFICE, seats=(moved, other))) == [other]


def test_a_reviewer_seats_nobody() -> None:
    assert refusal(people.PAID, asks(c.Seat, people.REVIEWER, seats=(SEAT,))) is RefusalCode.NOT_YOUR_ROLE


@pytest.mark.parametrize("history", [people.AGREED, people.WAITING, people.LAPSED, people.WITHDRAWN], ids=len)
def test_the_office_cancels_wherever_a_registration_stands_and_says_why(history: Sequence[Fact]) -> None:
    cancel = asks(c.Cancel, people.OFFICE, reason="  重复报名 ")
    assert answer(history, cancel) == [facts.Cancelled("重复报名")]
    assert answer((*history, facts.Cancelled("重复报名")), cancel) == []


def test_a_paid_fee_is_returned_or_kept_and_the_fact_says_which_and_why() -> None:
    paid = asks(c.Cancel, people.OFFICE, reason="重复报名")
    assert refusal(people.PAID, paid) is RefusalCode.MONEY_UNDECIDED
    undecided = asks(c.Cancel, people.OFFICE, reason="重复报名", money=c.PaidFee.REFUND, money_reason=" ")
    assert refusal(people.PAID, undecided) is RefusalCode.MONEY_REASON_MISSING
    keep = asks(c.Cancel, people.OFFICE, reason="作弊", **people.KEEPING)
    assert answer(people.PAID, keep) == [facts.Cancelled("作弊", "keep", "缴费后不退")]
    refund = asks(c.Cancel, people.OFFICE, reason="停考", money=c.PaidFee.REFUND, money_reason="考点停考")
    assert answer(people.CONFIRMED, refund) == [
        facts.Cancelled("停考", "refund", "考点停考"),
        facts.PaymentUnusable(people.ORDER, "till", "T1", people.AMOUNT, people.NOW, "cancelled"),
    ]
    gone = after((*people.PAID, *answer(people.PAID, refund)))
    assert (gone.status, gone.owed) == (Status.CANCELLED, {"T1": "cancelled"})


def test_the_office_cancels_nothing_without_saying_why() -> None:
    assert refusal(people.PAID, asks(c.Cancel, people.OFFICE, reason=" ")) is RefusalCode.REASON_TEXT_MISSING
    assert refusal(people.PAID, asks(c.Cancel, people.REVIEWER, reason="x")) is RefusalCode.NOT_YOUR_ROLE


@pytest.mark.parametrize("command", [c.Approve, c.Confirm, c.Withdraw, c.RequestReview, c.Lapse])
def test_an_auditor_changes_nothing(command: type[c.Command]) -> None:
    everywhere = Actor(people.AUDITOR.id, Role.AUDITOR, EVERY_SITE)
    assert refusal(people.WAITING, asks(command, everywhere)) is RefusalCode.NOT_YOUR_ROLE
