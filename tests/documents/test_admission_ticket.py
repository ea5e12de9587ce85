"""The admission ticket: one page with every subject, its number, hall and seat."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from io import BytesIO

import pytest
from pypdf import PdfReader

from ncre.documents.admission_ticket import admission_ticket, grouped
from ncre.documents.masking import masked_ticket
from ncre.documents.view_models import with_photo
from tests.documents.examples import NUMBER, PHOTO, SUBJECTS, photos, runs, ticket, words


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_ticket_is_one_page_with_every_subject_and_its_own_number(count: int) -> None:
    pdf = admission_ticket(ticket(subjects=count)).pdf
    assert len(PdfReader(BytesIO(pdf)).pages) == 1
    texts = [run.text for run in runs(pdf)]
    for place, (code, _) in enumerate(SUBJECTS[:count], start=1):
        assert f"{code} 78 420019 000{place} 15" in texts
        assert f"000{place}" in texts
    assert all(f"{code} 78 420019" not in " ".join(texts) for code, _ in SUBJECTS[count:])


def test_the_ticket_names_the_person_the_site_and_where_it_is() -> None:
    said = words(admission_ticket(ticket()).pdf)
    for what in ("欧阳䶮", "42011520060315002X", NUMBER, "武汉软件工程职业学院", "光谷大道117号"):
        assert what in said


def test_a_sitting_says_year_day_batch_hours_and_room() -> None:
    said = words(admission_ticket(ticket()).pdf)
    assert "2027年3月27日第1批次" in said
    assert "08:00–10:00" in said
    assert "第1机房" in said


def test_times_are_printed_in_exam_time_whatever_zone_they_come_in() -> None:
    sheet = ticket()
    seat = sheet.seats[0]
    moved = replace(seat, starts_at=seat.starts_at.astimezone(UTC), ends_at=seat.ends_at.astimezone(UTC))
    assert admission_ticket(replace(sheet, seats=(moved,))) == admission_ticket(sheet)


def test_hall_and_seat_stand_out_in_bold() -> None:
    large = [run for run in runs(admission_ticket(ticket()).pdf) if run.size == 14]
    assert [(run.text, run.bold) for run in large] == [("0001", True), ("07", True)]


def test_a_long_room_name_stays_whole_and_inside_its_column() -> None:
    sheet = ticket()
    room = "逸夫教学楼三号楼东侧四层第十二计算机公共实验中心"
    seat = replace(sheet.seats[0], room=room)
    lines = [run for run in runs(admission_ticket(replace(sheet, seats=(seat,))).pdf) if 130 < run.y < 137.5]
    lines = [run for run in lines if 159 <= run.x < 179]
    assert "".join(run.text for run in lines) == room
    assert max(run.right for run in lines) <= 179


def test_three_subjects_leave_room_for_every_notice_above_the_footer() -> None:
    below = [run for run in runs(admission_ticket(ticket(subjects=3)).pdf) if run.size == 10]
    assert sum(run.text[:2] in {f"{number}." for number in range(1, 7)} for run in below) == 6
    assert max(run.y for run in below) < 279


def test_the_photo_is_on_the_ticket() -> None:
    assert photos(admission_ticket(ticket()).pdf) == [PHOTO]


def test_a_ticket_number_is_grouped_by_what_its_digits_mean() -> None:
    assert grouped("6677420019000315") == "66 77 420019 0003 15"


@pytest.mark.parametrize("photo", [None, b"", b"no picture at all", b"\xff\xd8\xff\xe0nothing"])
def test_a_photo_that_cannot_be_had_leaves_its_frame_and_the_page_says_so(photo: bytes | None) -> None:
    sheet = ticket()
    printed = admission_ticket(replace(sheet, person=replace(sheet.person, photo=photo)))
    assert "无照片" in words(printed.pdf)
    assert NUMBER in words(printed.pdf)


@pytest.mark.parametrize("photo", [None, b"", b"no picture at all"])
def test_a_face_that_is_lacking_is_told_on_the_paper_and_to_whoever_asked_for_it(photo: bytes | None) -> None:
    sheet = ticket("欧阳文静", 1)
    printed = admission_ticket(with_photo(sheet, photo))
    assert printed.faceless == (f"{sheet.record.number} 欧阳文静",)
    assert "无照片" in PdfReader(BytesIO(printed.pdf)).pages[0].extract_text()
    assert admission_ticket(sheet).faceless == ()
    assert admission_ticket(masked_ticket(sheet)).faceless == ()
