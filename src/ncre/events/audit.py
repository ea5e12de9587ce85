"""What auditors did: which bundles they took, what they looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ncre.events.base import Fact


@dataclass(frozen=True)
class BundleExported(Fact):
    """A part of the log was taken away: `scope` all, round, site or registration, `of` its code or id.

    `size` is how many facts the newest checkpoint was over.
    """

    TOPIC: ClassVar[str] = "audit.bundle_exported"
    scope: str
    of: str
    size: int


@dataclass(frozen=True)
class AuditViewed(Fact):
    """An auditor looked at a `page` that is about no single registration, or somebody took the file `money-file`.

    `of` names the account, round, site or days that it is about.
    """

    TOPIC: ClassVar[str] = "audit.viewed"
    page: str
    of: str


@dataclass(frozen=True)
class RecordViewed(Fact):
    """An auditor looked at the record of a registration, private fields masked. Lives in the stream of looks beside it."""

    TOPIC: ClassVar[str] = "access.record_viewed"
    registration: UUID
    page: str
