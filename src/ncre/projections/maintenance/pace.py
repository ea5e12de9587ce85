"""How many rows are written while writers wait: fewer where that takes long, for indexes grow deep and disks are busy."""

from __future__ import annotations

from typing import Final

PORTION: Final = 4000
"""Rows at a time, at the most."""

FIRST: Final = 1000
LEAST: Final = 250

WAIT: Final = 0.25
"""Seconds for which writers are to wait at a time."""


class Pace:
    """`rows` is how many to write next; `held` the longest time in seconds for which writers waited."""

    def __init__(self) -> None:
        self.rows = min(FIRST, PORTION)
        self.held = 0.0

    def took(self, seconds: float, rows: int) -> None:
        """Writers waited so long while so many rows were written."""
        self.held = max(self.held, seconds)
        if seconds > WAIT:
            self.rows = max(min(LEAST, PORTION), self.rows // 2)
        elif seconds < WAIT / 2 and rows > self.rows // 2:
            self.rows = min(PORTION, self.rows * 2)
