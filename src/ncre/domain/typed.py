"""Text as people type it: one spelling for what Chinese keyboards, phones and copied messages make different."""

from __future__ import annotations

import unicodedata
from typing import Final

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Categories of blanks, of control characters, and of marks without a width."""

_JOINING: Final = frozenset("-‐‑‒–—−·•．.")
"""What stands between groups of digits where somebody copied them."""


LONGEST: Final = 400
"""Characters that are looked at; no code, number or name of an account is longer."""


def code(text: str) -> str:
    """A code of digits or letters as it was meant: full width folded, blanks, dashes and invisible marks left out."""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKC", text[:LONGEST])
        if unicodedata.category(letter) not in _INVISIBLE and letter not in _JOINING
    )
