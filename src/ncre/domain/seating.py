"""Who sits where and when: batches, halls and seats filled in order, and the ticket numbers.

A hall (考场) is one room in one batch, numbered 1, 2, 3 ... over the batches, so that the 16-digit
number of the rule of 2010 (domain facts §3.1) is unique without naming the batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Final
from uuid import UUID

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.exam import Batch, SitePlan, Subject
from ncre.events.registration import SeatAssigned

MOST_IN_A_HALL: Final = 99
"""Two digits of the ticket number count the candidates of a hall."""

NONE_KNOWN: Final[Mapping[tuple[int, str], int]] = {}
"""Where nobody sits yet, halls are numbered from 1."""


@dataclass(frozen=True, slots=True)
class Hall:
    """One room in one batch."""

    number: int
    room: str
    seats: int
    batch: Batch


@dataclass(frozen=True, slots=True)
class ToSeat:
    """A paid registration: its subjects, and the subjects that already have a seat, by batch number."""

    registration: UUID
    subjects: tuple[str, ...]
    seated: Mapping[str, int]


def halls(site: SitePlan, known: Mapping[tuple[int, str], int] = NONE_KNOWN) -> list[Hall]:
    """The halls of a site in the order they fill: batch after batch, room after room.

    `known` are the numbers, by (batch, room), under which people sit already. They stay, also when
    rooms were added since; else one chair would be given out under two numbers.
    """
    pairs = [(batch, room) for batch in sorted(site.batches, key=lambda b: b.number) for room in site.rooms]
    used = set(known.values())
    unused = (number for number in count(1) if number not in used)
    return [
        Hall(
            known.get((batch.number, room.name)) or next(unused),
            room.name,
            min(room.seats, MOST_IN_A_HALL),
            batch,
        )
        for batch, room in pairs
    ]


def ticket_number(subject: str, round_code: str, site: str, hall: int, seat: int) -> str:
    """16 digits: subject 2, round 2, site 6, hall 4, seat 2."""
    return f"{subject:0>2}{round_code:0>2}{site}{hall:04}{seat:02}"


def seating(
    round_code: str,
    site: SitePlan,
    subjects: Mapping[str, Subject],
    waiting: Iterable[ToSeat],
    taken: Iterable[tuple[int, int]],
    known: Mapping[tuple[int, str], int] = NONE_KNOWN,
) -> dict[UUID, list[SeatAssigned]]:
    """Seats for every subject that has none, in the order of `waiting`.

    `taken` are the (hall, seat) pairs already assigned, `known` the numbers of their halls by (batch,
    room); nobody is moved. Nobody sits two subjects
    in one batch, and no subject is put into a batch shorter than its minutes. Raises
    Refusal(NO_CAPACITY) with the number of sittings that found no seat; then nobody is seated.
    """
    free = _FreeSeats(halls(site, known), set(taken))
    plan: dict[UUID, list[SeatAssigned]] = defaultdict(list)
    missing = 0
    for person in waiting:
        busy = set(person.seated.values())
        for code in person.subjects:
            if code in person.seated:
                continue
            found = free.take(busy, timedelta(minutes=subjects[code].minutes))
            if found is None:
                missing += 1
                continue
            hall, seat = found
            busy.add(hall.batch.number)
            plan[person.registration].append(_assigned(code, round_code, site.code, hall, seat))
    if missing:
        raise Refusal(RefusalCode.NO_CAPACITY, site=site.code, missing=missing)
    return dict(plan)


class _FreeSeats:
    """The free seats of the halls, handed out from the front."""

    def __init__(self, in_order: list[Hall], taken: set[tuple[int, int]]) -> None:
        self._free = {
            hall: [seat for seat in range(hall.seats, 0, -1) if (hall.number, seat) not in taken]
            for hall in in_order
        }

    def take(self, busy: set[int], length: timedelta) -> tuple[Hall, int] | None:
        for hall, seats in self._free.items():
            long_enough = hall.batch.ends_at - hall.batch.starts_at >= length
            if seats and long_enough and hall.batch.number not in busy:
                return hall, seats.pop()
        return None


def _assigned(subject: str, round_code: str, site: str, hall: Hall, seat: int) -> SeatAssigned:
    return SeatAssigned(
        subject=subject,
        ticket=ticket_number(subject, round_code, site, hall.number, seat),
        hall=hall.number,
        room=hall.room,
        seat=seat,
        batch=hall.batch.number,
        starts_at=hall.batch.starts_at,
        ends_at=hall.batch.ends_at,
    )
