"""What both printed pages share: header, title, footer, photo and the checked codes."""

from __future__ import annotations

import logging

from ncre.documents import english, labels
from ncre.documents.pdf.canvas import LEFT, RIGHT, Paper
from ncre.documents.view_models import NO_PHOTO, Person, Record
from ncre.domain.exam.plan import exam_time_in_words

log = logging.getLogger("ncre.printing")

FOOTER = 281.0
BILINGUAL_FOOTER = 277.0


def head(
    paper: Paper, round_title: str, title: str, copy: str = "", round_english: str = "", bold: bool = True
) -> None:
    """Examination and round, title, and whose copy it is; `round_english` for a bilingual paper.

    `bold` only where the bold font has every character of the title.
    """
    middle = (LEFT + RIGHT) / 2
    exam = 14.0 if paper.bilingual else 18.0
    paper.text(LEFT, exam, labels.EXAM, 10.5)
    paper.text(RIGHT, exam, round_title, 10.5, align="right", within=110)
    paper.line(LEFT, 20.5, RIGHT, 20.5, 0.5)
    if paper.bilingual:
        paper.text(LEFT, 18.5, paper.english(labels.EXAM), 9)
        paper.text(RIGHT, 18.5, round_english, 9, align="right", within=100)
        paper.text(middle, 36.5, paper.english(title), 11, align="center")
        paper.text(RIGHT, 36.5, paper.english(copy) if copy else "", 9, align="right")
    paper.text(middle, 31 if paper.bilingual else 33, title, 22, bold=bold, align="center")
    if copy:
        paper.text(RIGHT, 31 if paper.bilingual else 33, copy, 10.5, bold=True, align="right")


def foot(
    paper: Paper,
    record: Record,
    remark: str,
    page: int,
    pages: int,
    below: str = "",
    below_english: str = "",
) -> None:
    """When the record became so, which version and digest it has: never when it was printed."""
    at = BILINGUAL_FOOTER if paper.bilingual else FOOTER
    paper.line(LEFT, at, RIGHT, at)
    zh = f"{exam_time_in_words(record.at)} · 记录版本 v{record.version} · 摘要 {record.digest} · {remark}"
    en = (
        f"{exam_time_in_words(record.at)} · record version v{record.version} · digest {record.digest} · "
        f"{paper.english(remark)}; {english.CHINESE_COUNTS}"
    )
    lines = [(zh, f"第 {page} 页 / 共 {pages} 页")]
    if paper.bilingual:
        lines.append((en, f"Page {page} of {pages}"))
    lines += [(one, "") for one in (below, below_english if paper.bilingual else "") if one]
    for number, (left, right) in enumerate(lines):
        y = at + 4.5 + number * (3.6 if paper.bilingual else 4)
        paper.text(LEFT, y, left, 7.5, grey=90, within=158 if right else 180)
        paper.text(RIGHT, y, right, 7.5, align="right", grey=90)


def photo(paper: Paper, person: Person, number: str, x: float, y: float, w: float, h: float) -> None:
    """The frame, and in its middle the photo at 33 by 48 mm; where none can be had, page and paper say so."""
    paper.box(x, y, w, h)
    try:
        if person.photo is not None:
            says = " ".join(filter(None, (labels.PHOTO, paper.english(labels.PHOTO))))
            paper.picture(person.photo, x + (w - 33) / 2, y + (h - 48) / 2, 33, 48, says)
            return
    except OSError:
        log.error("a photo is no picture that can be printed")
    paper.text(x + w / 2, y + h / 2, person.no_photo, 10.5, align="center")
    if person.no_photo == NO_PHOTO:
        paper.without_face(number, person.name)
        paper.text(x + w / 2, y + h / 2 + 7, labels.FACE_LACKING, 8, align="center")
        if paper.bilingual:
            paper.text(x + w / 2, y + h / 2 + 3.6, paper.english(NO_PHOTO), 8, align="center")
            paper.text(
                x + w / 2,
                y + h / 2 + 10.4,
                paper.english(labels.FACE_LACKING),
                7,
                align="center",
                within=w - 2,
            )
