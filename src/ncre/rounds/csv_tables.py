"""CSV rows with their line numbers, and cells that are checked as they are read."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from ncre.events import bounds
from ncre.rounds.faults import FaultList

YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True)
class TableRow:
    """One line of a CSV file; reading a cell notes what is wrong with it and goes on."""

    file: str
    line: int
    cells: dict[str, str]
    faults: FaultList

    def text(self, column: str, required: bool = True, longest: int = 120) -> str:
        value = self.cells.get(column, "")
        if required and not value:
            self.wrong(f"“{column}”不能为空", f"{column!r} must not be empty")
        if len(value) > longest:
            self.wrong(
                f"“{column}”最多 {longest} 个字符", f"{column!r} must have at most {longest} characters"
            )
        if not value.isprintable():
            self.wrong(f"“{column}”含有不可见字符", f"{column!r} holds characters that cannot be seen")
        return value

    def count(self, column: str, least: int, most: int) -> int:
        value = self.cells.get(column, "")
        try:
            return bounds.integer(value, least, most)
        except bounds.OutOfBounds:
            self.wrong(
                f"“{column}”应为 {least} 至 {most} 的整数，现在是“{value[:40]}”",
                f"{column!r} must be a whole number from {least} to {most}, not {value[:40]!r}",
            )
            return least

    def choice(self, column: str, choices: Sequence[str]) -> str:
        value = self.cells.get(column, "")
        if value not in choices:
            said = "/".join(choices)
            self.wrong(
                f"“{column}”应为 {said} 之一，现在是“{value}”",
                f"{column!r} must be one of {said}, not {value!r}",
            )
            return choices[0]
        return value

    def yes(self, column: str) -> bool:
        return YES_NO[self.choice(column, list(YES_NO))]

    def wrong(self, zh: str, en: str) -> None:
        self.faults.add(self.file, self.line, zh, en)


def read_text(path: Path, faults: FaultList) -> str | None:
    """The file as UTF-8 text, or None with the fault noted."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        faults.add(path.name, 0, f"文件打不开（{error.strerror}）", f"cannot be opened ({error.strerror})")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        faults.add(path.name, line, "不是 UTF-8 编码", "is not UTF-8 text")
    return None


def read_table(path: Path, columns: Sequence[str], faults: FaultList) -> list[TableRow]:
    """The rows of a CSV file with a header; missing columns and ragged lines are noted."""
    text = read_text(path, faults)
    if text is None:
        return []
    lines = _csv_lines(path.name, text, faults)
    header = [cell.strip() for cell in lines[0][1]] if lines else []
    for column in columns:
        if column not in header:
            faults.add(path.name, 1, f"缺少列“{column}”", f"the column {column!r} is missing")
    if any(column not in header for column in columns):
        return []
    rows = []
    for line, cells in lines[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            faults.add(
                path.name,
                line,
                f"应有 {len(header)} 列，现在是 {len(cells)} 列",
                f"has {len(cells)} columns instead of {len(header)}",
            )
            continue
        named = dict(zip(header, (cell.strip() for cell in cells), strict=True))
        rows.append(TableRow(path.name, line, named, faults))
    return rows


def _csv_lines(name: str, text: str, faults: FaultList) -> list[tuple[int, list[str]]]:
    """Every record with the line on which it begins; what is no CSV ends the reading with a fault."""
    reader = csv.reader(StringIO(text), strict=True)
    lines, begins = [], 1
    try:
        for cells in reader:
            lines.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        faults.add(name, begins, f"不是有效的 CSV（{error}）", f"is not valid CSV ({error})")
    return lines
