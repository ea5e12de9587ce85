"""Draws the rooms of the source and which imports which, as a Mermaid picture: python tools/draw_rooms.py [--check]

The picture stands in docs/architecture.md between two marks; a test compares it with the source.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SOURCE: Final = ROOT / "src" / "ncre"
PAGE: Final = ROOT / "docs" / "architecture.md"
BEGIN: Final = "<!-- rooms: drawn by `make diagram` -->\n"
END: Final = "<!-- end of rooms -->\n"

MAIN: Final = ("web", "cli", "services", "handlers", "projections", "domain", "events", "store")
"""The way of a request, from above to below; the other rooms stand beside it."""


def imported(room: str) -> set[str]:
    """The rooms that a room imports."""
    found: set[str] = set()
    for path in (SOURCE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                parts = node.module.split(".")
                if parts[0] == "ncre" and len(parts) > 1 and (SOURCE / parts[1]).is_dir():
                    found.add(parts[1])
    return found - {room}


def reached(room: str, direct: dict[str, set[str]]) -> set[str]:
    """Every room below a room."""
    below: set[str] = set()
    waiting = list(direct[room])
    while waiting:
        one = waiting.pop()
        if one not in below:
            below.add(one)
            waiting.extend(direct[one])
    return below


def picture() -> str:
    """One arrow from a room to each room it imports that no room between them reaches already."""
    rooms = sorted(path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists())
    direct = {room: imported(room) for room in rooms}
    lines = ["```mermaid", "flowchart TD"]
    lines += [f"    {room}([{room}])" if room in MAIN else f"    {room}" for room in rooms]
    for room in rooms:
        through = {below for between in direct[room] for below in reached(between, direct)}
        lines += [f"    {room} --> {below}" for below in sorted(direct[room] - through)]
    return "\n".join([*lines, "```", ""])


def drawn(page: str) -> str:
    """The page with the picture of now between its marks."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + picture() + END + rest.split(END)[1]


def main(arguments: list[str]) -> int:
    page = PAGE.read_text(encoding="utf-8")
    new = drawn(page)
    if "--check" in arguments:
        return int(new != page)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
