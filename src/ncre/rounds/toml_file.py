"""The TOML file of a round: its parts by the schema, each fault with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from ncre.rounds.encodings import read_text
from ncre.rounds.faults import FaultList, value_shown
from ncre.rounds.reading import held_to, unknown_key
from ncre.rounds.schema import SECTION_NAMES, RoundPart
from ncre.rounds.toml_positions import Lines

P = TypeVar("P", bound=RoundPart)

_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")


class TomlFile:
    """What was read of the file; `book` is what it holds."""

    def __init__(self, name: str, text: str, book: dict[str, Any], today: date, faults: FaultList) -> None:
        self.name = name
        self.lines = Lines(text)
        self._book = book
        self._today = today
        self._faults = faults

    def unknown_sections(self) -> None:
        for name in self._book.keys() - set(SECTION_NAMES):
            words = unknown_key(value_shown(name), SECTION_NAMES, name)
            self.wrong(self.lines.table(name), words.zh, words.en)

    def unknown_key(self, section: str, key: str, known: Sequence[str]) -> None:
        words = unknown_key(f"{section}.{value_shown(key)}", known, key)
        self.wrong(self.lines.key(section, key), words.zh, words.en)

    def section(self, name: str) -> dict[str, Any] | None:
        """None where there is no such table, which is noted."""
        found, line = self._book.get(name), self.lines.table(name)
        if isinstance(found, dict):
            return found
        if found is None:
            self.wrong(line, f"缺少 [{name}] 一节", f"the section [{name}] is missing")
        else:
            self.wrong(line, f"“{name}”应为一节 [{name}]", f"'{name}' must be one section [{name}]")
        return None

    def part(self, name: str, model: type[P]) -> P | None:
        section = self.section(name)
        return None if section is None else self._held_to(model, section, name, 0, f"{name}.")

    def optional_part(self, name: str, model: type[P]) -> P:
        """A section that may be left out, and then says nothing; also where it has faults, which are noted."""
        return (self.part(name, model) if self.has(name) else None) or model()

    def has(self, name: str) -> bool:
        return name in self._book

    def entries(self, name: str, model: type[P]) -> list[tuple[int, P | None]]:
        """The tables [[name]], each with its line; None for one with faults."""
        found = self._book.get(name)
        if isinstance(found, list) and found and all(isinstance(one, dict) for one in found):
            return [
                (
                    self.lines.table(name, place),
                    self._held_to(model, one, name, place, f"{name} {place + 1}."),
                )
                for place, one in enumerate(found)
            ]
        self.wrong(self.lines.table(name), f"缺少 [[{name}]]", f"there is no [[{name}]]", name)
        return []

    def inner(self, section: dict[str, Any], name: str, key: str, model: type[P]) -> tuple[int, P | None]:
        """A table that is the value of a key in a section of that name, with its line."""
        line, given = self.lines.key(name, key), section.get(key)
        if isinstance(given, dict):
            where, nested = f"{name}.{key}", self.lines.table(f"{name}.{key}")
            part = held_to(
                model,
                given,
                self._today,
                self.name,
                lambda inside: self.lines.key(where, inside) if nested else line,
                self._faults,
                f"{where}.",
            )
            return line, part
        self.wrong(line, f"缺少“{name}.{key}”", f"'{name}.{key}' is missing")
        return line, None

    def wrong(self, line: int, zh: str, en: str, key: str = "") -> None:
        self._faults.add(self.name, line, zh, en, key)

    def caution(self, line: int, zh: str, en: str, key: str = "") -> None:
        self._faults.caution(self.name, line, zh, en, key)

    def _held_to(self, model: type[P], given: dict[str, Any], table: str, index: int, where: str) -> P | None:
        def line_of(key: str) -> int:
            return self.lines.key(table, key, index)

        return held_to(model, given, self._today, self.name, line_of, self._faults, where)


def read_toml(file: Path, today: date, faults: FaultList) -> TomlFile | None:
    """The file, or None with the fault noted."""
    text = read_text(file, faults)
    if text is None:
        return None
    try:
        return TomlFile(file.name, text, tomllib.loads(text, parse_float=Decimal), today, faults)
    except (ValueError, ArithmeticError, RecursionError) as error:
        found = _AT.search(str(error))
        line = int(found[1] or text.count("\n") + 1) if found else 0
        why = _AT.sub("", str(error))[:200]
        faults.add(file.name, line, f"不是有效的 TOML（{why}）", f"is not valid TOML ({why})")
        return None
