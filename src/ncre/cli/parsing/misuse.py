"""What is wrong with how a command was given."""

from __future__ import annotations


class Misuse(Exception):
    """The command's words cannot be carried out; the message says what to do, as "Chinese / English"."""

    def __init__(self, zh: str, en: str = "") -> None:
        super().__init__(f"{zh} / {en}" if en else zh)
