"""The admission ticket (准考证): one page a candidate, up to three subjects."""

from __future__ import annotations

from collections.abc import Sequence

from ncre.documents import labels
from ncre.documents.codes.barcodes import code128, qr
from ncre.documents.pdf.canvas import LEFT, Paper
from ncre.documents.pdf.page_frame import BILINGUAL_FOOTER, foot, head, photo
from ncre.documents.ticket_notices import TICKET_NOTICES, UNCONFIRMED
from ncre.documents.view_models import Printed, SeatLine, TicketSheet, beneath
from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import EXAM_TIME

ROW = 9.0
SIZE = 10.5
WIDTHS = (50.0, 44.0, 50.0, 20.0, 16.0)


def admission_ticket(sheet: TicketSheet) -> Printed:
    """The page, its subjects in the order in which they are sat."""
    return laid_out(sheet).printed()


def laid_out(sheet: TicketSheet) -> Paper:
    """The page as notes, before any font is cut."""
    title = f"{labels.TICKET_TITLE} {sheet.record.number}"
    paper = Paper(title, sheet.record.at, bilingual=sheet.english is not None)
    _draw(paper, sheet)
    return paper


def admission_tickets(title: str, sheets: Sequence[TicketSheet]) -> Printed:
    """Many tickets in one file, which share one cut of the font. Needs at least one sheet."""
    paper = Paper(title, max(sheet.record.at for sheet in sheets))
    for sheet in sheets:
        _draw(paper, sheet)
    return paper.printed()


def _draw(paper: Paper, sheet: TicketSheet) -> None:
    paper.page(f"{sheet.record.number} {sheet.person.name}")
    head(paper, sheet.round, labels.TICKET_TITLE, round_english=beneath(sheet, sheet.round))
    _person(paper, sheet)
    end = _schedule(paper, sheet)
    _codes(paper, sheet, end)
    _notices(paper, sheet, end)
    foot(paper, sheet.record, labels.TICKET_REMARK, 1, 1)


def notices(sheet: TicketSheet) -> tuple[Bilingual, ...]:
    """What the candidate is told to mind (考生须知); the last one only where confirmation is still to come."""
    return (*TICKET_NOTICES, UNCONFIRMED) if sheet.unconfirmed else TICKET_NOTICES


def grouped(ticket: str) -> str:
    """66 77 420019 0003 15: subject, round, site, hall, seat, as people read it aloud."""
    return " ".join((ticket[:2], ticket[2:4], ticket[4:10], ticket[10:14], ticket[14:]))


def _person(paper: Paper, sheet: TicketSheet) -> None:
    person, y = sheet.person, 42.0
    for label, value, translated in (
        ("姓名", person.name, ""),
        ("性别", person.sex, beneath(sheet, person.sex)),
        ("证件类型", person.document_type, beneath(sheet, person.document_type)),
        ("证件号码", person.document_number, ""),
        ("报名号", sheet.record.number, ""),
        ("考点", sheet.site, ""),
    ):
        x = paper.label(LEFT, y, 26, ROW, label, SIZE)
        paper.cell(x, y, 110, ROW, value, 11.5 if label == "姓名" else SIZE, english=translated)
        y += ROW
    x = paper.label(LEFT, y, 26, ROW, "考点地址", SIZE)
    paper.cell(x, y, 154, ROW, sheet.address, SIZE)
    photo(paper, person, sheet.record.number, 151, 42, 44, 54)


def _schedule(paper: Paper, sheet: TicketSheet) -> float:
    """The table of subjects; returns its lower edge."""
    paper.heading(LEFT, 113, "考试安排", 12)
    x, y = LEFT, 116.0
    for title, width in zip(labels.TICKET_COLUMNS, WIDTHS, strict=True):
        x = paper.label(x, y, width, 8, title, 9.5)
    y += 8
    for seat in sheet.seats:
        _seat(paper, y, seat, beneath(sheet, seat.subject))
        y += 13
    return y


def _seat(paper: Paper, y: float, seat: SeatLine, subject: str) -> None:
    starts, ends = seat.starts_at.astimezone(EXAM_TIME), seat.ends_at.astimezone(EXAM_TIME)
    x = paper.cell(LEFT, y, WIDTHS[0], 13, seat.subject, SIZE, english=subject)
    x = paper.cell(x, y, WIDTHS[1], 13, grouped(seat.ticket), SIZE, "center")
    paper.box(x, y, WIDTHS[2], 13)
    day = f"{starts.year}年{starts.month}月{starts.day}日 第 {seat.batch} 批次"
    middle, within = x + WIDTHS[2] / 2, WIDTHS[2] - 3
    if paper.bilingual:
        paper.text(middle, y + 4.4, day, 9.5, align="center", within=within)
        on = f"{starts:%Y-%m-%d}, sitting {seat.batch}"
        paper.text(middle, y + 7.9, on, 7.5, align="center", within=within)
        paper.text(middle, y + 12, f"{starts:%H:%M}–{ends:%H:%M}", SIZE, align="center")
    else:
        paper.text(middle, y + 5.4, day, SIZE, align="center", within=within)
        paper.text(middle, y + 10.6, f"{starts:%H:%M}–{ends:%H:%M}", SIZE, align="center")
    x += WIDTHS[2]
    paper.box(x, y, WIDTHS[3], 13)
    paper.text(x + WIDTHS[3] / 2, y + 6, f"{seat.hall:04}", 14, bold=True, align="center")
    paper.block(x + 1, y + 7, WIDTHS[3] - 2, 5.6, seat.room, 8, "center")
    x += WIDTHS[3]
    paper.box(x, y, WIDTHS[4], 13)
    paper.text(x + WIDTHS[4] / 2, y + 8, f"{seat.seat:02}", 14, bold=True, align="center")


def _codes(paper: Paper, sheet: TicketSheet, top: float) -> None:
    record, y = sheet.record, top + (5 if paper.bilingual else 8)
    paper.code(qr(record.code), LEFT, y, 34, 34)
    paper.text(LEFT + 17, y + 42, labels.SCAN_TICKET, 9, align="center")
    paper.text(LEFT + 17, y + 45.4, paper.english(labels.SCAN_TICKET), 7.5, align="center")
    paper.code(code128(record.number), 60, y + 6, 80, 14)
    paper.text(100, y + 25, record.number, 9, align="center")
    paper.box(151, y, 44, 34)
    paper.text(173, y + 6, labels.INVIGILATOR, 9, align="center", grey=60)
    paper.text(173, y + 9.5, paper.english(labels.INVIGILATOR), 7, align="center", grey=60, within=42)


def _notices(paper: Paper, sheet: TicketSheet, top: float) -> None:
    if paper.bilingual:
        paper.heading(LEFT, top + 57, labels.SECTIONS[3], 12)
        both = [
            Bilingual(f"{number}.  {notice.zh}", notice.en)
            for number, notice in enumerate(notices(sheet), start=1)
        ]
        paper.notes(LEFT, top + 63, both, 10, 178, BILINGUAL_FOOTER - 1 - (top + 60))
        return
    paper.text(LEFT, top + 58, labels.SECTIONS[3], 12, bold=True)
    y = top + 65
    for number, notice in enumerate(notices(sheet), start=1):
        y = paper.paragraph(LEFT, y, f"{number}.  {notice.zh}", 10, 178, 6.2, hanging=6)
