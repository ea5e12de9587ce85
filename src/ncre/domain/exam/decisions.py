"""What a command about a round or a site comes to: facts, nothing, or a refusal."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, assert_never

from ncre.domain.exam.commands import (
    LONGEST_BODY,
    LONGEST_TITLE,
    LONGEST_WHY,
    CallOffSite,
    CloseSite,
    DrawSeats,
    ExamCommand,
    NoteRevision,
    PlanRound,
    PlanSite,
    PostNotice,
)
from ncre.domain.exam.state import ExamRecord
from ncre.domain.printed_numbers import require_fit, unfit_in_round, unfit_in_site
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.rejection_reasons import require_text
from ncre.domain.registration.vocabulary import Role
from ncre.events import exam as facts
from ncre.events.base import Fact
from ncre.events.exam import RoundPlan, SitePlan


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
    match command:
        case PlanRound():
            return _round_planned(record, command)
        case PlanSite():
            return _site_planned(record, command)
        case CloseSite():
            _require_site(record, command.site)
            return [] if record.closed else [facts.SiteClosed(command.round, command.site)]
        case CallOffSite():
            _require_site(record, command.off.site)
            if not command.off.why.strip():
                raise Refusal(RefusalCode.WHY_MISSING)
            require_text(command.off.why, LONGEST_WHY)
            return [command.off]
        case PostNotice():
            _require_notice(command.notice)
            return [] if record.newest.get(command.notice.kind) == command.notice else [command.notice]
        case DrawSeats():
            _require_site(record, command.drawn.site)
            return [] if command.drawn.digest in record.drawn else [command.drawn]
        case NoteRevision():
            return _revision_noted(record, command)
        case _:
            assert_never(command)


def _round_planned(record: ExamRecord, command: PlanRound) -> list[Fact]:
    if record.plan == command.plan and not record.closed:
        return []
    require_fit(unfit_in_round(command.plan))
    return [facts.RoundRevised(command.plan) if record.plan else facts.RoundOpened(command.plan)]


def _site_planned(record: ExamRecord, command: PlanSite) -> list[Fact]:
    if record.plan == command.plan and not record.closed:
        return []
    require_fit(unfit_in_site(command.round, command.plan))
    kind = facts.SiteRevised if record.plan else facts.SiteOpened
    return [kind(command.round, command.plan)]


def _revision_noted(record: ExamRecord, command: NoteRevision) -> list[Fact]:
    if command.made.made_from != record.version:
        raise Refusal(
            RefusalCode.REVISION_OUTDATED, made_from=command.made.made_from, in_force=record.version
        )
    return [command.made]


def _require_site(record: ExamRecord, site: str) -> None:
    if record.plan is None:
        raise Refusal(RefusalCode.SITE_UNKNOWN, site=site)
