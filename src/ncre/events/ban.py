"""What can happen to a ban: somebody may not take the exam for a time, by a decision with a number.

Each ban has a stream of its own, by person and decision. The person is a keyed hash of the document; who it is stands
sealed under a key of the ban alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from ncre.events.base import Erased, Fact


@dataclass(frozen=True)
class BanImposed(Fact):
    """From the day `starts` to the day `ends`, both included (exam time), by the `decision` of this number.

    `person` is the keyed hash of document type and number, as on `InfoFilled`. `document` is the masked number.
    """

    TOPIC: ClassVar[str] = "ban.imposed"
    SEALED: ClassVar[tuple[str, ...]] = ("document", "reason")
    person: str
    document_type: str
    starts: date
    ends: date
    decision: str
    document: str | Erased
    reason: str | Erased


@dataclass(frozen=True)
class BanLifted(Fact):
    """It holds no more, whatever its last day."""

    TOPIC: ClassVar[str] = "ban.lifted"
    SEALED: ClassVar[tuple[str, ...]] = ("why",)
    decision: str
    why: str | Erased


@dataclass(frozen=True)
class BannedRegistrationKept(Fact):
    """The exam office lets a registration stand that was paid before the ban was known."""

    TOPIC: ClassVar[str] = "ban.registration_kept"
    SEALED: ClassVar[tuple[str, ...]] = ("why",)
    registration: UUID
    decision: str
    why: str | Erased


@dataclass(frozen=True)
class BanReasonViewed(Fact):
    """A member of the exam office opened why the ban was imposed."""

    TOPIC: ClassVar[str] = "ban.reason_viewed"
    decision: str


@dataclass(frozen=True)
class BanForgotten(Fact):
    """Its time was over long enough: the key of the ban is destroyed, and nobody is found by it any more."""

    TOPIC: ClassVar[str] = "ban.forgotten"
    decision: str
