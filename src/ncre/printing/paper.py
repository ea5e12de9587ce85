"""A4 pages drawn in millimetres: first everything is noted, then fonts are cut to it, then it is drawn.

The same notes give the same bytes: the only time on a page is the record's own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from tempfile import NamedTemporaryFile

from fpdf import FPDF
from PIL import Image

from ncre.printing import glyphs
from ncre.printing.sheets import Printed

LEFT, RIGHT = 15.0, 195.0
POINT = 25.4 / 72
"""Millimetres in a point."""

PADDING = 2.0
SMALLEST = 6.0
NEVER_FIRST = "，。、；：？！）》”’％…"
"""Marks that may not begin a line (Chinese typesetting); they stay with the character before."""

Draw = Callable[[FPDF], None]


class Paper:
    """Notes for a document of A4 pages."""

    def __init__(self, title: str, made_at: datetime) -> None:
        self._title = title
        self._made_at = made_at
        self._pages: list[list[Draw]] = []
        self._used: dict[str, tuple[glyphs.Typeface, set[str]]] = {}
        self._missing: list[str] = []

    def page(self) -> None:
        self._pages.append([])

    def line(self, x1: float, y1: float, x2: float, y2: float, width: float = 0.2) -> None:
        def draw(pdf: FPDF) -> None:
            pdf.set_line_width(width)
            pdf.line(x1, y1, x2, y2)

        self._pages[-1].append(draw)

    def box(self, x: float, y: float, w: float, h: float, grey: bool = False) -> None:
        def draw(pdf: FPDF) -> None:
            pdf.set_line_width(0.2)
            pdf.set_fill_color(238)
            pdf.rect(x, y, w, h, style="DF" if grey else "D")

        self._pages[-1].append(draw)

    def picture(self, source: bytes | Image.Image, x: float, y: float, w: float, h: float, says: str) -> None:
        """A picture fitted into the frame without stretching, centred; `says` is its alternative text."""
        image = Image.open(BytesIO(source)) if isinstance(source, bytes) else source
        scale = min(w / image.width, h / image.height)
        wide, high = image.width * scale, image.height * scale

        def draw(pdf: FPDF) -> None:
            data = BytesIO(source) if isinstance(source, bytes) else source
            pdf.image(data, x + (w - wide) / 2, y + (h - high) / 2, wide, high, alt_text=says)

        self._pages[-1].append(draw)

    def code(self, image: Image.Image, x: float, y: float, w: float, h: float) -> None:
        """A code stretched over the frame, one pixel a module."""
        self._pages[-1].append(lambda pdf: _image(pdf, image, x, y, w, h))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        align: str = "left",
        within: float | None = None,
        grey: int = 0,
    ) -> None:
        """Text with its baseline at y; shrunk, never cut, to fit `within` millimetres."""
        pieces = self._pieces(text, bold)
        size = _fitting(pieces, size, within)
        width = sum(face.width(part, size) for face, part in pieces) * POINT
        start = x - {"left": 0.0, "center": width / 2, "right": width}[align]

        def draw(pdf: FPDF) -> None:
            at = start
            pdf.set_text_color(grey)
            for face, part in pieces:
                pdf.set_font(face.name, size=size)
                pdf.text(at, y, part)
                at += face.width(part, size) * POINT

        self._pages[-1].append(draw)

    def cell(
        self, x: float, y: float, w: float, h: float, text: str, size: float, align: str = "left"
    ) -> float:
        """A bordered value cell; returns the x where the next one begins. Long text takes two lines."""
        self.box(x, y, w, h)
        room = w - 2 * PADDING
        at = {"left": x + PADDING, "center": x + w / 2}[align]
        if len(text) > 12 and self.width(text, size) > room * 1.25:
            self._two_lines(at, y, h, text, size, align, room)
        else:
            self.text(at, y + h / 2 + 0.127 * size, text, size, align=align, within=room)
        return x + w

    def label(self, x: float, y: float, w: float, h: float, text: str, size: float) -> float:
        """A bordered label cell, bold on grey; returns the x where the next one begins."""
        self.box(x, y, w, h, grey=True)
        self.text(x + w / 2, y + h / 2 + 0.127 * size, text, size, bold=True, align="center", within=w - 2)
        return x + w

    def paragraph(
        self, x: float, y: float, text: str, size: float, width: float, step: float, hanging: float = 0.0
    ) -> float:
        """Text in lines of `width`; returns the baseline after the last. No line begins with a full stop."""
        for number, line in enumerate(self._lines(text, size, width, hanging)):
            self.text(x + (hanging if number else 0.0), y, line, size)
            y += step
        return y

    def width(self, text: str, size: float) -> float:
        """Millimetres that a text takes."""
        return sum(face.width(part, size) for face, part in glyphs.runs(glyphs.drawable(text)[0])) * POINT

    def printed(self) -> Printed:
        pdf = FPDF(format="A4")
        pdf.set_auto_page_break(False)
        pdf.set_lang("zh-CN")
        pdf.set_title(self._title)
        pdf.set_creator("ncre")
        pdf.set_creation_date(self._made_at)
        for face, characters in self._used.values():
            _add(pdf, face, characters)
        for page in self._pages:
            pdf.add_page()
            for draw in page:
                draw(pdf)
        return Printed(bytes(pdf.output()), tuple(dict.fromkeys(self._missing)))

    def _pieces(self, text: str, bold: bool) -> list[tuple[glyphs.Typeface, str]]:
        if bold:
            pieces = [(glyphs.bold(), text)]
        else:
            text, missing = glyphs.drawable(text)
            self._missing += missing
            pieces = glyphs.runs(text)
        for face, part in pieces:
            self._used.setdefault(face.name, (face, set()))[1].update(part)
        return pieces

    def _two_lines(
        self, at: float, y: float, h: float, text: str, size: float, align: str, room: float
    ) -> None:
        size = min(size, h / POINT / 2.5)
        lines = self._lines(text, size, room, 0.0)
        if len(lines) > 2:
            half = (len(text) + 1) // 2
            lines = [text[:half], text[half:]]
        for number, line in enumerate(lines):
            middle = y + h * (2 * number + 1) / (2 * len(lines))
            self.text(at, middle + 0.127 * size, line, size, align=align, within=room)

    def _lines(self, text: str, size: float, width: float, hanging: float) -> list[str]:
        lines: list[str] = []
        line = ""
        for one in text:
            room = width - (hanging if lines else 0.0)
            if line and one not in NEVER_FIRST and self.width(line + one, size) > room:
                lines.append(line)
                line = ""
            line += one
        return [*lines, line] if line else lines


def _fitting(pieces: list[tuple[glyphs.Typeface, str]], size: float, within: float | None) -> float:
    """The size at which the pieces fit, never below SMALLEST."""
    if within is None:
        return size
    wide = sum(face.width(part, size) for face, part in pieces) * POINT
    return size if wide <= within else max(SMALLEST, size * within / wide)


def _image(pdf: FPDF, image: Image.Image, x: float, y: float, w: float, h: float) -> None:
    pdf.image(image, x, y, w, h)


def _add(pdf: FPDF, face: glyphs.Typeface, characters: set[str]) -> None:
    """fpdf2 reads fonts from files only; the cut lies in one for as long as that takes."""
    with NamedTemporaryFile(suffix=".ttf") as file:
        file.write(face.cut(sorted(characters)))
        file.flush()
        pdf.add_font(face.name, "", file.name)
    pdf.fonts[face.name].ttfont.recalcBBoxes = False  # type: ignore[union-attr]
