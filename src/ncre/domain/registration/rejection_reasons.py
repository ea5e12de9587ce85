"""Why a site may reject: the reason codes, grouped by what the candidate has to mend."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from csv import DictReader
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from ncre.domain.photo.rules import BANDS, Facts, RuleLevel
from ncre.domain.photo.verdict import checklist
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
    source = files("ncre.domain") / "data" / "rejection_reasons.csv"
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


USUAL: Final = ("P01", "P03", "P07", "P05", "I01")
"""Shown first where nothing was rejected yet: what the guide of the exam office warns of most."""

_REASON_OF: Final[Mapping[str, str]] = {
    **dict.fromkeys(("BLUR", "DARK", "BRIGHT", "SHADOW", "GREY", "TINTED", "CMYK"), "P01"),
    "BG": "P03",
    **dict.fromkeys(("YAW", "ROLL", "MOUTH", "MULTI", "NOFACE"), "P04"),
    **dict.fromkeys(("PIXELS", "ASPECT", "TOP", "CROWN", "SHOULDER", "CENTRE", "SIDES"), "P07"),
    **dict.fromkeys(("ROT90", "ROT180", "ROT270", "UPRIGHT"), "P09"),
    "EYES": "P11",
}
"""What is measured in a photo, and the reason that says the same to the candidate; a head is told by its size."""


def measured_reasons(measured: Facts, codes: Collection[str]) -> tuple[str, ...]:
    """The reasons that the measurements of a photo speak for, the worst first, each once."""
    wrong = (RuleLevel.REFUSED, RuleLevel.STAFF, RuleLevel.WARNED)
    found = [check.code for check in checklist(measured, codes, staff=True) if check.level in wrong]
    reasons = [_head_reason(measured) if code == "HEAD" else _REASON_OF.get(code, "") for code in found]
    return tuple(dict.fromkeys(filter(None, reasons)))


def _head_reason(measured: Facts) -> str:
    """Too small or too big; the share of the height lies below or above what it should be."""
    size = measured.get("head")
    return "P05" if isinstance(size, int | float) and size < BANDS["head"].green[0] else "P06"


def first_reasons(measured: Iterable[str], rejected: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """What stands first on the form: what was measured, then the five commonest of these rejections."""
    counted = Counter(code for codes in rejected for code in codes if code in REVIEW_REASONS)
    commonest = [code for code, _ in counted.most_common(FIRST)]
    five = list(dict.fromkeys((*commonest, *USUAL)))[:FIRST]
    return tuple(dict.fromkeys((*measured, *five)))


FIRST: Final = 5
"""Reasons at hand without opening the whole list."""


def require_text(text: str, most: int, allowed: str = "\n\t") -> None:
    """Raises Refusal for a text that is longer than its field on the page, or holds what nobody can read."""
    if len(text) > most:
        raise Refusal(RefusalCode.TEXT_TOO_LONG, most=most, count=len(text))
    if found := unreadable(text, allowed):
        raise Refusal(RefusalCode.TEXT_UNREADABLE, which="、".join(found))


def unreadable(text: str, allowed: str) -> list[str]:
    """Control characters, half characters, and marks that turn the order of a line, by code point, each once."""
    return [
        f"U+{ord(one):04X}"
        for one in dict.fromkeys(text)
        if one not in allowed and (unicodedata.category(one) in ("Cc", "Cs") or one in TURNING)
    ]


TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks by which a text reads otherwise than it was typed (Unicode TR 36, bidirectional text)."""
