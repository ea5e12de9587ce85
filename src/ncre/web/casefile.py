"""What lies before the reviewer of a case: the answers, the photos, and what was mended since a rejection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ncre.domain.lifecycle import Step, open_rows
from ncre.domain.review import REVIEW_REASONS, ReviewReason
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.projections.fields import DETAILS, FIELDS, said
from ncre.projections.record import Version, differences, standing
from ncre.web.cases import Case
from ncre.web.errors import said as refusal_said
from ncre.web.language import language
from ncre.web.photo_checks import lines, overlay
from ncre.web.tasks import GROUPS
from ncre.web.who import account, house

MENDED: Final = frozenset({*DETAILS, "site", "lines", "photo"})
"""The fields that candidates mend; the rest of a difference is the house's own bookkeeping."""


def pictures(history: Sequence[Fact]) -> list[dict[str, Any]]:
    """The photos of the case in the order in which they came: digest, version, time, and what was measured."""
    return [
        {
            "digest": fact.photo.digest,
            "version": fact.stamp.version,
            "at": fact.stamp.recorded_at,
            "checks": lines(fact.photo.measured, fact.photo.codes, staff=True),
            "overlay": overlay(fact.photo.measured),
            "handling": fact.photo.handling,
            "appealed": fact.photo.appealed,
        }
        for fact in history
        if isinstance(fact, facts.PhotoUploaded | facts.PhotoReplaced)
    ]


def answers(details: facts.Details | None) -> list[tuple[str, str]]:
    """(label, value) of the private details in words; the number as typed only where it says more."""
    if details is None:
        return []
    given = asdict(details)
    if given["document_typed"] == given["document_number"]:
        del given["document_typed"]
    tongue = language()
    return [
        (DETAILS[name].words.say(tongue), said(name, given[name], tongue, opened=True))
        for name in DETAILS
        if name in given
    ]


def changes_since_rejection(history: Sequence[Fact]) -> list[tuple[str, str, str]]:
    """What the candidate changed after the last rejection: (label, before, after) in words."""
    rejected = [fact.stamp.version for fact in history if isinstance(fact, facts.Rejected)]
    before, after = standing(history, Version(rejected[-1])) if rejected else None, standing(history)
    if before is None or after is None:
        return []
    tongue = language()
    return [
        (
            FIELDS[change.field].words.say(tongue),
            said(change.field, change.before, tongue, opened=True),
            said(change.field, change.after, tongue, opened=True),
        )
        for change in differences(before, after)
        if change.field in MENDED
    ]


def reasons_by_group() -> dict[str, list[ReviewReason]]:
    known = REVIEW_REASONS.values()
    return {group: [reason for reason in known if reason.group == group] for group in GROUPS}


def history_of(registration: UUID) -> list[Fact]:
    with house().database.reading() as connection:
        return house().application.store.history(connection, registration)


def steps_of(case: Case) -> frozenset[Step]:
    """What the signed-in staff may do with the case: never anything with their own."""
    if case.row["account"] == account().id:
        return frozenset()
    rows = open_rows(case.status, case.site)
    return frozenset(row.step for row in rows if account().role in row.by)


def closed_steps(case: Case, steps: frozenset[Step], now: datetime) -> dict[Step, str]:
    """Steps whose window is not open at this hour, and why, in words."""
    faults = {step: case.window_fault(step, now) for step in steps}
    return {step: refusal_said(fault) for step, fault in faults.items() if fault is not None}
