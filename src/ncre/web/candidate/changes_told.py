"""The history as its candidate reads it: what was changed is named, beside that it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from uuid import UUID

from ncre.domain.bilingual import Bilingual
from ncre.domain.candidate_fields import FORM_FIELDS
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.events.registration_values import Details
from ncre.projections.rows import HistoryRow
from ncre.web.shared.auth import container


def with_changes(registration: UUID, story: Iterable[HistoryRow]) -> list[HistoryRow]:
    """The lines of the story, those of a change with the fields or the former choice."""
    lines = list(story)
    topics = {facts.InfoAmended.TOPIC, facts.SubjectsChanged.TOPIC}
    if not any(line["topic"] in topics for line in lines):
        return lines
    history = container().queries.cases.history(registration)
    told = {after.metadata.version: words for after, words in _changes(history)}
    return [
        _named(line, told.get(line["version"])) if line["stream"] == registration else line for line in lines
    ]


def _named(line: HistoryRow, words: Bilingual | None) -> HistoryRow:
    return {**line, "zh": line["zh"] + words.zh, "en": f"{line['en']} {words.en}"} if words else line


def _changes(history: Iterable[Fact]) -> Iterable[tuple[Fact, Bilingual]]:
    """Every amendment and change of choice with what it changed, against the one before it."""
    details: object = None
    choice: facts.Submitted | facts.SubjectsChanged | None = None
    for fact in history:
        if isinstance(fact, facts.InfoFilled | facts.InfoAmended):
            if isinstance(details, Details) and isinstance(fact.details, Details):
                yield fact, _fields(details, fact.details)
            details = fact.details
        elif isinstance(fact, facts.Submitted | facts.SubjectsChanged):
            if choice is not None and isinstance(fact, facts.SubjectsChanged):
                yield fact, _former(choice)
            choice = fact


def _fields(before: Details, after: Details) -> Bilingual:
    old, new = asdict(before), asdict(after)
    changed = [one.words for one in FORM_FIELDS if old[one.name] != new[one.name]]
    return Bilingual(
        f"改动：{'、'.join(Bilingual(*one).zh for one in changed)}。",
        f"Changed: {', '.join(Bilingual(*one).en for one in changed)}.",
    )


def _former(before: facts.Submitted | facts.SubjectsChanged) -> Bilingual:
    subjects = [line.subject for line in before.lines]
    return Bilingual(
        f"原为：考点 {before.site}，科目 {'、'.join(subjects)}。",
        f"Before: site {before.site}, subjects {', '.join(subjects)}.",
    )
