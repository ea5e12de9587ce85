"""Bans whose time is over: a year later their key is destroyed and they are found no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.bans.ban import RETENTION
from ncre.domain.registration.commands import CLOCK_ACTOR
from ncre.events.ban import BanForgotten
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.projections.bans import bans

PORTION: Final = 200
"""Bans of one round of tidying."""


class BanRetention:
    """A task of the worker; any number of workers may run it."""

    def __init__(self, command_handler: CommandHandler, clock: Callable[[], datetime]) -> None:
        self._command_handler = command_handler
        self._clock = clock

    def tidy(self, _before: datetime) -> None:
        """Forget what was over `RETENTION` ago, each ban in a transaction of its own."""
        since = self._clock() - RETENTION
        with self._command_handler.database.reading() as connection:
            over = bans.over_before(connection, bans.exam_day(since), since, PORTION)
        for row in over:
            self._command_handler.run_in_transaction(partial(self._forget, row["id"], row["decision"]))

    def _forget(self, ban: UUID, decision: str, connection: Connection) -> None:
        handler = self._command_handler
        handler.database.lock(connection, ban)
        if bans.one(connection, ban) is None:
            return
        handler.record_behind(connection, Act(CLOCK_ACTOR), ban, [BanForgotten(decision)])
        handler.store.erase(connection, ban, self._clock())
