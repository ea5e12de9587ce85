"""What the exam office does for many at once: load a round from its files, seat a site."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from ncre.application import Application
from ncre.domain.commands import Actor, Seat
from ncre.domain.exam import ExamCommand, PlanRound, PlanSite, PostNotice, Round, Site
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.seating import ToSeat, halls, seating
from ncre.events.exam import NoticePosted
from ncre.events.registration import SeatAssigned
from ncre.projections import registrations, tickets
from ncre.projections.base import Row
from ncre.rounds.loader import LoadedRound


@dataclass(frozen=True)
class Seated:
    """What a seating did: registrations and sittings that got their seat now."""

    people: int
    sittings: int


@dataclass(frozen=True)
class Preview:
    """What a seating would do: people and sittings without a seat, free seats, sittings that find none.

    Where any are `missing`, nobody is seated.
    """

    people: int
    sittings: int
    free: int
    missing: int


@dataclass(frozen=True)
class _Seating:
    """What the seating function is asked for a site."""

    round: Round
    site: Site
    people: list[ToSeat]
    taken: list[tuple[int, int]]
    halls: dict[tuple[int, str], int]

    def plan(self) -> dict[UUID, list[SeatAssigned]]:
        site, subjects = self.site.plan, self.round.subjects
        return seating(self.round.code, site, subjects, self.people, self.taken, self.halls)


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

    def seat(self, round_code: str, site: str, actor: Actor) -> Seated:
        """Give every paid registration of the site its seats; those who have them keep them.

        Raises Refusal: unknown site, or too few seats (then nobody is seated).
        """
        plan = self._plan_seats(round_code, site)
        for registration, seats in plan.items():
            self._application.handle(Seat(registration=registration, actor=actor, seats=tuple(seats)))
        return Seated(len(plan), sum(len(seats) for seats in plan.values()))

    def preview(self, round_code: str, site: str) -> Preview:
        """What `seat` would do now; nothing is recorded. Raises Refusal for an unknown site."""
        asked = self._asked(round_code, site)
        places = sum(hall.seats for hall in halls(asked.site.plan))
        missing = 0
        try:
            asked.plan()
        except Refusal as refusal:
            if refusal.code is not RefusalCode.NO_CAPACITY:
                raise
            missing = int(str(refusal.particulars["missing"]))
        sittings = sum(len(set(person.subjects) - set(person.seated)) for person in asked.people)
        return Preview(len(asked.people), sittings, places - len(asked.taken), missing)

    def _plan_seats(self, round_code: str, code: str) -> dict[UUID, list[SeatAssigned]]:
        return self._asked(round_code, code).plan()

    def _asked(self, round_code: str, code: str) -> _Seating:
        with self._application.database.reading() as connection:
            round_ = self._application.exams.round(connection, round_code)
            site = self._application.exams.site(connection, round_code, code)
            if round_ is None or site is None:
                raise Refusal(RefusalCode.SITE_UNKNOWN, site=code)
            waiting = registrations.to_be_seated(connection, round_code, code)
            assigned = tickets.taken_at(connection, round_code, code)
        people = [_to_seat(row, assigned) for row in waiting if row["seated"] < len(row["lines"])]
        taken = [(row["hall"], row["seat"]) for row in assigned]
        numbered = {(row["batch"], row["room"]): row["hall"] for row in assigned}
        return _Seating(round_, site, people, taken, numbered)


def _to_seat(row: Row, assigned: list[Row]) -> ToSeat:
    own = {seat["subject"]: seat["batch"] for seat in assigned if seat["registration"] == row["id"]}
    return ToSeat(row["id"], tuple(line["subject"] for line in row["lines"]), own)
