"""Whose decision it was: two members of staff may decide the same about one case at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.domain.registration.commands import Command
from ncre.domain.registration.lifecycle import LIFE
from ncre.domain.registration.vocabulary import STAFF, Step
from ncre.events.base import Envelope, Fact
from ncre.handlers.command_handler import CommandHandler

_FACT_OF: Final[Mapping[Step, type[Fact]]] = {
    row.step: row.fact for row in LIFE if row.by <= STAFF and row.to is not None
}
"""The decisions of staff: steps of theirs that lead somewhere."""


def decided_before(command_handler: CommandHandler, command: Command) -> Envelope | None:
    """The stamp of somebody else's decision that says what this command, which was carried out, asked for.

    None where the command itself decided, or where its own author had decided before.
    """
    fact = _FACT_OF.get(command.step)
    if fact is None:
        return None
    with command_handler.database.reading() as connection:
        history = command_handler.store.history(connection, command.registration, opened=False)
    stamps = [one.metadata for one in history if isinstance(one, fact)]
    if not stamps or stamps[-1].actor == command.actor.id or stamps[-1].command_id == command.command_id:
        return None
    return stamps[-1]
