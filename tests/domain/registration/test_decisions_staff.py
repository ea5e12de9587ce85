"""What else staff decide: moving to another account, another round, confirming a moment that has passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pytest

from ncre.domain.bans.ban import Ban
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.commands import EVERY_SITE, Actor
from ncre.domain.registration.rejection_reasons import LEAST_EVIDENCE, LONGEST_EVIDENCE, LONGEST_NOTE
from ncre.domain.registration.vocabulary import Role, Status
from ncre.events import registration as facts
from tests.domain.commands import after, answer, asks, refusal, refused, settle
from tests.support import people

EVIDENCE: Final = "核对身份证原件"
OTHER_STAFF: Final = Actor(str(people.OTHER_ID), Role.OFFICE, EVERY_SITE)


def seat(subject: str, hall: int, number: int) -> facts.SeatAssigned:
    ticket = f"{subject}78420019000{hall}0{number}"
    return facts.SeatAssigned(subject, ticket, hall, "机房", number, 1, people.NOW, people.NOW)


SEATED: Final = (*people.PAID, seat("67", 2, 4), seat("66", 1, 3))


def move(evidence: str = EVIDENCE, actor: Actor = people.OFFICE) -> c.Command:
    return asks(c.Move, actor, to=people.OTHER_ID, evidence=evidence)


def postpone(reason: str = "考点停考", to: str = "79") -> c.Command:
    return asks(c.Postpone, people.OFFICE, to=to, reason=reason)


def test_a_move_says_from_whom_to_whom_and_upon_what() -> None:
    moved = facts.Moved(people.CANDIDATE_ID, people.OTHER_ID, EVIDENCE)
    assert answer(people.PAID, move(f" {EVIDENCE} ")) == [moved]
    assert answer((*people.PAID, moved), move()) == []


def test_nobody_moves_a_registration_to_an_account_of_their_own() -> None:
    assert refusal(people.PAID, move(actor=OTHER_STAFF)) is RefusalCode.OWN_REGISTRATION


@pytest.mark.parametrize("evidence", ["", "   ", "x" * (LEAST_EVIDENCE - 1) + "  "])
def test_a_move_needs_evidence_that_says_something(evidence: str) -> None:
    assert refusal(people.PAID, move(evidence)) is RefusalCode.EVIDENCE_MISSING


def test_evidence_and_reasons_may_be_as_long_as_their_column() -> None:
    assert answer(people.PAID, move("x" * LEAST_EVIDENCE))
    assert answer(people.PAID, move("x" * LONGEST_EVIDENCE))
    assert refusal(people.PAID, move("x" * (LONGEST_EVIDENCE + 1))) is RefusalCode.TEXT_TOO_LONG
    for command in (postpone, lambda reason: asks(c.Suspend, people.REVIEWER, reason=reason)):
        assert answer(people.PAID, command("x" * LONGEST_NOTE))
        assert refusal(people.PAID, command("x" * (LONGEST_NOTE + 1))) is RefusalCode.TEXT_TOO_LONG


def test_postponing_gives_up_every_seat_of_this_round_and_says_to_which_it_goes() -> None:
    postponed = answer(SEATED, postpone(" 考点停考 "))
    assert postponed == [
        facts.SeatReleased("66", 1, 3),
        facts.SeatReleased("67", 2, 4),
        facts.Postponed("78", "79", "考点停考"),
    ]
    moved = after((*SEATED, *postponed))
    assert (moved.round, moved.seated, moved.chairs) == ("79", frozenset(), {})
    assert (moved.status, moved.settled_trade) == (Status.PAID, "T1")
    assert refusal(SEATED, postpone(" ")) is RefusalCode.REASON_TEXT_MISSING


def test_a_seat_that_is_released_leaves_the_others() -> None:
    assert after(SEATED).chairs == {"66": (1, 3), "67": (2, 4)}
    left = after((*SEATED, facts.SeatReleased("66", 1, 3)))
    assert (left.seated, left.chairs) == ({"67"}, {"67": (2, 4)})


def test_a_confirmation_without_a_network_keeps_its_own_moment() -> None:
    before = people.NOW - timedelta(hours=3)
    confirm = asks(c.Confirm, people.REVIEWER, done_at=before)
    assert answer(people.PAID, confirm) == [facts.ConfirmedOnSite(before)]


def test_who_has_to_decide_about_a_fee_is_told_how_much_it_is() -> None:
    told = refused(people.PAID, asks(c.Cancel, people.OFFICE, reason="重复报名"))
    assert (told.code, told.particulars) == (RefusalCode.MONEY_UNDECIDED, {"paid": "160.00"})


@pytest.mark.parametrize("field", ["reason", "money_reason"])
def test_what_is_said_of_a_cancellation_is_bounded(field: str) -> None:
    said = {"reason": "停考", "money": c.PaidFee.REFUND, "money_reason": "停考"}
    assert answer(people.PAID, asks(c.Cancel, people.OFFICE, **{**said, field: "x" * LONGEST_NOTE}))
    longer = asks(c.Cancel, people.OFFICE, **{**said, field: "x" * (LONGEST_NOTE + 1)})
    assert refusal(people.PAID, longer) is RefusalCode.TEXT_TOO_LONG


BAN: Final = Ban(people.OTHER_ID, "鄂考〔2027〕3号", date(2029, 12, 31))


def test_money_of_somebody_who_is_banned_goes_back_and_says_so() -> None:
    banned = replace(people.context(), ban=BAN)
    (unusable,) = answer(people.APPROVED, settle(), banned)
    assert isinstance(unusable, facts.PaymentUnusable)
    assert unusable.reason == "banned"
    (wrong,) = answer(people.APPROVED, settle(amount=1), banned)
    assert isinstance(wrong, facts.PaymentUnusable)
    assert wrong.reason == "wrong-amount"
    assert refusal(people.WAITING, asks(c.Approve, people.REVIEWER), banned) is RefusalCode.BANNED


def test_what_a_window_ended_names_the_window_and_its_end() -> None:
    windows = people.context().round.plan.windows
    (lapsed,) = answer(
        people.REJECTED, asks(c.Expire, c.CLOCK_ACTOR), people.context(now=windows.review.closes)
    )
    assert lapsed == facts.WindowLapsed("review", windows.review.closes)


def test_nothing_owed_is_said_in_both_languages() -> None:
    back = asks(
        c.ReturnPayment, c.PAYMENT_ACTOR, order="N0", channel="till", trade="T9", amount=1, reference="R"
    )
    told = refused(people.PAID, back)
    assert told.code is RefusalCode.NO_PAYMENT_DUE
    assert str(told.particulars["why"].zh) == "没有待退的款项。"
