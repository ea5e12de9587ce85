"""Whose decision it was: two members of staff may decide the same about one case at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from ncre.domain.registration.commands import Command
from ncre.domain.registration.lifecycle import LIFE
from ncre.domain.registration.vocabulary import STAFF, Step
from ncre.events.base import Envelope, Fact
from ncre.handlers.command_handler import CommandHandler

_FACT_OF: Final[Mapping[Step, type[Fact]]] = {
    row.step: row.fact for row in LIFE if row.by <= STAFF and row.to is not None
}
"""The decisions of staff: steps of theirs that lead somewhere."""


def newest_decision(
    connection: Connection, command_handler: CommandHandler, command: Command
) -> Envelope | None:
    """The stamp of the newest decision in the history that says what this command asks for, whoever made it."""
    fact = _FACT_OF.get(command.step)
    if fact is None:
        return None
    history = command_handler.store.history(connection, command.registration, opened=False)
    stamps = [one.metadata for one in history if isinstance(one, fact)]
    return stamps[-1] if stamps else None


def of_somebody_else(newest: Envelope | None, command: Command) -> bool:
    """Whether it was neither this command that decided, nor its own author before."""
    if newest is None:
        return False
    return newest.actor != command.actor.id and newest.command_id != command.command_id
