"""A name is never refused and never blank: a rare character is drawn, or visibly substituted and reported."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from ncre import fonts
from ncre.documents.admission_ticket import admission_ticket
from ncre.documents.pdf import glyphs
from ncre.documents.registration_form import registration_form
from tests.documents.examples import RARE, form, runs, ticket, words

BEYOND = "𠀀𪜀𫝀𫠠𬺰"
"""Those of the rare characters that the packaged font lacks."""


@pytest.fixture
def no_other_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCRE_FONT_DIR", str(tmp_path))


def hanamin_b(folder: Path, outline: str) -> None:
    """A HanaMinB of one character: U+20000, drawn like another one."""
    font = TTFont(BytesIO(fonts.regular()))
    glyph = font.getBestCmap()[ord(outline)]
    font["cmap"].tables = [table for table in font["cmap"].tables if table.format == 12]
    for table in font["cmap"].tables:
        table.cmap = {0x20000: glyph}
    font.save(folder / "HanaMinB.ttf")


@pytest.fixture
def machine_with_ext_b(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hanamin_b(tmp_path, "一")
    monkeypatch.setenv("NCRE_FONT_DIR", str(tmp_path))


@pytest.mark.usefixtures("no_other_fonts")
@pytest.mark.parametrize("character", RARE + "·")
def test_a_rare_character_is_drawn_or_visibly_substituted(character: str) -> None:
    name = f"王{character}明"
    seen = name.replace(character, f"〔U+{ord(character):04X}〕") if character in BEYOND else name
    for printed in (registration_form(form(name)), admission_ticket(ticket(name))):
        assert seen in words(printed.pdf)
        assert printed.missing == ((character,) if character in BEYOND else ())


@pytest.mark.usefixtures("machine_with_ext_b")
def test_a_font_of_the_machine_draws_what_the_package_lacks() -> None:
    printed = registration_form(form("王𠀀𪜀"))
    assert "王𠀀〔U+2A700〕" in words(printed.pdf)
    assert printed.missing == ("𪜀",)


@pytest.mark.usefixtures("machine_with_ext_b")
def test_pieces_in_different_fonts_stand_side_by_side() -> None:
    printed = registration_form(form("王𠀀明"))
    first, second, third = [run for run in runs(printed.pdf) if 49 <= run.y <= 58 and run.x > 41]
    assert (first.text, second.text, third.text) == ("王", "𠀀", "明")
    assert second.x == pytest.approx(first.right, abs=0.02)
    assert third.x == pytest.approx(second.right, abs=0.02)


@pytest.mark.usefixtures("no_other_fonts")
@pytest.mark.parametrize("invisible", ["\u200b", "\u3164", "\u115f", "\u0000", "\n", "\ufe00", "\U000e0100"])
def test_a_character_that_shows_nothing_is_not_left_blank(invisible: str) -> None:
    printed = registration_form(form(f"王{invisible}明"))
    assert f"王〔U+{ord(invisible):04X}〕明" in words(printed.pdf)
    assert printed.missing == (invisible,)


def test_a_font_that_has_only_an_empty_glyph_counts_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanamin_b(tmp_path, " ")
    monkeypatch.setenv("NCRE_FONT_DIR", str(tmp_path))
    printed = registration_form(form("王𠀀明"))
    assert "王〔U+20000〕明" in words(printed.pdf)
    assert printed.missing == ("𠀀",)


@pytest.mark.usefixtures("no_other_fonts")
def test_a_missing_character_is_reported_once() -> None:
    assert registration_form(form("𠀀𠀀𪜀")).missing == ("𠀀", "𪜀")


def test_an_ordinary_name_opens_no_font_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened() -> tuple[Path, ...]:
        raise AssertionError("54 MB of fonts were looked for without need")

    monkeypatch.setattr(fonts, "rare", opened)
    assert glyphs.drawable("欧阳䶮·𠅤") == ("欧阳䶮·𠅤", ())
