"""Money is never refused, time lapses what is unpaid, and both look at when it was paid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncre.domain.payment.settlement import Unusable, order_number, order_of, payable, pays_for
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.decisions import decide
from ncre.domain.registration.holds import HOLDS
from ncre.domain.registration.state import evolve
from ncre.domain.registration.vocabulary import Status
from ncre.events import registration as facts
from ncre.events.base import Fact
from tests.domain.commands import after, answer, asks, change, lapse, refusal, settle, submit
from tests.support import people

SECOND: Final = timedelta(seconds=1)
LATER: Final = people.PAY_BY + timedelta(hours=1)

QUICK: Final = "429901"
QUICK_SUBMITTED: Final = (
    *people.FILLED,
    facts.Submitted("78429901000001", QUICK, people.LINES, people.DECLARATION, 1, people.PAY_BY),
)
QUICK_PICTURED: Final = (*QUICK_SUBMITTED, facts.PhotoUploaded(people.PHOTO))
"""At the site without review, where the hold starts at submission."""


def money_for(history: Sequence[Fact], **changed: Any) -> c.Command:
    registration = after(history)
    return settle(**{"order": order_of(registration), "amount": registration.amount, **changed})


def reason(history: Sequence[Fact], command: c.Command, **policy: Any) -> str:
    """Why the money goes back; fails where it settles."""
    site = after(history).site or None
    (unusable,) = answer(history, command, people.context(site, LATER, **policy))
    assert isinstance(unusable, facts.PaymentUnusable)
    return unusable.reason


def test_an_order_number_fits_every_channel_and_is_found_again() -> None:
    number = order_number(people.REGISTRATION, 6, "alipay", 1)
    assert re.fullmatch(r"[0-9A-Z]{30}", number)
    assert number == order_number(people.REGISTRATION, 6, "alipay", 1)
    others = {
        order_number(people.REGISTRATION, 7, "alipay", 1),
        order_number(people.REGISTRATION, 6, "alipay", 2),
        order_number(people.REGISTRATION, 6, "alipay", 37),
        order_number(people.REGISTRATION, 6, "wechat", 1),
        order_number(uuid4(), 6, "alipay", 1),
    }
    assert number not in others
    assert len(others) == 5


def test_every_order_for_what_a_registration_is_now_pays_for_it() -> None:
    registration = after(people.APPROVED)
    version = registration.order_version
    for channel, turn in (("alipay", 1), ("wechat", 2), ("counter", 40)):
        assert pays_for(order_number(registration.id, version, channel, turn), registration)
    assert not pays_for(order_number(registration.id, version - 1, "alipay", 1), registration)


def test_without_review_payment_follows_the_photo_and_no_sooner() -> None:
    site = people.context(QUICK).site
    assert [status for status in Status if payable(status, site)] == [
        Status.PHOTO_UPLOADED,
        Status.APPROVED,
        Status.REJECTED,
        Status.LAPSED,
        *HOLDS,
    ]
    assert reason(QUICK_SUBMITTED, money_for(QUICK_SUBMITTED)) == Unusable.NOT_PAYABLE
    (settled,) = answer(QUICK_PICTURED, money_for(QUICK_PICTURED), people.context(QUICK))
    assert isinstance(settled, facts.PaymentSettled)


def test_with_review_payment_follows_approval_and_no_sooner() -> None:
    for history in (people.SUBMITTED, people.PICTURED, people.WAITING, people.REJECTED):
        assert reason(history, money_for(history)) == Unusable.NOT_PAYABLE


def test_who_was_rejected_and_moves_to_a_site_without_review_pays_there_or_lapses() -> None:
    (moved,) = answer(people.REJECTED, change("67", site=QUICK), people.context(QUICK))
    there = (*people.REJECTED, moved)
    (settled,) = answer(there, money_for(there), people.context(QUICK))
    assert isinstance(settled, facts.PaymentSettled)
    lapsed = answer(there, lapse(), people.context(QUICK, LATER))
    assert lapsed == [facts.PaymentLapsed(people.PAY_BY)]
    (revived,) = answer((*there, *lapsed), money_for(there), people.context(QUICK, LATER))
    assert isinstance(revived, facts.PaymentSettled)


def test_what_lapsed_after_its_photo_revives_where_the_site_does_not_review() -> None:
    lapsed = (*QUICK_PICTURED, facts.PaymentLapsed(people.PAY_BY))
    (settled,) = answer(lapsed, money_for(lapsed), people.context(QUICK, LATER))
    assert isinstance(settled, facts.PaymentSettled)


def test_what_lapsed_without_a_photo_does_not_revive() -> None:
    lapsed = (*QUICK_SUBMITTED, facts.PaymentLapsed(people.PAY_BY))
    assert reason(lapsed, money_for(lapsed)) == Unusable.NOT_PAYABLE


def test_what_lapsed_before_its_review_does_not_revive_unreviewed() -> None:
    pay_by = facts.Submitted(people.NUMBER, people.SITE, people.LINES, "", 1, people.PAY_BY)
    lapsed = (*people.FILLED, pay_by, people.PICTURED[-1], facts.PaymentLapsed(people.PAY_BY))
    assert reason(lapsed, money_for(lapsed), clock="submitted") == Unusable.NOT_PAYABLE


def test_what_lapsed_twice_is_judged_by_the_last_time() -> None:
    again = (*people.LAPSED, people.SUBMITTED[-1], facts.PaymentLapsed(people.PAY_BY))
    assert reason(again, money_for(again)) == Unusable.NOT_PAYABLE


@pytest.mark.parametrize("history", [people.APPROVED, people.LAPSED])
def test_the_right_amount_paid_by_the_last_moment_settles_whenever_it_is_told(
    history: Sequence[Fact],
) -> None:
    told = people.context(now=people.PAY_BY + timedelta(days=3))
    paid = ("till", "T1", people.AMOUNT, people.PAY_BY)
    assert answer(history, settle(paid_at=people.PAY_BY), told) == [facts.PaymentSettled(people.ORDER, *paid)]
    assert reason(history, settle(paid_at=people.PAY_BY + SECOND)) == Unusable.LATE


def test_the_seat_of_what_lapsed_may_be_gone_when_the_news_comes() -> None:
    assert reason(people.LAPSED, settle(seats_gone=True)) == Unusable.SEAT_GONE


def test_a_settled_registration_owes_back_whatever_comes_next() -> None:
    paid = people.PAID
    for history in (paid, people.CONFIRMED, people.CANCELLED):
        assert reason(history, money_for(history, trade="T2")) == Unusable.DUPLICATE


def test_a_change_of_subjects_makes_the_open_order_one_of_the_past() -> None:
    changed = (
        *QUICK_PICTURED,
        facts.SubjectsChanged("78429901000001", QUICK, people.LINES, 1, people.PAY_BY),
    )
    assert reason(changed, money_for(QUICK_PICTURED)) == Unusable.SUPERSEDED
    (settled,) = answer(changed, money_for(changed), people.context(QUICK))
    assert isinstance(settled, facts.PaymentSettled)


@pytest.mark.parametrize(
    ("news", "why"),
    [
        ({"order": "N0", "amount": 1, "paid_at": LATER}, Unusable.SUPERSEDED),
        ({"amount": 1, "paid_at": LATER}, Unusable.WRONG_AMOUNT),
        ({"amount": people.AMOUNT + 1}, Unusable.WRONG_AMOUNT),
        ({"paid_at": people.PAY_BY + SECOND, "seats_gone": True}, Unusable.LATE),
    ],
)
def test_of_several_reasons_the_first_that_the_payer_can_understand_is_told(
    news: dict[str, Any], why: Unusable
) -> None:
    assert reason(people.APPROVED, settle(**news)) == why


STATUSES: Final = st.sampled_from(
    [
        people.AGREED,
        people.FILLED,
        people.SUBMITTED,
        people.PICTURED,
        people.WAITING,
        people.APPROVED,
        people.REJECTED,
        people.PAID,
        people.CONFIRMED,
        people.LAPSED,
        people.WITHDRAWN,
        people.CANCELLED,
    ]
)


@given(
    STATUSES,
    st.sampled_from([people.ORDER, "N0"]),
    st.sampled_from([people.AMOUNT, 1]),
    st.sampled_from([people.NOW, people.PAY_BY, LATER]),
    st.booleans(),
)
def test_money_is_never_refused_and_its_news_counts_once(
    history: Sequence[Fact], order: str, amount: int, paid_at: datetime, gone: bool
) -> None:
    registration = after(history)
    news = settle(order=order, amount=amount, paid_at=paid_at, seats_gone=gone, trade="T7")
    (fact,) = decide(registration, news, people.context(now=LATER))
    assert isinstance(fact, facts.PaymentSettled | facts.PaymentUnusable)
    assert (fact.trade, fact.amount, fact.order, fact.paid_at) == ("T7", amount, order, paid_at)
    moved = evolve(registration, fact)
    assert decide(moved, news, people.context(now=LATER)) == []
    settles = isinstance(fact, facts.PaymentSettled)
    assert settles is (moved.settled_trade == "T7") is not ("T7" in moved.owed)


def back(trade: str) -> c.Command:
    return asks(
        c.ReturnPayment,
        c.PAYMENT_ACTOR,
        order="N0",
        channel="till",
        trade=trade,
        amount=people.AMOUNT,
        reference=f"R-{trade}",
    )


@pytest.mark.parametrize("history", [people.APPROVED, people.WITHDRAWN, people.CANCELLED, people.CONFIRMED])
def test_what_is_owed_goes_back_once_wherever_the_registration_stands(history: Sequence[Fact]) -> None:
    owed = (*history, facts.PaymentUnusable("N0", "till", "T8", people.AMOUNT, people.NOW, "late"))
    (returned,) = answer(owed, back("T8"))
    assert returned == facts.PaymentReturned("N0", "till", "T8", people.AMOUNT, "R-T8")
    assert after((*owed, returned)).status is after(history).status
    assert answer((*owed, returned), back("T8")) == []
    assert refusal(owed, back("T9")) is RefusalCode.NO_PAYMENT_DUE


def test_the_fee_of_a_good_registration_does_not_go_back() -> None:
    assert refusal(people.PAID, back("T1")) is RefusalCode.NO_PAYMENT_DUE


@pytest.mark.parametrize("history", [QUICK_SUBMITTED, QUICK_PICTURED])
def test_where_the_clock_starts_at_submission_it_ends_what_is_unpaid(history: Sequence[Fact]) -> None:
    on_time = people.context(QUICK, people.PAY_BY)
    assert refusal(history, lapse(), on_time) is RefusalCode.NOT_DUE
    over = people.context(QUICK, people.PAY_BY + SECOND)
    assert answer(history, lapse(), over) == [facts.PaymentLapsed(people.PAY_BY)]


def test_an_approved_registration_lapses_after_its_last_moment() -> None:
    assert refusal(people.APPROVED, lapse(), people.context(now=people.PAY_BY)) is RefusalCode.NOT_DUE
    over = people.context(now=people.PAY_BY + SECOND)
    assert answer(people.APPROVED, lapse(), over) == [facts.PaymentLapsed(people.PAY_BY)]


@pytest.mark.parametrize("history", [people.WAITING, people.REJECTED])
def test_nothing_lapses_while_it_is_with_the_reviewer_nor_after_a_rejection(history: Sequence[Fact]) -> None:
    assert refusal(history, lapse(), people.context(now=LATER, clock="submitted")) is RefusalCode.OUT_OF_TURN


def test_what_has_no_deadline_never_lapses() -> None:
    no_deadline = people.context(now=LATER, clock="submitted")
    assert refusal(people.PICTURED, lapse(), no_deadline) is RefusalCode.NOT_DUE


def test_only_a_change_of_site_starts_the_hold_anew() -> None:
    now = people.NOW + timedelta(hours=20)
    (same,) = answer(QUICK_PICTURED, change("24", site=QUICK), people.context(QUICK, now))
    (other,) = answer(people.PICTURED, change("24", site=QUICK), people.context(QUICK, now))
    assert isinstance(same, facts.SubjectsChanged)
    assert isinstance(other, facts.SubjectsChanged)
    assert same.pay_by == people.PAY_BY
    assert other.pay_by == now + timedelta(hours=24)


def test_moving_to_a_site_that_reviews_takes_the_deadline_away_until_it_approves() -> None:
    (moved,) = answer(QUICK_PICTURED, change("24", site=people.SITE), people.context())
    assert isinstance(moved, facts.SubjectsChanged)
    assert moved.pay_by is None


def test_submitting_again_after_lapsing_starts_the_hold_anew() -> None:
    lapsed = (*QUICK_PICTURED, facts.PaymentLapsed(people.PAY_BY))
    again = submit("24", site=QUICK, number="78429901000002")
    (submitted,) = answer(lapsed, again, people.context(QUICK, LATER))
    assert isinstance(submitted, facts.Submitted)
    assert submitted.pay_by == LATER + timedelta(hours=24)
    assert submitted.number == "78429901000001"


def test_where_no_clock_runs_money_is_in_time_until_paying_closes() -> None:
    """The site took up no clock and dropped its review after the submission, so nothing else ends the time."""
    submitted = facts.Submitted("78429901000001", QUICK, people.LINES, people.DECLARATION, 1)
    history = (*people.FILLED, submitted, facts.PhotoUploaded(people.PHOTO))
    closes = people.bundled_round()[0].plan.windows.payment.closes
    in_time, late = (money_for(history, paid_at=moment) for moment in (closes, closes + SECOND))
    (settled,) = answer(history, in_time, people.context(QUICK, LATER))
    assert isinstance(settled, facts.PaymentSettled)
    assert reason(history, late) == Unusable.LATE
