"""What seating a site would do, worked out from the rows of one moment; nothing is recorded here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from ncre.domain.exam.plan import EXAM_TIME, Round, Site
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Status
from ncre.domain.seating.assignment import ToSeat
from ncre.domain.seating.cautions import Caution
from ncre.domain.seating.hall_choice import HallChoice
from ncre.domain.seating.halls import Hall, HallsInUse, Sitting, halls
from ncre.domain.seating.plan import seating
from ncre.events.registration import SeatAssigned
from ncre.projections.base import Row
from ncre.projections.exam.exams import ExamRepository
from ncre.projections.registration import registrations
from ncre.projections.rows import SeatRow
from ncre.projections.seating import tickets

Plan = Mapping[UUID, list[SeatAssigned]]


@dataclass(frozen=True)
class HallLoad:
    """A hall, the seats of it that are taken, and how many people a seating would add."""

    hall: Hall
    taken: int
    new: int

    @property
    def free(self) -> int:
        """Seats that stay free."""
        return max(0, self.hall.seats - self.taken - self.new)

    @property
    def in_use(self) -> bool:
        """Whether anybody sits there."""
        return bool(self.taken or self.new)


@dataclass(frozen=True)
class DayLoad:
    """A day (exam time): its batches and halls in use, and seats taken, added and left free in these."""

    day: date
    batches: int
    halls: int
    taken: int
    new: int
    free: int


@dataclass(frozen=True)
class Preview:
    """What a seating from `seed` would do: people and sittings without a seat, and how full halls get.

    Where there is a `refusal`, nobody would be seated; it says how many find no seat and what to add.
    `digest` stands for all of it: whoever confirms hands it back, and what is done is what was shown.
    """

    people: int
    sittings: int
    seed: int
    choice: HallChoice
    loads: tuple[HallLoad, ...]
    cautions: tuple[Caution, ...]
    refusal: Refusal | None
    digest: str

    @property
    def free(self) -> int:
        """Seats that are free now."""
        return sum(max(0, load.hall.seats - load.taken) for load in self.loads)

    @property
    def in_use(self) -> list[HallLoad]:
        """The halls in which somebody sits or would sit."""
        return [load for load in self.loads if load.in_use]

    @property
    def days(self) -> list[DayLoad]:
        """The days of these halls, in time."""
        by_day: dict[date, list[HallLoad]] = defaultdict(list)
        for load in self.in_use:
            by_day[load.hall.batch.starts_at.astimezone(EXAM_TIME).date()].append(load)
        return [_day(day, loads) for day, loads in sorted(by_day.items())]


def _day(day: date, loads: list[HallLoad]) -> DayLoad:
    return DayLoad(
        day,
        batches=len({load.hall.batch.number for load in loads}),
        halls=len(loads),
        taken=sum(load.taken for load in loads),
        new=sum(load.new for load in loads),
        free=sum(load.free for load in loads),
    )


@dataclass(frozen=True)
class SeatingInput:
    """What the seating function is asked for a site."""

    round: Round
    site: Site
    people: list[ToSeat]
    unconfirmed: int
    taken: list[tuple[int, int]]
    in_use: HallsInUse

    @property
    def sittings(self) -> int:
        """How many sittings the people still need."""
        return sum(len(one.subjects) - len(one.seated) for one in self.people)

    def plan(self, seed: int, choice: HallChoice) -> Plan:
        """Raises Refusal where somebody finds no seat."""
        choice.require_known(self.site.plan)
        held = {code for one in self.people for code in one.subjects}
        subjects = {code: self.round.subject(code) for code in held}
        return seating(
            self.round.code, self.site.plan, subjects, self.people, self.taken, self.in_use, seed, choice
        )

    def preview(self, seed: int, choice: HallChoice, cautions: Iterable[Caution]) -> tuple[Preview, Plan]:
        """What would be done, and the plan itself: empty where it is refused."""
        plan: Plan = {}
        refused = None
        try:
            plan = self.plan(seed, choice)
        except Refusal as refusal:
            refused = refusal
        shown = Preview(
            people=len(self.people),
            sittings=self.sittings,
            seed=seed,
            choice=choice,
            loads=self._loads(plan),
            cautions=tuple(cautions),
            refusal=refused,
            digest="",
        )
        return replace(shown, digest=_digest(shown, plan, self.unconfirmed)), plan

    def _loads(self, plan: Plan) -> tuple[HallLoad, ...]:
        taken = Counter(hall for hall, _ in self.taken)
        new = Counter(one.hall for seats in plan.values() for one in seats)
        return tuple(
            HallLoad(hall, taken[hall.number], new[hall.number])
            for hall in halls(self.site.plan, self.in_use)
        )


def _digest(shown: Preview, plan: Plan, unconfirmed: int) -> str:
    """SHA-256 over who gets which seat, how full halls are, by which choice and seed, and what was cautioned of."""
    choice = shown.choice
    whole = (
        shown.seed,
        choice.manner.value,
        sorted(choice.batches),
        sorted(choice.rooms),
        shown.people,
        shown.sittings,
        unconfirmed,
        [(caution.code.value, sorted(caution.particulars.items())) for caution in shown.cautions],
        [(load.hall.number, load.hall.room, load.hall.seats, load.taken, load.new) for load in shown.loads],
        sorted((str(who), sorted(_paper(one) for one in seats)) for who, seats in plan.items()),
    )
    return sha256(msgspec.json.encode(whole)).hexdigest()


def _paper(seat: SeatAssigned) -> tuple[str, str, int, str, str]:
    return seat.ticket, seat.room, seat.batch, seat.starts_at.isoformat(), seat.ends_at.isoformat()


def seating_input(connection: Connection, exams: ExamRepository, round_code: str, code: str) -> SeatingInput:
    """The people, chairs and rules of a site as they are. Raises Refusal for an unknown site."""
    round_ = exams.round(connection, round_code)
    site = exams.site(connection, round_code, code)
    if round_ is None or site is None:
        raise Refusal(RefusalCode.SITE_UNKNOWN, site=code)
    waiting = registrations.to_be_seated(connection, round_code, code)
    assigned = tickets.taken_at(connection, round_code, code)
    own: dict[UUID, list[SeatRow]] = defaultdict(list)
    for seat in assigned:
        own[seat["registration"]].append(seat)
    unseated = [row for row in waiting if row["seated"] < len(row["lines"])]
    return SeatingInput(
        round_,
        site,
        people=[_to_seat(row, own[row["id"]]) for row in unseated],
        unconfirmed=sum(row["status"] == Status.PAID for row in unseated),
        taken=[(row["hall"], row["seat"]) for row in assigned],
        in_use=HallsInUse((_sitting(row), row["hall"]) for row in assigned),
    )


def _to_seat(row: Row, own: Iterable[SeatRow]) -> ToSeat:
    seated = {seat["subject"]: _sitting(seat) for seat in own}
    return ToSeat(row["id"], tuple(line["subject"] for line in row["lines"]), seated)


def _sitting(seat: SeatRow) -> Sitting:
    return Sitting(seat["room"], seat["starts_at"], seat["ends_at"])
