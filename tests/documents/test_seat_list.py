"""The list of a hall: everybody once, in the order of seats, twelve to a page; nothing cut, nothing bold by mistake."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from ncre.documents.admission_ticket import grouped
from ncre.documents.hall_view_models import SeatList, Sitter
from ncre.documents.pdf import glyphs
from ncre.documents.pdf.canvas import RIGHT
from ncre.documents.seat_list import seat_lists
from ncre.documents.view_models import Printed
from tests.documents.examples import PHOTO, RARE, RECORD, photos, runs, words
from tests.documents.halls import HEAD, seat_list, sitter


def printed(*lists: SeatList) -> Printed:
    return seat_lists("考场座位表", RECORD.at, lists)


def of(*people: Sitter) -> bytes:
    return printed(SeatList(HEAD, people)).pdf


def page_count(pdf: bytes) -> int:
    return len(PdfReader(BytesIO(pdf)).pages)


def face(shade: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (120, 160), (shade, 90, 90)).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize(("people", "pages"), [(1, 1), (12, 1), (13, 2), (45, 4), (99, 9)])
def test_a_page_takes_twelve_and_everybody_is_on_the_list_once_in_the_order_of_seats(
    people: int, pages: int
) -> None:
    pdf = printed(seat_list(people)).pdf
    assert page_count(pdf) == pages
    tickets = [run.text for page in range(pages) for run in runs(pdf, page) if " 78 420019 0003 " in run.text]
    assert tickets == [grouped(one.ticket) for one in seat_list(people).people]


def test_a_row_says_seat_number_subject_name_and_masked_document() -> None:
    said = words(of(sitter(7)))
    for what in ("07", "3578420019000307", "35三级网络技术", "欧阳文静", "78420019000007", "居民身份证"):
        assert what in said
    assert "4201**********002X" in said


def test_the_head_says_site_hall_room_batch_day_and_hours_in_exam_time() -> None:
    said = words(of(sitter(1)))
    for what in ("420019武汉软件工程职业学院", "0003第3机房", "2027年3月27日08:00–10:00"):
        assert what in said


def test_each_hall_begins_on_a_page_of_its_own_and_counts_its_pages_for_itself() -> None:
    other = replace(seat_list(2), head=replace(HEAD, hall=4))
    pdf = printed(seat_list(13), other).pdf
    assert [words(pdf, page).rsplit("考场", 1)[1] for page in range(3)] == [
        "0003·第1页/共2页",
        "0003·第2页/共2页",
        "0004·第1页/共1页",
    ]


def test_whoever_counts_finds_how_many_are_expected_on_the_last_page_only() -> None:
    pdf = printed(seat_list(13)).pdf
    assert "应到13人" not in words(pdf, 0)
    assert "应到13人" in words(pdf, 1)
    assert "监考员签字" in words(pdf, 1)


def test_faces_are_on_the_list_as_they_were_given_and_a_missing_one_is_said() -> None:
    given = [face(shade) for shade in (10, 120, 240)]
    pdf = of(*(sitter(seat, photo=one) for seat, one in enumerate(given, start=1)), sitter(4))
    assert sorted(photos(pdf)) == sorted(given)
    assert words(pdf).count("无照片") == 1


def test_a_rare_name_is_drawn_or_visibly_substituted_and_never_bold() -> None:
    found = printed(SeatList(HEAD, (sitter(1, f"王{RARE[0]}明"), sitter(2, "王\u200b明"))))
    assert f"王{RARE[0]}明" in words(found.pdf)
    assert "王〔U+200B〕明" in words(found.pdf)
    assert found.missing == ("\u200b",)
    assert not [run for run in runs(found.pdf) if run.bold and "王" in run.text]


def test_a_long_name_stays_whole_and_inside_its_column() -> None:
    name = "阿卜杜热合曼·买买提艾力·阿不都热依木江·吐尔逊阿依古丽"
    lines = [run for run in runs(of(sitter(1, name))) if 95 <= run.x < 131 and 70 < run.y < 80]
    assert "".join(run.text for run in lines) == name
    assert max(run.right for run in lines) <= 131


def test_nothing_runs_over_the_margin_or_into_the_footer() -> None:
    pdf = of(*(sitter(seat, "NGUYEN THI MINH KHAI ALEXANDRA", PHOTO) for seat in range(1, 13)))
    page = runs(pdf)
    assert max(run.right for run in page) <= RIGHT + 0.01
    assert max(run.y for run in page if run.size > 8) < 279


def test_bold_words_are_whole_in_the_bold_font() -> None:
    """What the bold cut lacks would be drawn in the regular font and split the word."""
    bold = {run.text for run in runs(of(sitter(1))) if run.bold}
    assert {"考场座位表", "考点", "考场", "考试时间", "0003", "01"} == bold
    assert all(len(glyphs.runs(text, bold=True)) == 1 for text in bold)


def test_the_same_list_is_the_same_file() -> None:
    assert printed(seat_list(13)) == printed(seat_list(13))
