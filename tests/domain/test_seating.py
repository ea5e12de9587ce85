"""Who sits where: nobody twice in a batch, no chair twice, nobody moved, whatever the site and the crowd."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.seating import MOST_IN_A_HALL, ToSeat, halls, seating, ticket_number
from ncre.events.exam import Batch, Room, SitePlan, Subject
from ncre.events.registration import SeatAssigned
from tests import people

SUBJECTS = {
    "14": Subject("14", "计算机基础及WPS Office应用", 1, 90),
    "24": Subject("24", "C语言程序设计", 2, 120),
    "66": Subject("66", "Python语言程序设计", 2, 120),
}
FIRST = people.NOW + timedelta(days=60)


def batch(number: int, minutes: int = 120) -> Batch:
    begins = FIRST + timedelta(hours=3 * number)
    return Batch(number, begins, begins + timedelta(minutes=minutes))


def site(rooms: Mapping[str, int], batches: tuple[Batch, ...]) -> SitePlan:
    plan = people.bundled_round()[1][people.SITE].plan
    return replace(plan, rooms=tuple(Room(name, seats) for name, seats in rooms.items()), batches=batches)


def person(number: int, *subjects: str, **seated: int) -> ToSeat:
    return ToSeat(UUID(int=number), subjects, {name[1:]: at for name, at in seated.items()})


def where(plan: Mapping[UUID, list[SeatAssigned]]) -> list[tuple[int, str, int, int]]:
    """(person, subject, hall, seat) in the order in which they were seated."""
    return [(who.int, one.subject, one.hall, one.seat) for who, seats in plan.items() for one in seats]


def test_halls_are_numbered_batch_after_batch_and_room_after_room() -> None:
    plan = site({"A": 30, "B": 20}, (batch(2), batch(1)))
    assert [(hall.number, hall.batch.number, hall.room) for hall in halls(plan)] == [
        (1, 1, "A"),
        (2, 1, "B"),
        (3, 2, "A"),
        (4, 2, "B"),
    ]


def test_no_hall_holds_more_than_its_two_digits_can_count() -> None:
    assert [hall.seats for hall in halls(site({"A": 120, "B": 99}, (batch(1),)))] == [MOST_IN_A_HALL, 99]


def test_a_hall_keeps_its_number_when_rooms_and_batches_are_added() -> None:
    before = halls(site({"B": 1, "C": 1}, (batch(1), batch(2))))
    known = {(hall.batch.number, hall.room): hall.number for hall in before}
    after = halls(site({"A": 1, "B": 1, "C": 1}, (batch(1), batch(2), batch(3))), known)
    numbers = {(hall.batch.number, hall.room): hall.number for hall in after}
    assert known.items() <= numbers.items()
    assert len(set(numbers.values())) == len(after) == 9


def test_the_ticket_number_names_subject_round_site_hall_and_seat() -> None:
    assert ticket_number("66", "77", "420019", 3, 15) == "6677420019000315"
    assert ticket_number("14", "9", "140027", 9999, 99) == "1409140027999999"


def test_seats_fill_from_the_front_in_the_order_of_the_waiting() -> None:
    plan = site({"A": 2, "B": 1}, (batch(1), batch(2)))
    crowd = [person(1, "24"), person(2, "24"), person(3, "66"), person(4, "66")]
    seated = seating("78", plan, SUBJECTS, crowd, [])
    assert where(seated) == [(1, "24", 1, 1), (2, "24", 1, 2), (3, "66", 2, 1), (4, "66", 3, 1)]


def test_a_seat_says_everything_that_the_ticket_prints() -> None:
    plan = site({"机房一": 30}, (batch(1),))
    (only,) = seating("78", plan, SUBJECTS, [person(1, "24")], [])[UUID(int=1)]
    begins = FIRST + timedelta(hours=3)
    assert only == SeatAssigned(
        "24", "2478420019000101", 1, "机房一", 1, 1, begins, begins + timedelta(minutes=120)
    )


def test_nobody_sits_two_subjects_in_one_batch() -> None:
    plan = site({"A": 9}, (batch(1), batch(2), batch(3)))
    seats = seating("78", plan, SUBJECTS, [person(1, "14", "24", "66")], [])[UUID(int=1)]
    assert [one.batch for one in seats] == [1, 2, 3]


def test_a_batch_in_which_one_sits_already_is_left_free_of_further_subjects() -> None:
    plan = site({"A": 9}, (batch(1), batch(2)))
    seated = seating("78", plan, SUBJECTS, [person(1, "24", "66", _24=1)], [(1, 1)])
    assert where(seated) == [(1, "66", 2, 1)]


def test_no_subject_is_put_into_a_batch_that_is_too_short() -> None:
    plan = site({"A": 9}, (batch(1, minutes=90), batch(2)))
    seated = seating("78", plan, SUBJECTS, [person(1, "24"), person(2, "14")], [])
    assert where(seated) == [(1, "24", 2, 1), (2, "14", 1, 1)]


def test_too_few_seats_seat_nobody_and_say_how_many_are_missing() -> None:
    plan = site({"A": 2}, (batch(1),))
    crowd = [person(number, "24", "66") for number in (1, 2, 3)]
    with pytest.raises(Refusal) as refused:
        seating("78", plan, SUBJECTS, crowd, [])
    assert refused.value.code is RefusalCode.NO_CAPACITY
    assert refused.value.particulars == {"site": "420019", "missing": 4}


def test_whoever_has_all_seats_gets_none_again() -> None:
    plan = site({"A": 9}, (batch(1), batch(2)))
    assert seating("78", plan, SUBJECTS, [person(1, "24", _24=1)], [(1, 1)]) == {}


sites = st.builds(
    site,
    st.dictionaries(st.sampled_from("ABCD"), st.integers(1, 120), min_size=1),
    st.lists(st.sampled_from([90, 120]), min_size=1, max_size=5).map(
        lambda lengths: tuple(batch(number, minutes) for number, minutes in enumerate(lengths, start=1))
    ),
)
crowds = st.lists(st.sets(st.sampled_from(sorted(SUBJECTS)), min_size=1), max_size=40).map(
    lambda choices: [person(number, *sorted(chosen)) for number, chosen in enumerate(choices)]
)


def seated_or_full(
    plan: SitePlan, crowd: list[ToSeat], taken: list[tuple[int, int]]
) -> dict[UUID, list[SeatAssigned]]:
    try:
        return seating("78", plan, SUBJECTS, crowd, taken)
    except Refusal:
        return {}


@given(sites, crowds)
def test_everybody_is_seated_once_a_subject_with_no_chair_and_no_batch_twice(
    plan: SitePlan, crowd: list[ToSeat]
) -> None:
    seated = seated_or_full(plan, crowd, [])
    if not seated:
        return
    by_number = {hall.number: hall for hall in halls(plan)}
    chairs = [(one.hall, one.seat) for seats in seated.values() for one in seats]
    assert len(set(chairs)) == len(chairs)
    for waiting in crowd:
        seats = seated[waiting.registration]
        assert [one.subject for one in seats] == list(waiting.subjects)
        assert len({one.batch for one in seats}) == len(seats)
        for one in seats:
            hall = by_number[one.hall]
            assert (hall.room, hall.batch.number) == (one.room, one.batch)
            assert 1 <= one.seat <= min(hall.seats, 99)
            assert one.ends_at - one.starts_at >= timedelta(minutes=SUBJECTS[one.subject].minutes)
            assert re.fullmatch(rf"{one.subject}78420019{one.hall:04}{one.seat:02}", one.ticket)


@given(sites, crowds, st.integers(0, 40), st.booleans())
def test_seating_again_moves_nobody_and_gives_no_chair_twice_even_with_a_room_more(
    plan: SitePlan, crowd: list[ToSeat], first: int, another_room: bool
) -> None:
    early = seated_or_full(plan, crowd[:first], [])
    at = {who: {one.subject: one.batch for one in seats} for who, seats in early.items()}
    taken = [(one.hall, one.seat) for seats in early.values() for one in seats]
    known = {(one.batch, one.room): one.hall for seats in early.values() for one in seats}
    everybody = [replace(waiting, seated=at.get(waiting.registration, {})) for waiting in crowd]
    if another_room:
        plan = replace(plan, rooms=(Room("new", 40), *plan.rooms))
    try:
        late = seating("78", plan, SUBJECTS, everybody, taken, known)
    except Refusal:
        return
    assert not early.keys() & late.keys()
    chairs: dict[tuple[int, str], set[int]] = defaultdict(set)
    for seats in (*early.values(), *late.values()):
        for one in seats:
            assert one.seat not in chairs[one.batch, one.room], "the very chair, whatever number the hall has"
            chairs[one.batch, one.room].add(one.seat)
