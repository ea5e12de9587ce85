"""The packaged fonts: what they cover, where they come from, and that bold is for fixed words only."""

from __future__ import annotations

import re
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from ncre import fonts
from ncre.documents import labels
from ncre.documents.admission_ticket import admission_ticket
from ncre.documents.pdf import glyphs
from ncre.documents.registration_form import registration_form
from ncre.domain.typed_text import LATIN_LETTERS
from tests.documents.examples import RARE, form, runs, ticket

FOLDER = files("ncre.fonts")


def test_every_font_file_is_the_one_its_provenance_names() -> None:
    note = (FOLDER / "PROVENANCE.md").read_text(encoding="utf-8")
    named = dict(re.findall(r"\| (\S+) \| \d+ \| `([0-9a-f]{64})` \|", note))
    packaged = {one.name for one in FOLDER.iterdir() if one.name.endswith((".ttf", ".xz"))}
    assert set(named) == packaged
    assert named == {name: sha256((FOLDER / name).read_bytes()).hexdigest() for name in packaged}


def test_the_licence_goes_with_the_fonts() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FOLDER / "OFL.txt").read_text(encoding="utf-8")


def test_the_regular_font_covers_daily_use_and_many_rare_names() -> None:
    """GB 2312 whole, both extensions of rare characters that Noto has, and every mark we print."""
    covered = set(TTFont(BytesIO(fonts.regular())).getBestCmap())
    rows = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    gb2312 = {ord(one) for pair in rows for one in pair.decode("gb2312", "ignore")}
    assert len(gb2312) == 6763
    assert gb2312 <= covered
    assert {ord(one) for one in "䶮㛃𠅤𫖯𬭎𰻝·〔〕–¥"} <= covered
    assert len(covered) == 30890


def test_the_fonts_carry_no_hinting_and_no_layout() -> None:
    for raw in (fonts.regular(), fonts.bold()):
        tables = set(TTFont(BytesIO(raw)).keys())
        assert not tables & {"fpgm", "prep", "cvt ", "GSUB", "GPOS", "GDEF"}
        assert TTFont(BytesIO(raw))["post"].formatType == 3.0


def test_a_font_is_unpacked_once() -> None:
    assert fonts.regular() is fonts.regular()
    assert fonts.bold() is fonts.bold()


def test_every_fixed_label_lies_inside_the_bold_set() -> None:
    covered = set(TTFont(BytesIO(fonts.bold())).getBestCmap())
    assert {ord(one) for one in labels.BOLD_CHARACTERS} <= covered


@pytest.mark.parametrize("subjects", [1, 3])
def test_every_bold_text_of_both_papers_lies_inside_the_bold_set(subjects: int) -> None:
    """A character outside it would be drawn in the regular font and split the run."""
    fixed = {labels.FORM_TITLE, labels.TICKET_TITLE, *labels.SECTIONS, *labels.LABELS, *labels.COPIES}
    fixed |= {*labels.FORM_COLUMNS, *labels.TICKET_COLUMNS}
    form_runs = runs(registration_form(form(subjects=subjects)).pdf)
    ticket_runs = runs(admission_ticket(ticket(subjects=subjects)).pdf)
    for page in (form_runs, ticket_runs):
        bold = {run.text for run in page if run.bold}
        assert {text for text in bold if not text.isdigit()} <= fixed
        assert bold >= {"姓名", "性别", "证件类型", "证件号码", "报名号"}
    said = {run.text for run in form_runs + ticket_runs if run.bold}
    assert {*labels.FORM_COLUMNS, *labels.TICKET_COLUMNS, *labels.SECTIONS} <= said


def test_a_name_is_never_bold() -> None:
    name = "报名" + RARE[:2]
    for pdf in (registration_form(form(name)).pdf, admission_ticket(ticket(name)).pdf):
        assert [run.bold for run in runs(pdf) if run.text == name] == [False]


def test_every_latin_letter_that_a_name_takes_prints_as_itself(no_other_fonts: None) -> None:
    letters = [chr(point) for first, last in LATIN_LETTERS for point in range(first, last + 1)]
    assert len(letters) == 706
    assert [letter for letter in letters if glyphs.drawable(letter)[1]] == []


def test_the_commonest_characters_beyond_the_basic_ones_print_without_fonts_of_the_machine(
    no_other_fonts: None,
) -> None:
    assert glyphs.drawable("𠮷田 𡈽 𠮟 𣑊 𠝹 𨋢 𠹌")[1] == ()
    points = [set(TTFont(BytesIO(data)).getBestCmap()) for _, data in fonts.names()]
    assert len(set().union(*points) & set(range(0x20000, 0x2A6E0))) == 2002


def test_a_name_in_letters_of_three_fonts_stands_on_the_paper_whole(no_other_fonts: None) -> None:
    name = "İpek Şığırcı 𠮷田"
    printed = registration_form(form(name))
    assert printed.missing == ()
    assert "".join(run.text for run in runs(printed.pdf) if 49 <= run.y <= 58 and run.x > 41) == name.replace(
        " ", ""
    )


@pytest.fixture
def no_other_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCRE_FONT_DIR", str(tmp_path))
