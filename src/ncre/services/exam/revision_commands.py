"""A revision as it is asked for, what it comes to, and its commands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4, uuid5

from ncre.domain.exam.commands import (
    CloseSite,
    ExamCommand,
    NoteRevision,
    PlanRound,
    PlanSite,
    PostNotice,
)
from ncre.domain.exam.revised_point import point_of
from ncre.domain.exam.revision import ChangeKind, Plans
from ncre.domain.exam.revision_rules import RevisionOutcome
from ncre.domain.exam.revision_weighing import Weighed
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.events.exam import NoticePosted
from ncre.events.exam_revision import RoundRevisionMade
from ncre.rounds.loader import LoadedRound, NoticeText

SHOWN: Final = 5
"""Refused changes that one refusal names."""


@dataclass(frozen=True, kw_only=True)
class Revise:
    """Open a round, or revise it to be as `wanted`. Sites that are not in it are closed.

    `made_from` is the revision that was looked at; None means the one in force.
    """

    actor: Actor
    wanted: LoadedRound
    why: str
    made_from: int | None = None
    command_id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class Revision:
    """What leads from revision `made_from` to what is wanted."""

    round: str
    made_from: int
    points: tuple[Weighed, ...]

    @property
    def refused(self) -> list[Weighed]:
        """Changes that cannot be published as they are."""
        return [point for point in self.points if point.outcome is RevisionOutcome.REFUSED]

    @property
    def to_follow(self) -> list[Weighed]:
        """Changes after which somebody has to be looked after."""
        return [point for point in self.points if point.outcome is RevisionOutcome.FOLLOW_UP]


def wanted_plans(wanted: LoadedRound) -> Plans:
    """The plans that loaded files ask for."""
    return Plans(
        wanted.plan,
        {site.code: site for site in wanted.sites},
        {one.kind: notice_of(wanted.plan.code, one) for one in wanted.notices},
    )


def notice_of(code: str, one: NoticeText) -> NoticePosted:
    """A notice of a round as its fact."""
    return NoticePosted(code, one.kind, one.title, one.title_en, one.body, one.body_en)


def cause_of(number: int) -> str:
    """What the facts of a revision name as their cause."""
    return f"revision {number}"


def commands_of(asked: Revise, revision: Revision, why: str) -> Iterable[ExamCommand]:
    """The revision first, then what it consists of; each names it as its cause."""
    by, code = asked.actor, revision.round
    cause = cause_of(revision.made_from + 1)

    def part(name: str) -> UUID:
        return uuid5(asked.command_id, name)

    points = tuple(point_of(point) for point in revision.points)
    made = RoundRevisionMade(code, revision.made_from, why, points)
    yield NoteRevision(actor=by, command_id=asked.command_id, made=made)
    if by.role is Role.SITE_ADMIN:
        changed = {point.change.site for point in revision.points}
        for site in asked.wanted.sites:
            if site.code in changed:
                yield PlanSite(actor=by, command_id=part(site.code), round=code, plan=site, cause=cause)
        return
    yield PlanRound(actor=by, command_id=part("round"), plan=asked.wanted.plan, cause=cause)
    for site in asked.wanted.sites:
        yield PlanSite(actor=by, command_id=part(site.code), round=code, plan=site, cause=cause)
    for point in revision.points:
        if point.change.kind is ChangeKind.SITE_CLOSED:
            site_code = point.change.site
            yield CloseSite(actor=by, command_id=part(site_code), round=code, site=site_code, cause=cause)
    for kind, notice in wanted_plans(asked.wanted).notices.items():
        yield PostNotice(actor=by, command_id=part(kind), notice=notice, cause=cause)
