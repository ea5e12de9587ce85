"""What to add where not everybody can be seated: seats in every batch, or batches. Tried, not guessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

from ncre.domain.halls import MOST_IN_A_HALL
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.exam import Batch, Room, SitePlan

SOME_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""After which batches are tried where a site has none; only their number is told."""

Suffices = Callable[[SitePlan], bool]
"""Whether everybody can be seated at a site with such rooms and batches."""


def shortage(site: SitePlan, missing: int, minutes: int, suffices: Suffices) -> Refusal:
    """The refusal that says how many sittings have no seat, and the least that would do.

    `minutes` is the longest paper among them. More rooms do not help whoever has more subjects than
    there are batches, or a paper longer than all of them; more batches do not help where no room is.
    """
    seats = _least_seats(site, missing, suffices)
    if seats is None:
        batches = _least_batches(site, missing, minutes, suffices)
        return Refusal(
            RefusalCode.TOO_FEW_BATCHES, site=site.code, missing=missing, batches=batches, minutes=minutes
        )
    if not site.rooms:
        return Refusal(RefusalCode.NO_ROOMS, site=site.code, missing=missing, seats=seats)
    batches = _least_batches(site, missing, minutes, suffices)
    return Refusal(
        RefusalCode.NO_CAPACITY,
        site=site.code,
        missing=missing,
        seats=seats,
        batches=batches,
        minutes=minutes,
    )


def _least_seats(site: SitePlan, missing: int, suffices: Suffices) -> int | None:
    """The fewest seats to add to every batch; None if no number of them is enough."""
    if not site.batches or not suffices(_with_seats(site, missing)):
        return None
    too_few, enough = 0, missing
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if suffices(_with_seats(site, middle)):
            enough = middle
        else:
            too_few = middle
    return enough


def _least_batches(site: SitePlan, missing: int, minutes: int, suffices: Suffices) -> int:
    """The fewest batches of so many minutes to add, each on a day of its own."""
    seats = sum(min(room.seats, MOST_IN_A_HALL) for room in site.rooms)
    at_least = -(-missing // seats) if seats else missing
    return next(
        number
        for number in count(max(1, at_least))
        if number >= missing or suffices(_with_batches(site, number, minutes))
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
