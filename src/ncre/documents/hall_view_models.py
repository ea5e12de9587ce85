"""All that the papers of a hall say, resolved to words: the list of its seats, and the sheet on its door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ncre.domain.exam.plan import EXAM_TIME


@dataclass(frozen=True)
class HallHead:
    """Which hall: one room at one time. `at` is when its seats last changed; times in any zone."""

    round: str
    site: str
    hall: int
    room: str
    starts_at: datetime
    ends_at: datetime
    at: datetime

    @property
    def day(self) -> str:
        starts = self.starts_at.astimezone(EXAM_TIME)
        return f"{starts.year}年{starts.month}月{starts.day}日"

    @property
    def hours(self) -> str:
        starts, ends = self.starts_at.astimezone(EXAM_TIME), self.ends_at.astimezone(EXAM_TIME)
        return f"{starts:%H:%M}–{ends:%H:%M}"


@dataclass(frozen=True)
class Sitter:
    """Somebody on the list. `document` is masked; `photo` a small JPEG, or None where there is none."""

    seat: int
    ticket: str
    subject: str
    name: str
    number: str
    document_type: str
    document: str
    photo: bytes | None


@dataclass(frozen=True)
class SeatList:
    """The seats of a hall and who sits there, by seat."""

    head: HallHead
    people: tuple[Sitter, ...]


@dataclass(frozen=True)
class PrintedSitting:
    """A subject in a hall: how many sit it, and the first and last of their ticket numbers."""

    subject: str
    people: int
    first: str
    last: str


@dataclass(frozen=True)
class DoorSheet:
    """What hangs on the door: no names."""

    head: HallHead
    seats: tuple[int, int]
    sittings: tuple[PrintedSitting, ...]

    @property
    def people(self) -> int:
        return sum(sitting.people for sitting in self.sittings)
