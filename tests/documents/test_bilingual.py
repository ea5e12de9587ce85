"""Papers in both languages: the Chinese paper cell for cell, with English beneath whatever is not a name."""

from __future__ import annotations

import re
from dataclasses import replace
from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from pypdf import PdfReader

from ncre.documents import labels
from ncre.documents.admission_ticket import admission_ticket, admission_tickets
from ncre.documents.english import CHOICES, LABELS
from ncre.documents.pdf.page_frame import BILINGUAL_FOOTER
from ncre.documents.pdf.renderer_version import sources
from ncre.documents.receipt import receipt
from ncre.documents.registration_form import registration_form
from ncre.documents.ticket_notices import TICKET_NOTICES, UNCONFIRMED
from ncre.documents.view_models import NO_PHOTO, Printed
from ncre.domain.exam.subject_names import SUBJECT_NAMES
from tests.documents.examples import (
    ENGLISH,
    FORM,
    NUMBER,
    RECEIPT,
    Run,
    form,
    ouyang,
    runs,
    ticket,
    words,
)

ROOT = Path(__file__).parents[2]
HAN = re.compile(r"[一-鿿]")
LONGEST = max(SUBJECT_NAMES.values(), key=len)


def bilingual_form(subjects: int = 1) -> Printed:
    return registration_form(replace(form(subjects=subjects), english=ENGLISH, remark="左利手"))


def bilingual_ticket(subjects: int = 1) -> Printed:
    return admission_ticket(replace(ticket(subjects=subjects), english=ENGLISH, unconfirmed=True))


def bilingual_receipt() -> Printed:
    return receipt(replace(RECEIPT, english=ENGLISH))


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_every_fixed_text_of_the_papers_has_english() -> None:
    texts = {value for name, value in vars(labels).items() if name.isupper() and isinstance(value, str)}
    texts.remove(labels.PROMISE)
    for group in (labels.SECTIONS, labels.LABELS, labels.FORM_COLUMNS, labels.TICKET_COLUMNS, labels.COPIES):
        texts.update(group)
    assert texts - LABELS.keys() == set()
    notices = [notice.en for notice in (*TICKET_NOTICES, UNCONFIRMED)]
    for translated in (*LABELS.values(), *CHOICES.values(), *notices, *SUBJECT_NAMES.values()):
        assert translated
        assert not HAN.search(translated)


SHORTER: Final = {"报名号", "支付方式", "订单号"}
"""What paper and page name otherwise, for want of room or for another meaning."""


def test_paper_and_page_use_the_same_words() -> None:
    with (ROOT / "src/ncre/web/translations/en/LC_MESSAGES/messages.mo").open("rb") as compiled:
        pages = GNUTranslations(compiled)
    said = {zh: pages.gettext(zh).rstrip(":") for zh in LABELS}
    assert {
        zh: (LABELS[zh], en)
        for zh, en in said.items()
        if en not in (zh, LABELS[zh].rstrip(":")) and zh not in SHORTER
    } == {}


@pytest.mark.parametrize("page", [0, 1])
def test_the_form_says_everything_in_both_languages(page: int) -> None:
    said = words(bilingual_form(3).pdf, page)
    chinese = words(registration_form(replace(form(subjects=3), remark="左利手")).pdf, page)
    for text in (
        *(value for value in ENGLISH.values() if squeezed(value) in map(squeezed, form_values())),
        "Registration form", "Declaration", "I answer for whatever comes of anything untrue.",
        "Signature", "Review by the site: passed (2027-01-03 09:12)", "Reviewer's signature (stamp)",
        "Scan to check this form against the record", "the Chinese text is the one that counts", f"Page {page + 1} of 2",
        "Copy for the site" if page == 0 else "Copy for the candidate",
    ):  # fmt: skip
        assert squeezed(text) in said, text
    for label in {*labels.LABELS, *labels.FORM_COLUMNS} - {"考点", "考点地址"}:
        assert label in chinese
        assert label in said
        assert squeezed(LABELS[label]) in said, label


def form_values() -> list[str]:
    """The English values that a form of three subjects shows."""
    return [value for zh, value in ENGLISH.items() if zh in chinese_values()]


def chinese_values() -> set[str]:
    sheet = form(subjects=3)
    person = sheet.person
    return {
        person.sex, person.document_type, sheet.ethnicity, sheet.education, sheet.occupation, sheet.round, sheet.paid,
        *(line.name for line in sheet.subjects), *(line.state for line in sheet.subjects),
    }  # fmt: skip


def test_the_ticket_says_everything_in_both_languages() -> None:
    said = words(bilingual_ticket(3).pdf)
    for notice in (*TICKET_NOTICES, UNCONFIRMED):
        assert squeezed(notice.zh) in said
        assert squeezed(notice.en) in said
    for text in (
        "female", "resident identity card", "66 Level 2 Python Programming", "2027-03-27, sitting 1", "Admission ticket",
        "Checked and signed by the invigilator", "Scanned at the entrance", "National Computer Rank Examination, March 2027",
    ):  # fmt: skip
        assert squeezed(text) in said, text
    for label in labels.TICKET_COLUMNS:
        assert label in said
        assert squeezed(LABELS[label]) in said


def test_the_receipt_says_everything_in_both_languages() -> None:
    said = words(bilingual_receipt().pdf)
    for text in (
        "66 Level 2 Python Programming, 80.00 yuan", "80.00 yuan", "Alipay", "Amount received", "Received by", "no invoice",
        "With questions, bring this receipt",
    ):  # fmt: skip
        assert squeezed(text) in said, text


def test_a_chinese_paper_has_no_english_on_it() -> None:
    for pdf in (
        registration_form(form(subjects=3)).pdf,
        admission_ticket(ticket()).pdf,
        receipt(RECEIPT).pdf,
    ):
        said = words(pdf)
        assert [one for one in LABELS.values() if len(one) > 4 and squeezed(one) in said] == []


def test_a_name_is_not_translated_even_where_it_reads_like_a_value() -> None:
    sheet = replace(form(), person=ouyang("学生"), english=ENGLISH)
    (name,) = [run for run in runs(registration_form(sheet).pdf) if 49 < run.y < 58 and run.x > 41]
    assert name.text == "学生"


@pytest.mark.parametrize("subjects", [1, 2, 3])
def test_notes_stand_whole_above_the_foot_and_can_be_read(subjects: int) -> None:
    top = 124 + 13 * subjects
    notes = [run for run in runs(bilingual_ticket(subjects).pdf) if top + 60 < run.y < BILINGUAL_FOOTER]
    assert sum(run.text[:2] in {f"{number}." for number in range(1, 8)} for run in notes) == 7
    assert max(run.y for run in notes) < BILINGUAL_FOOTER - 1
    assert min(run.size for run in notes) >= 5.8
    assert max(run.size for run in notes) >= 7.2
    assert all(run.right <= 195 for run in notes)


def longest_subject() -> Printed:
    sheet = ticket(subjects=3)
    seats = tuple(replace(seat, subject="68 二级 WPS Office高级应用与设计与应用") for seat in sheet.seats)
    english = {seats[0].subject: f"68 Level 2 {LONGEST}"}
    return admission_ticket(replace(sheet, seats=seats, english=ENGLISH | english))


def test_the_longest_subject_stays_whole_and_inside_its_cell_in_both_languages() -> None:
    cell = [run for run in runs(longest_subject().pdf) if 124 < run.y < 137 and run.x < 65]
    said = "".join(squeezed(run.text) for run in cell)
    assert said == squeezed(f"68 二级 WPS Office高级应用与设计与应用68 Level 2 {LONGEST}")
    assert max(run.right for run in cell) <= 65
    assert min(run.size for run in cell) >= 6


@pytest.mark.parametrize(
    "paper", [lambda: bilingual_form(3), lambda: bilingual_ticket(3), bilingual_receipt, longest_subject]
)
def test_nothing_leaves_the_page_and_no_text_stands_on_another(paper) -> None:
    texts = [run for run in runs(paper().pdf) if run.text != " "]
    assert all(run.x >= 14.9 and run.right <= 195.1 and run.y <= 292 for run in texts)
    assert [(one.text, other.text) for one in texts for other in texts if overlap(one, other)] == []


def overlap(one: Run, other: Run) -> bool:
    """Whether the second stands on the first: less than half a line lower, and beside it in no place."""
    if one is other or not 0 <= other.y - one.y < other.size * 0.353 * 0.75:
        return False
    return one.x < other.right - 0.3 and other.x < one.right - 0.3


def test_a_face_that_is_lacking_is_told_in_both_languages() -> None:
    said = words(registration_form(replace(FORM, person=ouyang(photo=None), english=ENGLISH)).pdf)
    assert NO_PHOTO in said
    assert "Nophoto" in said
    assert "Gotothesitewithyourdocument" in said


def test_the_file_says_which_languages_it_is_in_and_has_a_bookmark_for_each_page() -> None:
    both, chinese = PdfReader(BytesIO(bilingual_form().pdf)), PdfReader(BytesIO(registration_form(FORM).pdf))
    assert both.xmp_metadata is not None
    assert chinese.xmp_metadata is not None
    assert both.xmp_metadata.dc_language == ["zh-CN", "en"]
    assert chinese.xmp_metadata.dc_language == ["zh-CN"]
    for reader in (both, chinese):
        assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
        assert [one["/Title"] for one in reader.outline] == ["考点留存", "考生留存"]
    many = PdfReader(BytesIO(admission_tickets("准考证", [ticket(), ticket("李强")]).pdf))
    assert [one["/Title"] for one in many.outline] == [f"{NUMBER} 欧阳䶮", f"{NUMBER} 李强"]
    assert [many.get_destination_page_number(one) for one in many.outline] == [0, 1]


def test_the_same_bilingual_sheet_prints_the_same_bytes() -> None:
    assert bilingual_form(2) == bilingual_form(2)
    assert bilingual_ticket(2) == bilingual_ticket(2)


def test_every_module_that_draws_a_paper_counts_for_the_edition() -> None:
    """A paper on the shelf is drawn anew once any of them has changed, not only the lowest ones."""
    counted = {file.name for file in sources(files("ncre.documents"))}
    drawing = (
        "admission_ticket.py",
        "registration_form.py",
        "labels.py",
        "english.py",
        "canvas.py",
        "barcodes.py",
    )
    assert counted >= set(drawing)
