"""Fonts as the pages need them: how wide a text is, which font has a character, and a cut of a font.

A page embeds only its own characters, cut with HarfBuzz in a fraction of a millisecond; that makes a
page about fifteen times cheaper than handing fpdf2 the whole font (pages and printing facts §2.2).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

import uharfbuzz as hb

from ncre import fonts

DROPPED: Final = tuple(
    int.from_bytes(tag, "big")
    for tag in (b"GSUB", b"GPOS", b"GDEF", b"BASE", b"VORG", b"vhea", b"vmtx", b"STAT", b"DSIG")
)


class Typeface:
    """One font file: coverage, widths, and cuts. Thread-safe after it was made."""

    def __init__(self, name: str, raw: bytes) -> None:
        self.name = name
        face = hb.Face(hb.Blob(raw))
        self._font = hb.Font(face)
        self._upem = face.upem
        self._characters = frozenset(face.unicodes)
        self._prepared = hb.subset_preprocess(face)

    def has(self, character: str) -> bool:
        return ord(character) in self._characters

    @lru_cache(maxsize=20_000)  # noqa: B019 - typefaces live as long as the process
    def _advance(self, character: str) -> float:
        glyph = self._font.get_nominal_glyph(ord(character))
        advance: int = self._font.get_glyph_h_advance(glyph or 0)
        return advance / float(self._upem)

    def width(self, text: str, size: float) -> float:
        """Width in points at a size in points."""
        return float(size * sum(self._advance(character) for character in text))

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
def bold() -> Typeface:
    return Typeface("bold", fonts.bold())


@cache
def rare() -> tuple[Typeface, ...]:
    return tuple(Typeface(f"rare{place}", raw) for place, raw in enumerate(fonts.rare()))


def drawable(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with a visible substitute for what no font here can draw, and those characters.

    A name is never refused and never blank: U+2A6D6 without a font prints as 〔U+2A6D6〕.
    """
    missing = tuple(one for one in text if not any(face.has(one) for face in (regular(), *rare())))
    for one in missing:
        text = text.replace(one, f"〔U+{ord(one):04X}〕")
    return text, missing


def runs(text: str) -> list[tuple[Typeface, str]]:
    """The text in pieces, each with the first font that has all of it."""
    pieces: list[tuple[Typeface, str]] = []
    for one in text:
        face = next((face for face in (regular(), *rare()) if face.has(one)), regular())
        if pieces and pieces[-1][0] is face:
            pieces[-1] = (face, pieces[-1][1] + one)
        else:
            pieces.append((face, one))
    return pieces
