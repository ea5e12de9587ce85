"""Reads a round: the whole plan with its sites and notices, or every fault and nothing at all."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from ncre.domain import printed_numbers
from ncre.domain.identity_documents import DOCUMENT_TYPES
from ncre.events.exam import DOCUMENTS, Batch, Fee, RoundPlan, SitePlan, Window, Windows
from ncre.rounds.csv_tables import TableRow, read_text
from ncre.rounds.faults import FaultList, RoundFault, RoundFileFaults
from ncre.rounds.sites_csv import POLICY_COLUMNS, Catalogue
from ncre.rounds.times import moment
from ncre.rounds.toml_positions import Lines

__all__ = ["LoadedRound", "NoticeText", "RoundFault", "RoundFileFaults", "load_round"]

FEN: Final = 100
LONGEST: Final = {"edition": 40, "title": 200, "title_en": 200}
"""Characters of a text by its key."""

LONGEST_TEXT: Final = 20_000
NOTICE_KINDS: Final = ("announcement", "guide")
WINDOWS: Final = ("register", "review", "payment", "printing")

NEVER: Final = Window(datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC))
"""Stands for a time that could not be read; its fault is noted, and no further fault follows from it."""


@dataclass(frozen=True)
class NoticeText:
    kind: str
    title: str
    title_en: str
    body: str
    body_en: str


@dataclass(frozen=True)
class LoadedRound:
    plan: RoundPlan
    sites: tuple[SitePlan, ...]
    notices: tuple[NoticeText, ...]


def load_round(file: Path, today: date) -> LoadedRound:
    """The round described by a TOML file; `today` is what "today" in it means.

    Raises RoundFileFaults with every fault of every file.
    """
    reading = _Reading(file, today)
    loaded = reading.read()
    reading.faults.raise_any()
    assert loaded is not None, "a round without faults was read"
    return loaded


class _Reading:
    """One reading of a round's files; keeps the lines of the TOML file to point at them."""

    def __init__(self, file: Path, today: date) -> None:
        self.file = file
        self.today = today
        self.faults = FaultList()
        self.lines = Lines("")

    def read(self) -> LoadedRound | None:
        text = read_text(self.file, self.faults)
        if text is None:
            return None
        self.lines = Lines(text)
        try:
            book = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self._toml_fault(error)
            return None
        return self._round(book)

    def _toml_fault(self, error: tomllib.TOMLDecodeError) -> None:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else 0
        self.faults.add(self.file.name, line, f"不是有效的 TOML（{error}）", f"is not valid TOML ({error})")

    def _round(self, book: dict[str, Any]) -> LoadedRound:
        head = self._section(book, "round")
        catalogue = Catalogue(self.file.parent, self.faults)
        subjects = catalogue.subjects()
        fees = self._fees(book)
        for row, subject in subjects if fees else ():
            if subject.level not in {fee.level for fee in fees}:
                row.wrong(
                    f"级别 {subject.level} 没有规定考试费", f"there is no fee for level {subject.level}"
                )
        agreement = self._section(book, "agreement")
        windows = self._windows(book)
        batches = self._batches(book, windows)
        plan = RoundPlan(
            code=self._code(head),
            title=self._text(head, "round", "title"),
            title_en=self._text(head, "round", "title_en"),
            windows=windows,
            subjects=tuple(subject for _, subject in subjects),
            fees=fees,
            agreement=self._text(agreement, "agreement", "edition"),
            agreement_text=self._text(agreement, "agreement", "text"),
            agreement_text_en=self._text(agreement, "agreement", "text_en"),
            documents=self._documents(head),
        )
        sites = catalogue.sites(plan.subjects, self._default_policy(book), batches)
        return LoadedRound(plan, sites, self._notices(book))

    def _code(self, head: dict[str, Any]) -> str:
        code = self._text(head, "round", "code")
        if code and not printed_numbers.ROUND.fits(code):
            self._unfit(self.lines.key("round", "code"), printed_numbers.ROUND, code)
        return code

    def _documents(self, head: dict[str, Any]) -> tuple[str, ...]:
        """The kinds of documents that the round accepts; all of them where it names none."""
        given = head.get("documents", list(DOCUMENT_TYPES))
        known = (
            isinstance(given, list)
            and bool(given)
            and all(isinstance(one, str) and one in DOCUMENT_TYPES for one in given)
        )
        if known and len(set(given)) == len(given):
            return tuple(given)
        kinds = "/".join(DOCUMENT_TYPES)
        self._wrong(
            self.lines.key("round", "documents"),
            f"“documents”应为一个或几个不重复的证件类型：{kinds}",
            f"'documents' is a list of different kinds of documents: {kinds}",
        )
        return DOCUMENTS

    def _windows(self, book: dict[str, Any]) -> Windows:
        section = self._section(book, "windows")
        windows = {name: self._window(section, name) for name in WINDOWS}
        if section:
            self._window_order(windows)
        return Windows(**windows)

    def _window(self, section: dict[str, Any], name: str) -> Window:
        given, line = section.get(name), self.lines.key("windows", name)
        if not isinstance(given, dict):
            if section:
                self._wrong(line, f"缺少时间“{name}”", f"the window {name!r} is missing")
            return NEVER
        return self._span(given, name, line)

    def _window_order(self, windows: dict[str, Window]) -> None:
        """Nothing opens before registration, and each window closes no earlier than the one it follows."""
        for name, after in (("review", "register"), ("payment", "register"), ("printing", "payment")):
            if NEVER in (windows[name], windows[after]):
                continue
            line = self.lines.key("windows", name)
            if windows[name].opens < windows["register"].opens:
                self._wrong(line, f"“{name}”早于报名开始", f"the window {name!r} opens before registration")
            if windows[name].closes < windows[after].closes:
                zh, en = f"“{name}”早于“{after}”结束", f"the window {name!r} closes before {after!r} does"
                self._wrong(line, zh, en)

    def _span(
        self, given: dict[str, Any], where: str, line: int, lines: tuple[int, int] | None = None
    ) -> Window:
        """From `opens` to `closes`; NEVER where either cannot be read. `lines` are those of the two keys."""
        at = lines or (line, line)
        opens = self._moment(given, f"{where}.opens", "opens", at[0])
        closes = self._moment(given, f"{where}.closes", "closes", at[1])
        if opens is None or closes is None:
            return NEVER
        if opens >= closes:
            self._wrong(line, f"“{where}”的结束不晚于开始", f"{where!r} does not end after it begins")
            return NEVER
        return Window(opens, closes)

    def _moment(self, given: dict[str, Any], where: str, key: str, line: int) -> datetime | None:
        text = str(given.get(key, ""))
        found = moment(text, self.today)
        if found is None:
            self._wrong(
                line,
                f"“{where}”应写成“2027-01-05 09:00”或“today+9d 17:00”，现在是“{text}”",
                f"{where} is written '2027-01-05 09:00' or 'today+9d 17:00', not {text!r}",
            )
        return found

    def _fees(self, book: dict[str, Any]) -> tuple[Fee, ...]:
        fees: dict[int, Fee] = {}
        for index, given in self._list(book, "fees"):
            line = self.lines.table("fees", index)
            level, yuan = given.get("level"), given.get("yuan")
            if not isinstance(level, int) or not isinstance(yuan, int | float) or not 0 <= yuan < 100_000:
                self._wrong(line, "考试费应有 level 和 yuan", "a fee needs level and yuan")
            elif level in fees:
                self._wrong(line, f"级别 {level} 的考试费重复", f"the fee of level {level} is repeated")
            else:
                fees[level] = Fee(level, round(yuan * FEN), str(given.get("basis", "")))
        return tuple(fees.values())

    def _default_policy(self, book: dict[str, Any]) -> TableRow:
        """The policy of the round file as a row of cells, like those of policies.csv."""
        given = self._section(book, "policy")
        cells = {column: str(given.get(column, "")) for column in POLICY_COLUMNS}
        return TableRow(self.file.name, self.lines.table("policy"), cells, self.faults)

    def _batches(self, book: dict[str, Any], windows: Windows) -> tuple[Batch, ...]:
        batches: list[Batch] = []
        last = windows.payment.closes if windows.payment != NEVER else NEVER.opens
        for index, given in self._list(book, "batches"):
            number, line = index + 1, self.lines.table("batches", index)
            keys = (self.lines.key("batches", "opens", index), self.lines.key("batches", "closes", index))
            span = self._span(given, f"batches {number}", line, keys)
            if span == NEVER:
                continue
            if span.opens < last:
                zh = f"第 {number} 批次早于缴费截止，或与前一批次重叠、颠倒"
                self._wrong(
                    line, zh, f"batch {number} begins before paying, or the batch before it, has ended"
                )
            last = max(last, span.closes)
            batches.append(Batch(number, span.opens, span.closes))
        return tuple(batches)

    def _notices(self, book: dict[str, Any]) -> tuple[NoticeText, ...]:
        notices: dict[str, NoticeText] = {}
        for index, given in self._list(book, "notices"):
            kind, line = str(given.get("kind", "")), self.lines.key("notices", "kind", index)
            if kind not in NOTICE_KINDS:
                said = "/".join(NOTICE_KINDS)
                self._wrong(line, f"公告的 kind 应为 {said}", f"a notice's kind must be one of {said}")
            elif kind in notices:
                self._wrong(line, f"公告“{kind}”重复", f"the notice {kind!r} is repeated")
            keys = ("title", "title_en", "body", "body_en")
            notices[kind] = NoticeText(kind, *(self._text(given, "notices", key, index) for key in keys))
        return tuple(notices.values())

    def _section(self, book: dict[str, Any], name: str) -> dict[str, Any]:
        found = book.get(name)
        if isinstance(found, dict):
            return found
        self.faults.add(self.file.name, 0, f"缺少 [{name}] 一节", f"the section [{name}] is missing")
        return {}

    def _list(self, book: dict[str, Any], name: str) -> list[tuple[int, dict[str, Any]]]:
        """The tables [[name]], each with its place among them, from 0."""
        found = book.get(name)
        if isinstance(found, list) and found and all(isinstance(one, dict) for one in found):
            return list(enumerate(found))
        self.faults.add(self.file.name, 0, f"缺少 [[{name}]]", f"there is no [[{name}]]")
        return []

    def _text(self, section: dict[str, Any], table: str, key: str, index: int = 0) -> str:
        value, longest = section.get(key), LONGEST.get(key, LONGEST_TEXT)
        if isinstance(value, str) and value.strip():
            if len(value) > longest:
                line = self.lines.key(table, key, index)
                self._wrong(
                    line, f"“{key}”最多 {longest} 个字符", f"{key!r} has more than {longest} characters"
                )
            return value.strip()
        if section:
            self._wrong(self.lines.key(table, key, index), f"缺少“{key}”", f"{key!r} is missing")
        return ""

    def _unfit(self, line: int, part: printed_numbers.Part, value: str) -> None:
        self._wrong(line, *part.fault(value))

    def _wrong(self, line: int, zh: str, en: str) -> None:
        self.faults.add(self.file.name, line, zh, en)
