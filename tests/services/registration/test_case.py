"""The case behind a request: which steps it offers to whom, until when, and why one is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Opening, Status, Step
from ncre.projections.rows import RegistrationRow
from ncre.services.registration.case import Case
from tests.handlers.ground import QUICK
from tests.support.people import CANDIDATE, CANDIDATE_ID, NOW, OFFICE, PAY_BY, REVIEWER, SITE, bundled_round

ROUND, SITES = bundled_round()
WINDOWS = ROUND.plan.windows


def case(status: Status, site: str | None = SITE, read_at: datetime = NOW, **changed: Any) -> Case:
    row = {
        "status": status.value,
        "account": CANDIDATE_ID,
        "suspended_from": None,
        "pay_by": PAY_BY,
        "order_version": 6,
        "lines": [{"subject": "66", "fee": 8000}],
        **changed,
    }
    return Case(cast(RegistrationRow, row), ROUND, SITES[site] if site else None, read_at)


def refused(act: Any, *asked: Any) -> Refusal:
    with pytest.raises(Refusal) as told:
        act(*asked)
    return told.value


def test_the_first_of_the_steps_that_is_open_is_the_one() -> None:
    assert case(Status.AGREED, None).require(Step.AMEND_INFO, Step.FILL_INFO) is Step.FILL_INFO
    assert case(Status.INFO_FILLED, None).require(Step.AMEND_INFO, Step.FILL_INFO) is Step.AMEND_INFO


def test_a_step_that_is_not_open_is_refused_with_the_last_one_that_was_asked_for() -> None:
    told = refused(case(Status.PAID).require, Step.AMEND_INFO, Step.SUBMIT)
    assert told.code is RefusalCode.OUT_OF_TURN
    assert told.particulars == {"step": Step.SUBMIT, "status": Status.PAID}


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (WINDOWS.register.opens - timedelta(seconds=1), RefusalCode.WINDOW_NOT_YET),
        (WINDOWS.register.opens, None),
        (WINDOWS.register.closes - timedelta(seconds=1), None),
        (WINDOWS.register.closes, RefusalCode.WINDOW_OVER),
    ],
)
def test_an_open_step_waits_for_its_window(moment: datetime, code: RefusalCode | None) -> None:
    known = case(Status.SUBMITTED, read_at=moment)
    fault = known.window_fault(Step.UPLOAD_PHOTO, moment)
    assert (fault.code if fault else None) is code
    if fault is None:
        assert known.require(Step.UPLOAD_PHOTO) is Step.UPLOAD_PHOTO
    else:
        assert fault.particulars["window"] is Opening.REGISTER
        assert refused(known.require, Step.UPLOAD_PHOTO).code is code


def test_whose_window_counts_follows_from_the_site() -> None:
    between = WINDOWS.register.closes
    assert case(Status.REJECTED).window_fault(Step.AMEND_INFO, between) is None
    assert case(Status.PHOTO_UPLOADED, QUICK).window_fault(Step.REQUEST_REVIEW, between) is None
    fault = case(Status.PHOTO_UPLOADED).window_fault(Step.REQUEST_REVIEW, WINDOWS.review.closes)
    assert fault is not None


def test_what_is_to_be_done_by_when() -> None:
    due = case(Status.SUBMITTED).due(NOW)
    assert (due.closes, due.over) == (WINDOWS.register.closes, False)
    assert case(Status.SUBMITTED).due(WINDOWS.register.closes).over
    assert case(Status.PHOTO_UPLOADED, None).due(NOW) == case(Status.PHOTO_UPLOADED).due(NOW)
    assert case(Status.PHOTO_UPLOADED, QUICK).due(NOW).closes == WINDOWS.payment.closes


def test_staff_do_what_their_role_may_and_nothing_with_their_own() -> None:
    waiting = case(Status.PENDING_REVIEW)
    assert {Step.APPROVE, Step.REJECT} <= waiting.steps_for(REVIEWER)
    assert Step.SUSPEND in waiting.steps_for(OFFICE)
    assert Step.TAKE_BACK in waiting.steps
    assert Step.TAKE_BACK not in waiting.steps_for(REVIEWER)
    own = replace(REVIEWER, id=str(CANDIDATE_ID))
    assert (waiting.is_of(own), waiting.steps_for(own)) == (True, frozenset())
    assert not waiting.is_of(REVIEWER)
    assert waiting.is_of(CANDIDATE)


def test_until_when_the_fee_may_be_paid() -> None:
    known = case(Status.APPROVED)
    assert (known.payable, known.deadline) == (True, PAY_BY)
    assert known.payable_at(PAY_BY)
    assert not known.payable_at(PAY_BY + timedelta(seconds=1))
    assert not case(Status.APPROVED, order_version=None).payable_at(NOW)
    assert not case(Status.PAID).payable_at(NOW)
    assert case(Status.APPROVED, pay_by=None).deadline == WINDOWS.payment.closes
    assert (case(Status.PHOTO_UPLOADED).payable, case(Status.PHOTO_UPLOADED, QUICK).payable) == (False, True)


def test_what_it_was_before_it_was_held_and_whether_somebody_was_there() -> None:
    assert case(Status.SUSPENDED, suspended_from="approved").suspended_from is Status.APPROVED
    assert case(Status.APPROVED).suspended_from is None
    assert (case(Status.CONFIRMED).is_confirmed, case(Status.PAID).is_confirmed) == (True, False)


def test_a_photo_is_lost_where_its_file_is() -> None:
    known = case(Status.APPROVED)
    assert known.site is not None
    assert not known.photo_lost
    assert not case(Status.AGREED, None).photo_lost
    lost = replace(known, site=known.site.for_photo(appealed=False, lost=True))
    assert lost.photo_lost
    assert Step.REPLACE_PHOTO in lost.steps


def test_a_level_four_subject_without_its_level_three_one_is_warned_of() -> None:
    (four, three) = next((one.code, one.prerequisite) for one in ROUND.plan.subjects if one.prerequisite)
    alone = case(Status.APPROVED, lines=[{"subject": four, "fee": 1}])
    assert [one.code for one in alone.subjects] == [four]
    assert [one.code for one in alone.unsupported] == [four]
    both = case(Status.APPROVED, lines=[{"subject": four, "fee": 1}, {"subject": three, "fee": 1}])
    assert both.unsupported == []
