"""Writes a round as files: what `load_round` of them gives back is the same round."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from io import StringIO
from typing import Any, Final

import tomli_w

from ncre.rounds.book import RoundFiles, book_of
from ncre.rounds.cells import parts_of
from ncre.rounds.loader import ROUND_FILE, LoadedRound
from ncre.rounds.schema import MAY_BE_WITHOUT_ROWS, SECTION_NAMES, TABLES, keys

NUMBERS: Final = frozenset({"level", "hold_hours", "most_subjects", "quota"})
OPTIONAL: Final = frozenset({"batches.csv", "sittings.csv"})
"""Tables that are left out where they have no rows."""

FILES: Final = frozenset({ROUND_FILE, *TABLES})


def round_files(loaded: LoadedRound) -> dict[str, bytes]:
    """The files of a round by name, in UTF-8; the tables with a mark at the beginning, by which spreadsheets tell it."""
    book = book_of(loaded.plan.code, parts_of(loaded))
    files = {ROUND_FILE: tomli_w.dumps(_toml(book), multiline_strings=True).encode()}
    for name in TABLES:
        rows = [cells for _, cells in book.tables.get(name, [])]
        if name in MAY_BE_WITHOUT_ROWS:
            rows = [cells for cells in rows if len(cells) > 1]
        if rows or name not in OPTIONAL:
            files[name] = _csv(name, rows)
    return files


def _toml(book: RoundFiles) -> dict[str, Any]:
    sections = book.sections
    windows = {name: dict(window) for name, window in sections["windows"].items()}
    found: dict[str, Any] = {**sections, "windows": windows}
    found["round"] = {"code": sections["round"]["code"], **sections["round"]}
    return {name: _typed(found[name]) for name in SECTION_NAMES if found.get(name)}


def _typed(value: Any, key: str = "") -> Any:
    """Numbers as numbers; everything else as it is."""
    if isinstance(value, Mapping):
        return {name: _typed(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_typed(one) for one in value]
    if key in NUMBERS and value.isdigit():
        return int(value)
    return Decimal(value) if key == "yuan" else value


def _csv(name: str, rows: list[dict[str, str]]) -> bytes:
    columns = keys(TABLES[name])
    text = StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
