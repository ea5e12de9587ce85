"""Reads the log and puts letters into the outbox: position and letters move in one transaction.

Any number may read: who comes second finds the position moved. A revision of a round is gone through registration by
registration, in portions, and a reader that is killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import Notification
from sqlalchemy import Connection, select

from ncre.domain.letters.causes import BY_KIND, TOPICS, Cause, Occasion, caused_by
from ncre.domain.letters.kinds import Channel
from ncre.domain.registration.lifecycle import TERMINATED
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.events.exam_revision import RoundRevisionMade
from ncre.handlers.command_handler import CommandHandler
from ncre.operational import letters
from ncre.projections.base import typed
from ncre.projections.registration.registrations import registrations
from ncre.projections.rows import RegistrationRow
from ncre.services.letters.round_changes import RoundChanges, changes_of

PORTION: Final = 500
"""Facts, or registrations of a revised round, that one transaction goes through."""

Here = tuple[int, UUID | None]


class LetterPlanning:
    """From facts to letters in the outbox."""

    def __init__(
        self, command_handler: CommandHandler, changes: RoundChanges, channels: frozenset[Channel]
    ) -> None:
        self._command_handler = command_handler
        self._changes = changes
        self._channels = channels

    def catch_up(self) -> None:
        """Up to the end of the log."""
        while self.read_on():
            pass

    def read_on(self) -> bool:
        """A portion; False where there is nothing more."""
        with self._command_handler.database.reading() as connection:
            here = letters.progress(connection)
        if here is None:
            return self._begin()
        rows = self._command_handler.store.raw_log(here[0], PORTION)
        if not rows:
            return False
        first = next((row for row in rows if row.topic == RoundRevisionMade.TOPIC), None)
        if first is not None and first is rows[0]:
            self._command_handler.run_in_transaction(
                lambda connection: self._fan_out(connection, here, first)
            )
            return True
        read = [row for row in rows if first is None or row.id < first.id]
        self._command_handler.run_in_transaction(lambda connection: self._plan(connection, here, read))
        return True

    def _begin(self) -> bool:
        """Behind the newest fact, where the table was emptied."""
        settled = self._command_handler.store.settled()
        with self._command_handler.database.transaction() as connection:
            if letters.progress(connection) is None:
                letters.begin(connection, settled)
        return True

    def _plan(self, connection: Connection, here: Here, rows: Sequence[Notification]) -> None:
        if not letters.move_on(connection, here, rows[-1].id, None):
            return
        wanted = [row for row in rows if row.topic in TOPICS]
        read = self._command_handler.store.read(connection, wanted, ())
        accounts = _accounts(connection, {_about(fact) for fact in read})
        for row, fact in zip(wanted, read, strict=True):
            about = _about(fact)
            if about in accounts:
                for cause, occasion in caused_by(fact):
                    letters.plan(
                        connection, self._rows(cause, occasion, row.id, about, fact, accounts[about])
                    )

    def _fan_out(self, connection: Connection, here: Here, revision: Notification) -> None:
        made = self._command_handler.store.read(connection, [revision], ())[0]
        assert isinstance(made, RoundRevisionMade)
        changes, occasions = changes_of(made), list(caused_by(made))
        page = _page(connection, made.round, here[1]) if changes and occasions else []
        end: Here = (revision.id, None)
        if len(page) == PORTION:
            end = (here[0], page[-1]["id"])
        if not letters.move_on(connection, here, *end):
            return
        for row in page:
            if self._changes.of(connection, row, changes):
                for cause, occasion in occasions:
                    planned = self._rows(cause, occasion, revision.id, row["id"], made, row["account"])
                    letters.plan(connection, planned)

    def _rows(
        self, cause: Cause, occasion: Occasion, position: int, about: UUID, fact: Fact, account: UUID
    ) -> Iterable[dict[str, Any]]:
        sides = [("", account)]
        if isinstance(fact, facts.Moved):
            sides = [("was", fact.was), ("to", fact.to)]
        for channel in sorted(BY_KIND[cause.kind].channels & self._channels):
            for side, owner in sides:
                yield letters.planned(
                    about,
                    owner,
                    cause.kind.value,
                    channel.value,
                    occasion.key,
                    position,
                    occasion.due,
                    occasion.expires,
                    side,
                )


def _about(fact: Fact) -> UUID:
    found: UUID | None = getattr(fact, "registration", None)
    return found or fact.metadata.stream


def _accounts(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    asked = select(registrations.c.id, registrations.c.account).where(registrations.c.id.in_(list(ids)))
    return {row.id: row.account for row in connection.execute(asked)}


def _page(connection: Connection, round_code: str, after: UUID | None) -> list[RegistrationRow]:
    asked = (
        select(registrations)
        .where(registrations.c.round == round_code, registrations.c.status.not_in(sorted(TERMINATED)))
        .order_by(registrations.c.id)
        .limit(PORTION)
    )
    if after is not None:
        asked = asked.where(registrations.c.id > after)
    return typed(RegistrationRow, connection.execute(asked).mappings())
