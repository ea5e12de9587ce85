"""Facts in and out of the recorder as the library asks for them: keys first, then mapping."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Never, cast
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    EventStore,
    InfrastructureFactory,
    InfrastructureFactoryError,
    Mapper,
    Notification,
    Recording,
    StoredEvent,
    TrackingRecorder,
)
from eventsourcing.utils import Environment
from sqlalchemy import Connection

from ncre.events.base import Fact
from ncre.store.database import Database
from ncre.store.mapper import FactMapper
from ncre.store.recorder import FactRecorder
from ncre.store.sealing import OpenedKeys, PersonKeys


class KeysOnDemand(Mapping[UUID, AESGCM | None]):
    """Keys for the library's own calls of the mapper, which know of no connection: one is opened."""

    def __init__(self, database: Database, keys: PersonKeys) -> None:
        self._database = database
        self._keys = keys

    def __getitem__(self, person: UUID) -> AESGCM | None:
        with self._database.reading() as connection:
            return self._keys.to_open(connection, [person])[person]

    def __iter__(self) -> Iterator[UUID]:
        raise TypeError("the keys of persons are only looked up, never listed")

    def __len__(self) -> int:
        raise TypeError("the keys of persons are only looked up, never counted")


class FactEvents(EventStore[UUID]):
    """Facts in and out of the recorder, with the keys of their persons from the same connection."""

    def __init__(
        self, database: Database, mapper: FactMapper, recorder: FactRecorder, keys: PersonKeys
    ) -> None:
        super().__init__(mapper, recorder)
        self._database = database
        self._facts = mapper
        self._rows = recorder
        self._keys = keys

    def put(
        self,
        domain_events: Sequence[DomainEventProtocol[UUID]],
        *,
        connection: Connection | None = None,
        **_: Any,
    ) -> list[Recording[UUID]]:
        facts = cast(Sequence[Fact], domain_events)
        with self._writing(connection) as writing:
            stored = self.sealed(writing, facts)
            positions = self._rows.insert_events(stored, connection=writing)
        return [
            Recording(event, _notification(position, row))
            for event, row, position in zip(domain_events, stored, positions, strict=True)
        ]

    def get(
        self,
        originator_id: UUID,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Iterator[DomainEventProtocol[UUID]]:
        with self._database.reading() as connection:
            stored = self._rows.select_events(
                originator_id, gt=gt, lte=lte, desc=desc, limit=limit, connection=connection
            )
            return iter(cast(list[DomainEventProtocol[UUID]], self.opened(connection, stored)))

    def sealed(self, connection: Connection, facts: Sequence[Fact]) -> list[StoredEvent]:
        """Facts as rows; makes the keys of new persons. Raises PersonErased."""
        persons = {fact.metadata.subject for fact in facts if fact.SEALED} - {None}
        keys = self._keys.to_seal(connection, cast(set[UUID], persons)) if persons else {}
        return [self._facts.stored(fact, keys) for fact in facts]

    def opened(self, connection: Connection, stored: Sequence[StoredEvent]) -> list[Fact]:
        """Rows as facts. Raises BoxForged, UnknownFact, MapperDeserialisationError."""
        parsed = [self._facts.parsed(row) for row in stored]
        persons = cast(set[UUID], {one.sealed_for for one in parsed} - {None})

        def with_keys(keys: OpenedKeys) -> list[Fact]:
            return [self._facts.fact(one, keys) for one in parsed]

        return self._keys.opening(connection, persons, with_keys)

    def read(
        self, connection: Connection, stored: Sequence[StoredEvent], opens: Collection[str]
    ) -> list[Fact]:
        """Rows as facts, opened only where their name is in `opens`. Raises as `opened` does."""
        parsed = [self._facts.parsed(row) for row in stored]
        persons = {one.sealed_for for one in parsed if one.stored.topic in opens} - {None}

        def with_keys(keys: OpenedKeys) -> list[Fact]:
            return [
                self._facts.fact(one, keys) if one.stored.topic in opens else self._facts.closed(one)
                for one in parsed
            ]

        return self._keys.opening(connection, cast(set[UUID], persons), with_keys)

    def closed(self, stored: Sequence[StoredEvent]) -> list[Fact]:
        """Rows as facts whose private fields stay sealed. Raises UnknownFact, MapperDeserialisationError."""
        return [self._facts.closed(self._facts.parsed(row)) for row in stored]

    def _writing(self, connection: Connection | None) -> AbstractContextManager[Connection]:
        return nullcontext(connection) if connection is not None else self._database.transaction()


class FactFactory(InfrastructureFactory[TrackingRecorder]):
    """Hands the library our parts. Snapshots and tracking are not ours: rows are, in the same transaction."""

    def __init__(self, events: FactEvents) -> None:
        super().__init__(Environment("ncre", {}))
        self._events = events

    def mapper(self, transcoder: Any = None, mapper_class: Any = None) -> Mapper[Any]:
        return self._events.mapper

    def event_store(self, mapper: Any = None, recorder: Any = None) -> EventStore[Any]:
        return self._events

    def application_recorder(self) -> FactRecorder:
        return cast(FactRecorder, self._events.recorder)

    def aggregate_recorder(self, purpose: str = "events") -> Never:
        raise InfrastructureFactoryError("ncre takes no snapshots")

    def tracking_recorder(self, tracking_recorder_class: Any = None) -> Never:
        raise InfrastructureFactoryError("ncre tracks positions in rows of its own")

    def process_recorder(self) -> Never:
        raise InfrastructureFactoryError("ncre tracks positions in rows of its own")


def _notification(position: int, row: StoredEvent) -> Notification:
    return Notification(row.originator_id, row.originator_version, row.topic, row.state, position)
