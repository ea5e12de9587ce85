"""What the exam office can ask about a round and its sites, and what then happens, or why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
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
    made: facts.RoundRevisionMade


ExamCommand = PlanRound | PlanSite | CloseSite | CallOffSite | PostNotice | DrawSeats | NoteRevision


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


def _require_right(record: ExamRecord, command: ExamCommand) -> None:
    """Raises Refusal. An administrator revises parts of an open site that the office left to it, and nothing else."""
    actor = command.actor
    if actor.role is Role.OFFICE:
        return
    if actor.role is not Role.SITE_ADMIN or not isinstance(command, PlanSite | NoteRevision):
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
    sites = (
        {command.plan.code}
        if isinstance(command, PlanSite)
        else {point.site for point in command.made.points}
    )
    if not all(site and actor.covers(site) for site in sites):
        raise Refusal(RefusalCode.NOT_YOUR_SITE)
    if isinstance(command, PlanSite):
        require_left_to_site(record.plan, command.plan, record.closed)


def require_left_to_site(was: RoundPlan | SitePlan | None, wanted: SitePlan, closed: bool = False) -> None:
    """That a site changes in nothing but what the office left to it. Raises Refusal."""
    if not isinstance(was, SitePlan) or closed:
        raise Refusal(RefusalCode.SITE_CLOSED, site=wanted.code)
    left = {name: getattr(wanted, name) for name in was.manages if name in _FIELDS_LEFT}
    if replace(was, **left) != wanted:
        raise Refusal(RefusalCode.NOT_LEFT_TO_SITE)


_FIELDS_LEFT: Final = frozenset({"rooms", "offers", "notice"})
"""Parts of `MANAGEABLE` that are fields of the plan; reviewers are accounts."""


def decide_exam(record: ExamRecord, command: ExamCommand) -> list[Fact]:
    """Facts, or nothing when the plan or the notice already says the same.

    The office may ask for everything, administrators of a site for what the office left to them.
    """
    _require_right(record, command)
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
    if isinstance(command, CallOffSite):
        if record.plan is None:
            raise Refusal(RefusalCode.SITE_UNKNOWN, site=command.off.site)
        if not command.off.why.strip():
            raise Refusal(RefusalCode.WHY_MISSING)
        require_text(command.off.why, LONGEST_WHY)
        return [command.off]
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
