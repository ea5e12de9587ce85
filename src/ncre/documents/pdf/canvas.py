"""A4 pages drawn in millimetres: first everything is noted, then fonts are cut to it, then it is drawn.

The same notes give the same bytes: the only time on a page is the record's own. The files are PDF/A-2U,
made to be kept: every font is embedded, every character has its Unicode.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from io import BytesIO
from tempfile import NamedTemporaryFile
from typing import Final

from fpdf import FPDF
from fpdf.enums import DocumentCompliance
from PIL import Image

from ncre.documents.codes.barcodes import Barcode
from ncre.documents.english import LABELS
from ncre.documents.pdf import glyphs
from ncre.documents.pdf.archive_metadata import archive_metadata
from ncre.documents.pdf.line_breaking import LEADING, POINT, TIGHTER, broken, fitted
from ncre.documents.view_models import Printed
from ncre.domain.bilingual import Bilingual

LEFT, RIGHT = 15.0, 195.0
PADDING = 2.0
INSIDE = 0.2
"""Millimetres kept free above and below the lines of a cell."""

UPPER: Final = 0.55
"""The part of a bilingual cell's height that the Chinese takes; the English stands beneath it."""

ABOVE: Final = 0.93
"""The size of a Chinese value above its English, as a part of the usual one."""

SMALLER: Final = 0.8
"""The size of the English beneath a Chinese text, as a part of its size."""

STEP: Final = POINT * 1.3
"""Millimetres from one line of notes to the next, for each point of their size."""

LEAST: Final = 6.0
"""Points below which notes are not made smaller; how many they are is known, so they always fit before that."""

Draw = Callable[[FPDF], None]


class Paper:
    """Notes for a document of A4 pages. On a bilingual one, English stands beneath every fixed text."""

    def __init__(self, title: str, made_at: datetime, bilingual: bool = False) -> None:
        self._title = title
        self._made_at = made_at
        self.bilingual = bilingual
        self._pages: list[list[Draw]] = []
        self._bookmarks: list[str] = []
        self._used: dict[str, tuple[glyphs.Typeface, set[str]]] = {}
        self._missing: list[str] = []
        self._faceless: list[str] = []

    def page(self, bookmark: str) -> None:
        """A new page, which the reader's list of contents names so."""
        self._pages.append([])
        self._bookmarks.append(bookmark)

    def english(self, text: str) -> str:
        """A fixed text in English; "" on a Chinese paper."""
        return LABELS[text] if self.bilingual else ""

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
        """A picture fitted into the frame without stretching, centred; `says` is its alternative text.

        Raises OSError for bytes that are no picture.
        """
        image = Image.open(BytesIO(source)) if isinstance(source, bytes) else source
        scale = min(w / image.width, h / image.height)
        wide, high = image.width * scale, image.height * scale

        def draw(pdf: FPDF) -> None:
            data = BytesIO(source) if isinstance(source, bytes) else source
            pdf.image(data, x + (w - wide) / 2, y + (h - high) / 2, wide, high, alt_text=says)

        self._pages[-1].append(draw)

    def without_face(self, number: str, name: str) -> None:
        """Remember that a face is lacking on the paper."""
        self._faceless.append(f"{number} {name}")

    def code(self, code: Barcode, x: float, y: float, w: float, h: float) -> None:
        """A code whose dark modules fill the frame; its quiet zone lies around it and stays white."""
        across = w / (code.picture.width - 2 * code.quiet_x) * code.quiet_x
        down = h / (code.picture.height - 2 * code.quiet_y) * code.quiet_y
        frame = (x - across, y - down, w + 2 * across, h + 2 * down)

        def draw(pdf: FPDF) -> None:
            pdf.image(code.picture, *frame)

        self._pages[-1].append(draw)

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
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        text: str,
        size: float,
        align: str = "left",
        english: str = "",
    ) -> float:
        """A bordered value cell, with its English beneath where it has one; returns the x where the next one begins."""
        self.box(x, y, w, h)
        inside, wide, high = x + PADDING, w - 2 * PADDING, h - 2 * INSIDE
        upper = high * UPPER if english else high
        self.block(inside, y + INSIDE, wide, upper, text, size * (ABOVE if english else 1), align)
        if english:
            self.block(inside, y + INSIDE + upper, wide, high - upper, english, size * SMALLER, align)
        return x + w

    def block(
        self, x: float, y: float, w: float, h: float, text: str, size: float, align: str = "left"
    ) -> None:
        """Text in the middle of a space, in as many lines and as small as it takes; never cut."""
        size, lines = fitted(self._note(text), size, w, h, _width)
        step = min(size * POINT * LEADING * LEADING, h / len(lines))
        at = {"left": x, "center": x + w / 2}[align]
        for number, line in enumerate(lines):
            middle = y + h / 2 + step * (number - (len(lines) - 1) / 2)
            self.text(at, middle + 0.127 * size, line, size, align=align)

    def label(
        self, x: float, y: float, w: float, h: float, text: str, size: float, bold: bool = True
    ) -> float:
        """A bordered label cell on grey, bold where all its characters are; returns where the next begins."""
        self.box(x, y, w, h, grey=True)
        english, middle = self.english(text), x + w / 2
        if english:
            self.text(middle, y + h * 0.46, text, size * 0.95, bold=bold, align="center", within=w - 2)
            self.text(middle, y + h * 0.86, english, size * 0.72, align="center", within=w - 1.6)
        else:
            self.text(middle, y + h / 2 + 0.127 * size, text, size, bold=bold, align="center", within=w - 2)
        return x + w

    def heading(self, x: float, y: float, text: str, size: float) -> None:
        """The title of a section, in bold, with its English behind it."""
        self.text(x, y, text, size, bold=True)
        if self.bilingual:
            self.text(x + _width(text) * size + 2, y, self.english(text), size * SMALLER)

    def notes(
        self, x: float, y: float, texts: Sequence[Bilingual], size: float, width: float, height: float
    ) -> None:
        """Chinese paragraphs, each with its English beneath, as large as it takes to stand in the height; never cut.

        Two spaces after a number at the beginning are where its later lines hang.
        """
        while size > LEAST and self._height(texts, size, width) > height:
            size *= TIGHTER
        for zh, en in texts:
            hanging = _hanging(zh, size)
            y = self.paragraph(x, y, zh, size, width, size * STEP, hanging)
            y = (
                self.paragraph(x + hanging, y, en, size * SMALLER, width - hanging, size * SMALLER * STEP)
                + size * STEP * 0.15
            )

    def _height(self, texts: Sequence[Bilingual], size: float, width: float) -> float:
        """Millimetres that notes take at a size."""
        high = 0.0
        for zh, en in texts:
            hanging = _hanging(zh, size)
            high += size * STEP * (len(broken(zh, size, width, _width, hanging)) + 0.15)
            high += size * SMALLER * STEP * len(broken(en, size * SMALLER, width - hanging, _width))
        return high

    def paragraph(
        self, x: float, y: float, text: str, size: float, width: float, step: float, hanging: float = 0.0
    ) -> float:
        """Text in lines of `width`; returns the baseline after the last. No line begins with a full stop."""
        for number, line in enumerate(broken(self._note(text), size, width, _width, hanging)):
            self.text(x + (hanging if number else 0.0), y, line, size)
            y += step
        return y

    def printed(self) -> Printed:
        pdf = FPDF(format="A4", enforce_compliance=DocumentCompliance.PDFA_2U)
        pdf.set_auto_page_break(False)
        pdf.set_lang("zh-CN")
        pdf.set_title(self._title)
        pdf.set_creator("ncre")
        pdf.set_creation_date(self._made_at)
        languages = ("zh-CN", "en") if self.bilingual else ("zh-CN",)
        pdf.set_xmp_metadata(archive_metadata(self._title, self._made_at, languages))
        for face, characters in self._used.values():
            _add(pdf, face, characters)
        self.draw_on(pdf)
        missing, faceless = dict.fromkeys(self._missing), dict.fromkeys(self._faceless)
        return Printed(bytes(pdf.output()), tuple(missing), tuple(faceless))

    def draw_on(self, pdf: FPDF) -> None:
        """Draw every page on a document that has the fonts."""
        for bookmark, page in zip(self._bookmarks, self._pages, strict=True):
            pdf.add_page()
            pdf.start_section(bookmark)
            for draw in page:
                draw(pdf)

    def _note(self, text: str) -> str:
        """The text as it can be drawn; what had to be substituted is remembered."""
        text, missing = glyphs.drawable(text)
        self._missing += missing
        return text

    def _pieces(self, text: str, bold: bool) -> list[tuple[glyphs.Typeface, str]]:
        pieces = glyphs.runs(self._note(text), bold=bold)
        for face, part in pieces:
            self._used.setdefault(face.name, (face, set()))[1].update(part)
        return pieces


def _hanging(text: str, size: float) -> float:
    """Millimetres that a number with its two spaces takes at the beginning of a note; 0 where it has none."""
    number, gap, _ = text.partition(".  ")
    return _width(number + gap) * size if gap else 0.0


def _width(text: str) -> float:
    """Millimetres that a text takes at one point."""
    return sum(face.width(part, 1) for face, part in glyphs.runs(text)) * POINT


def _fitting(pieces: list[tuple[glyphs.Typeface, str]], size: float, within: float | None) -> float:
    """The size, at most `size`, at which the pieces fit on one line."""
    if within is None:
        return size
    wide = sum(face.width(part, size) for face, part in pieces) * POINT
    return size if wide <= within else size * within / wide


def _add(pdf: FPDF, face: glyphs.Typeface, characters: set[str]) -> None:
    """fpdf2 reads fonts from files only; the cut lies in one for as long as that takes."""
    with NamedTemporaryFile(suffix=".ttf") as file:
        file.write(face.cut(sorted(characters)))
        file.flush()
        pdf.add_font(face.name, "", file.name)
    pdf.fonts[face.name].ttfont.recalcBBoxes = False  # type: ignore[union-attr]
