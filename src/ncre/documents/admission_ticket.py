"""The admission ticket (准考证): one page a candidate, up to three subjects."""

from __future__ import annotations

from collections.abc import Sequence

from ncre.documents import labels
from ncre.documents.codes.barcodes import code128, qr
from ncre.documents.pdf.canvas import LEFT, Paper
from ncre.documents.pdf.page_frame import foot, head, photo
from ncre.documents.view_models import Printed, SeatLine, TicketSheet
from ncre.domain.exam.plan import EXAM_TIME

ROW = 9.0
SIZE = 10.5
WIDTHS = (50.0, 44.0, 50.0, 20.0, 16.0)


def admission_ticket(sheet: TicketSheet) -> Printed:
    """The page, its subjects in the order in which they are sat."""
    return laid_out(sheet).printed()


def laid_out(sheet: TicketSheet) -> Paper:
    """The page as notes, before any font is cut."""
    paper = Paper(f"{labels.TICKET_TITLE} {sheet.record.number}", sheet.record.at)
    _draw(paper, sheet)
    return paper


def admission_tickets(title: str, sheets: Sequence[TicketSheet]) -> Printed:
    """Many tickets in one file, which share one cut of the font. Needs at least one sheet."""
    paper = Paper(title, max(sheet.record.at for sheet in sheets))
    for sheet in sheets:
        _draw(paper, sheet)
    return paper.printed()


def _draw(paper: Paper, sheet: TicketSheet) -> None:
    paper.page()
    head(paper, sheet.round, labels.TICKET_TITLE)
    _person(paper, sheet)
    end = _schedule(paper, sheet)
    _codes(paper, sheet, end)
    _notices(paper, sheet, end)
    foot(paper, sheet.record, "可黑白打印，照片须清晰", 1, 1)


def notices(sheet: TicketSheet) -> tuple[str, ...]:
    """What the candidate is told to mind (考生须知); the last one only where confirmation is still to come."""
    return (*labels.NOTICES, labels.UNCONFIRMED) if sheet.unconfirmed else labels.NOTICES


def grouped(ticket: str) -> str:
    """66 77 420019 0003 15: subject, round, site, hall, seat, as people read it aloud."""
    return " ".join((ticket[:2], ticket[2:4], ticket[4:10], ticket[10:14], ticket[14:]))


def _person(paper: Paper, sheet: TicketSheet) -> None:
    person, y = sheet.person, 42.0
    for label, value in (
        ("姓名", person.name),
        ("性别", person.sex),
        ("证件类型", person.document_type),
        ("证件号码", person.document_number),
        ("报名号", sheet.record.number),
        ("考点", sheet.site),
    ):
        x = paper.label(LEFT, y, 26, ROW, label, SIZE)
        paper.cell(x, y, 110, ROW, value, 11.5 if label == "姓名" else SIZE)
        y += ROW
    x = paper.label(LEFT, y, 26, ROW, "考点地址", SIZE)
    paper.cell(x, y, 154, ROW, sheet.address, SIZE)
    photo(paper, person, sheet.record.number, 151, 42, 44, 54)


def _schedule(paper: Paper, sheet: TicketSheet) -> float:
    """The table of subjects; returns its lower edge."""
    paper.text(LEFT, 113, "考试安排", 12, bold=True)
    x, y = LEFT, 116.0
    for title, width in zip(labels.TICKET_COLUMNS, WIDTHS, strict=True):
        x = paper.label(x, y, width, 8, title, 9.5)
    y += 8
    for seat in sheet.seats:
        _seat(paper, y, seat)
        y += 13
    return y


def _seat(paper: Paper, y: float, seat: SeatLine) -> None:
    starts, ends = seat.starts_at.astimezone(EXAM_TIME), seat.ends_at.astimezone(EXAM_TIME)
    x = paper.cell(LEFT, y, WIDTHS[0], 13, seat.subject, SIZE)
    x = paper.cell(x, y, WIDTHS[1], 13, grouped(seat.ticket), SIZE, "center")
    paper.box(x, y, WIDTHS[2], 13)
    day = f"{starts.year}年{starts.month}月{starts.day}日 第 {seat.batch} 批次"
    middle = x + WIDTHS[2] / 2
    paper.text(middle, y + 5.4, day, SIZE, align="center", within=WIDTHS[2] - 3)
    paper.text(middle, y + 10.6, f"{starts:%H:%M}–{ends:%H:%M}", SIZE, align="center")
    x += WIDTHS[2]
    paper.box(x, y, WIDTHS[3], 13)
    paper.text(x + WIDTHS[3] / 2, y + 6, f"{seat.hall:04}", 14, bold=True, align="center")
    paper.block(x + 1, y + 7, WIDTHS[3] - 2, 5.6, seat.room, 8, "center")
    x += WIDTHS[3]
    paper.box(x, y, WIDTHS[4], 13)
    paper.text(x + WIDTHS[4] / 2, y + 8, f"{seat.seat:02}", 14, bold=True, align="center")


def _codes(paper: Paper, sheet: TicketSheet, top: float) -> None:
    record = sheet.record
    paper.code(qr(record.code), LEFT, top + 8, 34, 34)
    paper.text(LEFT + 17, top + 50, "入场扫码核验", 9, align="center")
    paper.code(code128(record.number), 60, top + 14, 80, 14)
    paper.text(100, top + 33, record.number, 9, align="center")
    paper.box(151, top + 8, 44, 34)
    paper.text(173, top + 14, "监考员核验签字", 9, align="center", grey=60)


def _notices(paper: Paper, sheet: TicketSheet, top: float) -> None:
    paper.text(LEFT, top + 58, "考生须知", 12, bold=True)
    y = top + 65
    for number, notice in enumerate(notices(sheet), start=1):
        y = paper.paragraph(LEFT, y, f"{number}.  {notice}", 10, 178, 6.2, hanging=6)
