"""What was measured of a photo as a list for people: the failed rules first, in words with their numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ncre.domain.fault_codes import FaultCode
from ncre.domain.fault_wording import FAULT_WORDS
from ncre.domain.photo.rules import RuleLevel
from ncre.domain.photo.verdict import RuleResult, checklist, to_tell
from ncre.domain.photo.wording import LEVEL_WORDS, RULE_WORDS, measured_words, photo_particulars
from ncre.web.shared.language import language


@dataclass(frozen=True)
class CheckLine:
    """One rule: what came of it, its name, its number, and for what is not right a sentence with what to do."""

    level: str
    says: str
    rule: str
    number: str
    sentence: str


def lines(measured: Mapping[str, Any], codes: Collection[str], staff: bool = False) -> list[CheckLine]:
    """Every rule that a photo's fact can tell of; hints for staff only where `staff`. A sentence stands once."""
    found, told = [], set()
    for check in checklist(measured, codes, staff):
        found.append(_line(check, measured, check.code not in told))
        told.add(check.code)
    return found


def sentences(measured: Mapping[str, Any], codes: Collection[str]) -> list[str]:
    """What a candidate is told about a photo: why it is refused, else what to look at; one sentence a cause."""
    return [_sentence(check, measured) for check in to_tell(measured, codes)]


def advice(codes: Collection[str]) -> list[str]:
    """What to do where no crop could be made."""
    return [FAULT_WORDS[FaultCode(code)].say(language()) for code in codes]


def overlay(measured: Mapping[str, Any]) -> dict[str, float] | None:
    """Crown, chin and middle in per cent of height and width; None where they were not measured."""
    found = {name: measured.get(name) for name in ("crown", "chin", "centre")}
    if not all(isinstance(value, int | float) for value in found.values()):
        return None
    return {name: round(100 * value, 2) for name, value in found.items() if value is not None}


def _line(check: RuleResult, measured: Mapping[str, Any], first: bool) -> CheckLine:
    words = RULE_WORDS.get(check.name)
    wrong = check.level in (RuleLevel.REFUSED, RuleLevel.WARNED, RuleLevel.STAFF)
    return CheckLine(
        level=check.level.value,
        says=LEVEL_WORDS[check.level].say(language()),
        rule=words.say(language()) if words else check.code,
        number=measured_words(check, language()),
        sentence=_sentence(check, measured) if wrong and first else "",
    )


def _sentence(check: RuleResult, measured: Mapping[str, Any]) -> str:
    return FAULT_WORDS[FaultCode(check.code)].say(language(), **photo_particulars(measured))
