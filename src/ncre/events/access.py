"""Who of the staff saw private details of a registration, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ncre.events.base import Fact


@dataclass(frozen=True)
class DetailsViewed(Fact):
    """A member of staff opened the private details of a case. Lives in a stream beside the case.

    `why` is a code of `domain.opening` or the reason in words; facts of before have none.
    """

    TOPIC: ClassVar[str] = "access.details_viewed"
    registration: UUID
    purpose: str
    why: str = ""


@dataclass(frozen=True)
class RegistrationFound(Fact):
    """Staff searched by a name, phone or mail (`by`), and this registration was among what was found, masked.

    In a stream of its own beside the case: nobody looked at anything yet.
    """

    TOPIC: ClassVar[str] = "access.registration_found"
    registration: UUID
    by: str
