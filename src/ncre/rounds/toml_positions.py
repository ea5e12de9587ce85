"""Where the tables and keys of a TOML file stand, so that a fault can name its line.

The standard library's parser keeps no positions. This one reads headers and keys only, and passes over
what lies inside texts of several lines.
"""

from __future__ import annotations

import re
from collections import Counter

_NAME = r"""["']?[\w-]+["']?"""
_PATH = rf"({_NAME}(?:\s*\.\s*{_NAME})*)"
_HEADER = re.compile(rf"\s*(\[\[?)\s*{_PATH}\s*\]")
_KEY = re.compile(rf"\s*{_PATH}\s*=")
_QUOTES = re.compile(r'"""|' + "'''")


class Lines:
    """Line numbers, from 1, of `[table]`, the n-th `[[table]]` (from 0), and the keys in them."""

    def __init__(self, text: str) -> None:
        self._tables: dict[tuple[str, int], int] = {}
        self._keys: dict[tuple[str, int, str], int] = {}
        self._read(text)

    def table(self, name: str, index: int = 0) -> int:
        """That of the key where it is a table or list in one value; 0 if there is none."""
        return self._tables.get((name, index), 0) or self._keys.get(("", 0, name), 0)

    def key(self, table: str, key: str, index: int = 0) -> int:
        """The key's line, or that of its table where it is missing."""
        return self._keys.get((table, index, key)) or self.table(table, index)

    def _read(self, text: str) -> None:
        here, inside = ("", 0), ""
        count: Counter[str] = Counter()
        for number, line in enumerate(text.splitlines(), start=1):
            if not inside:
                header, key = _HEADER.match(line), _KEY.match(line)
                if header is not None:
                    name = ".".join(_parts(header[2]))
                    here = (name, count[name])
                    count[name] += header[1] == "[["
                    self._note(("", 0), _parts(header[2]), number)
                    self._tables.setdefault(here, number)
                elif key is not None:
                    self._note(here, _parts(key[1]), number)
            inside = _still_inside(line, inside)

    def _note(self, here: tuple[str, int], path: list[str], number: int) -> None:
        """A key, and the tables that a dotted one makes."""
        table, index = here
        for place, part in enumerate(path):
            self._keys.setdefault((table, index, part), number)
            if place:
                self._tables.setdefault((table, index), number)
            table, index = (f"{table}.{part}" if table else part), 0


def _parts(path: str) -> list[str]:
    return [part.strip().strip("\"'") for part in path.split(".")]


def _still_inside(line: str, inside: str) -> str:
    """The quotes of a text that goes on in the next line, or ""."""
    for quotes in _QUOTES.findall(line):
        inside = "" if quotes == inside else inside or quotes
    return inside
