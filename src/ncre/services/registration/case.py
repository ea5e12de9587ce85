"""The case behind a request: a registration, where it stands, and which of its steps may be taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from ncre.domain.exam.plan import Round, Site, deadline_of, require_open
from ncre.domain.payment.settlement import asks_fee
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.machine import open_rows, open_steps
from ncre.domain.registration.vocabulary import Status, Step
from ncre.domain.registration.window_wording import Deadline
from ncre.events.exam import Subject
from ncre.projections.rows import RegistrationRow


@dataclass(frozen=True)
class Case:
    """A registration with the rules it lives under, read once for a request; `site` is None until one was chosen.

    `current` is the round that the front page speaks of, where it was read along.
    """

    row: RegistrationRow
    round: Round
    site: Site | None
    read_at: datetime
    current: Round | None = None

    @property
    def id(self) -> UUID:
        """Of the registration."""
        return self.row["id"]

    @property
    def version(self) -> int:
        """That the page shows."""
        return self.row["version"]

    @cached_property
    def status(self) -> Status:
        """As of this version."""
        return Status(self.row["status"])

    @property
    def suspended_from(self) -> Status | None:
        """Where it goes back to when it is resumed; None where it is not on hold."""
        was = self.row["suspended_from"]
        return Status(was) if was else None

    @property
    def is_confirmed(self) -> bool:
        """Whether the candidate was there in person."""
        return self.status is Status.CONFIRMED

    @cached_property
    def steps(self) -> frozenset[Step]:
        """What may be asked for, leaving the windows aside."""
        return open_steps(self.status, self.site)

    def steps_for(self, actor: Actor) -> frozenset[Step]:
        """What these staff may do with it by their role: never anything with their own."""
        if self.is_of(actor):
            return frozenset()
        return frozenset(row.step for row in open_rows(self.status, self.site) if actor.role in row.by)

    def is_of(self, actor: Actor) -> bool:
        """Whether it is the registration of whoever asks."""
        return str(self.row["account"]) == actor.id

    @property
    def photo_lost(self) -> bool:
        """Whether the file of its photo cannot be read any more."""
        return self.site is not None and self.site.photo_lost

    @property
    def payable(self) -> bool:
        """Whether a fee can be paid now."""
        return asks_fee(self.status, self.site)

    @property
    def deadline(self) -> datetime:
        """Until when the fee may be paid."""
        return self.row["pay_by"] or self.round.plan.windows.payment.closes

    def payable_at(self, now: datetime) -> bool:
        """Whether the fee may be paid at this moment."""
        return self.payable and self.row["order_version"] is not None and now <= self.deadline

    def due(self, now: datetime) -> Deadline:
        """What has to be done before which window closes."""
        return deadline_of(self.status, self.site is None or self.site.reviews, self.round, now)

    @property
    def subjects(self) -> list[Subject]:
        """The chosen subjects, as the round describes them, or described them last."""
        return [self.round.subject(line["subject"]) for line in self.row["lines"]]

    @property
    def unsupported(self) -> list[Subject]:
        """Chosen level-4 subjects whose level-3 subject is not chosen too: worth a warning, no more."""
        chosen = {subject.code for subject in self.subjects}
        return [one for one in self.subjects if one.prerequisite and one.prerequisite not in chosen]

    def window_fault(self, step: Step, now: datetime) -> Refusal | None:
        """Why a step that is open is not possible at this hour, or None."""
        rows = [row for row in open_rows(self.status, self.site) if row.step is step]
        try:
            for row in rows[:1]:
                require_open(self.round.window(row.window), now, row.window)
        except Refusal as refusal:
            return refusal
        return None

    def require(self, *steps: Step) -> Step:
        """The one of these steps that is open now; raises the Refusal that says why none is."""
        for step in steps:
            if step in self.steps:
                fault = self.window_fault(step, self.read_at)
                if fault is not None:
                    raise fault
                return step
        raise Refusal(RefusalCode.OUT_OF_TURN, step=steps[-1], status=self.status)
