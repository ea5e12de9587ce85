"""The sheet on a door: hall, batch, hours, subjects and numbers, to be read from afar, and no person on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from io import BytesIO

import pytest
from pypdf import PdfReader

from ncre.documents.door_sheet import NOTICES, door_sheets
from ncre.documents.hall_view_models import DoorSheet
from ncre.documents.pdf.canvas import RIGHT
from tests.documents.examples import RECORD, runs, words
from tests.documents.halls import HEAD, door_sheet


def printed(*sheets: DoorSheet) -> bytes:
    return door_sheets("门贴", RECORD.at, sheets).pdf


def test_the_sheet_says_which_hall_when_and_for_whom() -> None:
    said = words(printed(door_sheet()))
    for what in ("420019武汉软件工程职业学院", "考场0003", "第3机房", "2027年3月27日", "08:00–10:00"):
        assert what in said
    for code in (10, 11, 12):
        assert f"{code}二级科目{code}2{code}78420019000301{code}78420019000345" in said
    assert "合计6座位01–45" in said


def test_the_hall_is_by_far_the_largest_word() -> None:
    sizes = sorted((run.size, run.text) for run in runs(printed(door_sheet())))
    assert sizes[-1] == (150, "0003")
    assert sizes[-2][0] < 50


@pytest.mark.parametrize("subjects", [1, 7, 8, 18, 25])
def test_every_subject_fits_above_the_notices_in_a_size_that_can_be_read(subjects: int) -> None:
    page = runs(printed(door_sheet(subjects)))
    table = [run for run in page if 176 < run.y < 256.1]
    assert sum("科目1" in run.text or "科目2" in run.text or "科目3" in run.text for run in table) == subjects
    assert min(run.size for run in table) >= 7
    assert max(run.right for run in page) <= RIGHT + 0.01
    assert [run.text for run in page if run.y > 258][: len(NOTICES)] == list(NOTICES)


def test_with_many_subjects_the_common_part_of_the_numbers_is_said_once() -> None:
    said = words(printed(door_sheet(18)))
    assert "10二级科目10201–45" in said
    assert "共36人，座位01–45准考证号：科目代码784200190003座位号" in said


def test_each_hall_has_one_page() -> None:
    other = replace(door_sheet(), head=replace(HEAD, hall=4, room="第4机房"))
    pdf = printed(door_sheet(), other)
    assert len(PdfReader(BytesIO(pdf)).pages) == 2
    assert "0004第4机房" in words(pdf, 1)


def test_hours_are_those_of_the_exam_whatever_zone_they_come_in() -> None:
    moved = replace(HEAD, starts_at=HEAD.starts_at.astimezone(UTC), ends_at=HEAD.ends_at.astimezone(UTC))
    assert printed(replace(door_sheet(), head=moved)) == printed(door_sheet())


def test_a_long_room_name_stays_whole() -> None:
    room = "逸夫教学楼三号楼东侧四层第十二计算机公共实验中心"
    assert room in words(printed(replace(door_sheet(), head=replace(HEAD, room=room))))
