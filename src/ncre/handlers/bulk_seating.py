"""Seats for all people of a site at once: read and decided a table at a time, for a site seats thousands."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.claims import changes
from ncre.domain.registration import commands as c
from ncre.domain.registration.decision_context import DecisionContext
from ncre.domain.registration.decisions import decide
from ncre.domain.registration.state import evolve, replay
from ncre.events.base import Fact
from ncre.handlers.decision_contexts import DecisionContexts
from ncre.handlers.fact_metadata import FactMetadata, caused, newest
from ncre.store.fact_store import FactStore


class BulkSeating:
    """Thread-safe."""

    def __init__(self, store: FactStore, stamps: FactMetadata, contexts: DecisionContexts) -> None:
        self._store = store
        self._stamps = stamps
        self._contexts = contexts

    def decided(
        self, connection: Connection, commands: Sequence[c.Seat]
    ) -> tuple[list[Fact], list[tuple[str, UUID]]]:
        """The facts to record, and the chairs to take, each for a registration. Raises Refusal for all where one is refused."""
        histories = self._store.histories(connection, [command.registration for command in commands])
        contexts: dict[tuple[str, str], DecisionContext] = {}
        recorded: list[Fact] = []
        chairs: list[tuple[str, UUID]] = []
        for command in commands:
            history = histories[command.registration]
            registration = replay(command.registration, history)
            if caused(history, command):
                continue
            now = self._stamps.moment(newest(history))
            place = registration.round, registration.site
            if place not in contexts:
                contexts[place] = self._contexts.of(connection, registration, command, now)
            decided = decide(registration, command, contexts[place])
            for fact in self._stamps.on(
                decided, command.registration, registration.version, command, registration.sealed_for, now
            ):
                after = evolve(registration, fact)
                chairs += [(chair.key, after.id) for chair in changes(registration, after, fact).taken]
                recorded.append(fact)
                registration = after
        return recorded, chairs
