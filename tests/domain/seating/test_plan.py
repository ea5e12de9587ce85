"""Who sits where: nobody twice at once, no chair twice, nobody moved, whatever the site and the crowd."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import Final
from uuid import UUID

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.seating.assignment import ToSeat
from ncre.domain.seating.halls import Hall, Sitting, adjoining, halls, together
from ncre.domain.seating.plan import seating
from ncre.events.exam import Room, SitePlan
from ncre.events.registration import SeatAssigned
from tests.domain.seating.examples import (
    FIRST,
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

Plan = Mapping[UUID, list[SeatAssigned]]


def seated(plan: SitePlan, crowd: list[ToSeat], *taken: tuple[int, int], seed: int = 1) -> Plan:
    return seating("78", plan, SUBJECTS, crowd, taken, seed=seed)


def refused(plan: SitePlan, crowd: list[ToSeat], *taken: tuple[int, int]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        seated(plan, crowd, *taken)
    return refusal.value


def every(plan: Plan) -> list[SeatAssigned]:
    return [one for seats in plan.values() for one in seats]


def sitting(one: SeatAssigned) -> Sitting:
    return Sitting(one.room, one.starts_at, one.ends_at)


def seated_or_nobody(plan: SitePlan, crowd: list[ToSeat], seed: int = 1) -> Plan:
    try:
        return seated(plan, crowd, seed=seed)
    except Refusal:
        return {}


def standing(plan: Plan, crowd: list[ToSeat]) -> list[ToSeat]:
    """The crowd as it stands after a seating."""
    at = {who: {one.subject: sitting(one) for one in seats} for who, seats in plan.items()}
    return [replace(one, seated=at.get(one.registration, {})) for one in crowd]


def test_a_seat_says_everything_that_the_ticket_prints() -> None:
    plan = site({"机房一": 30}, (batch(1),))
    (only,) = seated(plan, [person(1, "24")])[UUID(int=1)]
    begins = FIRST + timedelta(hours=3)
    assert only == SeatAssigned(
        "24", "2478420019000101", 1, "机房一", 1, 1, begins, begins + timedelta(minutes=120)
    )


def test_nobody_sits_two_subjects_in_one_batch() -> None:
    plan = site({"A": 9}, (batch(1), batch(2), batch(3)))
    seats = seated(plan, [person(1, "14", "24", "66")])[UUID(int=1)]
    assert sorted(one.batch for one in seats) == [1, 2, 3]


def test_whoever_has_no_time_to_change_rooms_stays_in_the_room() -> None:
    """The timetable of a real site leaves 20 minutes between batches (domain facts §3.3)."""
    plan = site({"A": 20, "B": 20, "C": 20}, timetable((120, 20), (120, 20), (120, 20)))
    rooms = [
        {one.room for one in seats} for seats in seated(plan, crowd_of([{"14", "24", "66"}] * 60)).values()
    ]
    assert Counter(map(len, rooms)) == {1: 60}


def test_only_whoever_has_time_is_sent_to_another_room() -> None:
    """One chair is free in each batch, in different rooms."""
    crowd, taken = [person(1, "24", "66")], [(1, 1), (4, 1)]
    enough = site({"A": 1, "B": 1}, timetable((120, 30), (120, 30)))
    assert [one.room for one in every(seated(enough, crowd, *taken))] in (["A", "B"], ["B", "A"])
    assert refused(site({"A": 1, "B": 1}, timetable((120, 20), (120, 20))), crowd, *taken)


def test_what_is_sat_already_settles_the_room_right_before_and_after() -> None:
    plan = site({"A": 9, "B": 9}, timetable((120, 20), (120, 20), (120, 0)))
    middle = halls(plan)[3].sitting
    assert middle.room == "B"
    seats = seated(plan, [person(1, "14", "24", "66", _24=middle)], (4, 1))[UUID(int=1)]
    assert {(one.subject, one.room) for one in seats} == {("14", "B"), ("66", "B")}
    assert sorted(one.batch for one in seats) == [1, 3]


def test_what_is_sat_long_before_or_after_settles_no_room() -> None:
    plan = site({"A": 1, "B": 1}, (batch(1), batch(2), batch(3)))
    sits = {place: Sitting("A", batch(place).starts_at, batch(place).ends_at) for place in (1, 3)}
    for place in (1, 3):
        ((one,),) = seated(plan, [person(1, "24", "66", _24=sits[place])], (1, 1), (3, 1), (5, 1)).values()
        assert one.room == "B"


def test_whoever_sits_in_different_rooms_before_and_after_is_not_put_between() -> None:
    plan = site({"A": 9, "B": 9}, timetable((120, 20), (120, 20), (120, 0)))
    by_number = {hall.number: hall.sitting for hall in halls(plan)}
    stuck = person(1, "14", "24", "66", _24=by_number[1], _66=by_number[6])
    assert refused(plan, [stuck], (1, 1), (6, 1)).code is RefusalCode.TOO_FEW_BATCHES


def test_whoever_found_no_room_chooses_first_in_the_next_try() -> None:
    """Free are A in batches 3 and 4 and B in 1 to 3: of the four ways to choose batches some have no rooms."""
    plan = site({"A": 1, "B": 1}, timetable(*[(120, 20)] * 4))
    for seed in range(20):
        found = seated(plan, [person(0, "14", "24", "66")], (1, 1), (3, 1), (8, 1), seed=seed)
        assert together(map(sitting, found[UUID(int=0)]))


def test_no_subject_is_put_into_a_batch_that_is_too_short() -> None:
    plan = site({"A": 1}, (batch(1, minutes=90), batch(2)))
    found = seated(plan, [person(1, "24"), person(2, "14")])
    assert [(one.subject, one.batch) for one in every(found)] == [("24", 2), ("14", 1)]


def test_a_short_paper_makes_room_for_a_long_one() -> None:
    """Short papers found the long batches emptier; they move on when nothing else is left."""
    plan = site({"A": 2}, (batch(1, minutes=90), batch(2), batch(3)))
    crowd = [person(1, "14", "24"), person(2, "14", "24"), person(3, "24"), person(4, "66")]
    assert len(every(seated(plan, crowd))) == 6


def test_too_few_seats_seat_nobody_and_say_what_to_add() -> None:
    plan = site({"A": 2}, (batch(1), batch(2)))
    refusal = refused(plan, [person(number, "24", "66") for number in (1, 2, 3)])
    assert refusal.code is RefusalCode.NO_CAPACITY
    assert refusal.particulars == {
        "site": "420019",
        "missing": 2,
        "seats": 1,
        "batches": 1,
        "minutes": 120,
    }


def test_whoever_has_more_subjects_than_there_are_batches_needs_batches() -> None:
    refusal = refused(site({"A": 9}, (batch(1),)), [person(1, "14", "24", "66")])
    assert refusal.code is RefusalCode.TOO_FEW_BATCHES
    assert refusal.particulars == {"site": "420019", "missing": 2, "batches": 2, "minutes": 120}


def test_a_paper_longer_than_every_batch_needs_a_longer_batch() -> None:
    refusal = refused(site({"A": 9}, (batch(1, minutes=90),)), [person(1, "24")])
    assert refusal.code is RefusalCode.TOO_FEW_BATCHES
    assert (refusal.particulars["batches"], refusal.particulars["minutes"]) == (1, 120)


def test_a_site_without_rooms_needs_rooms() -> None:
    refusal = refused(site({}, (batch(1), batch(2))), crowd_of([{"24"}] * 150))
    assert (refusal.code, refusal.particulars["missing"]) == (RefusalCode.NO_ROOMS, 150)
    assert refusal.particulars["seats"] == 75


def test_a_site_without_batches_needs_batches() -> None:
    assert refused(site({"A": 9}, ()), [person(1, "24")]).code is RefusalCode.TOO_FEW_BATCHES


def test_overlapping_batches_are_no_timetable() -> None:
    with pytest.raises(ValueError, match="overlap"):
        seated(site({"A": 9}, timetable((120, -1), (120, 0))), [])


def test_whoever_has_all_seats_gets_none_again() -> None:
    plan = site({"A": 9}, (batch(1), batch(2)))
    assert seated(plan, [person(1, "24", _24=halls(plan)[0].sitting)], (1, 1)) == {}


def test_neighbours_are_drawn_by_lot_and_not_by_registration() -> None:
    plan = site({"A": 40}, (batch(1),))
    order = [
        who.int
        for who, _ in sorted(seated(plan, crowd_of([{"24"}] * 40)).items(), key=lambda at: at[1][0].seat)
    ]
    assert sorted(order) == list(range(40))
    side_by_side = sum(abs(one - other) == 1 for one, other in pairwise(order))
    assert side_by_side < 8, "two of forty stand beside each other by chance alone"


def test_who_sits_beside_whom_in_a_hall_follows_from_the_seed() -> None:
    plan, crowd = site({"A": 20}, (batch(1),)), crowd_of([{"24"}] * 20)
    drawn = {tuple(seats[0].seat for seats in seated(plan, crowd, seed=seed).values()) for seed in range(5)}
    assert len(drawn) == 5, "five seeds, five orders of twenty"


def test_a_fixed_seed_gives_this_plan_on_every_machine_and_for_good() -> None:
    """The lots are SHA-256, so that a recorded seed still proves the plan years later."""
    plan = site({"A": 3, "B": 2}, timetable((120, 20), (120, 20)))
    found = seated(plan, crowd_of([{"24"}, {"24", "66"}, {"66"}]), seed=20270327)
    assert [one.ticket for one in every(found)] == FIXED


FIXED: Final = ["2478420019000201", "2478420019000101", "6678420019000301", "6678420019000401"]


def test_another_seed_gives_another_plan() -> None:
    plan, crowd = site({"A": 20, "B": 20}, (batch(1), batch(2))), crowd_of([{"24"}] * 40)
    plans = [seated(plan, crowd, seed=seed) for seed in range(5)]
    assert all(one != other for place, one in enumerate(plans) for other in plans[:place])


def test_the_halls_of_a_larger_crowd_are_fixed_by_the_seed_too() -> None:
    plan = site({"A": 8, "B": 6}, timetable((120, 20), (120, 60), (120, 20)))
    crowd = crowd_of([{"24"}, {"24", "66"}, {"66"}, {"14", "24", "66"}, {"14"}] * 3)
    found = seated(plan, crowd, seed=20270327)
    assert {who.int: [one.hall for one in seats] for who, seats in found.items()} == FIXED_HALLS


FIXED_HALLS: Final = {
    0: [1],
    1: [1, 6],
    2: [6],
    3: [3, 6, 1],
    4: [3],
    5: [3],
    6: [1, 3],
    7: [5],
    8: [2, 4, 5],
    9: [5],
    10: [2],
    11: [5, 4],
    12: [3],
    13: [4, 5, 2],
    14: [1],
}


def test_who_sits_in_which_hall_is_drawn_by_lot_and_not_by_registration() -> None:
    plan, crowd = site({"A": 20, "B": 20}, (batch(1),)), crowd_of([{"24"}] * 40)
    first_halls = {
        frozenset(who for who, seats in seated(plan, crowd, seed=seed).items() if seats[0].hall == 1)
        for seed in range(5)
    }
    assert [len(hall) for hall in first_halls] == [20] * 5, "five seeds, five halves"


@given(sites(), crowds(), st.integers(0, 10**9), st.randoms())
def test_the_same_seed_gives_the_same_plan_in_whatever_order_people_come(
    plan: SitePlan, crowd: list[ToSeat], seed: int, chance: object
) -> None:
    again = list(crowd)
    chance.shuffle(again)  # type: ignore[attr-defined]
    assert seated_or_nobody(plan, crowd, seed) == seated_or_nobody(plan, again, seed)


@given(sites(), crowds())
def test_everybody_sits_every_subject_once_nobody_twice_at_once_and_no_chair_is_shared(
    plan: SitePlan, crowd: list[ToSeat]
) -> None:
    found = seated_or_nobody(plan, crowd)
    event("seated" if found else "nobody")
    if not found:
        return
    by_number = {hall.number: hall for hall in halls(plan)}
    chairs = Counter((one.batch, one.room, one.seat) for one in every(found))
    assert set(chairs.values()) == {1}
    assert len({one.ticket for one in every(found)}) == len(every(found))
    for waiting in crowd:
        seats = found[waiting.registration]
        assert [one.subject for one in seats] == list(waiting.subjects)
        assert together(map(sitting, seats))
        for one in seats:
            check_hall(one, by_number[one.hall])


def check_hall(one: SeatAssigned, hall: Hall) -> None:
    assert (hall.room, hall.batch.number) == (one.room, one.batch)
    assert 1 <= one.seat <= min(hall.seats, 99)
    assert one.ends_at - one.starts_at >= timedelta(minutes=SUBJECTS[one.subject].minutes)
    assert re.fullmatch(rf"{one.subject}78420019{one.hall:04}{one.seat:02}", one.ticket)


@given(sites(), crowds())
def test_nobody_enters_a_room_that_is_fuller_than_another_would_be_with_one_more(
    plan: SitePlan, crowd: list[ToSeat]
) -> None:
    """The bound of evenness in a batch. Rooms that people only stay in are as the batch before left them."""
    found = seated_or_nobody(plan, crowd)
    inside = Counter(one.hall for one in every(found))
    entered = {one.hall for seats in found.values() for one in seats if not stays(one, seats)}
    in_batch: dict[int, list[Hall]] = defaultdict(list)
    for hall in halls(plan):
        in_batch[hall.batch.number].append(hall)
    for room_by_room in in_batch.values():
        for hall in room_by_room:
            for other in room_by_room:
                if hall.number in entered and inside[other.number] < other.seats:
                    assert inside[hall.number] * other.seats <= (inside[other.number] + 1) * hall.seats


def stays(one: SeatAssigned, seats: Sequence[SeatAssigned]) -> bool:
    """Whether the person sat right before in the same room."""
    return any(
        before.ends_at <= one.starts_at and adjoining(sitting(before), sitting(one)) for before in seats
    )


@given(st.integers(1, 6), st.lists(st.sampled_from([{"24"}, {"24", "66"}, {"14", "24", "66"}]), max_size=60))
def test_batches_long_enough_for_all_differ_by_one_at_most(number: int, wanted: list[set[str]]) -> None:
    plan = site({"A": 20, "B": 13}, timetable(*[(120, 20)] * number))
    found = seated_or_nobody(plan, crowd_of(wanted))
    counts = Counter({one.number: 0 for one in plan.batches})
    counts.update(one.batch for one in every(found))
    assert max(counts.values()) - min(counts.values()) <= 1


@given(sites(), crowds(), st.integers(0, 40), st.booleans(), st.integers(0, 10**9))
def test_seating_again_moves_nobody_and_gives_no_chair_twice_even_with_a_room_more(
    plan: SitePlan, crowd: list[ToSeat], first: int, another_room: bool, seed: int
) -> None:
    early = seated_or_nobody(plan, crowd[:first])
    taken = [(one.hall, one.seat) for one in every(early)]
    if another_room:
        plan = replace(plan, rooms=(Room("new", 40), *plan.rooms))
    try:
        late = seating("78", plan, SUBJECTS, standing(early, crowd), taken, in_use(every(early)), seed)
    except Refusal:
        return
    assert not early.keys() & late.keys()
    assert early.keys() | late.keys() == {one.registration for one in crowd}
    both = [*every(early), *every(late)]
    chairs = Counter((one.batch, one.room, one.seat) for one in both)
    assert not both or set(chairs.values()) == {1}, "the very chair, whatever number the hall has"
    assert len({one.ticket for one in both}) == len(both)
    assert all(together(map(sitting, seats)) for seats in late.values())


@given(sites(most_seats=3, most_rooms=2, most_batches=3), crowds(6))
def test_whenever_anything_seats_everybody_so_does_this(plan: SitePlan, crowd: list[ToSeat]) -> None:
    """Against every plan there is, for a site where nobody sits yet."""
    found = bool(seated_or_nobody(plan, crowd)) or not crowd
    possible = any_plan(plan, crowd, ())
    event(f"possible {possible}")
    assert found == possible


@given(sites(most_seats=3, most_rooms=2, most_batches=3), crowds(6), st.data())
def test_where_people_sit_already_it_never_seats_what_cannot_be_seated(
    plan: SitePlan, crowd: list[ToSeat], data: st.DataObject
) -> None:
    """The other way round is not promised: with chairs taken here and there a cleverer plan may exist."""
    chairs = [(hall.number, seat) for hall in halls(plan) for seat in range(1, hall.seats + 1)]
    taken = tuple(data.draw(st.lists(st.sampled_from(chairs), unique=True)))
    try:
        found = bool(seated(plan, crowd, *taken)) or not crowd
    except Refusal:
        found = False
    possible = any_plan(plan, crowd, taken)
    event(f"possible {possible} found {found}")
    assert possible or not found


@given(sites(most_seats=3, most_rooms=2, most_batches=3), crowds(6))
def test_what_a_refusal_says_is_enough_and_less_is_not(plan: SitePlan, crowd: list[ToSeat]) -> None:
    refusal = refusal_of(plan, crowd)
    event(refusal.code if refusal else "seated")
    if refusal is None:
        return
    if refusal.code is RefusalCode.TOO_FEW_BATCHES:
        assert refusal_of(with_room(plan, 99), crowd) is not None
        return
    seats = refusal.particulars["seats"]
    assert isinstance(seats, int)
    assert refusal_of(with_room(plan, seats), crowd) is None
    assert seats == 1 or refusal_of(with_room(plan, seats - 1), crowd) is not None


def refusal_of(plan: SitePlan, crowd: list[ToSeat]) -> Refusal | None:
    try:
        seated(plan, crowd)
    except Refusal as refusal:
        return refusal
    return None


def with_room(plan: SitePlan, seats: int) -> SitePlan:
    return replace(plan, rooms=(*plan.rooms, Room("+", seats)))


def any_plan(plan: SitePlan, crowd: list[ToSeat], taken: tuple[tuple[int, int], ...]) -> bool:
    """Whether any way of seating everybody exists: all of them are tried."""
    every_hall = halls(plan)
    left = tuple(hall.seats - sum(number == hall.number for number, _ in taken) for hall in every_hall)
    wishes = [(one.registration.int, code) for one in crowd for code in one.subjects]

    @cache
    def seats(place: int, free: tuple[int, ...], own: tuple[int, ...]) -> bool:
        if place == len(wishes):
            return True
        who, code = wishes[place]
        own = own if place and wishes[place - 1][0] == who else ()
        for number, hall in enumerate(every_hall):
            long_enough = hall.batch.ends_at - hall.batch.starts_at >= timedelta(
                minutes=SUBJECTS[code].minutes
            )
            if not free[number] or not long_enough:
                continue
            if together([hall.sitting, *(every_hall[other].sitting for other in own)]):
                less = (*free[:number], free[number] - 1, *free[number + 1 :])
                if seats(place + 1, less, (*own, number)):
                    return True
        return False

    return seats(0, left, ())
