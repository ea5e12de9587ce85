"""The registration form: two copies with everything on them, inside their cells whatever their length."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from ncre.documents.masking import masked_form
from ncre.documents.pdf.line_breaking import POINT
from ncre.documents.registration_form import registration_form
from tests.documents.examples import FORM, NUMBER, PHOTO, SUBJECTS, form, ouyang, photos, runs, words

A4 = (210.0, 297.0)


def test_the_form_is_two_a4_pages_one_for_the_site_and_one_for_the_candidate() -> None:
    pdf = registration_form(form()).pdf
    pages = PdfReader(BytesIO(pdf)).pages
    sizes = [(float(page.mediabox.width) * POINT, float(page.mediabox.height) * POINT) for page in pages]
    assert sizes == [pytest.approx(A4, abs=0.1)] * 2
    assert "考点留存" in words(pdf, 0)
    assert "考生留存" not in words(pdf, 0)
    assert "考生留存" in words(pdf, 1)
    assert "考点留存" not in words(pdf, 1)


@pytest.mark.parametrize("page", [0, 1])
def test_each_copy_names_the_person_the_site_and_the_number(page: int) -> None:
    said = words(registration_form(form()).pdf, page)
    for what in ("欧阳䶮", "42011520060315002X", NUMBER, "420019武汉软件工程职业学院", "138****0000"):
        assert what in said


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_table_has_a_row_for_each_subject_and_says_where_it_ends(count: int) -> None:
    said = words(registration_form(form(subjects=count)).pdf)
    for code, name in SUBJECTS[:count]:
        assert code + name.replace(" ", "") + "80.00" in said
    assert all(name.replace(" ", "") not in said for _, name in SUBJECTS[count:])
    assert ("（以下空白）" in said) == (count < 3)


def test_the_promise_names_the_version_and_the_time_of_consent() -> None:
    said = words(registration_form(form()).pdf)
    assert "（2027-03版，2027-01-0221:04同意）" in said


def test_the_review_box_stays_empty_where_the_site_does_not_review() -> None:
    runs_of_box = runs(registration_form(replace(FORM, review="")).pdf)
    assert [run.text for run in runs_of_box if run.text.startswith("考点审核意见")] == ["考点审核意见："]


def test_the_footer_says_which_record_was_printed() -> None:
    said = words(registration_form(form()).pdf)
    assert "2027-01-0310:32·记录版本v17·摘要8f3a9c1e5d7b42aa" in said
    assert "第1页/共2页" in said


def test_the_photo_is_embedded_as_it_was_stored_and_once_for_both_pages() -> None:
    assert photos(registration_form(form()).pdf) == [PHOTO]


def test_a_form_without_photo_says_so() -> None:
    pdf = registration_form(replace(FORM, person=ouyang(photo=None))).pdf
    assert "无照片" in words(pdf)
    assert photos(pdf) == []


LONG_ADDRESS = ("湖北省武汉市洪山区" + "某某街道某某社区某某小区第九栋" * 13)[:200]
LONG_EMAIL = "o***@" + "averylongsubdomain." * 5 + "example.com"


def test_the_longest_address_and_email_stay_whole_and_inside_their_cells() -> None:
    pdf = registration_form(replace(FORM, address=LONG_ADDRESS, email=LONG_EMAIL)).pdf
    address = [run for run in runs(pdf) if 103 <= run.y <= 116.2 and 41 <= run.x < 100]
    email = [run for run in runs(pdf) if 94 <= run.y <= 103 and 94 <= run.x < 158]
    assert "".join(run.text for run in address) == LONG_ADDRESS
    assert "".join(run.text for run in email) == LONG_EMAIL
    assert max(run.right for run in address) <= 195
    assert max(run.right for run in email) <= 158


def test_an_address_wraps_before_it_shrinks() -> None:
    for length, lines, least in ((40, 1, 10.5), (80, 2, 10.5), (120, 3, 10.5), (200, 4, 7.5)):
        pdf = registration_form(replace(FORM, address=LONG_ADDRESS[:length])).pdf
        address = [run for run in runs(pdf) if 103 <= run.y <= 116.2 and 41 <= run.x < 100]
        assert len(address) <= lines
        assert min(run.size for run in address) >= least


def test_an_email_address_of_usual_length_is_not_broken() -> None:
    email = "ouyang.wenjing2024@mail.example.com"
    assert email in [run.text for run in runs(registration_form(replace(FORM, site_email=email)).pdf)]


def test_the_remark_is_printed_on_both_copies_whole() -> None:
    remark = "软件工程学院 2024级1班，左利手。" * 10
    pdf = registration_form(replace(FORM, remark=f"{remark}\n第二行")).pdf
    for page in (0, 1):
        assert remark.replace(" ", "") + "第二行" in words(pdf, page)


def test_the_site_reads_on_its_copy_how_to_reach_the_candidate_and_nobody_else_does() -> None:
    full = replace(FORM, site_mobile="138 0013 8000", site_email="ouyang@example.com")
    site, own = (words(registration_form(full).pdf, page) for page in (0, 1))
    assert "13800138000" in site
    assert "ouyang@example.com" in site
    assert "13800138000" not in own
    assert "o***@example.com" in own
    for page in (0, 1):
        hidden = words(registration_form(masked_form(replace(full, remark="一班"))).pdf, page)
        assert "1380013" not in hidden
        assert "ouyang@" not in hidden
        assert "一班" not in hidden


def test_a_name_of_sixty_characters_takes_two_lines_and_loses_none() -> None:
    name = ("阿卜杜热合曼·买买提艾力" * 5)[:60]
    lines = [run for run in runs(registration_form(form(name)).pdf) if 49 <= run.y <= 58 and run.x > 41]
    assert "".join(run.text for run in lines) == name
    assert len(lines) == 2
    assert max(run.right for run in lines) <= 155
    assert min(run.size for run in lines) >= 9


def test_a_name_of_a_usual_length_has_the_usual_size() -> None:
    (name,) = [run for run in runs(registration_form(form()).pdf) if run.text == "欧阳䶮"]
    assert name.size == 10.5


def test_nothing_leaves_the_page() -> None:
    sheet = replace(form("阿卜杜热合曼·买买提艾力", 3), address=LONG_ADDRESS, email=LONG_EMAIL)
    assert all(run.x >= 15 and run.right <= 195.05 for run in runs(registration_form(sheet).pdf))
