"""Kinds of values in round files. Each reads what people and spreadsheets write, and says its own form."""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from ncre.domain import printed_numbers, typed_text
from ncre.domain.bilingual import Bilingual
from ncre.events import bounds
from ncre.rounds.faults import as_text, did_you_mean, meant
from ncre.rounds.times import moment

FEN: Final = 100
LARGEST_FEE: Final = Decimal("99999.99")

SPREADSHEET_ERRORS: Final = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)
YES: Final = ("yes", "true", "y", "1", "是", "对", "有")
NO: Final = ("no", "false", "n", "0", "否", "不", "无")

_WHOLE: Final = re.compile(r"(\d{1,12}|\d{1,3}(?:,\d{3})+)(?:\.0{1,10})?|\d\.\d{1,8}E\+\d{1,2}", re.ASCII)


class Unfit(ValueError):
    """A value that is not of its kind: the form it should have, and which value may be meant."""

    def __init__(self, form: Bilingual, hint: Bilingual = Bilingual("", "")) -> None:  # noqa: B008 (immutable)
        super().__init__(form.en)
        self.form = form
        self.hint = hint


@dataclass(frozen=True)
class ValueKind(ABC):
    """A kind of value; as the annotation of a field it reads the field's values."""

    form: Bilingual

    @abstractmethod
    def read(self, value: object, today: date) -> Any:
        """The value that is meant. Raises Unfit."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._validated)

    def _validated(self, value: object, info: ValidationInfo) -> Any:
        return self.read(value, info.context["today"] if info.context else date.min)


@dataclass(frozen=True)
class TextKind(ValueKind):
    """A text of one line, or of several."""

    longest: int
    lines: bool = False

    def read(self, value: object, today: date) -> str:
        if not isinstance(value, str) or value.strip().upper() in SPREADSHEET_ERRORS:
            raise Unfit(self.form)
        text = value.strip() if self.lines else " ".join(value.split())
        if not 1 <= len(text) <= self.longest or any(self._is_invisible(one) for one in text):
            raise Unfit(self.form)
        return text

    def _is_invisible(self, letter: str) -> bool:
        return unicodedata.category(letter) in typed_text.INVISIBLE and not (self.lines and letter in "\n\t")


def one_line(longest: int) -> TextKind:
    return TextKind(
        Bilingual(f"1 至 {longest} 个可见字符", f"a text of 1 to {longest} characters that can be seen"),
        longest,
    )


def several_lines(longest: int) -> TextKind:
    """A text of several lines."""
    form = Bilingual(
        f"1 至 {longest} 个字符，可以分行",
        f"a text of 1 to {longest} characters, line breaks included",
    )
    return TextKind(form, longest, lines=True)


@dataclass(frozen=True)
class CodeKind(ValueKind):
    """A code of digits that numbers on paper are made of, or a name that stands beside them."""

    part: printed_numbers.NumberPart
    digits: int = 0

    def read(self, value: object, today: date) -> str:
        given = value if isinstance(value, str) else as_text(value) if type(value) is int else ""
        if not self.part.fits(given.strip()):
            raise Unfit(self.form, self._meant(given))
        return given.strip()

    def _meant(self, given: str) -> Bilingual:
        """Where full width, or a spreadsheet that took it for a number, made another text of a code."""
        folded = typed_text.code(given.removesuffix(".0"))
        for guess in (folded, folded.zfill(self.digits)):
            if folded and self.part.fits(guess):
                return did_you_mean(guess)
        return Bilingual("", "")


def code(part: printed_numbers.NumberPart, digits: int) -> CodeKind:
    return CodeKind(part.form, part, digits)


@dataclass(frozen=True)
class WholeKind(ValueKind):
    """A whole number, also as a spreadsheet writes it: 45.0, 1,200, 1.2E+03, full width."""

    least: int
    most: int

    def read(self, value: object, today: date) -> int:
        number = value if type(value) is int else self._written(value)
        if not self.least <= number <= self.most:
            raise Unfit(self.form)
        return number

    def _written(self, value: object) -> int:
        plain = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else ""
        if not _WHOLE.fullmatch(plain[:40]):
            raise Unfit(self.form)
        number = Decimal(plain.replace(",", ""))
        if number != int(number):
            raise Unfit(self.form)
        return int(number)


def whole(least: int, most: int) -> WholeKind:
    return WholeKind(
        Bilingual(f"{least} 至 {most} 的整数", f"a whole number from {least} to {most}"), least, most
    )


@dataclass(frozen=True)
class ChoiceKind(ValueKind):
    """One of a few words, in any case."""

    options: tuple[str, ...]

    def read(self, value: object, today: date) -> str:
        given = unicodedata.normalize("NFKC", as_text(value)).strip().casefold()
        if given not in self.options:
            raise Unfit(self.form, meant(given[:80], self.options))
        return given


def choice(options: Sequence[str]) -> ChoiceKind:
    said = "/".join(options)
    return ChoiceKind(Bilingual(f"{said} 之一", f"one of {said}"), tuple(options))


@dataclass(frozen=True)
class SeveralKind(ValueKind):
    """A list of different words among a few; at least one."""

    options: tuple[str, ...]

    def read(self, value: object, today: date) -> tuple[str, ...]:
        known = isinstance(value, list) and value and all(one in self.options for one in value)
        if not isinstance(value, list) or not known or len(set(value)) < len(value):
            raise Unfit(self.form)
        return tuple(value)


def several(options: Sequence[str]) -> SeveralKind:
    said = "/".join(options)
    words = Bilingual(
        f"由 {said} 中一个或几个不重复的值组成的列表", f"a list of different kinds out of {said}"
    )
    return SeveralKind(words, tuple(options))


@dataclass(frozen=True)
class CellListKind(ValueKind):
    """Different words among a few, with blanks, commas or semicolons between them."""

    options: tuple[str, ...]

    def read(self, value: object, today: date) -> tuple[str, ...]:
        words = re.split(r"[\s,，、;；]+", unicodedata.normalize("NFKC", as_text(value)).strip().casefold())
        if not set(words) <= set(self.options) or len(set(words)) < len(words):
            raise Unfit(self.form)
        return tuple(one for one in self.options if one in words)


def several_in_a_cell(options: Sequence[str]) -> CellListKind:
    said = "/".join(options)
    words = Bilingual(
        f"由 {said} 中一个或几个不重复的值组成，用空格分开",
        f"one or more different words out of {said}, with blanks between them",
    )
    return CellListKind(words, tuple(options))


@dataclass(frozen=True)
class YesNoKind(ValueKind):
    """Yes or no, as people and spreadsheets say it."""

    def read(self, value: object, today: date) -> bool:
        given = unicodedata.normalize("NFKC", as_text(value)).strip().casefold()
        if given not in (*YES, *NO):
            raise Unfit(self.form, meant(given[:80], ("yes", "no", "true", "false")))
        return given in YES


def yes_or_no() -> YesNoKind:
    return YesNoKind(
        Bilingual("yes/no 之一（TRUE/FALSE、是/否 亦可）", "one of yes/no (or TRUE/FALSE, 是/否)")
    )


@dataclass(frozen=True)
class FenKind(ValueKind):
    """An amount in yuan, read to fen; nothing is rounded."""

    def read(self, value: object, today: date) -> int:
        try:
            if not isinstance(value, str | int | Decimal) or isinstance(value, bool):
                raise Unfit(self.form)
            yuan = Decimal(as_text(value).strip()[:40])
        except InvalidOperation:
            raise Unfit(self.form) from None
        if not yuan.is_finite() or not 0 < yuan <= LARGEST_FEE or yuan * FEN != int(yuan * FEN):
            raise Unfit(self.form)
        return int(yuan * FEN)


def fen() -> FenKind:
    return FenKind(
        Bilingual(
            f"0.01 至 {LARGEST_FEE} 元，最多两位小数",
            f"yuan from 0.01 to {LARGEST_FEE} with two decimals at the most",
        )
    )


@dataclass(frozen=True)
class MomentKind(ValueKind):
    """A moment in UTC, from wall time of the exam."""

    def read(self, value: object, today: date) -> datetime:
        try:
            if isinstance(value, datetime) and value.tzinfo:
                return bounds.moment(value)
        except bounds.OutOfBounds:
            raise Unfit(self.form) from None
        found = moment(as_text(value)[:80], today)
        if found is None:
            raise Unfit(self.form)
        return found


def time_of_exam() -> MomentKind:
    return MomentKind(
        Bilingual(
            "“2027-01-05 09:00”或“today+9d 17:00”这样的时间",
            "a time like '2027-01-05 09:00' or 'today+9d 17:00'",
        )
    )
