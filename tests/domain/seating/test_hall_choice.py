"""Few halls, or all, or some: everybody still sits, and no set of fewer halls would have done."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.seating.assignment import ToSeat
from ncre.domain.seating.capacity import Demand
from ncre.domain.seating.hall_choice import HallChoice, Manner, few_halls
from ncre.domain.seating.halls import halls, together
from ncre.domain.seating.plan import seating
from ncre.events.exam import SitePlan
from ncre.events.registration import SeatAssigned
from tests.domain.seating.examples import (
    SUBJECTS,
    batch,
    crowd_of,
    crowds,
    in_use,
    person,
    site,
    sites,
    timetable,
)
from tests.domain.seating.test_plan import every, sitting, standing

MINUTES = {code: subject.minutes for code, subject in SUBJECTS.items()}
FEW = HallChoice(Manner.FEW)


def seated(
    plan: SitePlan, crowd: list[ToSeat], choice: HallChoice = FEW, seed: int = 1
) -> dict[UUID, list[SeatAssigned]]:
    return seating("78", plan, SUBJECTS, crowd, [], seed=seed, choice=choice)


def outcome(
    plan: SitePlan, crowd: list[ToSeat], choice: HallChoice, seed: int
) -> dict[UUID, list[SeatAssigned]] | Refusal:
    try:
        return seated(plan, crowd, choice, seed)
    except Refusal as refusal:
        return refusal


def halls_of(found: dict[UUID, list[SeatAssigned]]) -> set[int]:
    return {one.hall for one in every(found)}


def test_twenty_nine_people_sit_in_one_hall() -> None:
    plan = site({f"机房{number}": 45 for number in range(8)}, tuple(batch(number) for number in range(1, 8)))
    assert len(halls_of(seated(plan, crowd_of([{"24"}] * 29)))) == 1
    assert len(halls_of(seated(plan, crowd_of([{"24", "66"}] * 29)))) == 2
    assert len(halls_of(seated(plan, crowd_of([{"24"}] * 29), HallChoice()))) > 20


def test_who_comes_late_sits_where_halls_are_open() -> None:
    plan = site({"A": 30, "B": 30}, (batch(1), batch(2)))
    crowd = crowd_of([{"24"}] * 20)
    early = seated(plan, crowd[:15], HallChoice(Manner.SPREAD, rooms=frozenset({"B"})))
    taken = [(one.hall, one.seat) for one in every(early)]
    late = seating("78", plan, SUBJECTS, standing(early, crowd), taken, in_use(every(early)), 3, FEW)
    assert halls_of(late) <= halls_of(early)


@given(sites(most_seats=12), crowds(), st.integers(0, 99))
def test_few_halls_seat_whomever_all_of_them_seat(plan: SitePlan, crowd: list[ToSeat], seed: int) -> None:
    spread, found = (outcome(plan, crowd, choice, seed) for choice in (HallChoice(), FEW))
    if isinstance(spread, Refusal) or isinstance(found, Refusal):
        assert isinstance(spread, Refusal)
        assert isinstance(found, Refusal)
        assert found.particulars == spread.particulars
        return
    assert found.keys() == spread.keys()
    assert all(together(map(sitting, seats)) for seats in found.values())
    assert set(Counter((one.hall, one.seat) for one in every(found)).values()) <= {1}
    assert len(halls_of(found)) <= len(halls_of(spread))
    event(f"{len(halls_of(found))} of {len(halls_of(spread))}")


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 4), crowds(12))
def test_with_halls_alike_no_fewer_would_do(size: int, rooms: int, batches: int, crowd: list[ToSeat]) -> None:
    """Every smaller set of halls is counted, for papers that fit into every batch."""
    plan = site(dict.fromkeys("ABCD"[:rooms], size), timetable(*[(120, 60)] * batches))
    demand, every_hall = Demand(crowd, MINUTES), halls(plan)
    if not crowd or demand.unserved(every_hall, {}):
        return
    number = len(next(few_halls(every_hall, demand, {})))
    event(f"{number} of {len(every_hall)}")
    assert all(demand.unserved(some, {}) for some in combinations(every_hall, number - 1))


def test_people_without_a_break_make_it_one_room_for_all_batches() -> None:
    """45 would fit into three halls of 15, but they stay in their rooms from batch to batch."""
    plan = site({"A": 15, "B": 15}, timetable((120, 20), (120, 20)))
    crowd = crowd_of([{"24", "66"}] * 15 + [{"24"}] * 15)
    found = seated(plan, crowd)
    assert len(every(found)) == 45
    assert all(together(map(sitting, seats)) for seats in found.values())


def test_another_batch_is_opened_where_that_makes_fewer_halls() -> None:
    plan = site({"A": 10, "B": 1}, (batch(1), batch(2), batch(3)))
    assert {(one.batch, one.room) for one in every(seated(plan, crowd_of([{"24"}] * 22)))} == {
        (1, "A"),
        (2, "A"),
        (3, "A"),
    }, "two batches would need both rooms in each, four halls"


def test_of_halls_that_are_one_too_many_the_last_of_the_smallest_room_stays_closed() -> None:
    plan = site({"A": 10, "B": 8}, (batch(1), batch(2)))
    assert halls_of(seated(plan, crowd_of([{"24"}] * 25))) == {1, 2, 3}


def test_chosen_batches_and_rooms_alone_are_used() -> None:
    plan, crowd = site({"A": 9, "B": 9}, (batch(1), batch(2), batch(3))), crowd_of([{"24"}] * 9)
    for manner in Manner:
        second = seated(plan, crowd, HallChoice(manner, batches=frozenset({2})))
        assert {one.batch for one in every(second)} == {2}
        in_b = seated(plan, crowd, HallChoice(manner, rooms=frozenset({"B"})))
        assert {one.room for one in every(in_b)} == {"B"}
        both = seated(plan, crowd, HallChoice(manner, frozenset({3}), frozenset({"A"})))
        assert {(one.batch, one.room) for one in every(both)} == {(3, "A")}


def test_a_batch_or_room_that_is_not_there_is_refused() -> None:
    plan = site({"A": 9}, (batch(1),))
    for choice, which in (
        (HallChoice(batches=frozenset({1, 3, 2})), "2、3"),
        (HallChoice(rooms=frozenset({"A", "B"})), "B"),
    ):
        with pytest.raises(Refusal) as refused:
            choice.require_known(plan)
        assert refused.value.code is RefusalCode.HALLS_UNKNOWN
        assert refused.value.particulars == {"site": plan.code, "which": which}


def test_a_shortage_of_chosen_halls_says_what_to_add_to_them() -> None:
    plan = site({"A": 2, "B": 50}, (batch(1), batch(2)))
    with pytest.raises(Refusal) as refused:
        seated(plan, crowd_of([{"24"}] * 7), HallChoice(rooms=frozenset({"A"})))
    assert (refused.value.particulars["missing"], refused.value.particulars["seats"]) == (3, 2)
    assert len(seated(plan, [person(1, "24")], HallChoice(Manner.FEW, frozenset({2})))) == 1
