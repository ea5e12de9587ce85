"""Text as scanners and their keyboards send it: one code out of prefixes, suffixes, repeats and input methods.

A scanner types what it reads. It may put the AIM identifier of the symbology before it (ISO/IEC 15424: `]Q3` is
a QR code, `]C1` a Code 128) and CR, LF or Tab behind it, and it may read the same code twice.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from ncre.domain.typed_text import BLANK, INVISIBLE

LONGEST: Final = 1000
"""Characters that are looked at: a code that was read three times, with prefixes, is shorter."""

_AS_MEANT: Final = str.maketrans(
    {
        "。": ".",
        "｡": ".",
        "【": "[",
        "】": "]",
        "「": "[",
        "」": "]",
        "—": "-",
        "–": "-",
        "‐": "-",
        "−": "-",
        "＿": "_",
    }
)
"""What an input method makes of the marks that stand in codes, as far as width alone does not say it."""

_AIM: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_BETWEEN: Final = re.compile(r"[\r\n\t\x1d\x1e\x04]+")
"""Suffixes of scanners, and the separators that some symbologies put between parts."""

_REPEATED: Final = re.compile(r"(.{14,}?)\1{1,3}", re.DOTALL)
"""The shortest code is a registration number of 14 digits."""

NUMBER: Final = re.compile(r"\d{14}|\d{16}", re.ASCII)
"""A registration number (14) or a ticket number (16); the spaces in between were taken out."""

_REMAINS: Final = re.compile(r"[0-9A-Za-z]")


def scanned(text: str) -> str:
    """The one code that was read, "" where there is none, or two different ones were."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).translate(_AS_MEANT)
    codes = {code for part in _BETWEEN.split(folded) if (code := _one(part))}
    return codes.pop() if len(codes) == 1 else ""


def garbled_by_input_method(text: str) -> bool:
    """Whether an input method worked on a code: remains of it stand among letters that no code has."""
    folded = scanned(text)
    return not folded.isascii() and _REMAINS.search(folded) is not None


def _one(part: str) -> str:
    """A part without blanks, what cannot be seen, a repetition and the identifier of its symbology."""
    seen = "".join(
        letter
        for letter in part
        if unicodedata.category(letter) not in INVISIBLE | BLANK and not letter.isspace()
    )
    repeated = _REPEATED.fullmatch(seen)
    once = repeated[1] if repeated else seen
    return _AIM.sub("", once, count=1) if _AIM.match(once) else once
