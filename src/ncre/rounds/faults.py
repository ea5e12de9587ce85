"""What is wrong with the files of a round, each fault with its file and line."""

from __future__ import annotations

from dataclasses import dataclass

from ncre.domain.bilingual import Bilingual


@dataclass(frozen=True, order=True)
class RoundFault:
    """`line` counts from 1; 0 speaks of the whole file."""

    file: str
    line: int
    words: Bilingual

    def say(self, language: str) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.words.say(language)}"


class RoundFileFaults(Exception):
    """Every fault of a round's files together; nothing was loaded."""

    def __init__(self, faults: list[RoundFault]) -> None:
        super().__init__("; ".join(fault.say("en") for fault in faults))
        self.faults = faults


class FaultList:
    """Collects faults while reading goes on, so that one look tells everything."""

    def __init__(self) -> None:
        self.faults: list[RoundFault] = []

    def add(self, file: str, line: int, zh: str, en: str) -> None:
        self.faults.append(RoundFault(file, line, Bilingual(zh, en)))

    def raise_any(self) -> None:
        if self.faults:
            raise RoundFileFaults(sorted(set(self.faults)))
