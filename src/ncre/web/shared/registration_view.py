"""The case behind a page: whose it is, where it stands, and which of its steps may be taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from werkzeug.exceptions import NotFound

from ncre.domain.exam.plan import Round, Site, deadline_of, require_open
from ncre.domain.payment.settlement import asks_fee
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.machine import open_rows, open_steps
from ncre.domain.registration.vocabulary import Status, Step
from ncre.domain.registration.window_wording import Deadline
from ncre.events.exam import Subject
from ncre.projections.base import Row
from ncre.projections.registration import registrations
from ncre.web.shared.access_log import refuse
from ncre.web.shared.auth import account, container
from ncre.web.shared.pictures import site_for


def own(registration: UUID) -> Row:
    """The candidate's own registration; another's is as good as none: 404."""
    row = any_row(registration)
    if row["account"] != account().id:
        refuse("not-yours")
        raise NotFound
    return row


def at_my_sites(registration: UUID) -> Row:
    """A registration at a site of the signed-in staff; others are as good as none: 404."""
    row = any_row(registration)
    if not account().actor.covers(row["site"] or ""):
        refuse("not-your-site")
        raise NotFound
    return row


@dataclass(frozen=True)
class Case:
    """A registration with the rules it lives under; `site` is None until one was chosen."""

    row: Row
    round: Round
    site: Site | None

    @property
    def id(self) -> UUID:
        identity: UUID = self.row["id"]
        return identity

    @property
    def version(self) -> int:
        return int(self.row["version"])

    @property
    def status(self) -> Status:
        return Status(self.row["status"])

    @cached_property
    def steps(self) -> frozenset[Step]:
        """What may be asked for, leaving the windows aside."""
        return open_steps(self.status, self.site)

    @property
    def photo_lost(self) -> bool:
        """Whether the file of its photo cannot be read any more."""
        return self.site is not None and self.site.photo_lost

    @property
    def payable(self) -> bool:
        """Whether the candidate may go and pay as it stands, leaving the time aside."""
        return asks_fee(self.status, self.site)

    @property
    def deadline(self) -> datetime:
        """Until when the fee may be paid."""
        deadline: datetime = self.row["pay_by"] or self.round.plan.windows.payment.closes
        return deadline

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
                fault = self.window_fault(step, container().clock())
                if fault is not None:
                    raise fault
                return step
        raise Refusal(RefusalCode.OUT_OF_TURN, step=steps[-1], status=self.status)


def own_case(registration: UUID) -> Case:
    """The candidate's own case with its round and site; 404 for another's."""
    return with_rules(own(registration))


def with_rules(row: Row) -> Case:
    """A registration with the round and the site whose rules it lives under."""
    exams = container().command_handler.exams
    with container().database.reading() as connection:
        round_ = exams.round(connection, row["round"])
        site = exams.site(connection, row["round"], row["site"]) if row["site"] else None
    if round_ is None:
        raise NotFound
    return Case(row, round_, site_for(row, site))


def any_row(registration: UUID) -> Row:
    """The registration, whoever's it is; 404 where there is none."""
    with container().database.reading() as connection:
        row = registrations.one(connection, registration)
    if row is None:
        raise NotFound
    return row
