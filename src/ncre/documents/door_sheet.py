"""The sheet on the door of a hall (门贴): its number to be read from across the corridor, and no names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from ncre.documents import labels
from ncre.documents.admission_ticket import grouped
from ncre.documents.hall_view_models import DoorSheet
from ncre.documents.pdf.canvas import LEFT, RIGHT, Paper
from ncre.documents.pdf.page_frame import FOOTER
from ncre.documents.view_models import Printed
from ncre.domain.exam.plan import exam_time_in_words

Columns = tuple[tuple[str, float], ...]

MIDDLE: Final = (LEFT + RIGHT) / 2
FULL: Final = (("科目", 66.0), ("人数", 18.0), ("准考证号 起", 48.0), ("准考证号 止", 48.0))
SHORT: Final = (("科目", 58.0), ("人数", 12.0), ("座位", 20.0))
"""Where there are many subjects: two such tables side by side, and what the numbers have in common below."""

MOST_IN_FULL: Final = 7
TABLE, NOTICE, ROW = 176.0, 262.0, 8.0
NOTICES: Final = (
    "请核对准考证上的考场号、考试时间和座位号，凭准考证和有效身份证件原件入场。",
    "开考后不得入场。不得携带手机等具有存储或通信功能的设备。",
)


def door_sheets(title: str, at: datetime, sheets: Iterable[DoorSheet]) -> Printed:
    """One page a hall."""
    paper = Paper(title, at)
    for sheet in sheets:
        paper.page(f"考场 {sheet.head.hall:04}")
        _page(paper, sheet)
    return paper.printed()


def _page(paper: Paper, sheet: DoorSheet) -> None:
    hall = sheet.head
    paper.text(LEFT, 18, labels.EXAM, 10.5)
    paper.text(RIGHT, 18, hall.round, 10.5, align="right", within=110)
    paper.line(LEFT, 20.5, RIGHT, 20.5, 0.5)
    paper.block(LEFT, 25, 180, 14, hall.site, 24, "center")
    paper.text(MIDDLE, 58, "考场", 44, bold=True, align="center")
    paper.text(MIDDLE, 112, f"{hall.hall:04}", 150, bold=True, align="center")
    paper.block(LEFT, 117, 180, 15, hall.room, 34, "center")
    paper.text(MIDDLE, 147, hall.day, 26, align="center", within=180)
    paper.text(MIDDLE, 166, hall.hours, 44, align="center")
    if len(sheet.sittings) <= MOST_IN_FULL:
        _in_full(paper, sheet)
    else:
        _in_short(paper, sheet)
    for place, notice in enumerate(NOTICES):
        paper.text(MIDDLE, NOTICE + 7 * place, notice, 12, align="center", within=180)
    paper.line(LEFT, FOOTER, RIGHT, FOOTER)
    paper.text(LEFT, FOOTER + 4.5, f"{exam_time_in_words(hall.at)} 的编排", 7.5, grey=90)


def _in_full(paper: Paper, sheet: DoorSheet) -> None:
    y = _titles(paper, LEFT, FULL)
    for one in sheet.sittings:
        said = (one.subject, str(one.people), grouped(one.first), grouped(one.last))
        y = _row(paper, LEFT, y, ROW, FULL, said)
    first, last = sheet.seats
    x = paper.cell(LEFT, y, FULL[0][1], ROW, "合计", 10.5)
    x = paper.cell(x, y, FULL[1][1], ROW, str(sheet.people), 10.5, "center")
    paper.cell(x, y, FULL[2][1] + FULL[3][1], ROW, f"座位 {first:02}–{last:02}", 10.5, "center")


def _in_short(paper: Paper, sheet: DoorSheet) -> None:
    half = -(-len(sheet.sittings) // 2)
    row = min(ROW, (NOTICE - 6 - TABLE - 2 * ROW) / half)
    bottom = TABLE
    for x, sittings in ((LEFT, sheet.sittings[:half]), (MIDDLE, sheet.sittings[half:])):
        y = _titles(paper, x, SHORT)
        for one in sittings:
            said = (one.subject, str(one.people), f"{one.first[-2:]}–{one.last[-2:]}")
            y = _row(paper, x, y, row, SHORT, said)
        bottom = max(bottom, y)
    first, last = sheet.seats
    common = grouped(sheet.sittings[0].first)[3:-3]
    summed = f"共 {sheet.people} 人，座位 {first:02}–{last:02}　准考证号：科目代码 {common} 座位号"
    paper.cell(LEFT, bottom, RIGHT - LEFT, ROW, summed, 10.5, "center")


def _titles(paper: Paper, x: float, columns: Columns) -> float:
    for title, width in columns:
        x = paper.label(x, TABLE, width, ROW, title, 9.5, bold=False)
    return TABLE + ROW


def _row(paper: Paper, x: float, y: float, row: float, columns: Columns, said: tuple[str, ...]) -> float:
    size = min(10.5, row * 1.5)
    for place, ((_, width), text) in enumerate(zip(columns, said, strict=True)):
        x = paper.cell(x, y, width, row, text, size, "center" if place else "left")
    return y + row
