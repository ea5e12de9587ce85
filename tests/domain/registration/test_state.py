"""A registration folded from its history: it lands where it should, and taking a fact in never argues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncre.domain.registration.lifecycle import LIFE
from ncre.domain.registration.state import evolve, registration_id, replay
from ncre.domain.registration.vocabulary import Status
from ncre.events import registration as facts
from ncre.events.base import ERASED, Fact
from tests.domain.commands import after
from tests.events.examples import EXAMPLES
from tests.support import people

OF_A_LIFE = [example for example in EXAMPLES if type(example) in {row.fact for row in LIFE}]


@pytest.mark.parametrize(
    ("history", "status"),
    [
        ((), Status.NEW),
        (people.AGREED, Status.AGREED),
        (people.FILLED, Status.INFO_FILLED),
        (people.SUBMITTED, Status.SUBMITTED),
        (people.PICTURED, Status.PHOTO_UPLOADED),
        (people.WAITING, Status.PENDING_REVIEW),
        (people.APPROVED, Status.APPROVED),
        (people.REJECTED, Status.REJECTED),
        (people.PAID, Status.PAID),
        (people.CONFIRMED, Status.CONFIRMED),
        (people.LAPSED, Status.LAPSED),
        (people.WITHDRAWN, Status.WITHDRAWN),
        (people.CANCELLED, Status.CANCELLED),
    ],
    ids=lambda value: value.value if isinstance(value, Status) else "",
)
def test_the_named_histories_end_where_their_names_say(history: Sequence[Fact], status: Status) -> None:
    registration = after(history)
    assert registration.status is status
    assert registration.version == len(history)


@given(st.lists(st.sampled_from(OF_A_LIFE), max_size=12))
def test_taking_facts_in_never_argues_whatever_their_order(history: list[Fact]) -> None:
    registration = replay(people.REGISTRATION, history)
    assert registration.version == len(history)
    for position, fact in enumerate(history):
        before = replay(people.REGISTRATION, history[:position])
        assert evolve(before, fact) == replay(people.REGISTRATION, history[: position + 1])


def test_a_registration_of_an_erased_person_still_replays() -> None:
    history = [
        replace(fact, **dict.fromkeys(fact.SEALED, ERASED)) if fact.SEALED else fact
        for fact in people.REJECTED
    ]
    registration = after(history)
    assert registration.status is Status.REJECTED
    assert registration.details is None
    assert registration.person == people.PERSON


def test_a_new_choice_and_an_approval_make_a_new_order_and_a_photo_does_not() -> None:
    assert after(people.SUBMITTED).order_version == after(people.PICTURED).order_version == 3
    assert after(people.APPROVED).order_version == 6
    changed = facts.SubjectsChanged(people.NUMBER, people.SITE, people.LINES[:1], 1)
    assert after((*people.PICTURED, changed)).order_version == 5


def test_money_owed_is_owed_until_it_is_returned() -> None:
    owed = (*people.PAID, facts.PaymentUnusable("N", "till", "T2", 16000, people.NOW, "duplicate"))
    assert after(owed).owed == {"T2": "duplicate"}
    returned = after((*owed, facts.PaymentReturned("N", "till", "T2", 16000, "R")))
    assert (returned.owed, returned.returned) == ({}, {"T2"})
    assert returned.settled_trade == "T1"


def test_the_amount_is_the_sum_of_the_lines() -> None:
    assert after(people.SUBMITTED).amount == people.AMOUNT
    assert after(people.FILLED).amount == 0


def test_a_registration_is_named_by_round_account_and_ordinal() -> None:
    one = registration_id("78", people.CANDIDATE_ID, 1)
    assert one == registration_id("78", people.CANDIDATE_ID, 1)
    others = {
        registration_id("78", people.CANDIDATE_ID, 2),
        registration_id("79", people.CANDIDATE_ID, 1),
        registration_id("78", people.REVIEWER_ID, 1),
    }
    assert len(others | {one}) == 4


def test_what_later_decisions_ask_is_kept_from_each_fact() -> None:
    told = replace(people.SUBMITTED[-1], student="U2024", pay_by=people.PAY_BY)
    chosen = after((*people.FILLED, told, facts.PhotoUploaded(people.PHOTO)))
    assert (chosen.round, chosen.agreement, chosen.candidate) == ("78", "2027-03", people.CANDIDATE_ID)
    assert (chosen.details, chosen.person, chosen.photo) == (people.WENJING, people.PERSON, people.PHOTO)
    assert (chosen.student, chosen.pay_by) == ("U2024", people.PAY_BY)
    assert after((*people.FILLED, replace(told, student=ERASED))).student == ""
    assert after(people.LAPSED).lapsed_from is Status.APPROVED
    settled = facts.PaymentSettled(people.ORDER, "till", "T1", people.AMOUNT, people.NOW)
    meanwhile = after((*people.SUSPENDED, settled))
    assert (meanwhile.settled, meanwhile.suspended_from) == (settled, Status.PAID)
