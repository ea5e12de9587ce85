"""The seats of a hall (考场座位表), on which candidates sign in: twelve to a page, with their faces."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from ncre.documents.admission_ticket import grouped
from ncre.documents.hall_view_models import HallHead, SeatList, Sitter
from ncre.documents.pdf.canvas import LEFT, RIGHT, Paper
from ncre.documents.pdf.page_frame import FOOTER, head
from ncre.documents.view_models import NO_PHOTO, Printed
from ncre.domain.exam.plan import exam_time_in_words

TITLE: Final = "考场座位表"
ALSO: Final = "兼考生签到表"
COLUMNS: Final = (
    ("座位", 13.0),
    ("照片", 15.0),
    ("准考证号、科目", 52.0),
    ("姓名、报名号", 36.0),
    ("证件号码", 34.0),
    ("考生签名", 30.0),
)
TOP, ROW, ON_A_PAGE = 62.0, 16.0, 12
PRIVATE: Final = "含考生个人信息，仅供本考场使用，考后交考点保管"


def seat_lists(title: str, at: datetime, lists: Iterable[SeatList]) -> Printed:
    """Hall after hall, each beginning on a page of its own and counting its pages for itself."""
    paper = Paper(title, at)
    for one in lists:
        _hall(paper, one)
    return paper.printed()


def _hall(paper: Paper, one: SeatList) -> None:
    pages = [one.people[start : start + ON_A_PAGE] for start in range(0, len(one.people), ON_A_PAGE)]
    for number, people in enumerate(pages, start=1):
        paper.page(f"考场 {one.head.hall:04} · {one.head.day} {one.head.hours} · {number}/{len(pages)}")
        head(paper, one.head.round, TITLE)
        paper.text(RIGHT, 33, ALSO, 10.5, align="right")
        _which(paper, one.head)
        y = _table(paper, people)
        if number == len(pages):
            _count(paper, y + 8, len(one.people))
        _foot(paper, one.head, number, len(pages))


def _which(paper: Paper, hall: HallHead) -> None:
    x = paper.label(LEFT, 39, 20, 9, "考点", 10.5)
    x = paper.cell(x, 39, 92, 9, hall.site, 10.5)
    x = paper.label(x, 39, 20, 9, "考场", 10.5)
    paper.box(x, 39, 48, 9)
    paper.text(x + 2, 45.2, f"{hall.hall:04}", 14, bold=True)
    paper.block(x + 16, 39.4, 30, 8.2, hall.room, 10.5)
    x = paper.label(LEFT, 48, 20, 9, "考试时间", 10.5)
    paper.cell(x, 48, 160, 9, f"{hall.day} {hall.hours}", 10.5)


def _table(paper: Paper, people: Iterable[Sitter]) -> float:
    """The rows; returns the lower edge."""
    x, y = LEFT, TOP
    for title, width in COLUMNS:
        x = paper.label(x, y, width, 8, title, 9.5, bold=False)
    y += 8
    for sitter in people:
        _row(paper, y, sitter)
        y += ROW
    return y


def _row(paper: Paper, y: float, sitter: Sitter) -> None:
    edges = [LEFT]
    for _, width in COLUMNS:
        paper.box(edges[-1], y, width, ROW)
        edges.append(edges[-1] + width)
    seat, face, ticket, name, document = edges[:5]
    paper.text(seat + 6.5, y + 9.8, f"{sitter.seat:02}", 14, bold=True, align="center")
    if sitter.photo is None:
        paper.text(face + 7.5, y + 9, NO_PHOTO, 8, align="center")
        paper.without_face(sitter.number, sitter.name)
    else:
        paper.picture(sitter.photo, face + 1.5, y + 0.5, 12, ROW - 1, "考生照片")
    _two(paper, ticket, y, 52, (grouped(sitter.ticket), 10.5), (sitter.subject, 8.5))
    _two(paper, name, y, 36, (sitter.name, 11.5), (sitter.number, 8.5))
    _two(paper, document, y, 34, (sitter.document, 9.5), (sitter.document_type, 8.5))


def _two(
    paper: Paper, x: float, y: float, w: float, above: tuple[str, float], below: tuple[str, float]
) -> None:
    """Two texts over each other in a cell, the upper one with more room."""
    paper.block(x + 1.5, y + 1.1, w - 3, 8.6, *above)
    paper.block(x + 1.5, y + 9.8, w - 3, 5.2, *below)


def _count(paper: Paper, y: float, people: int) -> None:
    """Filled in by hand once everybody sits."""
    for x, said, blank in (
        (LEFT, f"应到 {people} 人", 0.0),
        (45.0, "实到", 16.0),
        (78.0, "缺考", 16.0),
        (111.0, "监考员签字", 60.0),
    ):
        paper.text(x, y, said, 10.5)
        start = x + (21.0 if blank > 20 else 9.5)
        if blank:
            paper.line(start, y + 1, start + blank, y + 1)


def _foot(paper: Paper, hall: HallHead, page: int, pages: int) -> None:
    paper.line(LEFT, FOOTER, RIGHT, FOOTER)
    said = f"{exam_time_in_words(hall.at)} 的编排 · {PRIVATE}"
    paper.text(LEFT, FOOTER + 4.5, said, 7.5, grey=90)
    where = f"考场 {hall.hall:04} · 第 {page} 页 / 共 {pages} 页"
    paper.text(RIGHT, FOOTER + 4.5, where, 7.5, align="right", grey=90)
