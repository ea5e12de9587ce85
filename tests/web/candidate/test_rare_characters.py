"""Rare characters of names on the screen: a small font for each block, fetched only where it is needed."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from ncre import fonts

STATIC = Path(__file__).parents[3] / "src" / "ncre" / "web" / "static"
FACE = re.compile(r'url\("(fonts/[^"]+)"\).*?unicode-range: ([^;]+);')
FACES = FACE.findall((STATIC / "rare.css").read_text(encoding="utf-8"))
LARGEST = 150_000
"""Bytes a phone fetches for one rare character at the most."""


def points(ranges: str) -> set[int]:
    found = set()
    for one in ranges.split(", "):
        first, _, last = one.removeprefix("U+").partition("-")
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


@pytest.mark.parametrize(("file", "ranges"), FACES, ids=lambda value: value[:20])
def test_a_file_holds_exactly_the_characters_it_is_announced_for(file: str, ranges: str) -> None:
    data = (STATIC / file).read_bytes()
    assert TTFont(BytesIO(data)).getBestCmap().keys() == points(ranges)
    assert len(data) <= LARGEST


def test_every_rare_character_of_the_packaged_font_is_announced_once() -> None:
    announced = [point for _, ranges in FACES for point in points(ranges)]
    has = TTFont(BytesIO(fonts.regular())).getBestCmap()
    assert sorted(announced) == [
        point
        for point in sorted(has)
        if 0x3400 <= point <= 0x4DBF or 0x9FA6 <= point <= 0x9FFF or point >= 0x20000
    ]
    assert {ord(one) for one in "䶮㛃𠅤𫖯𬭎𰻝"} <= set(announced)
