"""What the exam office can ask about a round and its sites, and what then happens, or why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from ncre.domain.exam.plan import notices_id, revisions_id, round_id, site_id
from ncre.domain.printed_numbers import require_fit, unfit_in_round, unfit_in_site
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.rejection_reasons import require_text
from ncre.domain.registration.vocabulary import Role
from ncre.events import exam as facts
from ncre.events.base import Fact
from ncre.events.exam import RoundPlan, SitePlan


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
    made: facts.RoundRevisionMade


ExamCommand = PlanRound | PlanSite | CloseSite | PostNotice | DrawSeats | NoteRevision


@dataclass(frozen=True)
class ExamRecord:
    """A round's, site's or notice board's history as the next decision about it needs it."""

    id: UUID
    version: int = 0
    plan: RoundPlan | SitePlan | None = None
    newest: Mapping[str, facts.NoticePosted] = field(default_factory=dict)
    closed: bool = False
    drawn: frozenset[str] = frozenset()
    """The previews whose seats were drawn, by their digests."""


def replay_exam(identity: UUID, history: Iterable[Fact]) -> ExamRecord:
    """A round, a site or the notices of a round as their facts leave them."""
    record = ExamRecord(identity)
    for fact in history:
        plan, newest, closed, drawn = record.plan, record.newest, record.closed, record.drawn
        if isinstance(fact, facts.NoticePosted):
            newest = {**newest, fact.kind: fact}
        elif isinstance(fact, facts.RoundOpened | facts.RoundRevised | facts.SiteOpened | facts.SiteRevised):
            plan, closed = fact.plan, False
        elif isinstance(fact, facts.SiteClosed):
            closed = True
        elif isinstance(fact, facts.SeatsDrawn) and fact.digest:
            drawn |= {fact.digest}
        record = ExamRecord(identity, record.version + 1, plan, newest, closed, drawn)
    return record


def stream_of(command: ExamCommand) -> UUID:
    """The stream to which a command about the exam is answered."""
    match command:
        case PlanRound():
            return round_id(command.plan.code)
        case PlanSite():
            return site_id(command.round, command.plan.code)
        case PostNotice():
            return notices_id(command.notice.round)
        case CloseSite():
            return site_id(command.round, command.site)
        case DrawSeats():
            return site_id(command.drawn.round, command.drawn.site)
        case NoteRevision():
            return revisions_id(command.made.round)


LONGEST_TITLE: Final = 200


LONGEST_BODY: Final = 20_000
"""Characters of a notice."""


def _require_notice(notice: facts.NoticePosted) -> None:
    """Raises Refusal for a notice that says nothing in one of its languages, or more than its page holds."""
    for text, most in (
        (notice.title, LONGEST_TITLE),
        (notice.title_en, LONGEST_TITLE),
        (notice.body, LONGEST_BODY),
        (notice.body_en, LONGEST_BODY),
    ):
        if not text.strip():
            raise Refusal(RefusalCode.NOTICE_EMPTY)
        require_text(text, most)


def decide_exam(record: ExamRecord, command: ExamCommand) -> list[Fact]:
    """Facts, or nothing when the plan or the notice already says the same. Only the office may ask."""
    if command.actor.role is not Role.OFFICE:
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
    if isinstance(command, NoteRevision):
        if command.made.made_from != record.version:
            raise Refusal(
                RefusalCode.REVISION_OUTDATED, made_from=command.made.made_from, in_force=record.version
            )
        return [command.made]
    if isinstance(command, CloseSite):
        if record.plan is None:
            raise Refusal(RefusalCode.SITE_UNKNOWN, site=command.site)
        return [] if record.closed else [facts.SiteClosed(command.round, command.site)]
    if isinstance(command, PostNotice):
        _require_notice(command.notice)
        return [] if record.newest.get(command.notice.kind) == command.notice else [command.notice]
    if isinstance(command, DrawSeats):
        if record.plan is None:
            raise Refusal(RefusalCode.SITE_UNKNOWN, site=command.drawn.site)
        return [] if command.drawn.digest in record.drawn else [command.drawn]
    if record.plan == command.plan and not record.closed:
        return []
    if isinstance(command, PlanRound):
        require_fit(unfit_in_round(command.plan))
        return [facts.RoundRevised(command.plan) if record.plan else facts.RoundOpened(command.plan)]
    require_fit(unfit_in_site(command.round, command.plan))
    if record.plan:
        return [facts.SiteRevised(command.round, command.plan)]
    return [facts.SiteOpened(command.round, command.plan)]
