"""What to add where not everybody can be seated: seats in every batch, or batches. Counted, not guessed.

Counting says what cannot be enough, whatever the plan. Where people sit already, it may be too little for
the rooms; then the least that does is looked for from there by planning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.seating.halls import LAST_HALL, MOST_IN_A_HALL
from ncre.events.exam import Batch, Room, SitePlan

SOME_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""After which batches are tried where a site has none; only their number is told."""

Question = Callable[[SitePlan], bool]


@dataclass(frozen=True)
class Suffices:
    """Whether everybody can be seated at a site with such rooms and batches.

    `counted` is quick, and False only where there is no plan; `planned` is certain.
    """

    counted: Question
    planned: Question

    def least(self, changed: Callable[[int], SitePlan], first: int, most: int) -> int | None:
        """The smallest number from `first` to `most` with which the changed site suffices, or None."""
        by_count = _least(lambda number: self.counted(changed(number)), first, most)
        if by_count is None or self.planned(changed(by_count)):
            return by_count
        return _least(lambda number: self.planned(changed(number)), by_count + 1, most)


def shortage(site: SitePlan, missing: int, minutes: int, suffices: Suffices) -> Refusal:
    """The refusal that says how many sittings have no seat, and the least that would do.

    `minutes` is the longest paper among them. More rooms do not help whoever has more subjects than
    there are batches, or a paper longer than all of them; more batches do not help where no room is.
    Nothing helps where that would need more halls than have numbers.
    """
    seats = suffices.least(lambda more: _with_seats(site, more), 1, missing) if site.batches else None
    batches = _least_batches(site, missing, minutes, suffices)
    told = {"site": site.code, "missing": missing}
    if seats is None and batches is None:
        return Refusal(RefusalCode.TOO_MANY_HALLS, **told, most=LAST_HALL)
    if seats is None:
        return Refusal(RefusalCode.TOO_FEW_BATCHES, **told, batches=batches, minutes=minutes)
    if not site.rooms:
        return Refusal(RefusalCode.NO_ROOMS, **told, seats=seats)
    if batches is None:
        return Refusal(RefusalCode.TOO_FEW_SEATS, **told, seats=seats)
    return Refusal(RefusalCode.NO_CAPACITY, **told, seats=seats, batches=batches, minutes=minutes)


def _least(enough: Callable[[int], bool], first: int, most: int) -> int | None:
    """Upwards in growing steps, then by halving: with more it is never worse, and little is mostly enough."""
    too_few, tried, step = first - 1, first, 1
    while tried <= most and not enough(tried):
        too_few, step = tried, 2 * step
        if tried == most:
            return None
        tried = min(tried + step, most)
    while tried - too_few > 1:
        middle = (too_few + tried) // 2
        if enough(middle):
            tried = middle
        else:
            too_few = middle
    return tried if tried <= most else None


def _least_batches(site: SitePlan, missing: int, minutes: int, suffices: Suffices) -> int | None:
    """The fewest batches of so many minutes to add, each on a day of its own.

    None where there are no numbers for so many halls. Where there is no room, as many as are missing.
    """
    seats = sum(min(room.seats, MOST_IN_A_HALL) for room in site.rooms)
    if not seats:
        return missing
    numbered = LAST_HALL // len(site.rooms) - len(site.batches)
    return suffices.least(
        lambda more: _with_batches(site, more, minutes),
        max(1, -(-missing // seats)),
        min(missing, numbered),
    )


def _with_seats(site: SitePlan, seats: int) -> SitePlan:
    """The site with rooms for so many people more; a hall counts no further than two digits."""
    whole, rest = divmod(seats, MOST_IN_A_HALL)
    sizes = [MOST_IN_A_HALL] * whole + [rest] * bool(rest)
    more = (Room(f"+{number}", size) for number, size in enumerate(sizes, start=1))
    return replace(site, rooms=(*site.rooms, *more))


def _with_batches(site: SitePlan, number: int, minutes: int) -> SitePlan:
    after = max((batch.number for batch in site.batches), default=0)
    last = max((batch.ends_at for batch in site.batches), default=SOME_DAY)
    more = tuple(
        Batch(
            after + place,
            last + timedelta(days=place),
            last + timedelta(days=place, minutes=minutes),
        )
        for place in range(1, number + 1)
    )
    return replace(site, batches=(*site.batches, *more))
