"""Facts about what was done at the command line of the installation, all in one stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from ncre.events.base import Fact

COMMANDS: Final[UUID] = uuid5(NAMESPACE_URL, "ncre:commands")
"""The stream of the log of commands."""


@dataclass(frozen=True)
class CommandRun(Fact):
    """A command that writes: its words ("review approve"), what it was given to work on, why, and its exit code."""

    TOPIC: ClassVar[str] = "operating.command_run"
    command: str
    about: str
    why: str
    code: int
