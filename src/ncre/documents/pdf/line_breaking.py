"""How a text is broken into lines and fitted into a cell: wrapped, then shrunk as far as it must be, never cut.

Chinese breaks between any two characters, except that closing marks stay with what they close and
opening marks with what they open (GB/T 15834); words, numbers and dates in Latin script stay whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

POINT: Final = 25.4 / 72
"""Millimetres in a point."""

LEADING: Final = 1.15
SLIGHTLY: Final = 1.08
"""A text this little too long goes on one line, slightly smaller: no single character stands alone on a second one."""

WHOLE_WORDS: Final = 0.7
"""The least part of the usual size to which a text is shrunk so that its longest word (an e-mail address) stays whole."""

TIGHTER: Final = 0.97
"""By how much the size is lowered at a time until a text fits."""

NEVER_FIRST: Final = frozenset("，。、；：？！）》〉」』】〕”’％…·—,.;:?!)%")
NEVER_LAST: Final = frozenset("（《〈「『【〔“‘(")
_UNITS: Final = re.compile(r"[0-9A-Za-z@_*+/:.–-]+ *|. *", re.DOTALL)

Width = Callable[[str], float]
"""Millimetres that a text takes at a size of one point; widths grow with the size."""


def fitted(text: str, size: float, room: float, height: float, width: Width) -> tuple[float, list[str]]:
    """The largest size, at most `size`, at which the text fits into room by height (mm), and its lines."""
    wide = width(text) * size
    if wide <= room:
        return size, [text]
    one_line = size * room / wide
    pieces = _measured(text, width)
    longest = max(bare for _, _, bare in pieces) * size
    if longest > room >= longest * WHOLE_WORDS:
        size *= room / longest
    while size > one_line and wide > room * SLIGHTLY:
        lines = _filled(pieces, room / size, room / size, width)
        if len(lines) * size * POINT * LEADING <= height:
            return size, lines
        size *= TIGHTER
    return one_line, [text]


def broken(text: str, size: float, room: float, width: Width, hanging: float = 0.0) -> list[str]:
    """Lines no wider than `room`, the second and later ones less by `hanging`. Joined they are the text."""
    return _filled(_measured(text, width), room / size, (room - hanging) / size, width)


Piece = tuple[str, float, float]
"""What stays on one line, its width, and its width without spaces at the end."""


def _measured(text: str, width: Width) -> list[Piece]:
    return [(piece, width(piece), width(piece.rstrip(" "))) for piece in _whole(text)]


def _filled(pieces: list[Piece], first: float, later: float, width: Width) -> list[str]:
    """Lines filled one after the other; a piece wider than a whole line is broken anywhere."""
    lines, taken = [""], 0.0
    waiting = pieces[::-1]
    while waiting:
        text, full, bare = waiting.pop()
        room = first if len(lines) == 1 else later
        if bare > later and len(text) > 1:
            waiting += _measured_characters(text, width)
        elif lines[-1] and taken + bare > room:
            lines.append(text)
            taken = full
        else:
            lines[-1] += text
            taken += full
    return lines


def _measured_characters(text: str, width: Width) -> list[Piece]:
    """The characters of a piece, the last one first."""
    return [(one, width(one), width(one)) for one in reversed(text)]


def _whole(text: str) -> list[str]:
    """The pieces between which a line may end."""
    pieces: list[str] = []
    for unit in _UNITS.findall(text):
        if pieces and (unit[0] in NEVER_FIRST or pieces[-1].rstrip(" ")[-1:] in NEVER_LAST):
            pieces[-1] += unit
        else:
            pieces.append(unit)
    return pieces
