"""What is counted for a site is what planning it person by person finds, and counting is all a shortage costs."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.seating import batch_distribution
from ncre.domain.seating import halls as halls_module
from ncre.domain.seating import plan as seating_module
from ncre.domain.seating.assignment import ToSeat, placed
from ncre.domain.seating.batch_distribution import Wish, shared_out
from ncre.domain.seating.capacity import Demand
from ncre.domain.seating.halls import LAST_HALL, HallsInUse, Sitting, halls
from ncre.domain.seating.max_flow import largest_flow
from ncre.domain.seating.plan import seating
from ncre.events.exam import SitePlan
from tests.domain.seating.examples import SUBJECTS, batch, crowd_of, crowds, person, site, sites, timetable

MINUTES = {code: subject.minutes for code, subject in SUBJECTS.items()}


@given(sites(most_seats=9), crowds(), st.data())
def test_counting_finds_as_many_seats_as_sharing_out_does(
    plan: SitePlan, crowd: list[ToSeat], data: st.DataObject
) -> None:
    chairs = [(hall.number, seat) for hall in halls(plan) for seat in range(1, hall.seats + 1)]
    taken = set(data.draw(st.lists(st.sampled_from(chairs), unique=True, max_size=12)))
    used = Counter(number for number, _ in taken)
    by_count = Demand(crowd, MINUTES).unserved(halls(plan), used)
    wishes, seats = _wishes(plan, crowd, used)
    assert by_count == sum(found is None for found in shared_out(wishes, seats))


def _wishes(plan: SitePlan, crowd: list[ToSeat], used: Counter[int]) -> tuple[list[Wish], list[int]]:
    batches = list(plan.batches)
    seats = [
        sum(hall.seats - used[hall.number] for hall in halls(plan) if hall.batch == batch)
        for batch in batches
    ]
    wishes = [
        Wish(
            number,
            tuple(
                place
                for place, batch in enumerate(batches)
                if (batch.ends_at - batch.starts_at).total_seconds() >= 60 * MINUTES[code]
            ),
        )
        for number, one in enumerate(crowd)
        for code in one.subjects
    ]
    return wishes, seats


def test_what_is_sat_already_is_no_batch_for_another_subject() -> None:
    plan = site({"A": 9}, (batch(1), batch(2)))
    first = halls(plan)[0].sitting
    demand = Demand([person(1, "14", "24", "66", _24=first)], MINUTES)
    assert (demand.sittings, demand.unserved(halls(plan), {})) == (2, 1)


def test_a_batch_that_begins_as_another_ends_is_one_for_another_subject() -> None:
    plan = site({"A": 9}, timetable((120, 0), (120, 0), (120, 0)))
    middle = halls(plan)[1].sitting
    demand = Demand([person(1, "14", "24", "66", _24=middle)], MINUTES)
    assert demand.unserved(halls(plan), {}) == 0


def test_a_flow_turns_back_where_the_first_way_was_wrong() -> None:
    edges = [
        ("s", "a", 1),
        ("s", "b", 1),
        ("a", "x", 1),
        ("a", "y", 1),
        ("b", "x", 1),
        ("x", "t", 1),
        ("y", "t", 1),
    ]
    assert largest_flow(edges, "s", "t") == 2
    assert largest_flow([], "s", "t") == 0
    assert largest_flow([("s", "t", 1), ("s", "t", 2)], "s", "t") == 3, "what is named twice holds both"


def test_a_shortage_on_empty_halls_is_told_without_a_single_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """It took two dozen plans of the whole site; a preview of 26 738 people waited two minutes for them."""
    plans = []
    monkeypatch.setattr(seating_module, "placed", lambda *given: plans.append(given))
    plan = site({"A": 30, "B": 30}, timetable((120, 20), (120, 20)))
    with pytest.raises(Refusal) as refused:
        seating("78", plan, SUBJECTS, crowd_of([{"24"}] * 500), [], seed=1)
    assert refused.value.particulars["missing"] == 380
    assert plans == []


def test_where_people_sit_already_a_shortage_takes_a_few_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = []

    def counted(*given: object) -> object:
        plans.append(given)
        return placed(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(seating_module, "placed", counted)
    plan = site({"A": 30, "B": 30}, timetable((120, 20), (120, 20)))
    with pytest.raises(Refusal) as refused:
        seating("78", plan, SUBJECTS, crowd_of([{"24"}] * 500), [(1, 1), (4, 7)], seed=1)
    assert refused.value.particulars["missing"] == 382
    assert len(plans) <= 4


def steps_of_sharing(people: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many are asked to move: two short papers a head fill the long batch, which others then need."""
    asked = 0
    ways = batch_distribution._Shares._ways

    def counted(self: object, mover: int, entered: set[int]) -> object:
        nonlocal asked
        asked += 1
        return ways(self, mover, entered)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(batch_distribution._Shares, "_ways", counted)
        short = [Wish(number, (0, 1, 2, 3)) for number in range(3 * people) for _ in range(2)]
        long = [Wish(3 * people + number, (3,)) for number in range(2 * people)]
        assert None not in shared_out([*short, *long], [2 * people] * 4)
    return asked


def test_making_way_costs_twice_as_much_for_twice_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = (steps_of_sharing(people, monkeypatch) for people in (100, 400))
    assert few > 50, "people do have to make way here"
    assert many < 6 * few


def test_more_halls_than_have_numbers_are_told_as_such() -> None:
    """9999 halls of one seat: no room and no batch more would have a number."""
    plan = site({f"R{number}": 1 for number in range(LAST_HALL)}, (batch(1),))
    with pytest.raises(Refusal) as refused:
        seating("78", plan, SUBJECTS, crowd_of([{"24"}] * (LAST_HALL + 5)), [], seed=1)
    assert refused.value.code is RefusalCode.TOO_MANY_HALLS
    assert refused.value.particulars == {"site": "420019", "missing": 5, "most": LAST_HALL}


def test_where_numbers_end_amid_a_batch_people_stay_in_one_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last batch has A and C alone; who sits in B before has no time to go there."""
    monkeypatch.setattr(halls_module, "LAST_HALL", 8)
    batches = timetable((120, 20), (120, 20), (120, 20))
    plan = site({"A": 9, "B": 9, "C": 9}, batches)
    last = batches[2]
    known = HallsInUse([(Sitting("C", last.starts_at, last.ends_at), 8)])
    assert [hall.room for hall in halls(plan, known) if hall.batch.number == 3] == ["A", "C"]
    found = seating("78", plan, SUBJECTS, crowd_of([{"14", "24", "66"}] * 12), [], known, seed=3)
    assert all(len({one.room for one in seats}) == 1 for seats in found.values())
