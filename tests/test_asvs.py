"""docs/asvs.md is held to the tests that it names, and to an answer for every row."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
NAMED: Final = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROW: Final = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ROWS: Final = {number: answer for number, _asks, answer in ROW.findall(PAGE)}

AT_LEVEL_2: Final = {
    1: (2, 9, 11, 3, 2),
    2: (3, 3, 4, 1),
    3: (0, 2, 4, 6, 5, 0, 2),
    4: (3, 1, 2, 4),
    5: (1, 3, 2, 3),
    6: (3, 12, 4, 4, 5, 3, 0, 4),
    7: (3, 4, 2, 5, 2, 2),
    8: (2, 3, 1, 1),
    9: (3, 4),
    10: (2, 2, 4, 11, 5, 2, 3),
    11: (2, 3, 3, 4, 1, 1),
    12: (3, 2, 4),
    13: (1, 5, 2, 5),
    14: (2, 4, 3),
    15: (3, 3, 7, 0),
    16: (1, 5, 4, 3, 3),
    17: (1, 4, 2),
}
"""How many requirements of levels 1 and 2 each section of each chapter has (version 5.0.0)."""


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED.findall(PAGE))))
def test_a_test_that_the_page_names_is_there(file: str, name: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"^ *def {name}\(", text, re.MULTILINE), f"{file} has no {name}"


def test_every_requirement_of_level_2_has_its_row() -> None:
    for chapter, sections in AT_LEVEL_2.items():
        for section, count in enumerate(sections, start=1):
            found = [number for number in ROWS if number.startswith(f"{chapter}.{section}.")]
            assert len(found) == count, (chapter, section, found)
    assert len(ROW.findall(PAGE)) == len(ROWS) == 253


def test_every_row_is_held_by_a_test_or_says_why_not() -> None:
    for number, answer in ROWS.items():
        assert NAMED.search(answer) or answer.startswith(("not ours: ", "gap: ")), number
        for said in ("not ours:", "gap:"):
            assert said not in answer or len(answer.split(said)[1].strip()) > 5, number


def test_the_forty_rows_that_bear_on_us_are_there() -> None:
    numbers = [int(number) for number in re.findall(r"^\| (\d+) \| ", PAGE, re.MULTILINE)]
    assert numbers == list(range(1, 41))


def test_the_sums_are_those_of_the_rows() -> None:
    gaps = sum("gap:" in answer for answer in ROWS.values())
    tested = sum(bool(NAMED.search(answer)) and "gap:" not in answer for answer in ROWS.values())
    told = f"Of {len(ROWS)} rows {tested} are held by tests, {len(ROWS) - gaps - tested} are not ours, {gaps} have a gap."
    assert told in PAGE, told
