"""Which claims each fact takes and releases, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ncre.domain.claims import ChairClaim, Claim, HolderClaim, PlaceClaim, SeatClaim, changes, held_by
from ncre.domain.exam.plan import WHOLE_SITE
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration.state import evolve
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.events.registration_values import SubjectFee
from tests.domain.commands import after
from tests.support import people

PLACE = PlaceClaim("78", people.PERSON)
SEATS = {SeatClaim("78", people.SITE, subject) for subject in ("66", "67", WHOLE_SITE)}


@pytest.mark.parametrize(
    ("history", "held"),
    [
        (people.AGREED, set()),
        (people.FILLED, {PLACE}),
        (people.SUBMITTED, {PLACE, *SEATS}),
        (people.REJECTED, {PLACE, *SEATS}),
        (people.CONFIRMED, {PLACE, *SEATS}),
        (people.LAPSED, {PLACE}),
        (people.WITHDRAWN, set()),
        (people.CANCELLED, set()),
    ],
    ids=["agreed", "filled", "submitted", "rejected", "confirmed", "lapsed", "withdrawn", "cancelled"],
)
def test_what_is_held_follows_from_where_a_registration_stands(
    history: Sequence[Fact], held: set[Claim]
) -> None:
    assert held_by(after(history)) == held


@pytest.mark.parametrize("history", [people.CONFIRMED, people.LAPSED, people.WITHDRAWN, people.CANCELLED])
def test_step_by_step_exactly_what_is_held_in_the_end_was_taken_and_not_released(
    history: Sequence[Fact],
) -> None:
    held: set[Claim] = set()
    registration = after(())
    for fact in history:
        moved = evolve(registration, fact)
        change = changes(registration, moved, fact)
        assert held.issuperset(change.released)
        assert held.isdisjoint(change.taken)
        held = held - set(change.released) | set(change.taken)
        registration = moved
    assert held == held_by(registration)


def test_a_change_of_subjects_leaves_what_stays_alone() -> None:
    before = after(people.PICTURED)
    fact = facts.SubjectsChanged(people.NUMBER, people.SITE, (SubjectFee("35", 8000), people.LINES[0]), 1)
    change = changes(before, evolve(before, fact), fact)
    assert change.released == (SeatClaim("78", people.SITE, "67"),)
    assert change.taken == (SeatClaim("78", people.SITE, "35"),)


def test_claims_are_handled_in_one_order_of_keys_so_that_no_two_wait_for_each_other() -> None:
    before = after(people.PICTURED)
    fact = facts.SubjectsChanged(
        people.NUMBER,
        "140027",
        (SubjectFee("24", 8000), SubjectFee("35", 8000)),
        1,
    )
    in_order = changes(before, evolve(before, fact), fact).in_order()
    assert [claim.key for claim, _ in in_order] == sorted(claim.key for claim, _ in in_order)
    assert {wanted for _, wanted in in_order} == {True, False}


def test_a_seat_assigned_takes_its_chair() -> None:
    before = after(people.PAID)
    seat = facts.SeatAssigned("66", "6678420019000307", 3, "机房", 7, 1, people.NOW, people.NOW)
    change = changes(before, evolve(before, seat), seat)
    assert (change.released, change.taken) == ((), (ChairClaim("78", people.SITE, 3, 7),))


@pytest.mark.parametrize(
    ("claim", "code", "particulars"),
    [
        (PLACE, RefusalCode.PLACE_TAKEN, {}),
        (SeatClaim("78", people.SITE, "66"), RefusalCode.SUBJECT_FULL, {"subject": "66"}),
        (SeatClaim("78", people.SITE, WHOLE_SITE), RefusalCode.SITE_FULL, {"site": people.SITE}),
        (ChairClaim("78", people.SITE, 3, 7), RefusalCode.CHAIR_TAKEN, {"hall": 3, "seat": 7}),
    ],
)
def test_a_claim_that_is_gone_has_its_refusal(
    claim: Claim, code: RefusalCode, particulars: dict[str, object]
) -> None:
    gone = claim.gone()
    assert (gone.code, gone.particulars) == (code, particulars)


def test_no_claim_key_shows_who_the_person_is() -> None:
    number = people.WENJING.document_number
    assert not any(number in claim.key for claim in held_by(after(people.PAID)))


def test_who_holds_a_card_of_two_numbers_takes_the_place_by_both() -> None:
    holder = HolderClaim("78", "a" * 64)
    filled = facts.InfoFilled(people.WENJING, people.PERSON, "a" * 64)
    assert held_by(after((*people.AGREED, filled))) == {PLACE, holder}
    assert holder.gone().code is RefusalCode.HOLDER_TAKEN
    amended = facts.InfoAmended(people.WENJING, people.PERSON)
    change = changes(after((*people.AGREED, filled)), after((*people.AGREED, filled, amended)), amended)
    assert (change.released, change.taken) == ((holder,), ())


def test_a_chair_that_is_given_up_is_free_for_somebody_else() -> None:
    seat = facts.SeatAssigned("66", "6678420019000307", 3, "机房", 7, 1, people.NOW, people.NOW)
    before, released = after((*people.PAID, seat)), facts.SeatReleased("66", 3, 7)
    change = changes(before, evolve(before, released), released)
    assert (change.released, change.taken) == ((ChairClaim("78", people.SITE, 3, 7),), ())
