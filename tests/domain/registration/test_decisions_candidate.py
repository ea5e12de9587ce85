"""What candidates ask about their own registration: agreement, details, photo, review, giving up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from ncre.domain.payment.settlement import order_of
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.decisions import decide
from ncre.domain.registration.state import replay
from ncre.domain.registration.vocabulary import Opening, Role, Status, Step
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.events.exam import Window
from tests.domain.commands import after, agree, answer, asks, change, refusal, refused, settle, submit
from tests.support import people

SECOND = timedelta(seconds=1)
SOMEBODY_ELSE = Actor("99999999-9999-4999-8999-999999999999", Role.CANDIDATE)


def test_a_registration_begins_with_the_agreement() -> None:
    begun = answer((), agree(), people.context(None))
    assert begun == [facts.AgreementAccepted("78", people.CANDIDATE_ID, 1, "2027-03")]


def test_only_the_edition_now_in_force_can_be_accepted() -> None:
    assert refusal((), agree(agreement="2026-09"), people.context(None)) is RefusalCode.AGREEMENT_CHANGED


def test_agreeing_again_changes_nothing_even_to_another_edition() -> None:
    assert answer(people.AGREED, agree(agreement="2026-09"), people.context(None)) == []


def test_nobody_agrees_in_the_name_of_somebody_else() -> None:
    stranger = agree(candidate=people.REVIEWER_ID)
    assert refusal((), stranger, people.context(None)) is RefusalCode.NOT_YOURS


def test_details_are_filled_in_once_and_amended_afterwards() -> None:
    fill = asks(c.FillInfo, details=people.WENJING, person=people.PERSON)
    assert answer(people.AGREED, fill, people.context(None)) == [
        facts.InfoFilled(people.WENJING, people.PERSON)
    ]
    moved = replace(people.WENJING, address="湖北省宜昌市")
    amend = asks(c.AmendInfo, details=moved, person=people.PERSON)
    assert answer(people.FILLED, amend, people.context(None)) == [facts.InfoAmended(moved, people.PERSON)]


def test_the_same_details_again_are_no_change() -> None:
    amend = asks(c.AmendInfo, details=people.WENJING, person=people.PERSON)
    for history in (people.FILLED, people.PICTURED, people.REJECTED, people.LAPSED):
        assert answer(history, amend) == []


@pytest.mark.parametrize("history", [people.WAITING, people.APPROVED, people.PAID], ids=["4", "5", "6"])
def test_nothing_can_be_amended_under_review_nor_once_approved_or_paid(history: Sequence[Fact]) -> None:
    for command in (
        asks(c.AmendInfo, details=people.LIQIANG, person=people.PERSON),
        asks(c.ChangeSubjects, site=people.SITE, subjects=("24",)),
        asks(c.ReplacePhoto, photo=people.OTHER_PHOTO),
    ):
        assert refusal(history, command) is RefusalCode.OUT_OF_TURN


def test_what_was_rejected_may_be_mended_and_shown_again() -> None:
    amend = asks(c.AmendInfo, details=people.LIQIANG, person=people.PERSON)
    assert answer(people.REJECTED, amend) == [facts.InfoAmended(people.LIQIANG, people.PERSON)]
    replaced = asks(c.ReplacePhoto, photo=people.OTHER_PHOTO)
    assert answer(people.REJECTED, replaced) == [facts.PhotoReplaced(people.OTHER_PHOTO)]
    assert answer(people.REJECTED, asks(c.RequestReview)) == [facts.ReviewRequested(1)]


def test_the_photo_is_uploaded_once_and_replaced_afterwards() -> None:
    upload = asks(c.UploadPhoto, photo=people.PHOTO)
    assert answer(people.SUBMITTED, upload) == [facts.PhotoUploaded(people.PHOTO)]
    assert answer(people.PICTURED, upload) == []
    replaced = asks(c.ReplacePhoto, photo=people.OTHER_PHOTO)
    assert answer(people.PICTURED, replaced) == [facts.PhotoReplaced(people.OTHER_PHOTO)]


def test_a_refused_photo_names_every_fault_and_leaves_no_fact() -> None:
    bad = replace(people.PHOTO, digest="", verdict="reject", codes=("BYTES_FEW", "PIXELS"))
    told = refused(people.SUBMITTED, asks(c.UploadPhoto, photo=bad))
    assert told.code is RefusalCode.PHOTO_REFUSED
    assert told.particulars == {"codes": "BYTES_FEW PIXELS"}
    assert refusal(people.PICTURED, asks(c.ReplacePhoto, photo=bad)) is RefusalCode.PHOTO_REFUSED


def test_a_photo_with_a_warning_is_accepted() -> None:
    warned = replace(people.PHOTO, verdict="warn", codes=("ASPECT",))
    assert answer(people.SUBMITTED, asks(c.UploadPhoto, photo=warned)) == [facts.PhotoUploaded(warned)]


def test_review_is_requested_only_where_the_site_reviews() -> None:
    request = asks(c.RequestReview)
    assert answer(people.PICTURED, request, people.context(reviews=True)) == [facts.ReviewRequested(1)]
    assert refusal(people.PICTURED, request, people.context(reviews=False)) is RefusalCode.OUT_OF_TURN


def test_a_request_is_taken_back_only_while_nobody_has_opened_it() -> None:
    assert answer(people.WAITING, asks(c.TakeBack)) == [facts.ReviewTakenBack()]
    opened = replace(people.context(), review_opened=True)
    assert refusal(people.WAITING, asks(c.TakeBack), opened) is RefusalCode.REVIEW_OPENED
    taken_back = (*people.WAITING, facts.ReviewTakenBack())
    assert answer(taken_back, asks(c.TakeBack)) == []
    assert answer(taken_back, asks(c.RequestReview)) == [facts.ReviewRequested(1)]
    assert answer(taken_back, asks(c.Withdraw)) == [facts.Withdrawn()]


def test_without_a_photo_review_cannot_be_requested() -> None:
    assert refusal(people.SUBMITTED, asks(c.RequestReview)) is RefusalCode.OUT_OF_TURN


def test_one_may_give_up_before_paying_but_not_while_being_reviewed() -> None:
    for history in (people.AGREED, people.FILLED, people.SUBMITTED, people.REJECTED, people.APPROVED):
        assert answer(history, asks(c.Withdraw)) == [facts.Withdrawn()]
    assert answer(people.LAPSED, asks(c.Withdraw)) == [facts.Withdrawn()]
    assert answer(people.WITHDRAWN, asks(c.Withdraw)) == []
    for history in (people.WAITING, people.PAID, people.CONFIRMED, people.CANCELLED):
        assert refusal(history, asks(c.Withdraw)) is RefusalCode.OUT_OF_TURN


@pytest.mark.parametrize(
    "command",
    [
        asks(c.AmendInfo, SOMEBODY_ELSE, details=people.LIQIANG, person=people.PERSON),
        asks(c.ChangeSubjects, SOMEBODY_ELSE, site=people.SITE, subjects=("24",)),
        asks(c.ReplacePhoto, SOMEBODY_ELSE, photo=people.OTHER_PHOTO),
        asks(c.RequestReview, SOMEBODY_ELSE),
        asks(c.Withdraw, SOMEBODY_ELSE),
    ],
    ids=lambda command: command.step.value,
)
def test_a_registration_is_its_candidates_alone(command: c.Command) -> None:
    assert refusal(people.PICTURED, command) is RefusalCode.NOT_YOURS


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.OFFICE, Role.AUDITOR, Role.PAYMENT, Role.CLOCK])
def test_nobody_but_a_candidate_does_what_candidates_do(role: Role) -> None:
    other = Actor(people.OFFICE.id, role, people.OFFICE.sites)
    assert refusal(people.PICTURED, asks(c.Withdraw, other)) is RefusalCode.NOT_YOUR_ROLE
    assert refusal(people.PICTURED, asks(c.RequestReview, other)) is RefusalCode.NOT_YOUR_ROLE


def test_who_acts_on_an_old_page_is_told_so() -> None:
    told = refused(people.PICTURED, asks(c.RequestReview, seen=3))
    assert told.code is RefusalCode.OUT_OF_DATE
    assert told.particulars == {"seen": 3, "version": 4}
    assert answer(people.PICTURED, asks(c.RequestReview, seen=4)) == [facts.ReviewRequested(1)]


def test_what_is_out_of_turn_names_the_step_and_where_it_stands() -> None:
    told = refused(people.SUBMITTED, asks(c.RequestReview))
    assert told.code is RefusalCode.OUT_OF_TURN
    assert told.particulars == {"step": Step.REQUEST_REVIEW, "status": Status.SUBMITTED}


def test_a_version_that_is_not_there_yet_is_told_with_the_one_that_is() -> None:
    told = refused(people.PICTURED, asks(c.RequestReview, seen=5))
    assert (told.code, told.particulars) == (RefusalCode.VERSION_UNKNOWN, {"seen": 5, "version": 4})


def test_an_old_page_is_told_before_a_wrong_turn_and_after_what_is_already_so() -> None:
    assert refusal(people.WAITING, asks(c.Withdraw, seen=4)) is RefusalCode.OUT_OF_DATE
    assert answer(people.WAITING, asks(c.RequestReview, seen=4)) == []


def test_a_strangers_old_page_tells_the_stranger_nothing() -> None:
    assert refusal(people.PICTURED, asks(c.Withdraw, SOMEBODY_ELSE, seen=1)) is RefusalCode.NOT_YOURS


WINDOWS = people.context().round.plan.windows
REGISTERING = [
    ((), agree()),
    (people.AGREED, asks(c.FillInfo, details=people.WENJING, person=people.PERSON)),
    (people.FILLED, submit("66")),
    (people.SUBMITTED, asks(c.UploadPhoto, photo=people.PHOTO)),
    (people.PICTURED, asks(c.AmendInfo, details=people.LIQIANG, person=people.PERSON)),
    (people.PICTURED, asks(c.ChangeSubjects, site=people.SITE, subjects=("24",))),
    (people.PICTURED, asks(c.ReplacePhoto, photo=people.OTHER_PHOTO)),
    (people.PICTURED, asks(c.RequestReview)),
    (people.LAPSED, submit("66")),
]
MENDING = [
    (people.REJECTED, asks(c.AmendInfo, details=people.LIQIANG, person=people.PERSON)),
    (people.REJECTED, asks(c.ChangeSubjects, site=people.SITE, subjects=("24",))),
    (people.REJECTED, asks(c.ReplacePhoto, photo=people.OTHER_PHOTO)),
    (people.REJECTED, asks(c.RequestReview)),
]


def named(case: object) -> str:
    return case.step.value if isinstance(case, c.Command) else ""


@pytest.mark.parametrize(
    ("history", "command", "window"),
    [(*case, WINDOWS.register) for case in REGISTERING] + [(*case, WINDOWS.review) for case in MENDING],
    ids=named,
)
def test_steps_wait_for_their_window_and_end_with_it(
    history: Sequence[Fact], command: c.Command, window: Window
) -> None:
    early, late = people.context(now=window.opens - SECOND), people.context(now=window.closes)
    assert refusal(history, command, early) is RefusalCode.WINDOW_NOT_YET
    assert refusal(history, command, late) is RefusalCode.WINDOW_OVER
    assert answer(history, command, people.context(now=window.opens))
    assert answer(history, command, people.context(now=window.closes - SECOND))


def test_a_closed_window_says_when_it_was_open_in_exam_time() -> None:
    over = refused(people.PICTURED, asks(c.RequestReview), people.context(now=WINDOWS.register.closes))
    assert over.particulars == {"window": Opening.REGISTER, "closed": "2027-01-14 17:00"}
    early = people.context(now=WINDOWS.register.opens - SECOND)
    told = refused(people.PICTURED, asks(c.RequestReview), early).particulars
    assert told == {"window": Opening.REGISTER, "opens": "2027-01-04 08:00"}


def test_giving_up_needs_no_window() -> None:
    after_all = people.context(now=WINDOWS.payment.closes)
    assert answer(people.APPROVED, asks(c.Withdraw), after_all) == [facts.Withdrawn()]


def test_the_same_answer_in_a_closed_window_is_still_no_change() -> None:
    late = people.context(now=WINDOWS.register.closes)
    assert answer(people.WAITING, asks(c.RequestReview), late) == []
    assert after(people.WAITING).version == 5


HELD_FOR_WRONG = replace(
    people.PHOTO, verdict="reject", codes=("HEAD",), measured={"head": 0.55}, appealed=True
)


def test_a_photo_refused_for_where_the_face_was_found_may_be_sent_to_the_reviewer() -> None:
    assert answer(people.SUBMITTED, asks(c.UploadPhoto, photo=HELD_FOR_WRONG)) == [
        facts.PhotoUploaded(HELD_FOR_WRONG)
    ]
    unasked = replace(HELD_FOR_WRONG, appealed=False)
    assert refusal(people.SUBMITTED, asks(c.UploadPhoto, photo=unasked)) is RefusalCode.PHOTO_REFUSED


def test_what_no_person_can_see_otherwise_is_not_sent_to_the_reviewer() -> None:
    grey = replace(HELD_FOR_WRONG, codes=("HEAD", "GREY"), measured={"head": 0.55, "chroma_p95": 0.0})
    assert refusal(people.SUBMITTED, asks(c.UploadPhoto, photo=grey)) is RefusalCode.PHOTO_REFUSED


APPEALED: Final = (*people.SUBMITTED, facts.PhotoUploaded(HELD_FOR_WRONG))
UNREVIEWED: Final = people.context(reviews=False)


def test_a_photo_that_was_sent_to_a_person_is_reviewed_also_where_nothing_else_is() -> None:
    upload = asks(c.UploadPhoto, photo=HELD_FOR_WRONG)
    assert answer(people.SUBMITTED, upload, UNREVIEWED) == [facts.PhotoUploaded(HELD_FOR_WRONG)]
    assert answer(APPEALED, asks(c.RequestReview), UNREVIEWED) == [facts.ReviewRequested(1)]
    assert refusal(people.PICTURED, asks(c.RequestReview), UNREVIEWED) is RefusalCode.OUT_OF_TURN
    waiting = (*APPEALED, facts.ReviewRequested(1))
    (approved,) = answer(waiting, asks(c.Approve, people.REVIEWER), UNREVIEWED)
    assert isinstance(approved, facts.Approved)
    assert answer(APPEALED, change("14", site="429901"), people.context("429901", reviews=False))


def test_nobody_pays_past_the_person_who_is_to_look_at_the_photo() -> None:
    at = replay(people.REGISTRATION, APPEALED)
    paid = settle(order=order_of(at), trade="T2", amount=at.amount)
    assert [type(fact) for fact in decide(at, paid, UNREVIEWED)] == [facts.PaymentUnusable]
    good = replay(people.REGISTRATION, (*APPEALED, facts.PhotoReplaced(people.OTHER_PHOTO)))
    assert [type(fact) for fact in decide(good, paid, UNREVIEWED)] == [facts.PaymentSettled]


def test_a_kind_of_document_that_the_round_does_not_accept_is_refused() -> None:
    context = people.context(None)
    narrow = replace(
        context, round=replace(context.round, plan=replace(context.round.plan, documents=("passport",)))
    )
    fill = asks(c.FillInfo, details=people.WENJING, person=people.PERSON)
    amend = asks(c.AmendInfo, details=replace(people.WENJING, remark="二班"), person=people.PERSON)
    assert refusal(people.AGREED, fill, narrow) is RefusalCode.DOCUMENT_NOT_ACCEPTED
    assert refusal(people.FILLED, amend, narrow) is RefusalCode.DOCUMENT_NOT_ACCEPTED


@pytest.mark.parametrize("history", [people.WAITING, people.APPROVED, people.PAID, people.CONFIRMED])
def test_a_photo_that_is_lost_is_replaced_wherever_its_registration_stands(history: Sequence[Fact]) -> None:
    replaced = asks(c.ReplacePhoto, photo=people.OTHER_PHOTO)
    assert refusal(history, replaced) is RefusalCode.OUT_OF_TURN
    lost = replace(people.context(), photo_lost=True)
    assert answer(history, replaced, lost) == [facts.PhotoReplaced(people.OTHER_PHOTO)]


@pytest.mark.parametrize(
    ("history", "command"),
    [
        (people.SUBMITTED, asks(c.UploadPhoto, photo=people.PHOTO)),
        (people.PICTURED, asks(c.RequestReview)),
        (people.WAITING, asks(c.Approve, people.REVIEWER)),
        (people.PAID, asks(c.Confirm, people.REVIEWER)),
    ],
    ids=named,
)
def test_nothing_is_decided_about_a_face_that_nobody_can_see(
    history: Sequence[Fact], command: c.Command
) -> None:
    lost = replace(people.context(), photo_lost=True)
    assert refusal(history, command, lost) is RefusalCode.PHOTO_LOST
