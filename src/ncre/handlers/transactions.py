"""A piece of work as one transaction: done anew after rivals, looked up after a lost connection, never done twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import local
from time import sleep
from typing import Any, Final, TypeVar, cast

from eventsourcing.persistence import IntegrityError
from sqlalchemy import Connection

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.base import Fact
from ncre.handlers.outages import OUTAGES
from ncre.handlers.watch import UNWATCHED, Watch
from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.outages import DatabaseFailure, Outage
from ncre.store.sealing import PersonKeyDestroyed

log = logging.getLogger("ncre.handlers.command_handler")

ATTEMPTS: Final = 3
"""How often a command is answered anew when a rival was quicker; each time on what then stands."""

PAUSES: Final = (0.1, 0.5)
"""Seconds before a database that went away is asked again: as long as another takes its place, or it restarts."""

Done = TypeVar("Done")


@dataclass(frozen=True)
class _Unsure:
    """What was sent off when the connection broke: the first fact of it, and what the work gave."""

    first: Fact
    done: Any


class Transactions:
    """Thread-safe. `recorded` is told of every fact that is appended within the work of its thread."""

    def __init__(self, database: Database, store: FactStore, watch: Watch = UNWATCHED) -> None:
        self._watch = watch
        self._database = database
        self._store = store
        self._here = local()

    def run_in_transaction(self, work: Callable[[Connection], Done]) -> Done:
        """Do all of `work` in one transaction, anew on what then stands where a rival was quicker.

        Whatever `work` raises undoes it whole. A connection that is lost while it commits leaves open whether it
        did: then the first fact is looked up by its command, before anything is done again. Raises Refusal, also
        where rivals were always quicker or the database fails.
        """
        unsure: list[_Unsure] = []
        code = RefusalCode.BUSY
        for attempt in range(ATTEMPTS):
            try:
                for sent in unsure:
                    if self._committed(sent.first):
                        return cast(Done, sent.done)
                return self._once(work, unsure)
            except IntegrityError as rival:
                code = RefusalCode.BUSY
                log.info("done anew: %s", rival)
            except DatabaseFailure as failure:
                code = OUTAGES[failure.kind]
                if failure.kind not in (Outage.BUSY, Outage.AWAY):
                    raise Refusal(code) from failure
                if failure.kind is Outage.AWAY and attempt < len(PAUSES):
                    sleep(PAUSES[attempt])
            except PersonKeyDestroyed:
                raise Refusal(RefusalCode.PERSON_ERASED) from None
        raise Refusal(code)

    def recorded(self, facts: Sequence[Fact]) -> None:
        """These were appended; the first of a transaction stands for all of it."""
        if facts and getattr(self._here, "first", None) is None:
            self._here.first = facts[0]

    def _once(self, work: Callable[[Connection], Done], unsure: list[_Unsure]) -> Done:
        self._here.first = None
        worked = False
        try:
            with self._watch.transaction(), self._database.transaction() as connection:
                done = work(connection)
                worked = True
            return done
        except DatabaseFailure as failure:
            first = self._here.first
            if failure.kind is Outage.AWAY and worked and first is not None:
                unsure.append(_Unsure(first, done))
            raise

    def _committed(self, first: Fact) -> bool:
        """Whether the fact stands in the log, caused by the same command."""
        with self._database.reading() as connection:
            found = self._store.stamp(connection, first.metadata.stream, first.metadata.version)
        return found is not None and found.command_id == first.metadata.command_id
