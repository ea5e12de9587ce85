"""Text as people type it: one spelling for what Chinese keyboards, phones and copied messages make different.

One function a kind of field. Addresses (e-mail, phone) build on these and are read in `addresses.py`.
"""

from __future__ import annotations

import unicodedata
from typing import Final

INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs"})
"""Categories of control characters, of marks without a width (bidi, zero-width), and of half characters."""

BLANK: Final = frozenset({"Zs", "Zl", "Zp"})

_JOINING: Final = frozenset("-‐‑‒–—−·•．.")
"""What stands between groups of digits where somebody copied them."""


LONGEST: Final = 400
"""Characters that are looked at; no code, number or name of an account is longer."""


def code(text: str) -> str:
    """A code of digits or letters as it was meant: full width folded, blanks, dashes and invisible marks left out."""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKC", text[:LONGEST])
        if unicodedata.category(letter) not in INVISIBLE | BLANK and letter not in _JOINING
    )


def account_name(text: str) -> str:
    """The one spelling under which the name of an account is looked up: case and full width folded, blanks single."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text[:LONGEST]).casefold())
    return " ".join(seen(folded).split())


def line(text: str) -> str:
    """One line of words: what cannot be seen is left out, blanks of all kinds are single."""
    return " ".join(seen(unicodedata.normalize("NFC", text)).split())


def seen(text: str) -> str:
    """The text without what cannot be seen; every blank is a plain one."""
    kept = (
        " " if letter.isspace() or unicodedata.category(letter) in BLANK else letter
        for letter in text
        if letter.isspace() or unicodedata.category(letter) not in INVISIBLE
    )
    return "".join(kept)
