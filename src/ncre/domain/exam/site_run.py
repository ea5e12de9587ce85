"""How a fact of a registration names the run that calls its site off: as its cause."""

from __future__ import annotations

from typing import Final
from uuid import UUID

_PREFIX: Final = "site run "


def cause_of_run(run: UUID) -> str:
    """The cause of whatever the run does."""
    return f"{_PREFIX}{run}"


def run_of_cause(cause: str) -> UUID | None:
    """The run that a cause names; None where it is another's doing."""
    return UUID(cause.removeprefix(_PREFIX)) if cause.startswith(_PREFIX) else None
