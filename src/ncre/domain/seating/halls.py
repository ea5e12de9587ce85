"""Halls: one room in one batch, its number on the tickets, and whether one person can sit in two of them.

A hall (考场) is numbered 1, 2, 3 ... over the batches, so that the 16-digit number of the rule of
2010 (domain facts §3.1) is unique without naming the batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

NONE_KNOWN: Final[Mapping[tuple[int, str], int]] = {}
"""Where nobody sits yet, halls are numbered from 1."""


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
        return Sitting(self.room, self.batch.starts_at, self.batch.ends_at)


def halls(site: SitePlan, known: Mapping[tuple[int, str], int] = NONE_KNOWN) -> list[Hall]:
    """The halls of a site in time: batch after batch, room after room.

    `known` are the numbers, by (batch, room), under which people sit already. They stay, also when
    rooms were added since; else one chair would be given out under two numbers.
    """
    pairs = [(batch, room) for batch in sorted(site.batches, key=lambda b: b.number) for room in site.rooms]
    used = set(known.values())
    unused = (number for number in count(1) if number not in used)
    every = (
        Hall(
            known.get((batch.number, room.name)) or next(unused),
            room.name,
            min(room.seats, MOST_IN_A_HALL),
            batch,
        )
        for batch, room in pairs
    )
    return [hall for hall in every if hall.number <= LAST_HALL]


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
