"""Fonts as the pages need them: how wide a text is, which font has a character, and a cut of a font.

A page embeds only its own characters, cut with HarfBuzz in a fraction of a millisecond; that makes a
page about fifteen times cheaper than handing fpdf2 the whole font (pages and printing facts §2.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Final
from unicodedata import category

import uharfbuzz as hb

from ncre import fonts

DROPPED: Final = tuple(
    int.from_bytes(tag, "big")
    for tag in (b"GSUB", b"GPOS", b"GDEF", b"BASE", b"VORG", b"vhea", b"vmtx", b"STAT", b"DSIG")
)


class Typeface:
    """One font file: coverage, widths, and cuts. Thread-safe after it was made."""

    def __init__(self, name: str, source: bytes | Path) -> None:
        """From bytes: prepared for many cheap cuts. From a file: only mapped into memory, for a rare cut."""
        self.name = name
        mapped = isinstance(source, Path)
        face = hb.Face(hb.Blob.from_file_path(str(source)) if mapped else hb.Blob(source))
        self._font = hb.Font(face)
        self._upem = float(face.upem)
        self._prepared = face if mapped else hb.subset_preprocess(face)
        self._drawn: set[str] = set()

    def draws(self, text: str) -> bool:
        """Whether it has every character of the text."""
        new = set(text) - self._drawn
        if not new:
            return True
        self._drawn |= {one for one in new if self.has(one)}
        return new <= self._drawn

    def has(self, character: str) -> bool:
        """Whether it would be seen: a glyph without outlines counts only for a space."""
        return self._glyph(character)[1]

    @lru_cache(maxsize=20_000)  # noqa: B019 - typefaces live as long as the process
    def _glyph(self, character: str) -> tuple[float, bool]:
        """Its advance in ems, and whether it shows."""
        glyph = self._font.get_nominal_glyph(ord(character))
        if not glyph:
            return 0.0, False
        extents = self._font.get_glyph_extents(glyph)
        shows = category(character) == "Zs" or bool(extents and extents.width and extents.height)
        return self._font.get_glyph_h_advance(glyph) / self._upem, shows

    def width(self, text: str, size: float) -> float:
        """Width in points at a size in points."""
        return float(size * sum(self._glyph(character)[0] for character in text))

    def cut(self, characters: Iterable[str]) -> bytes:
        """The font with these characters only."""
        wanted = hb.SubsetInput()
        wanted.unicode_set.update({ord(character) for character in characters} | {32})
        wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
        wanted.drop_table_tag_set.update(DROPPED)
        data: bytes = hb.subset(self._prepared, wanted).blob.data
        return data


@cache
def regular() -> Typeface:
    return Typeface("regular", fonts.regular())


@cache
def _bold() -> Typeface:
    return Typeface("bold", fonts.bold())


def _faces() -> Iterator[Typeface]:
    """The fonts in the order of asking. The big ones are opened only when the ones before lack something."""
    yield regular()
    yield from _names()
    for path in fonts.rare():
        yield _rare(path)


@cache
def _names() -> tuple[Typeface, ...]:
    return tuple(Typeface(name.partition(".")[0].lower(), data) for name, data in fonts.names())


@cache
def _rare(path: Path) -> Typeface:
    return Typeface(path.stem.lower(), path)


def drawable(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with a visible substitute for what no font here can draw, and those characters.

    A name is never refused and never blank: U+2A6D6 without a font prints as 〔U+2A6D6〕.
    """
    if regular().draws(text):
        return text, ()
    missing = tuple(one for one in text if not _face(one).has(one))
    for one in missing:
        text = text.replace(one, f"〔U+{ord(one):04X}〕")
    return text, missing


def runs(text: str, bold: bool = False) -> list[tuple[Typeface, str]]:
    """The text in pieces, each with the first font that has all of it. Bold is for fixed words only."""
    first = _bold() if bold else regular()
    if first.draws(text):
        return [(first, text)] if text else []
    pieces: list[tuple[Typeface, str]] = []
    for one in text:
        face = _bold() if bold and _bold().has(one) else _face(one)
        if pieces and pieces[-1][0] is face:
            pieces[-1] = (face, pieces[-1][1] + one)
        else:
            pieces.append((face, one))
    return pieces


def _face(character: str) -> Typeface:
    """The first font that has it; the regular one where none does."""
    if regular().has(character):
        return regular()
    return next((face for face in _faces() if face.has(character)), regular())
