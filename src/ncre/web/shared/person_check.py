"""What a form of personal details is asked about before it is saved, and which kind of document a number looks like."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from ncre.domain.candidate_fields import FORM_FIELDS
from ncre.domain.faults import Fault
from ncre.domain.identity_documents import DOCUMENT_TYPES, looks_like
from ncre.domain.questions import Question, questions
from ncre.events.registration_values import Details
from ncre.services.documents.issuing import missing_glyphs
from ncre.web.shared.forms import typed_field
from ncre.web.shared.language import language

PRINTED: Final = {one.name: one.words for one in FORM_FIELDS if one.name in ("name", "address", "remark")}
"""Fields in free words that stand on paper."""


@dataclass(frozen=True)
class PersonCheck:
    """Questions that are open, and another kind of document that one tap takes: its code and words; "" if none."""

    questions: tuple[Question, ...] = ()
    kind: str = ""

    @property
    def kind_words(self) -> str:
        return DOCUMENT_TYPES[self.kind].words.say(language()) if self.kind else ""

    def said(self) -> list[tuple[str, str]]:
        """(field, sentence) of each question, in the reader's language."""
        return [(one.field, one.say(language())) for one in self.questions]

    @property
    def shown(self) -> str:
        """What the form sends to say that these questions were seen, a line each."""
        return "\n".join(one.token for one in self.questions)


NOTHING_TO_CHECK: Final = PersonCheck()
_ALL: Final = tuple(DOCUMENT_TYPES)


def check_faulty(
    typed: Mapping[str, str], faults: Iterable[Fault], documents: Collection[str] = _ALL
) -> PersonCheck:
    """Where the number or its kind is at fault: the kind that it looks like."""
    if not {"document_type", "document_number"} & {fault.field for fault in faults}:
        return NOTHING_TO_CHECK
    return PersonCheck(kind=looks_like(typed["document_type"], typed["document_number"], documents) or "")


def check_parsed(
    typed: Mapping[str, str], details: Details, today: date, documents: Collection[str] = _ALL
) -> PersonCheck:
    """What is asked about these details; nothing where every question was shown on the page that was sent."""
    unprintable = {name: (words, missing_glyphs(getattr(details, name))) for name, words in PRINTED.items()}
    open_ = questions(details, typed["name"], today, unprintable, documents)
    if {one.token for one in open_} <= set(typed_field("shown").replace("\r", "").split("\n")):
        return NOTHING_TO_CHECK
    return PersonCheck(
        tuple(open_), looks_like(details.document_type, details.document_number, documents) or ""
    )
