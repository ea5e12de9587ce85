"""How full each room of a site is in each batch, and which room has most space, without asking them all.

Rooms are ranked in each batch by how full one person more would make them; a seat taken moves one room in
one ranking. So the emptiest room is found at once, however many rooms there are.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from heapq import merge
from itertools import groupby

from ncre.domain.seating.halls import Hall

Ranked = tuple[float, int]
"""How full a room would be with one person more, and the room."""


class Occupancy:
    """Rooms and batches are numbered from 0; a room may be missing in a batch."""

    def __init__(self, site_halls: Sequence[Hall], occupied: Mapping[int, int]) -> None:
        batches = {hall.batch.number: hall.batch for hall in site_halls}
        in_time = sorted(batches.values(), key=lambda batch: batch.starts_at)
        self.batches = in_time
        self.rooms = list(dict.fromkeys(hall.room for hall in site_halls))
        self.number_of = {name: number for number, name in enumerate(self.rooms)}
        place = {batch.number: number for number, batch in enumerate(in_time)}
        self._halls = {(place[hall.batch.number], self.number_of[hall.room]): hall for hall in site_halls}
        self._used = {key: occupied.get(hall.number, 0) for key, hall in self._halls.items()}
        self.left = [0] * len(in_time)
        """Free seats of each batch."""
        self.open_in = [0] * len(self.rooms)
        """For each room the batches, as bits, in which it has a free seat."""
        self._ranked: list[list[Ranked]] = [[] for _ in in_time]
        for batch, room in self._halls:
            free = self.free(batch, room)
            if free > 0:
                self.left[batch] += free
                self.open_in[room] |= 1 << batch
                self._ranked[batch].append(self._rank(batch, room))
        for ranking in self._ranked:
            ranking.sort()

    def hall(self, batch: int, room: int) -> Hall:
        """The hall of a batch in a room. Raises KeyError where there is none."""
        return self._halls[batch, room]

    def free(self, batch: int, room: int) -> int:
        """Seats that are left in a hall; 0 where there is none."""
        hall = self._halls.get((batch, room))
        return hall.seats - self._used[batch, room] if hall else 0

    def take(self, batch: int, room: int) -> Hall:
        """Give one seat away."""
        ranking, before = self._ranked[batch], self._rank(batch, room)
        del ranking[bisect_left(ranking, before)]
        self._used[batch, room] += 1
        self.left[batch] -= 1
        if self.free(batch, room) > 0:
            insort(ranking, self._rank(batch, room))
        else:
            self.open_in[room] &= ~(1 << batch)
        return self._halls[batch, room]

    def emptiest(self, stay: Sequence[int], settled: frozenset[str]) -> int | None:
        """The room that a stay over these batches leaves the least full; the settled one if there is one."""
        needed = sum(1 << batch for batch in stay)
        if settled:
            room = self.number_of.get(next(iter(settled))) if len(settled) == 1 else None
            return room if room is not None and self.open_in[room] & needed == needed else None
        fitting = (room for _, room in self._ranked[stay[0]] if self.open_in[room] & needed == needed)
        return next(fitting, None)

    def by_emptiness(self, batches: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Halls with a free seat in these batches: the emptiest batches first, in them the emptiest rooms."""
        in_order = sorted(batches, key=lambda batch: -self.left[batch])
        for _, equal in groupby(in_order, key=self.left.__getitem__):
            for _, batch, room in merge(*(self._ranking(batch) for batch in equal)):
                yield batch, room

    def long_enough(self, minutes: int) -> list[int]:
        """The numbers of the batches that last at least this many minutes."""
        length = timedelta(minutes=minutes)
        return [number for number, one in enumerate(self.batches) if one.ends_at - one.starts_at >= length]

    def _ranking(self, batch: int) -> Iterator[tuple[float, int, int]]:
        return ((full, batch, room) for full, room in self._ranked[batch])

    def _rank(self, batch: int, room: int) -> Ranked:
        return (self._used[batch, room] + 1) / self._halls[batch, room].seats, room
