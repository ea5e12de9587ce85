"""What was taken out of the service as a file: by whom, which columns, how much. Each export has a stream of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ncre.events.base import Fact


@dataclass(frozen=True)
class ExportRequested(Fact):
    """`what` is candidates, sittings, money or history; `form` csv, xlsx or parquet; `site` "" for all of the round.

    `private` are those of the columns that hold private details, which ask for a reason (`why`).
    """

    TOPIC: ClassVar[str] = "export.requested"
    what: str
    form: str
    round: str
    site: str
    columns: tuple[str, ...]
    private: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class ExportMade(Fact):
    """The file is whole: its rows, its bytes and their SHA-256.

    `position` is the newest fact in the log that it shows; 0 for files of before, whose pages were read at different times.
    """

    TOPIC: ClassVar[str] = "export.made"
    rows: int
    size: int
    digest: str
    position: int = 0


@dataclass(frozen=True)
class ExportTaken(Fact):
    """Whoever asked for it downloaded the file."""

    TOPIC: ClassVar[str] = "export.taken"
    digest: str


@dataclass(frozen=True)
class ExportRemoved(Fact):
    """The file is gone: `why` is expired, asked, erasure or failed."""

    TOPIC: ClassVar[str] = "export.removed"
    why: str


@dataclass(frozen=True)
class ExportScheduled(Fact):
    """Such an export is made every day at a time (exam time, HH:MM), without private columns. A stream of its own."""

    TOPIC: ClassVar[str] = "export.scheduled"
    what: str
    form: str
    site: str
    columns: tuple[str, ...]
    at: str


@dataclass(frozen=True)
class ExportUnscheduled(Fact):
    """It is made no more."""

    TOPIC: ClassVar[str] = "export.unscheduled"
