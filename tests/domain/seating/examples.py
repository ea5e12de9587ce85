"""Sites, batches and crowds of every size, for the tests of seating."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from hypothesis import strategies as st

from ncre.domain.seating.assignment import ToSeat
from ncre.domain.seating.halls import HallsInUse, Sitting
from ncre.events.exam import Batch, Room, SitePlan, Subject
from ncre.events.registration import SeatAssigned
from tests.support import people

SUBJECTS: Final = {
    "14": Subject("14", "计算机基础及WPS Office应用", 1, 90),
    "24": Subject("24", "C语言程序设计", 2, 120),
    "66": Subject("66", "Python语言程序设计", 2, 120),
}
FIRST: Final = people.NOW + timedelta(days=60)


def batch(number: int, minutes: int = 120) -> Batch:
    """An hour or more apart from the others."""
    begins = FIRST + timedelta(hours=3 * number)
    return Batch(number, begins, begins + timedelta(minutes=minutes))


def timetable(*slots: tuple[int, int]) -> tuple[Batch, ...]:
    """Batches one after the other: (minutes, gap after it)."""
    batches, begins = [], FIRST
    for number, (minutes, gap) in enumerate(slots, start=1):
        batches.append(Batch(number, begins, begins + timedelta(minutes=minutes)))
        begins = batches[-1].ends_at + timedelta(minutes=gap)
    return tuple(batches)


def site(rooms: Mapping[str, int], batches: tuple[Batch, ...]) -> SitePlan:
    plan = people.bundled_round()[1][people.SITE].plan
    return replace(plan, rooms=tuple(Room(name, seats) for name, seats in rooms.items()), batches=batches)


def person(number: int, *subjects: str, **seated: Sitting) -> ToSeat:
    """Somebody to seat; `_24=...` says where a subject is sat already."""
    return ToSeat(UUID(int=number), subjects, {name[1:]: sitting for name, sitting in seated.items()})


def crowd_of(choices: list[set[str]], first: int = 0) -> list[ToSeat]:
    return [person(number, *sorted(chosen)) for number, chosen in enumerate(choices, start=first)]


def in_use(seats: Iterable[SeatAssigned]) -> HallsInUse:
    """The halls of seats that were given."""
    return HallsInUse((Sitting(one.room, one.starts_at, one.ends_at), one.hall) for one in seats)


choices = st.sets(st.sampled_from(sorted(SUBJECTS)), min_size=1)


def sites(most_seats: int = 120, most_rooms: int = 4, most_batches: int = 5) -> st.SearchStrategy[SitePlan]:
    """Sites with long and short batches, some with time to change rooms between and some without."""
    slots = st.tuples(st.sampled_from([90, 120]), st.sampled_from([0, 20, 30, 600]))
    return st.builds(
        site,
        st.dictionaries(
            st.sampled_from("ABCD"[:most_rooms]), st.integers(1, most_seats), min_size=1, max_size=most_rooms
        ),
        st.lists(slots, min_size=1, max_size=most_batches).map(lambda given: timetable(*given)),
    )


def crowds(most: int = 40) -> st.SearchStrategy[list[ToSeat]]:
    return st.lists(choices, max_size=most).map(crowd_of)
