"""A round, a site or the notices of a round as decisions see them, and how each fact changes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from ncre.events import exam as facts
from ncre.events.base import Fact
from ncre.events.exam import RoundPlan, SitePlan


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
        record = evolve_exam(record, fact)
    return record


def evolve_exam(record: ExamRecord, fact: Fact) -> ExamRecord:
    """The record after one more fact of its stream."""
    plan, newest, closed, drawn = record.plan, record.newest, record.closed, record.drawn
    if isinstance(fact, facts.NoticePosted):
        newest = {**newest, fact.kind: fact}
    elif isinstance(fact, facts.RoundOpened | facts.RoundRevised | facts.SiteOpened | facts.SiteRevised):
        plan, closed = fact.plan, False
    elif isinstance(fact, facts.SiteClosed):
        closed = True
    elif isinstance(fact, facts.SeatsDrawn) and fact.digest:
        drawn |= {fact.digest}
    return ExamRecord(record.id, record.version + 1, plan, newest, closed, drawn)
