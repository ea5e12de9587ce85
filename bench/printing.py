"""What a ticket costs, beside the same page drawn by reportlab and by fpdf2 with the whole font.

All three draw the very same notes: reportlab stands behind the few calls that the notes make, and
the whole-font run only leaves out the cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any
from unittest.mock import patch

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ncre import fonts
from ncre.documents.admission_ticket import admission_ticket, admission_tickets, laid_out
from ncre.documents.codes.ticket_token import TICKET, TicketKey, TicketToken, TokenSeat
from ncre.documents.pdf import glyphs
from ncre.documents.pdf.line_breaking import POINT
from ncre.documents.registration_form import registration_form
from tests.documents.examples import NUMBER, RECORD, form, ticket

HEIGHT = 297
SEATS = tuple(TokenSeat(subject, 1, 7, 1) for subject in ("66", "35", "14"))
CODE = TicketKey(bytes(32)).signed(TicketToken(TICKET, NUMBER, 17, RECORD.digest, SEATS))
SHEET = replace(ticket(subjects=3), record=replace(RECORD, code=CODE))
BATCH = 200


@dataclass(frozen=True)
class Costs:
    """CPU milliseconds: one ticket, one form of two pages, a page of a batch, and the same elsewhere."""

    ticket: float
    form: float
    batch: float
    reportlab: float
    whole_font: float


def measure() -> Costs:
    sheets = [replace(SHEET, person=replace(SHEET.person, name=f"王{chr(0x4E00 + n)}")) for n in range(BATCH)]
    with TemporaryDirectory() as folder:
        reportlab = _reportlab(Path(folder))
        return Costs(
            ticket=_cost(lambda: admission_ticket(SHEET), 30),
            form=_cost(lambda: registration_form(form(subjects=3)), 30),
            batch=_cost(lambda: admission_tickets("batch", sheets), 2) / BATCH,
            reportlab=_cost(reportlab, 30),
            whole_font=_cost(_with_the_whole_font, 3),
        )


def _cost(draw: Callable[[], object], times: int) -> float:
    """CPU milliseconds of one call, the first aside."""
    draw()
    begun = process_time()
    for _ in range(times):
        draw()
    return 1000 * (process_time() - begun) / times


def _with_the_whole_font() -> object:
    def whole(face: glyphs.Typeface, _: object) -> bytes:
        return fonts.bold() if face.name == "bold" else fonts.regular()

    with patch.object(glyphs.Typeface, "cut", whole):
        return admission_ticket(SHEET)


def _reportlab(folder: Path) -> Callable[[], object]:
    for name, data in (("regular", fonts.regular()), ("bold", fonts.bold())):
        (folder / f"{name}.ttf").write_bytes(data)
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))

    def draw() -> bytes:
        out = BytesIO()
        canvas = _Canvas(out)
        laid_out(SHEET).draw_on(canvas)  # type: ignore[arg-type]
        canvas.end()
        return out.getvalue()

    return draw


class _Canvas:
    """A reportlab canvas behind the calls of fpdf2 that the notes make; millimetres from the top."""

    def __init__(self, out: BytesIO) -> None:
        self._canvas = Canvas(out, pagesize=(210 / POINT, HEIGHT / POINT), pageCompression=1)
        self._pages = 0

    def add_page(self) -> None:
        if self._pages:
            self._canvas.showPage()
        self._pages += 1

    def end(self) -> None:
        self._canvas.save()

    def set_line_width(self, width: float) -> None:
        self._canvas.setLineWidth(width / POINT)

    def set_fill_color(self, grey: int) -> None:
        self._canvas.setFillGray(grey / 255)

    def set_text_color(self, grey: int) -> None:
        self._canvas.setFillGray(grey / 255)

    def set_font(self, name: str, size: float) -> None:
        self._canvas.setFont(name, size)

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        self._canvas.line(x1 / POINT, (HEIGHT - y1) / POINT, x2 / POINT, (HEIGHT - y2) / POINT)

    def rect(self, x: float, y: float, w: float, h: float, style: str) -> None:
        place = (x / POINT, (HEIGHT - y - h) / POINT, w / POINT, h / POINT)
        self._canvas.rect(*place, fill=int("F" in style))

    def text(self, x: float, y: float, text: str) -> None:
        self._canvas.drawString(x / POINT, (HEIGHT - y) / POINT, text)

    def image(self, source: Any, x: float, y: float, w: float, h: float, alt_text: str = "") -> None:
        picture = ImageReader(source if isinstance(source, Image.Image | BytesIO) else BytesIO(source))
        self._canvas.drawImage(picture, x / POINT, (HEIGHT - y - h) / POINT, w / POINT, h / POINT)
