"""The style sheets that pages load are those of src/ncre/web/styles, and both ways to the dark say the same."""

from __future__ import annotations

import re

import pytest

from tools.styles import SHEETS, WEB, composed


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_put_together_from_its_parts(name: str) -> None:
    assert (WEB / "static" / name).read_text(encoding="utf-8") == composed(SHEETS[name]), "run: make styles"


def test_every_part_is_in_a_sheet() -> None:
    parts = {part for parts in SHEETS.values() for part in parts}
    assert {file.stem for file in (WEB / "styles").glob("*.css")} == parts


def test_dark_by_wish_is_dark_by_choice() -> None:
    text = (WEB / "styles" / "tokens.css").read_text(encoding="utf-8")
    wished, chosen = re.findall(r':root[^{]*data-appearance="(?:light|dark)"[^{]*\{(.*?)\}', text, re.DOTALL)
    assert wished.split() == chosen.split()


def test_every_colour_comes_from_a_token() -> None:
    for file in (WEB / "styles").glob("*.css"):
        if file.stem not in ("tokens", "print"):
            for found in re.findall(r"var\((--[\w-]+)\)", file.read_text(encoding="utf-8")):
                assert f"{found}:" in (WEB / "styles" / "tokens.css").read_text(encoding="utf-8"), found
