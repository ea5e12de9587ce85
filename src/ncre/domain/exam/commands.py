"""What the exam office can ask about a round and its sites, and to which stream each is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ncre.domain.exam.plan import notices_id, revisions_id, round_id, site_id
from ncre.domain.registration.commands import Actor
from ncre.events import exam as facts
from ncre.events.exam import RoundPlan, SitePlan
from ncre.events.exam_revision import RoundRevisionMade


@dataclass(frozen=True, kw_only=True)
class PlanRound:
    """Open a round, or revise it: the plan replaces the one before."""

    actor: Actor
    command_id: UUID
    plan: RoundPlan
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class PlanSite:
    """Open a site in a round, or revise its policy."""

    actor: Actor
    command_id: UUID
    round: str
    plan: SitePlan
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class CloseSite:
    """Take nobody at a site any more."""

    actor: Actor
    command_id: UUID
    round: str
    site: str
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class CallOffSite:
    """Record that the exam at a site does not take place; its people are dealt with by commands of their own."""

    actor: Actor
    command_id: UUID
    off: facts.SiteCalledOff
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class PostNotice:
    """Show a notice before sign-in; the newest of its kind counts."""

    actor: Actor
    command_id: UUID
    notice: facts.NoticePosted
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class DrawSeats:
    """Record that the seats of a site are drawn from a seed; the seats themselves are given one by one."""

    actor: Actor
    command_id: UUID
    drawn: facts.SeatsDrawn


@dataclass(frozen=True, kw_only=True)
class NoteRevision:
    """Record a revision that was weighed (`ncre.domain.exam.revision`), where `made` names the one in force."""

    actor: Actor
    command_id: UUID
    made: RoundRevisionMade


ExamCommand = PlanRound | PlanSite | CloseSite | CallOffSite | PostNotice | DrawSeats | NoteRevision


def exam_stream_of(command: ExamCommand) -> UUID:
    """The stream to which a command about the exam is answered."""
    match command:
        case PlanRound():
            return round_id(command.plan.code)
        case PlanSite():
            return site_id(command.round, command.plan.code)
        case PostNotice():
            return notices_id(command.notice.round)
        case CallOffSite():
            return site_id(command.off.round, command.off.site)
        case CloseSite():
            return site_id(command.round, command.site)
        case DrawSeats():
            return site_id(command.drawn.round, command.drawn.site)
        case NoteRevision():
            return revisions_id(command.made.round)


LONGEST_TITLE: Final = 200


LONGEST_BODY: Final = 20_000
"""Characters of a notice."""

LONGEST_WHY: Final = 500
"""Characters of the reason of a revision, and of a site that is called off."""
