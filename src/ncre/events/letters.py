"""What the exam office says in letters about registrations. Each kind of letter has a stream of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID, uuid5

from ncre.events.base import Fact

_NAMESPACE = UUID("5a0b7c55-3bb7-5d7c-9f0c-6d2a2b1f6f0e")


def letter_text_stream(kind: str) -> UUID:
    """The stream of the texts of a kind of letter."""
    return uuid5(_NAMESPACE, kind)


@dataclass(frozen=True)
class LetterTextChanged(Fact):
    """From now on letters of this kind say this; placeholders stand in braces."""

    TOPIC: ClassVar[str] = "letters.text_changed"
    kind: str
    subject: str
    subject_en: str
    body: str
    body_en: str
    short: str
    short_en: str
    why: str


@dataclass(frozen=True)
class LetterTextReset(Fact):
    """From now on letters of this kind say what ncre came with."""

    TOPIC: ClassVar[str] = "letters.text_reset"
    kind: str
    why: str
