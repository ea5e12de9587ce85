"""Halls: their numbers, their limits, and how much time one needs between two of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from ncre.domain.seating.halls import (
    CHANGE_OF_ROOM,
    LAST_HALL,
    MOST_IN_A_HALL,
    HallsInUse,
    Sitting,
    halls,
    together,
)
from tests.domain.seating.examples import FIRST, batch, site


def sits(room: str, at: timedelta, minutes: int = 120) -> Sitting:
    begins: datetime = FIRST + at
    return Sitting(room, begins, begins + timedelta(minutes=minutes))


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


def test_no_hall_has_more_than_four_digits() -> None:
    plan = site({str(number): 1 for number in range(5000)}, (batch(1), batch(2), batch(3)))
    assert [hall.number for hall in halls(plan)] == list(range(1, LAST_HALL + 1))


def test_a_hall_keeps_its_number_when_rooms_and_batches_are_added() -> None:
    before = halls(site({"B": 1, "C": 1}, (batch(1), batch(2))))
    known = {(hall.batch.number, hall.room): hall.number for hall in before}
    in_use = HallsInUse((hall.sitting, hall.number) for hall in before)
    after = halls(site({"A": 1, "B": 1, "C": 1}, (batch(1), batch(2), batch(3))), in_use)
    numbers = {(hall.batch.number, hall.room): hall.number for hall in after}
    assert known.items() <= numbers.items()
    assert len(set(numbers.values())) == len(after) == 9


def test_nobody_is_added_to_a_room_at_a_time_that_overlaps_one_at_which_people_sit_in_it() -> None:
    first = batch(1)
    half_an_hour_later = Sitting(
        "A", first.starts_at + timedelta(minutes=30), first.ends_at + timedelta(minutes=30)
    )
    in_use = HallsInUse([(half_an_hour_later, 7)])
    found = halls(site({"A": 9, "B": 9}, (first, batch(2))), in_use)
    assert [(hall.number, hall.batch.number, hall.room) for hall in found] == [
        (1, 1, "B"),
        (2, 2, "A"),
        (3, 2, "B"),
    ]


def test_nobody_is_added_where_people_sit_under_two_numbers() -> None:
    twice = halls(site({"A": 9}, (batch(1),)))[0].sitting
    in_use = HallsInUse([(twice, 4), (twice, 5)])
    assert [hall.batch.number for hall in halls(site({"A": 9}, (batch(1), batch(2))), in_use)] == [2]


def test_a_change_of_room_takes_half_an_hour_and_staying_takes_none() -> None:
    start, two_hours, second = timedelta(), timedelta(hours=2), timedelta(seconds=1)
    here = sits("A", start)
    assert together([sits("A", two_hours), here])
    assert together([here, sits("B", two_hours + CHANGE_OF_ROOM)])
    assert not together([here, sits("B", two_hours + CHANGE_OF_ROOM - second)])
    assert not together([here, sits("A", two_hours - second)])


def test_every_pair_counts_and_not_only_neighbours() -> None:
    first, short, third = (
        sits("A", timedelta()),
        sits("A", timedelta(hours=2), 10),
        sits("B", timedelta(hours=2.2)),
    )
    assert together([first, short])
    assert not together([first, short, third])
