"""What happens at the door: people let in, and entries taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from ncre.events.base import Fact


@dataclass(frozen=True)
class EntryRecorded(Fact):
    """Somebody was let in to one sitting, named by its ticket number. Lives in a stream beside the case.

    `manner` is "scanned" (the signed code) or "typed" (a number); `verdict` is what the door said.
    `done_at` is when it was, as a device says that was without a network and sent it later; None: when it was recorded.
    """

    TOPIC: ClassVar[str] = "entry.recorded"
    registration: UUID
    ticket: str
    hall: int
    manner: str
    verdict: str
    done_at: datetime | None = None


@dataclass(frozen=True)
class EntryRevoked(Fact):
    """The person was not let in after all: the face did not match, or another was meant."""

    TOPIC: ClassVar[str] = "entry.revoked"
    registration: UUID
    ticket: str
