"""What a spreadsheet makes of text and of long files: no cell becomes a formula, no number is rounded, no line is left out."""

from __future__ import annotations

from typing import Final

LONG_NUMBER: Final = 12
"""Digits from which on a spreadsheet writes a number in another way than it was, or rounds it (from 16 on)."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet would take for the beginning of a formula."""

MOST_ON_A_SHEET: Final = 1_000_000
"""A sheet has 1 048 576 lines; what does not fit would be left out in silence."""


def harmless(text: str) -> str:
    """Text that a spreadsheet takes for no formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_spreadsheet_text(text: str) -> str:
    """A long number with a tab behind it, as the channels' own bills have it: else a spreadsheet rounds it."""
    return f"{text}\t" if len(text) >= LONG_NUMBER and text.isdigit() else text
