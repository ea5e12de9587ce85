"""Facts about erasing people: asked for, declined, done; and how long the data of a round are kept.

None of them holds anything private: they stay when everything else about the person is unreadable.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from ncre.events.base import Fact


def erasure_of(registration: UUID) -> UUID:
    """The stream beside a registration in which its erasure stands; the registration's own history stays as it is."""
    return uuid5(registration, "erasure")


def retention_of(round_stream: UUID) -> UUID:
    """The stream beside a round in which its retention stands."""
    return uuid5(round_stream, "retention")


@dataclass(frozen=True)
class ErasureRequested(Fact):
    """The owner of an account asks that everything private about them is erased."""

    TOPIC: ClassVar[str] = "erasure.requested"
    account: UUID


@dataclass(frozen=True)
class ErasureWithdrawn(Fact):
    """The owner takes the request back."""

    TOPIC: ClassVar[str] = "erasure.withdrawn"
    account: UUID


@dataclass(frozen=True)
class ErasureDeclined(Fact):
    """The exam office declines, and says why. `possible_from`: when it can be done, where a date is known."""

    TOPIC: ClassVar[str] = "erasure.declined"
    account: UUID
    why: str
    possible_from: datetime | None = None


@dataclass(frozen=True)
class PersonErased(Fact):
    """The key of this account was destroyed. `way`: office, schedule, or restored (done again after a restoration)."""

    TOPIC: ClassVar[str] = "erasure.person_erased"
    account: UUID
    way: str
    why: str


@dataclass(frozen=True)
class RegistrationErased(Fact):
    """The private fields and photos of a registration cannot be read any more."""

    TOPIC: ClassVar[str] = "erasure.registration_erased"
    registration: UUID
    way: str


@dataclass(frozen=True)
class RetentionSet(Fact):
    """How many days after its last exam the data of a round must be kept, and after how many they are erased.

    `erase_days` None: nothing is erased by itself.
    """

    TOPIC: ClassVar[str] = "exam.retention_set"
    round: str
    keep_days: int
    erase_days: int | None
    why: str


@dataclass(frozen=True)
class RetentionApplied(Fact):
    """The schedule of a round was carried out: so many people were erased, so many are still kept."""

    TOPIC: ClassVar[str] = "exam.retention_applied"
    round: str
    erased: int
    kept: int
