"""What is asked back before details are saved: nothing is wrong, but the candidate should see it and say so.

A question carries a token of what it asks about. The form sends the tokens of the questions that were shown; another
value asks anew.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date
from enum import StrEnum
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.identity_documents import DOCUMENT_TYPES, looks_like
from ncre.domain.typed_text import HAN
from ncre.events.registration_values import Details

YOUNGEST: Final = 8
OLDEST: Final = 90
"""Years. There is no limit of age (domain facts §4): outside these a date of birth is more often mistyped than true."""

_BLANK_IN_HAN: Final = re.compile(rf"[{HAN}] +[{HAN}]")


class QuestionCode(StrEnum):
    """What a form asks about once, because it is likely a slip and not wrong in itself."""

    NAME_CHANGED = "name_changed"
    NAME_BLANK = "name_blank"
    NOT_PRINTABLE = "not_printable"
    BIRTH_YOUNG = "birth_young"
    BIRTH_OLD = "birth_old"
    DOCUMENT_LOOKS = "document_looks"


@dataclass(frozen=True)
class Question:
    """About one field of the form; `about` is the value in question, `particulars` fill the words of the code."""

    field: str
    code: QuestionCode
    about: str
    particulars: Mapping[str, object] = default(default_factory=dict)

    @property
    def token(self) -> str:
        """What the answer to this very question carries."""
        return f"{self.code}:{self.about}"

    def say(self, language: str) -> str:
        """The question in a language, `zh` or `en`."""
        return QUESTION_WORDS[self.code].say(language, **self.particulars)


QUESTION_WORDS: Final[Mapping[QuestionCode, Bilingual]] = {
    QuestionCode.NAME_CHANGED: Bilingual(
        "姓名将保存为“{after}”，您输入的是“{before}”{letters}。同样的符号只用一种写法，以便证件、准考证和名单一致。",
        "The name will be saved as “{after}”; you typed “{before}”{letters_en}. Signs that mean the same are "
        "written in one way, so that document, admission ticket and lists agree.",
    ),
    QuestionCode.NAME_BLANK: Bilingual(
        "姓名“{name}”的汉字之间有空格。证件上也有吗？没有的话请删去。",
        "There is a space between the characters of “{name}”. Is it on the document? If not, remove it.",
    ),
    QuestionCode.NOT_PRINTABLE: Bilingual(
        "{label}中的 {letters} 没有可用的字体，报名登记表和准考证上会印成 {shown}。可以改写为全拼或常用字；也可以保持不变，考点会看到同样的提示。",
        "{label_en}: there is no font for {letters}; the registration form and the admission ticket will show "
        "{shown}. You may write pinyin or a common character instead, or leave it; the site sees the same "
        "notice.",
    ),
    QuestionCode.BIRTH_YOUNG: Bilingual(
        "按出生日期 {born}，考生现在不满 {years} 岁。日期对吗？",
        "By the date of birth {born} the candidate is not yet {years} years old. Is the date right?",
    ),
    QuestionCode.BIRTH_OLD: Bilingual(
        "按出生日期 {born}，考生现在超过 {years} 岁。日期对吗？",
        "By the date of birth {born} the candidate is over {years} years old. Is the date right?",
    ),
    QuestionCode.DOCUMENT_LOOKS: Bilingual(
        "这个号码看起来像“{other}”的号码，现在选的是“{label}”。证件类型对吗？",
        "This looks like the number of another document ({other_en}); the chosen one is: {label_en}. Is that right?",
    ),
}


def questions(
    details: Details,
    typed_name: str,
    today: date,
    unprintable: Mapping[str, tuple[Bilingual, Collection[str]]],
    documents: Collection[str],
) -> list[Question]:
    """What to ask about these details.

    `typed_name` is the name as it was typed; `unprintable` gives for a field its label and the characters that no font
    here can draw; `documents` are the kinds that the round accepts.
    """
    return [
        *_about_name(details.name, typed_name.strip()),
        *_about_document(details, documents),
        *_about_birth(details.birth, today),
        *_about_printing(unprintable),
    ]


def _about_name(name: str, typed: str) -> Iterator[Question]:
    if typed != name:
        gone = [one for one in dict.fromkeys(typed) if one not in name and not one.isalnum()]
        points = "、".join(f"U+{ord(one):04X}" for one in gone)
        said = {
            "after": name,
            "before": typed,
            "letters": f"（{points} 已替换或去掉）" if gone else "",
            "letters_en": f" ({points} replaced or left out)" if gone else "",
        }
        yield Question("name", QuestionCode.NAME_CHANGED, name, said)
    if _BLANK_IN_HAN.search(name):
        yield Question("name", QuestionCode.NAME_BLANK, name, {"name": name})


def _about_document(details: Details, documents: Collection[str]) -> Iterator[Question]:
    other = looks_like(details.document_type, details.document_number, documents)
    if other is not None:
        words, its = DOCUMENT_TYPES[other].words, DOCUMENT_TYPES[details.document_type].words
        said = {"other": words.zh, "other_en": words.en, "label": its.zh, "label_en": its.en}
        about = f"{details.document_type} {details.document_number}"
        yield Question("document_type", QuestionCode.DOCUMENT_LOOKS, about, said)


def _about_birth(born: date, today: date) -> Iterator[Question]:
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    said = {"born": born.isoformat()}
    if age < YOUNGEST:
        yield Question("birth", QuestionCode.BIRTH_YOUNG, born.isoformat(), {**said, "years": YOUNGEST})
    elif age > OLDEST:
        yield Question("birth", QuestionCode.BIRTH_OLD, born.isoformat(), {**said, "years": OLDEST})


def _about_printing(unprintable: Mapping[str, tuple[Bilingual, Collection[str]]]) -> Iterator[Question]:
    for name, (label, characters) in unprintable.items():
        letters = "".join(dict.fromkeys(characters))
        if not letters:
            continue
        shown = "".join(f"〔U+{ord(one):04X}〕" for one in letters)
        said = {"label": label.zh, "label_en": label.en, "letters": letters, "shown": shown}
        yield Question(name, QuestionCode.NOT_PRINTABLE, letters, said)
