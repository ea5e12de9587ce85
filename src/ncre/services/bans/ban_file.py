"""Bans from a CSV file, as an office saves one: UTF-8, GB 18030 or UTF-16, with the dates of a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ncre.domain import typed_text
from ncre.domain.bans.ban import require_terms
from ncre.domain.bilingual import Bilingual
from ncre.domain.identity_documents import DOCUMENT_TYPES, RESIDENT_ID, fault_of_number, normalise_document
from ncre.domain.refusal_wording import in_both_languages
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.rounds.csv_tables import csv_lines
from ncre.rounds.encodings import text_of
from ncre.rounds.faults import FaultList, value_shown
from ncre.rounds.times import day

NAME: Final = "bans.csv"

MOST_ROWS: Final = 5_000
"""Bans of one file; a province has some hundreds a year."""

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "document_type": ("证件类型", "document type", "document_type"),
    "document": (
        "证件号码",
        "证件号",
        "身份证号",
        "身份证号码",
        "document",
        "document number",
        "document_number",
    ),
    "from": ("起始日期", "停考开始", "开始日期", "from", "starts"),
    "to": ("截止日期", "停考结束", "结束日期", "to", "until", "ends"),
    "decision": ("决定编号", "决定书编号", "文号", "decision", "decision number"),
    "reason": ("理由", "原因", "违规事实", "reason"),
}
"""The names under which each column is known."""

OPTIONAL: Final = frozenset({"document_type"})

_CUT: Final = re.compile(r"[0-9.]+E\+?[0-9]+", re.IGNORECASE)
"""How a spreadsheet writes a long number that it took for one."""


@dataclass(frozen=True)
class NewBan:
    """A ban that is to be imposed; the number is normalised."""

    document_type: str
    document_number: str
    starts: date
    ends: date
    decision: str
    reason: str

    def require_fit(self) -> None:
        """Raises Refusal where it cannot be meant."""
        known = self.document_type in DOCUMENT_TYPES
        if not known or fault_of_number(self.document_type, self.document_number):
            raise Refusal(RefusalCode.BAN_DOCUMENT_UNFIT)
        require_terms(self.starts, self.ends, self.decision, self.reason)


@dataclass(frozen=True)
class BanRow:
    """A line of the file: the ban that it says, or what is wrong with it."""

    line: int
    ban: NewBan | None
    fault: Bilingual | None = None


class BanFileUnreadable(Exception):
    """Nothing of the file can be used: what is wrong with it as a whole."""

    def __init__(self, words: Bilingual) -> None:
        super().__init__(words.en)
        self.words = words


def new_ban(kind: str, number: str, starts: str, ends: str, decision: str, reason: str) -> NewBan:
    """A ban as somebody typed it. Raises Refusal."""
    kind = kind_of(kind)
    first, last = day(starts) or date.max, day(ends) or date.min
    ban = NewBan(
        kind, normalise_document(kind, number), first, last, typed_text.line(decision), reason.strip()
    )
    ban.require_fit()
    return ban


def kind_of(typed: str) -> str:
    """The code of a kind of document by its code or either of its names; what is unknown stays as it is."""
    plain = typed.strip()
    if not plain or plain == "身份证":
        return RESIDENT_ID
    for code, kind in DOCUMENT_TYPES.items():
        if plain.casefold() in (code, kind.words.zh.casefold(), kind.words.en.casefold()):
            return code
    return plain


def read_bans(raw: bytes) -> list[BanRow]:
    """Every line of the file with its ban or its fault. Raises BanFileUnreadable."""
    faults = FaultList()
    text = text_of(NAME, raw, faults)
    lines = csv_lines(NAME, text, faults) if text is not None else []
    if faults.faults:
        raise BanFileUnreadable(faults.faults[0].words)
    if len(lines) < 2:
        raise BanFileUnreadable(Bilingual("只有表头，没有内容", "it has a header and no rows"))
    if len(lines) - 1 > MOST_ROWS:
        raise BanFileUnreadable(
            Bilingual(f"多于 {MOST_ROWS} 行，请分成几个文件", f"it has more than {MOST_ROWS} rows; split it")
        )
    places = _places(lines[0][1])
    return [_row(line, cells, places) for line, cells in lines[1:]]


def _places(header: Sequence[str]) -> dict[str, int]:
    """Where each column stands. Raises BanFileUnreadable."""
    named = [cell.strip().casefold() for cell in header]
    places = {}
    for column, names in COLUMNS.items():
        found = [place for place, name in enumerate(named) if name in names]
        if len(found) > 1:
            raise BanFileUnreadable(Bilingual(f"列“{names[0]}”重复", f"the column '{names[-1]}' is repeated"))
        if not found and column not in OPTIONAL:
            raise BanFileUnreadable(Bilingual(f"缺少列“{names[0]}”", f"the column '{names[-1]}' is missing"))
        if found:
            places[column] = found[0]
    return places


def _row(line: int, cells: Sequence[str], places: dict[str, int]) -> BanRow:
    said = {column: cells[at].strip() if at < len(cells) else "" for column, at in places.items()}
    if _CUT.fullmatch(said["document"]):
        return BanRow(
            line,
            None,
            Bilingual(
                f"证件号码被表格软件截短（{value_shown(said['document'])}）；请把该列设为文本格式后重新填写",
                f"the spreadsheet cut the number ({value_shown(said['document'])}); format the column as text and enter it again",
            ),
        )
    try:
        number = said["document"].removeprefix("'")
        ban = new_ban(
            said.get("document_type", ""), number, said["from"], said["to"], said["decision"], said["reason"]
        )
    except Refusal as refusal:
        return BanRow(line, None, in_both_languages(refusal))
    return BanRow(line, ban)
