"""What the exam office does for many at once: load a round from its files, seat a site."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from secrets import randbelow
from typing import Final
from uuid import UUID, uuid4

from ncre.application import Application
from ncre.domain.commands import Actor, Seat
from ncre.domain.exam import DrawSeats, ExamCommand, PlanRound, PlanSite, PostNotice, Round, Site
from ncre.domain.halls import Hall, Sitting, halls
from ncre.domain.placing import ToSeat
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.seating import MOST_SEED, seating
from ncre.events.exam import NoticePosted, SeatsDrawn
from ncre.events.registration import SeatAssigned
from ncre.projections import registrations, tickets
from ncre.projections.base import Row
from ncre.rounds.loader import LoadedRound

log = logging.getLogger("ncre.office")

PORTION: Final = 100
"""People whose seats are recorded in one transaction; others who write wait that long."""


@dataclass(frozen=True)
class Seated:
    """What a seating did: registrations and sittings that got their seat now.

    `left` are registrations that changed between plan and record (cancelled, or seated by a rival run);
    nothing was recorded of them, and the next run finds those that still wait.
    """

    people: int
    sittings: int
    left: int = 0


@dataclass(frozen=True)
class HallLoad:
    """A hall, the seats of it that are taken, and how many people a seating would add."""

    hall: Hall
    taken: int
    new: int

    @property
    def free(self) -> int:
        return max(0, self.hall.seats - self.taken - self.new)


@dataclass(frozen=True)
class Preview:
    """What a seating from `seed` would do: people and sittings without a seat, and how full halls get.

    Where there is a `refusal`, nobody would be seated; it says how many find no seat and what to add.
    """

    people: int
    sittings: int
    seed: int
    loads: tuple[HallLoad, ...]
    refusal: Refusal | None

    @property
    def free(self) -> int:
        """Seats that are free now."""
        return sum(max(0, load.hall.seats - load.taken) for load in self.loads)


Plan = Mapping[UUID, list[SeatAssigned]]


@dataclass(frozen=True)
class _Seating:
    """What the seating function is asked for a site."""

    round: Round
    site: Site
    people: list[ToSeat]
    taken: list[tuple[int, int]]
    halls: dict[tuple[int, str], int]

    @property
    def sittings(self) -> int:
        return sum(len(set(person.subjects) - set(person.seated)) for person in self.people)

    def plan(self, seed: int) -> Plan:
        """Raises Refusal where not everybody can be seated."""
        site, subjects = self.site.plan, self.round.subjects
        return seating(self.round.code, site, subjects, self.people, self.taken, self.halls, seed)

    def loads(self, plan: Plan) -> tuple[HallLoad, ...]:
        taken = Counter(hall for hall, _ in self.taken)
        new = Counter(one.hall for seats in plan.values() for one in seats)
        return tuple(
            HallLoad(hall, taken[hall.number], new[hall.number]) for hall in halls(self.site.plan, self.halls)
        )


class Office:
    def __init__(self, application: Application) -> None:
        self._application = application

    def load(self, loaded: LoadedRound, actor: Actor) -> None:
        """Open or revise the round, its sites and notices together; what is unchanged stays as it is."""
        planned: list[ExamCommand] = [PlanRound(actor=actor, command_id=uuid4(), plan=loaded.plan)]
        planned += [
            PlanSite(actor=actor, command_id=uuid4(), round=loaded.plan.code, plan=site)
            for site in loaded.sites
        ]
        planned += [
            PostNotice(
                actor=actor,
                command_id=uuid4(),
                notice=NoticePosted(
                    round=loaded.plan.code,
                    kind=notice.kind,
                    title=notice.title,
                    title_en=notice.title_en,
                    body=notice.body,
                    body_en=notice.body_en,
                ),
            )
            for notice in loaded.notices
        ]
        self._application.plan_all(planned)

    def seat(self, round_code: str, site: str, actor: Actor, seed: int | None = None) -> Seated:
        """Give every paid registration of the site its seats; those who have them keep them.

        The draw is recorded first, with its seed (without one, a fresh one), then each registration's
        seats. Raises Refusal: unknown site, not for this actor, or too few seats (then nobody is seated).
        """
        asked = self._asked(round_code, site)
        seed = fresh_seed() if seed is None else seed
        plan = asked.plan(seed)
        if not plan:
            return Seated(0, 0)
        drawn = SeatsDrawn(round_code, site, seed, len(plan), sum(len(seats) for seats in plan.values()))
        self._application.plan(DrawSeats(actor=actor, command_id=uuid4(), drawn=drawn))
        done = [seats for portion in _portions(plan) for seats in self._given(portion, actor, seed)]
        return Seated(len(done), sum(len(seats) for seats in done), len(plan) - len(done))

    def preview(self, round_code: str, site: str, seed: int | None = None) -> Preview:
        """What `seat` would do with this seed (without one, a fresh one); nothing is recorded.

        Raises Refusal for an unknown site.
        """
        asked = self._asked(round_code, site)
        seed = fresh_seed() if seed is None else seed
        plan: Plan = {}
        refused = None
        try:
            plan = asked.plan(seed)
        except Refusal as refusal:
            refused = refusal
        return Preview(len(asked.people), asked.sittings, seed, asked.loads(plan), refused)

    def _given(
        self, portion: list[tuple[UUID, list[SeatAssigned]]], actor: Actor, seed: int
    ) -> list[list[SeatAssigned]]:
        """Record the seats of these people, and return those recorded.

        One by one where somebody's registration changed since the plan was made, to leave out only that one.
        """
        cause = f"seed {seed}"
        given = [
            Seat(registration=who, actor=actor, seats=tuple(seats), cause=cause) for who, seats in portion
        ]
        try:
            self._application.seat_together(given)
        except Refusal as refusal:
            log.info("a portion is seated one by one: %s", refusal.code)
            return [seats for one, (_, seats) in zip(given, portion, strict=True) if self._seated(one)]
        return [seats for _, seats in portion]

    def _seated(self, given: Seat) -> bool:
        try:
            self._application.handle(given)
        except Refusal as refusal:
            log.warning("%s was not seated: %s", given.registration, refusal.code)
            return False
        return True

    def _asked(self, round_code: str, code: str) -> _Seating:
        with self._application.database.reading() as connection:
            round_ = self._application.exams.round(connection, round_code)
            site = self._application.exams.site(connection, round_code, code)
            if round_ is None or site is None:
                raise Refusal(RefusalCode.SITE_UNKNOWN, site=code)
            waiting = registrations.to_be_seated(connection, round_code, code)
            assigned = tickets.taken_at(connection, round_code, code)
        own: dict[UUID, list[Row]] = defaultdict(list)
        for seat in assigned:
            own[seat["registration"]].append(seat)
        people = [_to_seat(row, own[row["id"]]) for row in waiting if row["seated"] < len(row["lines"])]
        taken = [(row["hall"], row["seat"]) for row in assigned]
        numbered = {(row["batch"], row["room"]): row["hall"] for row in assigned}
        return _Seating(round_, site, people, taken, numbered)


def _portions(plan: Plan) -> Iterator[list[tuple[UUID, list[SeatAssigned]]]]:
    everybody = iter(plan.items())
    while portion := list(islice(everybody, PORTION)):
        yield portion


def fresh_seed() -> int:
    return randbelow(MOST_SEED + 1)


def _to_seat(row: Row, own: list[Row]) -> ToSeat:
    seated = {seat["subject"]: Sitting(seat["room"], seat["starts_at"], seat["ends_at"]) for seat in own}
    return ToSeat(row["id"], tuple(line["subject"] for line in row["lines"]), seated)
