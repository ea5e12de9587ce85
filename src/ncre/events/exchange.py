"""What can happen to registrations of one person in several provinces, which know each other by keyed hashes alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ncre.events.base import Erased, Fact


@dataclass(frozen=True)
class DuplicatesExported(Fact):
    """A file for other provinces: so many people of a province (two digits), its SHA-256."""

    TOPIC: ClassVar[str] = "exchange.exported"
    round: str
    province: str
    people: int
    digest: str


@dataclass(frozen=True)
class DuplicatesImported(Fact):
    """The file of another province took the place of the one before; `hits` are people who were newly found here too."""

    TOPIC: ClassVar[str] = "exchange.imported"
    round: str
    province: str
    people: int
    digest: str
    hits: int


@dataclass(frozen=True)
class DuplicateFound(Fact):
    """Whoever registered here has, by the file of another province, registered there for these subjects."""

    TOPIC: ClassVar[str] = "exchange.duplicate_found"
    registration: UUID
    province: str
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class DuplicateResolved(Fact):
    """What became of it: `outcome` is kept, cancelled or other-person."""

    TOPIC: ClassVar[str] = "exchange.duplicate_resolved"
    SEALED: ClassVar[tuple[str, ...]] = ("why",)
    registration: UUID
    province: str
    outcome: str
    why: str | Erased
