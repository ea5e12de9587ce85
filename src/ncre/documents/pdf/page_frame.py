"""What both printed pages share: header, title, footer, photo and the checked codes."""

from __future__ import annotations

import logging

from ncre.documents import labels
from ncre.documents.pdf.canvas import LEFT, RIGHT, Paper
from ncre.documents.view_models import NO_PHOTO, Person, Record
from ncre.domain.exam.plan import in_words

log = logging.getLogger("ncre.printing")

FOOTER = 281.0


def head(paper: Paper, round_title: str, title: str, copy: str = "") -> None:
    paper.text(LEFT, 18, labels.EXAM, 10.5)
    paper.text(RIGHT, 18, round_title, 10.5, align="right", within=110)
    paper.line(LEFT, 20.5, RIGHT, 20.5, 0.5)
    paper.text((LEFT + RIGHT) / 2, 33, title, 22, bold=True, align="center")
    if copy:
        paper.text(RIGHT, 33, copy, 10.5, bold=True, align="right")


def foot(paper: Paper, record: Record, remark: str, page: int, pages: int, below: str = "") -> None:
    """When the record became so, which version and digest it has: never when it was printed."""
    paper.line(LEFT, FOOTER, RIGHT, FOOTER)
    said = f"{in_words(record.at)} · 记录版本 v{record.version} · 摘要 {record.digest} · {remark}"
    paper.text(LEFT, FOOTER + 4.5, said, 7.5, grey=90)
    paper.text(RIGHT, FOOTER + 4.5, f"第 {page} 页 / 共 {pages} 页", 7.5, align="right", grey=90)
    if below:
        paper.text(LEFT, FOOTER + 8.5, below, 7.5, grey=90, within=180)


def photo(paper: Paper, person: Person, number: str, x: float, y: float, w: float, h: float) -> None:
    """The frame, and in its middle the photo at 33 by 48 mm; where none can be had, page and paper say so."""
    paper.box(x, y, w, h)
    try:
        if person.photo is not None:
            paper.picture(person.photo, x + (w - 33) / 2, y + (h - 48) / 2, 33, 48, "考生照片")
            return
    except OSError:
        log.error("a photo is no picture that can be printed")
    paper.text(x + w / 2, y + h / 2, person.no_photo, 10.5, align="center")
    if person.no_photo == NO_PHOTO:
        paper.without_face(number, person.name)
        paper.text(x + w / 2, y + h / 2 + 7, labels.FACE_LACKING, 8, align="center")
