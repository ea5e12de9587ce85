"""A scanner at a desk or a door: a keyboard that types a whole code and ends it, and looks at no page."""

from __future__ import annotations

from time import time
from typing import Final

from playwright.sync_api import CDPSession, Page

SUFFIXES: Final[dict[str, dict[str, object]]] = {
    "Enter": {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"},
    "Tab": {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9},
}
PACE: Final = 0.01
"""Seconds from key to key."""


class Scanner:
    """Its keys carry the times of its own clock: what is 10 ms apart for the scanner is 10 ms apart for the page,
    however late a busy machine lets the page hear of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._clock = 0.0

    def scans(self, *codes: str, suffix: str = "Enter") -> None:
        """Each key by itself, then the suffix; several codes one at once after the other."""
        self._clock = max(self._clock, time())
        keyboard = self.page.context.new_cdp_session(self.page)
        for code in codes:
            for key in (*({"key": key, "text": key} for key in code), SUFFIXES[suffix]):
                self._clock += PACE
                self._sends(keyboard, "keyDown", self._clock, key)
                self._sends(keyboard, "keyUp", self._clock + PACE / 2, key)
        keyboard.detach()

    def pauses(self, seconds: float) -> None:
        """The next scan begins so much later at least."""
        self._clock += seconds

    @staticmethod
    def _sends(keyboard: CDPSession, kind: str, at: float, key: dict[str, object]) -> None:
        keyboard.send("Input.dispatchKeyEvent", {"type": kind, "timestamp": at, **key})
