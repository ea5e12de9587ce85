"""CSV rows with their line numbers, as text editors and spreadsheets save them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

from ncre.rounds.encodings import read_text
from ncre.rounds.faults import FaultList, meant, value_shown
from ncre.rounds.schema import MAY_BE_WITHOUT_ROWS, TABLES, keys, required

DELIMITERS: Final = (",", "\t", ";")
"""Commas; tabs where a spreadsheet saves Unicode text; semicolons where commas are in numbers."""


@dataclass(frozen=True)
class TableRow:
    """One line of a CSV file: its cells that are not empty, by column."""

    file: str
    line: int
    cells: dict[str, str]
    faults: FaultList

    def wrong(self, zh: str, en: str, key: str = "") -> None:
        self.faults.add(self.file, self.line, zh, en, key)

    def caution(self, zh: str, en: str, key: str = "") -> None:
        self.faults.caution(self.file, self.line, zh, en, key)


def read_table(path: Path, faults: FaultList) -> list[TableRow]:
    """The rows of a file of the schema; what is wrong with its header or the shape of its lines is noted."""
    text = read_text(path, faults)
    before = len(faults.faults)
    lines = csv_lines(path.name, text, faults) if text is not None else []
    if not lines:
        return []
    first, header = lines[0][0], [cell.strip().casefold() for cell in _without_empty_end(lines[0][1])]
    if not _header_is_known(path.name, first, header, faults):
        return []
    rows = [
        row for line, cells in lines[1:] if (row := _row(path.name, line, header, cells, faults)) is not None
    ]
    if len(lines) == 1 and len(faults.faults) == before and path.name not in MAY_BE_WITHOUT_ROWS:
        faults.add(path.name, 0, "只有表头，没有内容", "has a header and no rows")
    return rows


def _header_is_known(file: str, line: int, header: Sequence[str], faults: FaultList) -> bool:
    """Whether rows can be read: every column is there, none twice, none unknown."""
    known, needed = keys(TABLES[file]), required(TABLES[file])
    before = len(faults.faults)
    for column in needed:
        if column not in header:
            faults.add(file, line, f"缺少列“{column}”", f"the column '{column}' is missing")
    for place, column in enumerate(header):
        name = value_shown(column)
        if column not in known:
            near, said = meant(column[:80], known), ", ".join(known)
            zh, en = near.zh or f"；可用的是 {said}", near.en or f"; known are {said}"
            faults.add(file, line, f"没有“{name}”这一列{zh}", f"there is no column '{name}'{en}")
        elif column in header[:place]:
            faults.add(file, line, f"列“{name}”重复", f"the column '{name}' is repeated")
    return len(faults.faults) == before


def _row(
    file: str, line: int, header: Sequence[str], cells: Sequence[str], faults: FaultList
) -> TableRow | None:
    """None for a line whose cells do not fit under the header, which is noted."""
    filled = [cell.strip() for cell in cells]
    while len(filled) > len(header) and not filled[-1]:
        filled.pop()
    if len(filled) != len(header):
        zh, en = (
            f"应有 {len(header)} 列，现在是 {len(cells)} 列",
            f"has {len(cells)} columns instead of {len(header)}",
        )
        faults.add(file, line, zh, en)
        return None
    named = {column: cell for column, cell in zip(header, filled, strict=True) if cell}
    return TableRow(file, line, named, faults)


def _without_empty_end(cells: Sequence[str]) -> list[str]:
    """Without the empty cells that spreadsheets write where another line is longer."""
    filled = list(cells)
    while filled and not filled[-1].strip():
        filled.pop()
    return filled


def csv_lines(name: str, text: str, faults: FaultList) -> list[tuple[int, list[str]]]:
    """Every record with the line on which it begins; what is no CSV ends the reading with a fault."""
    delimiter, begins = _delimiter(text)
    body = text if begins == 1 else text.split("\n", 1)[1]
    reader = csv.reader(StringIO(body, newline=""), strict=True, delimiter=delimiter)
    lines, skipped = [], begins - 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((begins, cells))
            begins = reader.line_num + skipped + 1
    except csv.Error as error:
        faults.add(name, begins, f"不是有效的 CSV（{error}）", f"is not valid CSV ({error})")
    return lines


def _delimiter(text: str) -> tuple[str, int]:
    """What stands between the cells, and the line of the header: a spreadsheet may name it in a line before."""
    header = text.split("\n", 1)[0]
    if header.startswith("sep=") and header[4:5] in DELIMITERS and "\n" in text:
        return header[4], 2
    return max(DELIMITERS, key=header.count), 1
