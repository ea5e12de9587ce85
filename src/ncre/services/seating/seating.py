"""Seating a site: everybody there who has paid and has no seat, at once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from secrets import randbelow
from typing import Final
from uuid import UUID, uuid4

from ncre.domain.exam.commands import DrawSeats
from ncre.domain.exam.plan import site_id
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor, Seat
from ncre.domain.seating.cautions import Caution, cautions
from ncre.domain.seating.hall_choice import EVERYWHERE, HallChoice
from ncre.domain.seating.plan import MOST_SEED, seed_in
from ncre.events.exam import SeatsDrawn
from ncre.events.registration import SeatAssigned
from ncre.handlers.command_handler import CommandHandler
from ncre.services.seating.preview import Plan, Preview, SeatingInput, seating_input

log = logging.getLogger("ncre.seating")

BATCH_SIZE: Final = 100
"""People whose seats are recorded in one transaction; others who write wait that long."""


@dataclass(frozen=True)
class SeatingResult:
    """What a seating did: registrations and sittings that got their seat now.

    `left` are registrations that changed between plan and record (cancelled, or seated by a rival run);
    nothing was recorded of them, and the next run finds those that still wait.
    """

    people: int
    sittings: int
    left: int = 0


class Seating:
    """The seating of a site, as the exam office does it."""

    def __init__(self, command_handler: CommandHandler) -> None:
        self._command_handler = command_handler

    def seat(
        self,
        round_code: str,
        site: str,
        actor: Actor,
        seed: int | None = None,
        choice: HallChoice = EVERYWHERE,
        digest: str | None = None,
    ) -> SeatingResult:
        """Give every paid registration of the site its seats; those who have them keep them.

        The draw is recorded first, with its seed (without one, a fresh one), then each registration's
        seats. With the `digest` of a preview exactly that is done which it showed, or nothing. Raises
        Refusal: unknown site, not for this actor, nobody to seat, too few seats, or another preview by
        now (then nobody is seated).
        """
        asked = self._asked(round_code, site)
        seed = _seed(seed)
        shown, plan = self._shown(asked, seed, choice)
        if digest is not None and digest != shown.digest:
            return self._done_before(round_code, site, digest, shown)
        if shown.refusal:
            raise shown.refusal
        if not plan:
            raise Refusal(RefusalCode.NOBODY_TO_SEAT, site=site)
        drawn = SeatsDrawn(
            round_code,
            site,
            seed,
            len(plan),
            sum(len(seats) for seats in plan.values()),
            choice.manner.value,
            tuple(sorted(choice.batches)),
            tuple(sorted(choice.rooms)),
            digest or "",
        )
        self._command_handler.plan(DrawSeats(actor=actor, command_id=uuid4(), drawn=drawn))
        done_ = [seats for portion in _portions(plan) for seats in self._given(portion, actor, seed)]
        return SeatingResult(len(done_), sum(len(seats) for seats in done_), len(plan) - len(done_))

    def preview(
        self, round_code: str, site: str, seed: int | None = None, choice: HallChoice = EVERYWHERE
    ) -> Preview:
        """What `seat` would do with this seed (without one, a fresh one); nothing is recorded.

        Raises Refusal for an unknown site, and for a batch or room that it does not have.
        """
        asked = self._asked(round_code, site)
        choice.require_known(asked.site.plan)
        return self._shown(asked, _seed(seed), choice)[0]

    def cautions(self, round_code: str, site: str) -> list[Caution]:
        """What one should know before seating the site now; nothing where nobody waits. Raises Refusal."""
        return self._cautions(self._asked(round_code, site))

    def _cautions(self, asked: SeatingInput) -> list[Caution]:
        if not asked.people:
            return []
        return list(cautions(asked.round, asked.site, self._command_handler.clock(), asked.unconfirmed))

    def _shown(self, asked: SeatingInput, seed: int, choice: HallChoice) -> tuple[Preview, Plan]:
        return asked.preview(seed, choice, self._cautions(asked))

    def _done_before(self, round_code: str, site: str, digest: str, now: Preview) -> SeatingResult:
        """What was done for this very preview, where a form came twice and nobody waits since.

        Raises Refusal where it shows what is no more.
        """
        with self._command_handler.database.reading() as connection:
            history = self._command_handler.store.history(connection, site_id(round_code, site))
        for fact in history:
            if isinstance(fact, SeatsDrawn) and fact.digest == digest != "" and not now.sittings:
                return SeatingResult(fact.people, fact.sittings)
        raise Refusal(RefusalCode.PREVIEW_OUTDATED)

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
            self._command_handler.seat_together(given)
        except Refusal as refusal:
            log.info("a portion is seated one by one: %s", refusal.code)
            return [seats for one, (_, seats) in zip(given, portion, strict=True) if self._seated(one)]
        return [seats for _, seats in portion]

    def _seated(self, given: Seat) -> bool:
        try:
            self._command_handler.handle(given)
        except Refusal as refusal:
            log.warning("%s was not seated: %s", given.registration, refusal.code)
            return False
        return True

    def _asked(self, round_code: str, code: str) -> SeatingInput:
        with self._command_handler.database.reading() as connection:
            return seating_input(connection, self._command_handler.exams, round_code, code)


def _portions(plan: Plan) -> Iterator[list[tuple[UUID, list[SeatAssigned]]]]:
    everybody = iter(plan.items())
    while portion := list(islice(everybody, BATCH_SIZE)):
        yield portion


def fresh_seed() -> int:
    """A seed for a draw of seats."""
    return randbelow(MOST_SEED + 1)


def _seed(seed: int | None) -> int:
    return fresh_seed() if seed is None else seed_in(str(seed))
