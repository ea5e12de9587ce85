"""The text of a letter: what may stand in it, how it is filled in, and what is refused when the office edits it.

Texts hold placeholders like {deadline} and nothing else that is read: what is filled in is never looked through again, and no
text is ever run as a template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.letters.kinds import LetterKind
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.rejection_reasons import require_text

LONGEST_SUBJECT: Final = 120
LONGEST_BODY: Final = 4000
LONGEST_SHORT: Final = 300
"""Characters. A message to a phone is paid for by 70 of them."""

LONGEST_REASON: Final = 200

_PLACEHOLDER: Final = re.compile(r"\{([a-z_]{1,20})\}")


@dataclass(frozen=True)
class LetterText:
    """Subject and body of a mail (paragraphs parted by an empty line), and the message to a phone; in both languages."""

    subject: str
    subject_en: str
    body: str
    body_en: str
    short: str
    short_en: str

    def say(self, part: str, language: str) -> str:
        """A part (subject, body, short) in a language."""
        text: str = getattr(self, f"{part}_en" if language == "en" else part)
        return text


PLACEHOLDERS: Final[Mapping[str, Bilingual]] = {
    "round": Bilingual("考次名称", "the round"),
    "number": Bilingual("报名号", "the registration number"),
    "site": Bilingual("考点", "the site"),
    "subjects": Bilingual("报考科目", "the subjects"),
    "amount": Bilingual("金额（元）", "the amount (yuan)"),
    "deadline": Bilingual("缴费期限", "until when to pay"),
    "reasons": Bilingual("未通过的原因", "the reasons"),
    "way_back": Bilingual("重新报名的办法", "the way back"),
    "seats": Bilingual("时间、考场和座位", "times, halls and seats"),
    "printing": Bilingual("打印准考证的时间", "when admission tickets are printed"),
    "changes": Bilingual("变动的内容", "what was changed"),
    "moved": Bilingual("转到哪里", "where it was moved"),
    "day": Bilingual("考试日期", "the day of the exam"),
    "why": Bilingual("停办的原因", "why the site is called off"),
    "money": Bilingual("已支付的费用怎么办", "what becomes of the fee"),
    "round_before": Bilingual("原来的考次", "the round it was in"),
}

EVERYWHERE: Final = frozenset({"round", "number", "site", "subjects"})

REQUIRED: Final[Mapping[LetterKind, frozenset[str]]] = {
    LetterKind.APPROVED: frozenset({"deadline", "amount"}),
    LetterKind.REJECTED: frozenset({"reasons"}),
    LetterKind.LAPSES_IN_6_HOURS: frozenset({"deadline"}),
    LetterKind.LAPSES_IN_1_HOUR: frozenset({"deadline"}),
    LetterKind.LAPSED: frozenset({"way_back"}),
    LetterKind.PAID: frozenset({"amount"}),
    LetterKind.REFUNDED: frozenset({"amount"}),
    LetterKind.SEATED: frozenset({"seats", "printing"}),
    LetterKind.MOVED: frozenset({"moved"}),
    LetterKind.ROUND_CHANGED: frozenset({"changes"}),
    LetterKind.EXAM_TOMORROW: frozenset({"day", "seats"}),
    LetterKind.SITE_CANCELLED: frozenset({"why", "money", "way_back"}),
    LetterKind.POSTPONED: frozenset({"why", "round_before", "round"}),
    LetterKind.CANCELLED: frozenset({"money", "way_back"}),
}
"""What the mail of a kind must say, in either language; a letter without it would not tell its cause."""

EXTRA: Final[Mapping[LetterKind, frozenset[str]]] = {
    LetterKind.LAPSES_IN_6_HOURS: frozenset({"amount"}),
    LetterKind.LAPSES_IN_1_HOUR: frozenset({"amount"}),
}
"""What it may say besides."""


def allowed(kind: LetterKind) -> frozenset[str]:
    """The placeholders that a text of this kind may hold."""
    return EVERYWHERE | REQUIRED[kind] | EXTRA.get(kind, frozenset())


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in; what is filled in is not looked through."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], ""), text)


def require_usable(kind: LetterKind, text: LetterText) -> None:
    """Raises Refusal for a part that is empty, too long or unreadable, and for wrong or missing placeholders."""
    longest = {"subject": LONGEST_SUBJECT, "body": LONGEST_BODY, "short": LONGEST_SHORT}
    for field in fields(text):
        written: str = getattr(text, field.name)
        part = field.name.removesuffix("_en")
        if not written.strip():
            raise Refusal(RefusalCode.LETTER_EMPTY, part=field.name)
        require_text(written, longest[part], "\n\t" if part == "body" else "")
        _require_placeholders(kind, field.name, written)


def _require_placeholders(kind: LetterKind, part: str, written: str) -> None:
    used = set(_PLACEHOLDER.findall(written))
    rest = _PLACEHOLDER.sub("", written)
    unknown = sorted(used - allowed(kind))
    if unknown or "{" in rest or "}" in rest:
        which = "、".join(f"{{{one}}}" for one in unknown) or "{ }"
        may = " ".join(f"{{{one}}}" for one in sorted(allowed(kind)))
        raise Refusal(RefusalCode.LETTER_PLACEHOLDER_UNKNOWN, part=part, which=which, may=may)
    if part in ("body", "body_en") and (missing := sorted(REQUIRED[kind] - used)):
        which = " ".join(f"{{{one}}}" for one in missing)
        raise Refusal(RefusalCode.LETTER_PLACEHOLDER_MISSING, part=part, which=which)
