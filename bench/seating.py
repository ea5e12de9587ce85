"""Seating a province: planning every site of it, once and again after late payments, and recording the seats."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from time import perf_counter
from uuid import UUID, uuid4, uuid5

from bench.ground import NOW, OFFICE, REVIEWER, ROUND, SITE, command_handler, site_plan, waiting
from ncre.domain.exam.commands import PlanSite
from ncre.domain.payment.settlement import order_of
from ncre.domain.registration.commands import PAYMENT_ACTOR, Approve, Settle
from ncre.domain.seating.assignment import ToSeat
from ncre.domain.seating.halls import HallsInUse, Sitting
from ncre.domain.seating.plan import seating
from ncre.events.exam import Batch, Room, Subject
from ncre.events.registration import SeatAssigned
from ncre.handlers.command_handler import CommandHandler
from ncre.services.seating.seating import Seating

SITTINGS = 100_000
SITES = 40
"""2500 sittings a site: 8 rooms of 45 in 7 batches are 2520 seats, so 99 of 100 chairs are needed."""

SUBJECTS = {code: Subject(code, code, 2, minutes) for code, minutes in (("14", 90), ("24", 120), ("66", 120))}
CHOICES = (("24",),) * 12 + (("14",),) * 4 + (("24", "66"),) * 3 + (("14", "24", "66"),)
"""What twenty people choose: a fifth of them more than one subject."""

LATE = 50
"""People of a site who paid after the first seating."""


@dataclass(frozen=True)
class Planned:
    """Sites, sittings and people, and seconds: for all of them, and again for the late ones of all sites."""

    sites: int
    sittings: int
    people: int
    seconds: float
    again: float


def planning() -> Planned:
    """Plan 100 000 sittings site by site, as the office does, and then those who paid late."""
    plan = replace(site_plan(), rooms=_rooms(), batches=_batches())
    crowd = _crowd(SITTINGS // SITES)
    early, late = crowd[:-LATE], crowd[-LATE:]
    seated: list[dict[UUID, list[SeatAssigned]]] = []
    begun = perf_counter()
    for number in range(SITES):
        seated.append(seating(ROUND, plan, SUBJECTS, early, [], seed=number))
    between = perf_counter()
    sittings = sum(len(seats) for plan_ in seated for seats in plan_.values())
    for number, plan_ in enumerate(seated):
        everybody = [*(_standing(one, plan_) for one in early), *late]
        taken = [(one.hall, one.seat) for seats in plan_.values() for one in seats]
        in_use = HallsInUse(
            (Sitting(one.room, one.starts_at, one.ends_at), one.hall)
            for seats in plan_.values()
            for one in seats
        )
        found = seating(ROUND, plan, SUBJECTS, everybody, taken, in_use, number)
        sittings += sum(len(seats) for seats in found.values())
    return Planned(SITES, sittings, SITES * len(crowd), between - begun, perf_counter() - between)


def recording(url: str, people: int = 600) -> float:
    """Registrations a second that are planned and get their seats recorded."""
    app = command_handler(url)
    _paid(app, people)
    with app.database.reading() as connection:
        site = app.exams.site(connection, ROUND, SITE)
    assert site is not None, "the exam was planned before"
    wide = replace(site.plan, rooms=(*site.plan.rooms, *_rooms()), batches=_batches())
    app.plan(PlanSite(actor=OFFICE, command_id=uuid4(), round=ROUND, plan=wide))
    begun = perf_counter()
    seated = Seating(app).seat(ROUND, SITE, OFFICE, seed=1)
    taken: float = perf_counter() - begun
    app.database.close()
    assert seated.people >= people, "everybody got a seat, and who paid in an earlier measurement too"
    return seated.people / taken


def _paid(app: CommandHandler, people: int) -> None:
    for registration in waiting(app, people):
        approved = app.handle(Approve(registration=registration, actor=REVIEWER, seen=8))
        app.handle(
            Settle(
                registration=registration,
                actor=PAYMENT_ACTOR,
                order=order_of(approved),
                channel="till",
                trade=registration.hex,
                amount=approved.amount,
                paid_at=NOW,
            )
        )


def _crowd(sittings: int) -> list[ToSeat]:
    crowd: list[ToSeat] = []
    while sittings > 0:
        subjects = CHOICES[len(crowd) % len(CHOICES)][:sittings]
        crowd.append(ToSeat(uuid5(UUID(int=0), str(len(crowd))), subjects, {}))
        sittings -= len(subjects)
    return crowd


def _standing(one: ToSeat, plan: dict[UUID, list[SeatAssigned]]) -> ToSeat:
    seats = plan[one.registration]
    return replace(one, seated={at.subject: Sitting(at.room, at.starts_at, at.ends_at) for at in seats})


def _rooms() -> tuple[Room, ...]:
    return tuple(Room(f"第{number}机房", 45) for number in range(1, 9))


def _batches() -> tuple[Batch, ...]:
    """Four batches a day with 20 minutes between, as at a real site (domain facts §3.3)."""
    slots = [(day, 140 * slot) for day in (60, 61) for slot in range(4)][:7]
    starts = [NOW + timedelta(days=day, minutes=minutes) for day, minutes in slots]
    return tuple(Batch(number, at, at + timedelta(hours=2)) for number, at in enumerate(starts, start=1))
