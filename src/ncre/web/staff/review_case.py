"""What lies before the reviewer of a case: the answers, the photos, and what was mended since a rejection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ncre.domain.registration.rejection_reasons import REVIEW_REASONS, ReviewReason
from ncre.domain.registration.vocabulary import Step
from ncre.events import access
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.events.registration_values import Details
from ncre.projections.audit.snapshots import AsOfVersion, field_changes, state_at, student_of
from ncre.projections.registration.fields import DETAILS, FIELDS, formatted_value
from ncre.projections.registration.registrations import stood
from ncre.web.candidate.photo_checks import lines, overlay
from ncre.web.candidate.task_list import GROUPS
from ncre.web.shared.auth import container
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.history_view import HistoryLine
from ncre.web.shared.language import language
from ncre.web.shared.registration_view import Case

CANDIDATE_FIELDS: Final = frozenset({*DETAILS, "site", "lines", "photo", "student"})
"""The fields that candidates mend; the rest of a difference is the service's own bookkeeping."""


def pictures(history: Sequence[Fact]) -> list[dict[str, Any]]:
    """The photos of the case in the order in which they came: digest, version, time, and what was measured."""
    return [
        {
            "digest": fact.photo.digest,
            "version": fact.metadata.version,
            "at": fact.metadata.recorded_at,
            "checks": lines(fact.photo.measured, fact.photo.codes, staff=True),
            "overlay": overlay(fact.photo.measured),
            "handling": fact.photo.handling,
            "appealed": fact.photo.appealed,
        }
        for fact in history
        if isinstance(fact, facts.PhotoUploaded | facts.PhotoReplaced)
    ]


def answers(details: Details | None, history: Sequence[Fact] = ()) -> list[tuple[str, str]]:
    """(label, value) of the private details in words; the number as typed only where it says more.

    With the school number or declaration of the history, where the site asked for one.
    """
    if details is None:
        return []
    given = asdict(details)
    if given["document_typed"] == given["document_number"]:
        del given["document_typed"]
    tongue, student = language(), student_of(history)
    told = [(FIELDS["student"].words.say(tongue), formatted_value("student", student, tongue, opened=True))]
    return [
        (DETAILS[name].words.say(tongue), formatted_value(name, given[name], tongue, opened=True))
        for name in DETAILS
        if name in given
    ] + (told if student else [])


def applied_for(history: Sequence[Fact]) -> list[tuple[str, str]]:
    """(label, value) of the site and the subjects after these facts, without the number."""
    row, tongue = stood(history), language()
    if row is None or row["site"] is None:
        return []
    chosen: dict[str, Any] = {"site": row["site"], "lines": row["lines"]}
    return [(FIELDS[name].words.say(tongue), formatted_value(name, chosen[name], tongue)) for name in chosen]


def changes_since_rejection(history: Sequence[Fact]) -> list[tuple[str, str, str]]:
    """What the candidate changed after the last rejection: (label, before, after) in words."""
    rejected = [fact.metadata.version for fact in history if isinstance(fact, facts.Rejected)]
    before, after = state_at(history, AsOfVersion(rejected[-1])) if rejected else None, state_at(history)
    if before is None or after is None:
        return []
    tongue = language()
    return [
        (
            FIELDS[change.field].words.say(tongue),
            formatted_value(change.field, change.before, tongue, opened=True),
            formatted_value(change.field, change.after, tongue, opened=True),
        )
        for change in field_changes(before, after)
        if change.field in CANDIDATE_FIELDS
    ]


def newest_line_of_staff(story: Sequence[HistoryLine]) -> HistoryLine | None:
    """The newest line in which staff changed the case, newest first given: what an outdated page did not show."""
    return next(
        (told for told in story if told.name and told.row["topic"] != access.DetailsViewed.TOPIC), None
    )


def reasons_by_group() -> dict[str, list[ReviewReason]]:
    known = REVIEW_REASONS.values()
    return {group: [reason for reason in known if reason.group == group] for group in GROUPS}


def history_of(registration: UUID) -> list[Fact]:
    return container().queries.cases.history(registration)


def closed_steps(case: Case, steps: frozenset[Step], now: datetime) -> dict[Step, str]:
    """Steps whose window is not open at this hour, and why, in words."""
    faults = {step: case.window_fault(step, now) for step in steps}
    return {step: refusal_text(fault) for step, fault in faults.items() if fault is not None}
