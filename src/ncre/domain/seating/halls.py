"""Halls: one room in one batch, its number on the tickets, and whether one person can sit in two of them.

A hall (考场) is numbered 1, 2, 3 ... over the batches, so that the 16-digit number of the rule of
2010 (domain facts §3.1) is unique without naming the batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from ncre.events.exam import Batch, SitePlan

MOST_IN_A_HALL: Final = 99
"""Two digits of the ticket number count the candidates of a hall."""

LAST_HALL: Final = 9999
"""Four digits of the ticket number name the hall; what lies beyond has no number and is not used."""

CHANGE_OF_ROOM: Final = timedelta(minutes=30)
"""From the end of a sitting to the start of the next one in another room. Doors open 15 to 30 minutes
before the start (domain facts §3.3): so much earlier one is free to go. The official rule is unknown."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """Somebody's stay in a room, from start to end."""

    room: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Hall:
    """One room in one batch."""

    number: int
    room: str
    seats: int
    batch: Batch

    @property
    def sitting(self) -> Sitting:
        """The room and the time of its batch."""
        return Sitting(self.room, self.batch.starts_at, self.batch.ends_at)


class HallsInUse:
    """The halls of a site in which people have seats, by room and time: what a plan made later must respect.

    A batch's number may come to mean another time when the plan is revised; the room and the time on a
    ticket do not. So a hall in use keeps its number, no number is given to another hall, and a room is
    not used at a time that overlaps one at which people sit in it.
    """

    def __init__(self, in_use: Iterable[tuple[Sitting, int]] = ()) -> None:
        self._numbers: dict[Sitting, set[int]] = defaultdict(set)
        self._in_room: dict[str, set[Sitting]] = defaultdict(set)
        for sitting, number in in_use:
            self._numbers[sitting].add(number)
            self._in_room[sitting.room].add(sitting)

    @property
    def numbers(self) -> set[int]:
        """Every ticket number that is taken."""
        return set[int]().union(*self._numbers.values())

    def number_of(self, sitting: Sitting) -> int | None:
        """The number under which people sit there already."""
        return next(iter(self._numbers.get(sitting, ())), None)

    def blocks(self, sitting: Sitting) -> bool:
        """Whether nobody may be added: people sit in the room at an overlapping time, or under two numbers."""
        return len(self._numbers.get(sitting, ())) > 1 or any(
            other != sitting and overlap(other, sitting) for other in self._in_room.get(sitting.room, ())
        )


NONE_IN_USE: Final = HallsInUse()
"""Where nobody sits yet, halls are numbered from 1."""


def halls(site: SitePlan, in_use: HallsInUse = NONE_IN_USE) -> list[Hall]:
    """The halls of a site that can be used, in time: batch after batch, room after room.

    Halls in use keep their numbers, also when rooms or batches were added, moved or taken out since; else
    one chair would be given out under two numbers, or one number to two halls.
    """
    used = in_use.numbers
    unused = (number for number in count(1) if number not in used)
    every = []
    for batch in sorted(site.batches, key=lambda one: one.number):
        for room in site.rooms:
            sitting = Sitting(room.name, batch.starts_at, batch.ends_at)
            if not in_use.blocks(sitting):
                number = in_use.number_of(sitting) or next(unused)
                every.append(Hall(number, room.name, min(room.seats, MOST_IN_A_HALL), batch))
    return [hall for hall in every if hall.number <= LAST_HALL]


def overlap(one: Sitting, other: Sitting) -> bool:
    """Whether there is a moment that belongs to both."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def together(sittings: Iterable[Sitting]) -> bool:
    """Whether one person can sit all of these: no overlap, and time to walk where the room changes."""
    in_time = sorted(sittings, key=lambda sitting: sitting.starts_at)
    return all(
        earlier.ends_at <= later.starts_at and (earlier.room == later.room or not adjoining(earlier, later))
        for place, later in enumerate(in_time)
        for earlier in in_time[:place]
    )


def adjoining(earlier: Sitting | Batch, later: Sitting | Batch) -> bool:
    """Whether there is no time to change rooms between the two."""
    return later.starts_at - earlier.ends_at < CHANGE_OF_ROOM
