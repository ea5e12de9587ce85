"""Why a site may reject: the reason codes, grouped by what the candidate has to mend."""

from __future__ import annotations

from collections.abc import Mapping
from csv import DictReader
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from ncre.domain.refusals import Refusal, RefusalCode

OTHER: Final = "O01"
"""The reason that says nothing by itself, so a note is required with it."""

LONGEST_NOTE: Final = 500
LONGEST_EVIDENCE: Final = 1000

LEAST_EVIDENCE: Final = 4
"""Characters: less names neither a document nor an application."""
"""Characters of what staff write: to a candidate, and for those who ask later why."""


@dataclass(frozen=True, slots=True)
class ReviewReason:
    """`group` is photo, identity, eligibility or other: it tells which page mends it."""

    code: str
    text: str
    group: str
    text_en: str


def _read() -> dict[str, ReviewReason]:
    source = files("ncre.domain") / "data" / "review_reasons.csv"
    with source.open(encoding="utf-8") as lines:
        return {
            row["code"]: ReviewReason(row["code"], row["text"], row["group"], row["text_en"])
            for row in DictReader(lines)
        }


REVIEW_REASONS: Final[Mapping[str, ReviewReason]] = _read()


def require_reasons(codes: tuple[str, ...], note: str) -> None:
    """A rejection names at least one known reason; "other" needs words (domain facts §7)."""
    if not codes:
        raise Refusal(RefusalCode.REASON_MISSING)
    for code in codes:
        if code not in REVIEW_REASONS:
            raise Refusal(RefusalCode.REASON_UNKNOWN, reason=code)
    if OTHER in codes and not note.strip():
        raise Refusal(RefusalCode.REASON_TEXT_MISSING)


def require_short(text: str, most: int) -> None:
    """Raises Refusal for a text that is longer than its field on the page."""
    if len(text) > most:
        raise Refusal(RefusalCode.TEXT_TOO_LONG, most=most, count=len(text))
