"""What is wrong with the files of a round, each fault with its file and line."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from ncre.domain.bilingual import Bilingual

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_SHOWN: Final = 40
"""Characters of a value that a fault repeats."""


@dataclass(frozen=True, order=True)
class RoundFault:
    """`line` counts from 1; 0 speaks of the whole file. `key` names what is wrong in it, "" the line as a whole."""

    file: str
    line: int
    words: Bilingual
    key: str = ""

    def say(self, language: str) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.words.say(language)}"


class RoundFileFaults(Exception):
    """Every fault of a round's files together; nothing was loaded."""

    def __init__(self, faults: list[RoundFault]) -> None:
        super().__init__("; ".join(fault.say("en") for fault in faults))
        self.faults = faults


class FaultList:
    """Collects faults while reading goes on, so that one look tells everything.

    `cautions` are what can be loaded and hardly can be meant.
    """

    def __init__(self) -> None:
        self.faults: list[RoundFault] = []
        self.cautions: list[RoundFault] = []

    def add(self, file: str, line: int, zh: str, en: str, key: str = "") -> None:
        self.faults.append(RoundFault(file, line, Bilingual(zh, en), key))

    def caution(self, file: str, line: int, zh: str, en: str, key: str = "") -> None:
        self.cautions.append(RoundFault(file, line, Bilingual(zh, en), key))

    def raise_any(self) -> None:
        if self.faults:
            raise RoundFileFaults(sorted(set(self.faults)))


def value_shown(value: object) -> str:
    """A value as a fault repeats it: on one line, cut where it is long, what cannot be seen as an escape."""
    text = as_text(value)
    visible = "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode("ascii")
        for one in text[:LONGEST_SHOWN]
    )
    return visible if len(text) <= LONGEST_SHOWN else f"{visible}…（{len(text)}）"


def as_text(value: object) -> str:
    """The value as text; a number with more digits than Python writes out is "…"."""
    try:
        return str(value)
    except ValueError:
        return "…"


def meant(given: str, known: Iterable[str]) -> Bilingual:
    """The nearest of the known names, as the end of a sentence; empty where none is near."""
    nearest = get_close_matches(given.strip().casefold(), list(known), n=1, cutoff=0.6)
    return did_you_mean(nearest[0]) if nearest else Bilingual("", "")


def did_you_mean(value: str) -> Bilingual:
    return Bilingual(f"；是否应为“{value}”？", f"; is '{value}' meant?")
