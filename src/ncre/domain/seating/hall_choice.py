"""Which halls a seating may use: all of them evenly, as few as possible, or chosen batches and rooms.

Few halls are counted, not tried: batches are left out from the last one on, then rooms from the smallest
one on, while everybody still finds a seat. Halls in which people sit already cost nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.seating.capacity import Demand
from ncre.domain.seating.halls import Hall
from ncre.events.exam import SitePlan


class Manner(StrEnum):
    """How halls are filled: few of them, each as full as it goes, or all of them alike."""

    FEW = "few"
    SPREAD = "spread"


@dataclass(frozen=True)
class HallChoice:
    """`batches` by number and `rooms` by name are those to use; none named means all."""

    manner: Manner = Manner.SPREAD
    batches: frozenset[int] = frozenset()
    rooms: frozenset[str] = frozenset()

    def require_known(self, site: SitePlan) -> None:
        """Raises Refusal for a batch or room that the site does not have."""
        unknown = [str(one) for one in self.batches - {batch.number for batch in site.batches}]
        unknown += self.rooms - {room.name for room in site.rooms}
        if unknown:
            raise Refusal(RefusalCode.HALLS_UNKNOWN, site=site.code, which="、".join(sorted(unknown))[:200])

    def among(self, site: SitePlan, site_halls: Sequence[Hall]) -> list[Hall]:
        """The chosen halls. What a shortage tries to add to the site is among them."""
        left_out = {batch.number for batch in site.batches} - self.batches if self.batches else set()
        closed = {room.name for room in site.rooms} - self.rooms if self.rooms else set()
        return [hall for hall in site_halls if hall.batch.number not in left_out and hall.room not in closed]


EVERYWHERE: Final = HallChoice()


def few_halls(
    site_halls: Sequence[Hall], demand: Demand, occupied: Mapping[int, int]
) -> Iterator[list[Hall]]:
    """Of these halls, which have seats enough, a few that have too: the fewest first, in their order.

    Where those are too few for people who sit two batches without a break and cannot change rooms, the
    next has the same rooms in every batch.
    """
    search = _Search(site_halls, demand, occupied)
    if search.in_use and search.suffice(search.in_use):
        yield [hall for hall in site_halls if hall.number in search.in_use]
    least = min(search.sets(), key=lambda found: len(found[0] - search.in_use))
    for chosen in least:
        yield [hall for hall in site_halls if hall.number in chosen]


class _Search:
    """Looks for few halls by counting what they would seat."""

    def __init__(self, site_halls: Sequence[Hall], demand: Demand, occupied: Mapping[int, int]) -> None:
        self._halls = site_halls
        self._demand = demand
        self._occupied = occupied
        sizes = {hall.room: hall.seats for hall in site_halls}
        self._rank = {room: place for place, room in enumerate(sorted(sizes, key=lambda name: -sizes[name]))}
        batches = {hall.batch for hall in site_halls}
        self._in_time = [batch.number for batch in sorted(batches, key=lambda batch: batch.starts_at)]
        self.in_use: Set[int] = {hall.number for hall in site_halls if occupied.get(hall.number)}
        free = sum(
            hall.seats - occupied.get(hall.number, 0) for hall in site_halls if hall.number in self.in_use
        )
        self._at_least = -(-max(0, demand.sittings - free) // max(sizes.values(), default=1))
        """New halls without which there are fewer seats than sittings."""

    def suffice(self, numbers: Set[int]) -> bool:
        open_ = [hall for hall in self._halls if hall.number in numbers]
        return not self._demand.unserved(open_, self._occupied)

    def sets(self) -> Iterator[tuple[Set[int], Set[int]]]:
        """Sets of halls that suffice, of more and more batches, each without what it can spare and whole.

        Ends where more batches cannot lead to fewer halls.
        """
        batches = self._needed_batches()
        others = [number for number in self._in_time if number not in batches]
        for more in (None, *others):
            batches = batches | {more} if more is not None else batches
            rooms = self._least_rooms(batches)
            whole = self._grid(batches, rooms)
            spared = self._without_spare(whole, rooms)
            yield spared, whole
            if len(spared - self.in_use) <= max(self._at_least, len(batches)):
                return

    def _without_spare(self, whole: Set[int], rooms: int) -> Set[int]:
        """Without halls of the smallest room that are one too many, the last first."""
        for hall in reversed(self._halls):
            spare = hall.number in whole - self.in_use and self._rank[hall.room] == rooms - 1
            if spare and self.suffice(whole - {hall.number}):
                whole = whole - {hall.number}
        return whole

    def _needed_batches(self) -> frozenset[int]:
        """Few batches that suffice with every room, the last ones left out first."""
        batches = frozenset(self._in_time)
        for number in reversed(self._in_time):
            if self.suffice(self._grid(batches - {number}, len(self._rank))):
                batches -= {number}
        return batches

    def _least_rooms(self, batches: frozenset[int]) -> int:
        too_few, enough = 0, len(self._rank)
        while enough - too_few > 1:
            middle = (too_few + enough) // 2
            if self.suffice(self._grid(batches, middle)):
                enough = middle
            else:
                too_few = middle
        return enough

    def _grid(self, batches: frozenset[int], rooms: int) -> Set[int]:
        """The largest rooms in these batches, and the halls in use."""
        return self.in_use | {
            hall.number
            for hall in self._halls
            if hall.batch.number in batches and self._rank[hall.room] < rooms
        }
