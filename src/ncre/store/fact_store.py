"""The fact store that the command handler uses: histories, appending, the log, and the keys behind them.

It is the eventsourcing library's `Application` with our factory, mapper and recorder. What this
module adds is the order of things: keys are read or made in the caller's transaction, all keys a
batch of facts needs in one query, and only then are facts mapped.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from eventsourcing.persistence import (
    InfrastructureFactory,
    Notification,
    TrackingRecorder,
)
from eventsourcing.persistence import StoredEvent as StoredEvent
from eventsourcing.utils import Environment, EnvType
from sqlalchemy import Connection

from ncre.events.base import Envelope, Fact
from ncre.store.database import Database
from ncre.store.fact_events import FactEvents, FactFactory, KeysOnDemand
from ncre.store.keys import Keys
from ncre.store.mapper import FactMapper
from ncre.store.recorder import FactRecorder
from ncre.store.sealing import CiphertextForged, FieldSealer, OpenedKeys, PersonKeyDestroyed, PersonKeys


class FactStore(Application[UUID]):
    """Every history of one tenant. Thread-safe; the database stays the caller's to close.

    `newer` gives the keys as they are now, where a master key may be added while the process runs.
    """

    name = "ncre"

    def __init__(
        self,
        database: Database,
        keys: Keys,
        tenant: str = "ncre",
        newer: Callable[[], Keys] | None = None,
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._keys = PersonKeys(keys, newer=newer)
        self._rows = FactRecorder(database)
        self._pepper = keys.pepper
        self._mapped = FactMapper(tenant, KeysOnDemand(database, self._keys))
        self._facts = FactEvents(database, self._mapped, self._rows, self._keys)
        self.upon_erasure: Callable[[Connection, UUID], None] = lambda connection, person: None
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Settings come from ncre's configuration alone, not from the library's variables."""
        return Environment(name, {})

    def construct_factory(self, env: Environment) -> InfrastructureFactory[TrackingRecorder]:
        return FactFactory(self._facts)

    def history(
        self, connection: Connection, stream: UUID, upto: int | None = None, *, opened: bool = True
    ) -> list[Fact]:
        """The facts of a stream in order, up to a version; empty for a stream without facts.

        With `opened=False` private fields stay sealed and read CLOSED: no key is fetched or used.
        """
        stored = self._rows.select_events(stream, lte=upto, connection=connection)
        return self._facts.opened(connection, stored) if opened else self._facts.closed(stored)

    def histories(self, connection: Connection, streams: Sequence[UUID]) -> dict[UUID, list[Fact]]:
        """The facts of many streams, by stream, private fields sealed (CLOSED)."""
        found: dict[UUID, list[Fact]] = {stream: [] for stream in streams}
        for fact in self._facts.closed(self._rows.select_several(streams, connection)):
            found[fact.metadata.stream].append(fact)
        return found

    def fact(self, connection: Connection, stream: UUID, version: int) -> Fact | None:
        """One fact of a stream; None where there is no such version."""
        stored = self._rows.select_events(stream, gt=version - 1, lte=version, connection=connection)
        return self._facts.opened(connection, stored)[0] if stored else None

    def version(self, connection: Connection, stream: UUID) -> int:
        """The version of a stream's newest fact; 0 where there is none. However long it is, one row is read."""
        newest = self.newest_stamp(connection, stream)
        return newest.version if newest else 0

    def newest_stamp(self, connection: Connection, stream: UUID) -> Envelope | None:
        """The envelope of a stream's newest fact; None where there is none."""
        newest = self._rows.select_events(stream, desc=True, limit=1, connection=connection)
        return self._mapped.stamp(newest[0]) if newest else None

    def stamp(self, connection: Connection, stream: UUID, version: int) -> Envelope | None:
        """The envelope of one fact; None where there is no such version."""
        stored = self._rows.select_events(stream, gt=version - 1, lte=version, connection=connection)
        return self._mapped.stamp(stored[0]) if stored else None

    def digest(self, command: UUID, content: Mapping[str, Any]) -> str:
        """A keyed digest of what a command asked: it tells whether two ask the same, and nothing to anybody else.

        The random id of the command goes in too, so that equal contents of two commands do not look equal.
        """
        said = b"command\0" + command.bytes + msgspec.json.encode(content, order="deterministic")
        return hmac.new(self._pepper, said, sha256).hexdigest()[:32]

    def newest_of(self, connection: Connection, stream: UUID, topic: str) -> Fact | None:
        """A stream's newest fact of a stored name, private fields sealed; None where there is none."""
        stored = self._rows.select_newest_of(stream, topic, connection)
        return self._facts.closed([stored])[0] if stored else None

    def append(self, connection: Connection, facts: Sequence[Fact]) -> list[int]:
        """Record stamped facts in the caller's transaction; their positions in the log.

        Raises eventsourcing's IntegrityError when a version is taken, PersonErased when private
        fields would be sealed for an erased person. Either way the caller must roll back.
        """
        stored = self._facts.sealed(connection, facts)
        return list(self._rows.insert_events(stored, connection=connection))

    # The library's property of this name is deprecated in favour of `notification_log`.
    def log(  # type: ignore[override]
        self, after: int, limit: int = 500, connection: Connection | None = None
    ) -> list[tuple[int, Fact]]:
        """Positions and facts after a position, in order; going on from the last one misses nothing."""
        rows = self.raw_log(after, limit, connection)
        with self._reading(connection) as reading:
            facts = self._facts.opened(reading, rows)
        return [(row.id, fact) for row, fact in zip(rows, facts, strict=True)]

    def raw_log(
        self, after: int, limit: int = 500, connection: Connection | None = None
    ) -> list[Notification]:
        """The log as it is stored, boxes closed. With a connection: what that connection sees."""
        return list(
            self._rows.select_notifications(after, limit, inclusive_of_start=False, connection=connection)
        )

    def log_of(self, topics: Sequence[str], after: int, limit: int = 500) -> list[tuple[int, Fact]]:
        """Positions and facts of these kinds after a position, in order, private fields sealed (CLOSED)."""
        rows = list(self._rows.select_notifications(after, limit, topics=topics, inclusive_of_start=False))
        return [(row.id, fact) for row, fact in zip(rows, self._facts.closed(rows), strict=True)]

    def slice(self, connection: Connection, first: UUID, last: UUID, upto: int) -> Sequence[StoredEvent]:
        """What is stored of the streams from `first` to `last` up to a position of the log, stream by stream."""
        return self._rows.select_slice(first, last, upto, connection)

    def streams_since(self, connection: Connection, after: int, first: UUID, last: UUID) -> list[UUID]:
        """The streams from `first` to `last` that have facts after a position of the log."""
        return self._rows.select_streams_since(after, first, last, connection)

    def of_streams(self, connection: Connection, streams: Sequence[UUID]) -> Sequence[StoredEvent]:
        """What is stored of these streams, stream by stream."""
        return self._rows.select_several(streams, connection)

    def read(
        self, connection: Connection, stored: Sequence[StoredEvent], opens: Collection[str]
    ) -> list[Fact]:
        """Stored rows as facts: private fields opened for the names in `opens`, CLOSED for all others.

        Raises BoxForged, UnknownFact, MapperDeserialisationError.
        """
        return self._facts.read(connection, stored, opens)

    def closed(self, stored: Sequence[StoredEvent]) -> list[Fact]:
        """Stored rows as facts, all private fields CLOSED. Raises UnknownFact, MapperDeserialisationError."""
        return self._facts.closed(stored)

    def settled(self) -> int:
        """The position up to which the log will never change any more."""
        return self._rows.settled()

    def newest(self) -> int:
        """The highest position in the log; 0 while it is empty."""
        return self._rows.max_notification_id() or 0

    def erase(self, connection: Connection, person: UUID, at: datetime) -> None:
        """Destroy the person's key, and what was made of what it sealed, which reads as ERASED from now on."""
        self._keys.erase(connection, person, at)
        self.upon_erasure(connection, person)

    def erased_of(self, connection: Connection, people: Collection[UUID]) -> set[UUID]:
        """Whose keys were destroyed, of these people; the keys of all others stay as they are until the transaction ends.

        Keys of the erased that were kept in memory are dropped.
        """
        return self._keys.erased_of(connection, people)

    def is_erased(self, connection: Connection, person: UUID) -> bool:
        """Whether the person's key was destroyed."""
        return self._keys.is_erased(connection, person)

    def seal_bytes(self, connection: Connection, person: UUID, data: bytes, purpose: str) -> bytes:
        """A file sealed under the person's key, bound to `purpose`. Raises PersonKeyDestroyed."""
        key = self._keys.to_seal(connection, [person])[person]
        assert key is not None, "to_seal gives no destroyed key"
        return FieldSealer.seal_bytes(key, data, self._file_aad(purpose))

    def open_bytes(self, connection: Connection, person: UUID, box: bytes, purpose: str) -> bytes:
        """The file in a box of `seal_bytes`. Raises PersonKeyDestroyed, BoxForged."""

        def with_keys(keys: OpenedKeys) -> bytes:
            if person not in keys:
                raise CiphertextForged(f"there is no key of person {person}")
            key = keys[person]
            if key is None:
                raise PersonKeyDestroyed(f"the key of person {person} is destroyed")
            return FieldSealer.open_bytes(key, box, self._file_aad(purpose))

        return self._keys.opening(connection, {person}, with_keys)

    def recognises(
        self, connection: Connection, people: Collection[UUID], purpose: str
    ) -> Callable[[bytes], bool]:
        """Tells of files sealed for `purpose` whether they are of one of these people, with their keys read once."""
        keys = [key for key in self._keys.to_open(connection, people).values() if key is not None]
        aad = self._file_aad(purpose)
        return lambda box: any(FieldSealer.opens_bytes(key, box, aad) for key in keys)

    def _file_aad(self, purpose: str) -> bytes:
        return f"{self._tenant}|{purpose}".encode()

    def _reading(self, connection: Connection | None) -> AbstractContextManager[Connection]:
        return nullcontext(connection) if connection is not None else self._database.reading()
