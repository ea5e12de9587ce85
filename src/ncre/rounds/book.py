"""The cells of a round (`cells.py`) as the tables that its files hold: read and checked as those, or written as those."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from ncre.domain.bilingual import Bilingual
from ncre.rounds.cells import SITE, Cells
from ncre.rounds.csv_tables import TableRow
from ncre.rounds.faults import FaultList, RoundFault
from ncre.rounds.loader import LoadedRound, RoundReading
from ncre.rounds.schema import NOTICE_KINDS
from ncre.rounds.sites_csv import Catalogue
from ncre.rounds.toml_file import TomlFile

PART_OF: Final = {
    "round": "round",
    "office": "round",
    "windows": "windows",
    "confirmation": "windows",
    "policy": "policy",
    "fees": "fees",
    "batches": "batches",
    "agreement": "agreement",
    "notices": "notices",
}
"""Which part holds the cells of a section of the TOML file."""

LISTS: Final = ("fees", "batches")
_NUMBERED: Final = re.compile(r"^(fees|batches|notices) (\d+)")
_ROW: Final = re.compile(r"^(\w+)\.(\d+)\.(\w+)$")


@dataclass(frozen=True)
class CellFault:
    """What is wrong with a cell, or with a part as a whole (`name` is then "" or that of a row)."""

    part: str
    name: str
    words: Bilingual


@dataclass(frozen=True)
class CellsRead:
    """The round that the cells say, None where there are faults; `cautions` hinder nothing."""

    loaded: LoadedRound | None
    faults: tuple[CellFault, ...] = ()
    cautions: tuple[CellFault, ...] = ()


@dataclass
class RoundFiles:
    """What the files of a round hold; each row of a table and entry of a list with where its cells stand."""

    sections: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, list[tuple[str, Cells]]] = field(default_factory=dict)
    origins: dict[str, list[str]] = field(default_factory=dict)


def book_of(code: str, parts: Mapping[str, Cells]) -> RoundFiles:
    """The book of a round of this code; empty cells are none, as in a file."""
    book = RoundFiles()
    for part in ("round", "windows", "policy", "agreement"):
        for name, cell in _filled(parts.get(part, {})):
            _set(book.sections, name.split("."), cell)
    documents = book.sections.setdefault("round", {}).get("documents", "")
    book.sections["round"] |= {"code": code, "documents": documents.split()}
    for section in ("windows", "policy", "agreement"):
        book.sections.setdefault(section, {})
    for name in LISTS:
        rows = rows_in(parts.get(name, {}), name)
        book.sections[name] = [cells for _, cells in rows]
        book.origins[name] = [origin for origin, _ in rows]
    _add_notices(book, parts.get("notices", {}))
    book.tables["subjects.csv"] = [
        (f"subjects|{origin}", cells) for origin, cells in rows_in(parts.get("subjects", {}), "subjects")
    ]
    for part in sorted(name for name in parts if name.startswith(SITE)):
        _add_site(book, part, parts[part])
    return book


def read_cells(code: str, parts: Mapping[str, Cells], today: date) -> CellsRead:
    """The round that these cells say, or everything that is wrong with them, cell by cell."""
    book, faults = book_of(code, parts), FaultList()
    toml = TomlFile("", "", book.sections, today, faults)
    loaded = RoundReading(toml, _BookCatalogue(book, today, faults), today, faults).read()
    return CellsRead(
        None if faults.faults else loaded,
        tuple(_placed(book, faults.faults)),
        tuple(_placed(book, faults.cautions)),
    )


def rows_in(cells: Cells, table: str) -> list[tuple[str, Cells]]:
    """The rows of a table with some cell filled, in their order, each with the beginning of its cells' names."""
    rows: dict[int, Cells] = {}
    for name, cell in _filled(cells):
        found = _ROW.match(name)
        if found and found[1] == table:
            rows.setdefault(int(found[2]), {})[found[3]] = cell
    return [(f"{table}.{number}", rows[number]) for number in sorted(rows)]


class _BookCatalogue(Catalogue):
    """Tables that stand in a book."""

    def __init__(self, book: RoundFiles, today: date, faults: FaultList) -> None:
        super().__init__(Path(), today, faults)
        self._book = book

    def _exists(self, name: str) -> bool:
        return name in self._book.tables

    def _table(self, name: str) -> list[TableRow]:
        rows: list[TableRow] = []
        before = ""
        for origin, cells in self._book.tables.get(name, []):
            part = origin.partition("|")[0]
            number = rows[-1].line + 1 if rows and part == before else 1
            rows.append(TableRow(origin, number, cells, self._faults))
            before = part
        return rows


def _placed(book: RoundFiles, faults: Iterable[RoundFault]) -> Iterable[CellFault]:
    return dict.fromkeys(CellFault(*_place(book, one), one.words) for one in sorted(set(faults)))


def _place(book: RoundFiles, fault: RoundFault) -> tuple[str, str]:
    """The part and the cell that a fault of the book speaks of."""
    part, bar, row = fault.file.partition("|")
    key = fault.key.lstrip(".")
    if bar:
        if row.startswith("offers."):
            return part, row
        return part, f"{row}.{key}" if key else row
    found = _NUMBERED.match(key)
    if found:
        origins = book.origins.get(found[1], [])
        place = int(found[2]) - 1
        origin = origins[place] if place < len(origins) else found[1]
        return PART_OF[found[1]], origin + key[found.end() :]
    section = key.partition(".")[0]
    return PART_OF.get(section, "round"), key if "." in key else ""


def _add_notices(book: RoundFiles, cells: Cells) -> None:
    entries, origins = [], []
    for kind in NOTICE_KINDS:
        start = f"notices.{kind}."
        mine = {name.removeprefix(start): cell for name, cell in _filled(cells) if name.startswith(start)}
        if mine:
            entries.append({"kind": kind, **mine})
            origins.append(start.rstrip("."))
    book.origins["notices"] = origins
    if entries:
        book.sections["notices"] = entries


def _add_site(book: RoundFiles, part: str, cells: Cells) -> None:
    code = part.removeprefix(SITE)
    filled = dict(_filled(cells))

    def add(table: str, row: str, values: Cells) -> None:
        book.tables.setdefault(f"{table}.csv", []).append((f"{part}|{row}", values))

    add("sites", "site", {"code": code, **_under(filled, "site")})
    add("policies", "policies", {"site": code, **_under(filled, "policies")})
    for subject, quota in _under(filled, "offers").items():
        add("offers", f"offers.{subject}", {"site": code, "subject": subject, "quota": quota})
    for table in ("rooms", "sittings"):
        for origin, row in rows_in(cells, table):
            add(table, origin, {"site": code, **row})


def _under(cells: Cells, start: str) -> Cells:
    return {name.partition(".")[2]: cell for name, cell in cells.items() if name.partition(".")[0] == start}


def _filled(cells: Cells) -> Iterable[tuple[str, str]]:
    return ((name, cell) for name, cell in cells.items() if cell.strip())


def _set(sections: dict[str, Any], path: list[str], cell: str) -> None:
    for name in path[:-1]:
        sections = sections.setdefault(name, {})
    sections[path[-1]] = cell
