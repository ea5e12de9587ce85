"""What is told of commands and transactions while they run, to whoever measures them; nothing private is."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol


@dataclass
class CommandResult:
    """Of one command that was not refused: whether it recorded anything, or all was so already."""

    recorded: bool = False


class Watch(Protocol):
    """Thread-safe. Whatever a block raises goes on."""

    def command(self, step: str) -> AbstractContextManager[CommandResult]: ...
    def transaction(self) -> AbstractContextManager[None]: ...
    def money_told(self, channel: str, source: str, seconds: float) -> None:
        """News of money was taken in, so long after it moved."""


class Unwatched:
    """Nobody measures."""

    def command(self, step: str) -> AbstractContextManager[CommandResult]:
        return nullcontext(CommandResult())

    def transaction(self) -> AbstractContextManager[None]:
        return nullcontext()

    def money_told(self, channel: str, source: str, seconds: float) -> None:
        return None


UNWATCHED: Final = Unwatched()


def step_of(command: object) -> str:
    """A command's step in the life of a registration; of other commands the name."""
    step = getattr(command, "step", None)
    return str(step.value) if step is not None else _name(type(command).__name__)


@cache
def _name(of: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", of).lower()
