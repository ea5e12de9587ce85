"""Who sits where and when: everybody's batch, hall and seat, and the ticket numbers.

Nobody is moved who sits already. Seats of a hall are numbered from 1 in an order drawn by lot, so that
who registered side by side does not sit side by side. The facts do not ask to keep a subject together
(domain facts §3.3: every slot is open to any subject), so a hall mixes them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final
from uuid import UUID

from ncre.domain.printed_numbers import ticket_number
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.seating.assignment import Placed, SittingPlace, ToSeat, lot, placed
from ncre.domain.seating.capacity import Demand
from ncre.domain.seating.hall_choice import EVERYWHERE, HallChoice, Manner, few_halls
from ncre.domain.seating.halls import NONE_IN_USE, Hall, HallsInUse, halls
from ncre.domain.seating.shortage import Suffices, shortage
from ncre.events.exam import Batch, SitePlan, Subject
from ncre.events.registration import SeatAssigned

MOST_SEED: Final = 999_999_999
"""Seeds have up to nine digits, so that people can copy them."""


def seed_in(text: str) -> int:
    """The seed that was typed. Raises Refusal for anything else than one to nine digits."""
    typed = text.strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) <= len(str(MOST_SEED))):
        raise Refusal(RefusalCode.SEED_UNFIT, seed=typed[:40], most=MOST_SEED)
    return int(typed)


def seating(
    round_code: str,
    site: SitePlan,
    subjects: Mapping[str, Subject],
    waiting: Iterable[ToSeat],
    taken: Iterable[tuple[int, int]],
    in_use: HallsInUse = NONE_IN_USE,
    seed: int = 0,
    choice: HallChoice = EVERYWHERE,
) -> dict[UUID, list[SeatAssigned]]:
    """Seats for every subject that has none; the same input in any order and the same seed give the same.

    `taken` are the (hall, seat) pairs already assigned, `in_use` the halls in which these are.
    `choice` says which halls are used. Nobody sits two subjects at once or in two rooms without time
    between, and no subject is put into a batch shorter than its minutes. Raises Refusal with the number
    of sittings that found no seat and what to add; then nobody is seated.
    """
    _require_one_after_the_other(site.batches)
    people, occupied = list(waiting), set(taken)
    minutes = {code: subject.minutes for code, subject in subjects.items()}
    demand, used = Demand(people, minutes), Counter(hall for hall, _ in occupied)

    def open_halls(plan: SitePlan) -> list[Hall]:
        return choice.among(site, halls(plan, in_use))

    def unserved(plan: SitePlan) -> int:
        return demand.unserved(open_halls(plan), used)

    def tried(some: Sequence[Hall]) -> Placed:
        return placed(some, occupied, minutes, people, seed)

    missing, found = unserved(site), Placed([], 0)
    if not missing:
        found = _placed_as_chosen(choice, open_halls(site), demand, used, tried)
        missing = found.missing
    if missing:
        raise shortage(
            site,
            missing,
            demand.longest,
            Suffices(
                counted=lambda plan: not unserved(plan),
                planned=lambda plan: not used or not tried(open_halls(plan)).missing,
            ),
        )
    plan: dict[UUID, dict[str, SeatAssigned]] = defaultdict(dict)
    for place, seat in _numbered(found.places, occupied, seed):
        plan[place.registration][place.subject] = _assigned(place, seat, round_code, site.code)
    return {
        one.registration: [
            plan[one.registration][code] for code in one.subjects if code in plan[one.registration]
        ]
        for one in people
        if one.registration in plan
    }


def _placed_as_chosen(
    choice: HallChoice,
    open_halls: Sequence[Hall],
    demand: Demand,
    used: Mapping[int, int],
    tried: Callable[[Sequence[Hall]], Placed],
) -> Placed:
    """In few halls where that is wished for; where their rooms do not suffice after all, in every one."""
    if choice.manner is Manner.FEW:
        for some in few_halls(open_halls, demand, used):
            found = tried(some)
            if not found.missing:
                return found
    return tried(open_halls)


def _require_one_after_the_other(batches: Iterable[Batch]) -> None:
    """A round file whose batches overlap is refused when it is loaded; nothing here is made for that."""
    in_time = sorted(batches, key=lambda batch: batch.starts_at)
    if any(later.starts_at < earlier.ends_at for earlier, later in pairwise(in_time)):
        raise ValueError("batches overlap")


def _numbered(
    places: Iterable[SittingPlace], taken: set[tuple[int, int]], seed: int
) -> Iterable[tuple[SittingPlace, int]]:
    """Seat numbers in each hall: the lowest free ones, in an order drawn by lot."""
    by_hall: dict[int, list[SittingPlace]] = defaultdict(list)
    for place in places:
        by_hall[place.hall.number].append(place)
    for number, inside in by_hall.items():
        free = (seat for seat in range(1, inside[0].hall.seats + 1) if (number, seat) not in taken)
        drawn = sorted(inside, key=lambda place: lot(seed, number, place.registration, place.subject))
        yield from zip(drawn, free, strict=False)


def _assigned(place: SittingPlace, seat: int, round_code: str, site: str) -> SeatAssigned:
    hall: Hall = place.hall
    return SeatAssigned(
        subject=place.subject,
        ticket=ticket_number(place.subject, round_code, site, hall.number, seat),
        hall=hall.number,
        room=hall.room,
        seat=seat,
        batch=hall.batch.number,
        starts_at=hall.batch.starts_at,
        ends_at=hall.batch.ends_at,
    )
