"""The past of a registration: how it stood at a version or a moment, and what changed in between.

The state is folded with the step that writes the present row, so the past cannot tell another story.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, Final

from ncre.domain.accounts import addresses
from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import EXAM_TIME, exam_time_in_words
from ncre.events import bounds
from ncre.events import registration as facts
from ncre.events.base import ERASED, Erased, Fact
from ncre.events.registration_values import Details
from ncre.projections.registration.fields import DETAILS, EMPTY, FIELDS, formatted_value
from ncre.projections.registration.registrations import stood
from ncre.projections.rows import RegistrationRow, SeatRow
from ncre.projections.seating.tickets import seat_row


@dataclass(frozen=True, slots=True)
class AsOfVersion:
    """The registration after its first `number` facts."""

    number: int


@dataclass(frozen=True, slots=True)
class AsOfMoment:
    """The registration as it stood at this moment (aware); what was recorded at it counts."""

    at: datetime


At = AsOfVersion | AsOfMoment

_VERSION: Final = re.compile(r"[vV]?(\d{1,6})", re.ASCII)
_TO_THE_MINUTE: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", re.ASCII)


def parse_at(text: str) -> At | None:
    """ "v5", "5", an ISO time, or exam time without a zone like "2027-03-01 09:00"; None for the rest.

    A moment given to the minute is the end of it: what happened within the minute has happened.
    """
    plain = text.strip()
    if found := _VERSION.fullmatch(plain):
        return AsOfVersion(int(found[1]))
    if not _TIME.fullmatch(plain):
        return None
    try:
        moment = datetime.fromisoformat(plain)
        if _TO_THE_MINUTE.fullmatch(plain):
            moment = moment.replace(second=59, microsecond=999_999)
        return AsOfMoment(bounds.moment(moment if moment.tzinfo else moment.replace(tzinfo=EXAM_TIME)))
    except ValueError:
        return None


@dataclass(frozen=True)
class StateAt:
    """How a registration stood after `version` facts, the last of them recorded at `at`.

    row           as in the table `registrations`; the rest is held by the facts alone
    details       the private details, ERASED where their key was destroyed, None before there were any
    note          of the rejection that stands; cancellation: why the office cancelled;
                  suspension: why staff suspended it last;
                  evidence: upon which the office moved it to another account;
                  student: school number or declaration (all private)
    seats         as assigned so far: [{subject, ticket, hall, room, seat, batch, starts_at, ends_at}]
    """

    version: int
    at: datetime
    row: RegistrationRow
    details: Details | Erased | None = None
    note: str | Erased = ""
    cancellation: str | Erased = ""
    suspension: str | Erased = ""
    evidence: str | Erased = ""
    student: str | Erased = ""
    seats: tuple[SeatRow, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Every field of `FIELDS` with its value, in that order."""
        told = {
            "note": self.note,
            "cancellation": self.cancellation,
            "suspension": self.suspension,
            "evidence": self.evidence,
            "student": self.student,
        }
        values = {**self.row, **self._details(), **told, "seats": list(self.seats)}
        return {name: values[name] for name in FIELDS}

    def _details(self) -> dict[str, Any]:
        if isinstance(self.details, Details):
            return asdict(self.details)
        return dict.fromkeys(DETAILS, self.details)


@dataclass(frozen=True)
class FieldChange:
    """One field that differs. The values are as they stood, private ones too: `fields.said` masks them."""

    field: str
    before: Any
    after: Any


LABELS: Final[Mapping[str, Bilingual]] = {name: field.words for name, field in FIELDS.items()}

DUPLICATE_COLUMNS: Final = frozenset({"name_masked", "document_masked"})
"""Columns that only repeat a private detail behind its mask."""

UNREPORTED: Final = DUPLICATE_COLUMNS | {"version", "changed_at", "account_since"}
"""What every fact changes, or what another field says already: no difference worth a line."""


def state_at(history: Sequence[Fact], at: At | None = None) -> StateAt | None:
    """The registration at a version or a moment (None: now); None where there is nothing to show.

    `history` is the whole of it. A moment after the last fact is the present. `why_nothing` says
    why there is nothing.
    """
    upto = len(history) if at is None else _upto(history, at)
    return _stood(history[:upto]) if 0 < upto <= len(history) else None


def why_nothing(history: Sequence[Fact], at: At | None, language: str) -> str:
    """Why an `at` (None: it could not be read) shows nothing, in a sentence."""
    if at is None:
        return _UNREADABLE.say(language)
    if isinstance(at, AsOfVersion):
        return _NO_SUCH_VERSION.say(language, newest=len(history))
    begun = exam_time_in_words(history[0].metadata.recorded_at) if history else "?"
    return _BEFORE_IT_BEGAN.say(language, begun=begun)


def shown(standing: StateAt, language: str, opened: bool = False) -> dict[str, str]:
    """Every field in words, "" where there is nothing; private ones masked unless `opened`."""
    fields = standing.fields()
    return {
        name: "" if value in EMPTY else formatted_value(name, value, language, opened=opened)
        for name, value in fields.items()
        if name not in DUPLICATE_COLUMNS
    }


def field_changes(before: StateAt | None, after: StateAt) -> list[FieldChange]:
    """The fields that differ, in the order of `FIELDS`; with None, what there is in place of nothing."""
    old = before.fields() if before else dict.fromkeys(FIELDS)
    new = after.fields()
    return [
        FieldChange(name, old[name], new[name])
        for name in FIELDS
        if name not in UNREPORTED and not _same(name, old[name], new[name])
    ]


def _same(name: str, old: Any, new: Any) -> bool:
    """Whether nobody could see a difference: nothing at all is like an empty list or text, and a number is a number."""
    if name == "mobile" and isinstance(old, str) and isinstance(new, str):
        return addresses.readable_address(old) == addresses.readable_address(new)
    return bool(old == new) or (old in EMPTY and new in EMPTY)


def _upto(history: Sequence[Fact], at: At) -> int:
    """How many facts there were; more than there are for a version still to come.

    A fact that bears an earlier moment than the one it follows came after it all the same.
    """
    if isinstance(at, AsOfVersion):
        return at.number
    return sum(1 for _ in takewhile(lambda fact: fact.metadata.recorded_at <= at.at, history))


def _stood(history: Sequence[Fact]) -> StateAt | None:
    row = stood(history)
    if row is None:
        return None
    stamp = history[-1].metadata
    return StateAt(
        version=stamp.version,
        at=stamp.recorded_at,
        row=row,
        details=_details_at(history, row["details_version"]),
        note=_note_at(history, row["rejected_version"]),
        cancellation=next((_why(fact) for fact in history if isinstance(fact, facts.Cancelled)), ""),
        suspension=next((fact.reason for fact in reversed(history) if isinstance(fact, facts.Suspended)), ""),
        evidence=next((fact.evidence for fact in reversed(history) if isinstance(fact, facts.Moved)), ""),
        student=student_of(history),
        seats=tuple(seat_row(fact) for fact in _seats(history)),
    )


def _seats(history: Sequence[Fact]) -> list[facts.SeatAssigned]:
    """Those that were given and not given up since."""
    held: dict[str, facts.SeatAssigned] = {}
    for fact in history:
        if isinstance(fact, facts.SeatAssigned):
            held[fact.subject] = fact
        elif isinstance(fact, facts.SeatReleased):
            held.pop(fact.subject, None)
    return list(held.values())


def _why(cancelled: facts.Cancelled) -> str | Erased:
    """Why the office cancelled it, and why a paid fee was returned or kept."""
    if not isinstance(cancelled.reason, str) or not isinstance(cancelled.money_reason, str):
        return cancelled.reason
    return "；".join(filter(None, (cancelled.reason, cancelled.money_reason)))


def student_of(history: Sequence[Fact]) -> str | Erased:
    """What the candidate last said to a site for its own students: school number or declaration; "" if nothing."""
    chosen = (fact for fact in reversed(history) if isinstance(fact, facts.Submitted | facts.SubjectsChanged))
    return next((fact.student for fact in chosen), "")


def _details_at(history: Sequence[Fact], version: int | None) -> Details | Erased | None:
    if version is None:
        return None
    return getattr(history[version - 1], "details", ERASED)


def _note_at(history: Sequence[Fact], version: int | None) -> str | Erased:
    fact = history[version - 1] if version is not None else None
    return fact.note if isinstance(fact, facts.Rejected) else ""


_UNREADABLE: Final = Bilingual(
    "请写版本（例如 v5）或时间（例如 2027-03-01 09:00，北京时间）。",
    "Write a version (like v5) or a time (like 2027-03-01 09:00, Beijing time).",
)
_NO_SUCH_VERSION: Final = Bilingual(
    "没有这个版本：这份报名现有第 1 版至第 {newest} 版。",
    "There is no such version: this registration has versions 1 to {newest}.",
)
_BEFORE_IT_BEGAN: Final = Bilingual(
    "那时还没有这份报名，它开始于 {begun}。",
    "There was no such registration then; it began at {begun} (Beijing time).",
)
