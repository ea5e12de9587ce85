"""Draws `docs/round-files.md`: the schema, and what is said of each fault of the table."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from ncre.rounds.document import schema
from tests.rounds.fault_table import ROWS, Row, copied, faults_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "round-files.md"

HEADING = """## Faults and what is said about them

Each row is a test. Before each sentence stand the file and the line, where the fault has one.

| fault | file | said |
|---|---|---|"""


def round_files() -> str:
    return "\n".join([schema(), HEADING, *map(_line, ROWS), ""])


def _line(row: Row) -> str:
    with TemporaryDirectory() as folder:
        spoiled = copied(Path(folder))
        row.spoil(spoiled)
        words = faults_of(spoiled)[0].words
    said = f"{words.zh}<br>{words.en}".replace("|", "\\|")
    return f"| {row.what} | {row.told_in or row.file} | {said} |"


if __name__ == "__main__":
    DOCUMENT.write_text(round_files(), encoding="utf-8")
