"""Facts to stored JSON and back; only registered stored names are ever resolved.

    {"envelope": {at, actor, role, command, ...}, "fact": {public fields}, "sealed": "1:<box>"}

The private fields of a fact are one box, sealed under the key of `envelope.subject` and bound to
its place: tenant, stream, version and stored name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, MapperDeserialisationError, StoredEvent

from ncre.events.base import CLOSED, ERASED, Envelope, Erased, Fact
from ncre.store.fact_json import Shape, StoredEnvelope, StoredState, shape_of
from ncre.store.sealing import CiphertextForged, FieldSealer, OpenedKeys

_NO_KEYS: Final[OpenedKeys] = {}
_ENCODER: Final = msgspec.json.Encoder()


class _Stamped(msgspec.Struct):
    """As much of a stored fact as says when, by whom and by which command."""

    envelope: StoredEnvelope


_ANY: Final = msgspec.json.Decoder(_Stamped)


class Parsed(NamedTuple):
    """A stored fact read as far as its box; `fact` needs the key of `sealed_for` to go on."""

    stored: StoredEvent
    shape: Shape
    state: StoredState

    @property
    def sealed_for(self) -> UUID | None:
        """The person whose key opens the box; None where there is no box."""
        return self.state.envelope.subject if self.state.sealed is not None else None


class FactMapper(Mapper[UUID]):
    """`keys` serves the library's own calls; the store gives keys with each call, read in its transaction."""

    def __init__(self, tenant: str, keys: OpenedKeys = _NO_KEYS) -> None:
        super().__init__(transcoder=JSONTranscoder())
        self._tenant = tenant
        self._keys = keys

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        return self.stored(cast(Fact, domain_event), self._keys)

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        return cast(DomainEventProtocol[UUID], self.fact(self.parsed(stored_event), self._keys))

    def stored(self, fact: Fact, keys: OpenedKeys) -> StoredEvent:
        """The fact as it is stored. Raises ValueError without an envelope, or without a key it needs."""
        shape, stamp = shape_of(fact.TOPIC), fact.metadata
        state: dict[str, Any] = {"envelope": _envelope(stamp), "fact": shape.public_of(fact)}
        if shape.version > 1:
            state["class_version"] = shape.version
        if shape.sealed:
            aad = self._aad(stamp.stream, stamp.version, fact.TOPIC)
            private = _ENCODER.encode(_private(fact, shape))
            state["sealed"] = FieldSealer.seal(_key_of(fact, keys), private, aad)
        return StoredEvent(stamp.stream, stamp.version, fact.TOPIC, _ENCODER.encode(state))

    def parsed(self, stored: StoredEvent) -> Parsed:
        """Raises UnknownFact for a name that is not registered, MapperDeserialisationError for damage."""
        shape = shape_of(stored.topic)
        try:
            return Parsed(stored, shape, shape.read(stored.state))
        except (msgspec.MsgspecError, KeyError) as error:
            raise _damaged(stored, error) from error

    def fact(self, parsed: Parsed, keys: OpenedKeys) -> Fact:
        """The fact, with ERASED for private fields whose key is destroyed. Raises BoxForged."""
        return self._fact(parsed, self._opened(parsed, keys) if parsed.shape.sealed else None, ERASED)

    def closed(self, parsed: Parsed) -> Fact:
        """The fact without its private fields, which read CLOSED; it needs no key."""
        return self._fact(parsed, None, CLOSED)

    def _fact(self, parsed: Parsed, private: bytes | None, absent: Erased) -> Fact:
        shape, state, stored = parsed.shape, parsed.state, parsed.stored
        try:
            values = shape.values(state, private, absent)
        except (msgspec.MsgspecError, KeyError) as error:
            raise _damaged(stored, error) from error
        values["envelope"] = _stamp(state.envelope, stored)
        return shape.made(values)

    @staticmethod
    def stamp(stored: StoredEvent) -> Envelope:
        """The envelope alone, whatever fact it is. Raises MapperDeserialisationError for damage."""
        try:
            return _stamp(_ANY.decode(stored.state).envelope, stored)
        except msgspec.MsgspecError as error:
            raise _damaged(stored, error) from error

    @staticmethod
    def raw(stored: StoredEvent) -> dict[str, Any]:
        """The JSON as it stands in the table, the box closed: what an auditor hashes and reads."""
        return cast(dict[str, Any], msgspec.json.decode(stored.state))

    def _opened(self, parsed: Parsed, keys: OpenedKeys) -> bytes | None:
        """The private JSON of a fact; None when its key is destroyed."""
        stored, state = parsed.stored, parsed.state
        subject = state.envelope.subject
        if state.sealed is None and parsed.shape.cls.SEALED_LATER:
            return None
        if state.sealed is None or subject is None or subject not in keys:
            raise CiphertextForged(f"the box of {_place(stored)}, or the key of its person, is missing")
        key = keys[subject]
        if key is None:
            return None
        aad = self._aad(cast(UUID, stored.originator_id), stored.originator_version, stored.topic)
        try:
            return FieldSealer.open(key, state.sealed, aad)
        except CiphertextForged as forged:
            raise CiphertextForged(f"{forged}: {_place(stored)}") from None

    def _aad(self, stream: UUID, version: int, topic: str) -> bytes:
        return f"{self._tenant}|{stream}|{version}|{topic}".encode()


def _envelope(stamp: Envelope) -> dict[str, Any]:
    stored: dict[str, Any] = {
        "at": stamp.recorded_at,
        "actor": stamp.actor,
        "role": stamp.role,
        "command": stamp.command_id,
    }
    if stamp.subject is not None:
        stored["subject"] = stamp.subject
    if stamp.on_behalf_of:
        stored["on_behalf_of"] = stamp.on_behalf_of
    if stamp.cause:
        stored["cause"] = stamp.cause
    if stamp.digest:
        stored["digest"] = stamp.digest
    return stored


def _stamp(stored: StoredEnvelope, event: StoredEvent) -> Envelope:
    return Envelope(
        cast(UUID, event.originator_id),
        event.originator_version,
        stored.at,
        stored.actor,
        stored.role,
        stored.command,
        stored.subject,
        stored.on_behalf_of,
        stored.cause,
        stored.digest,
    )


def _private(fact: Fact, shape: Shape) -> Mapping[str, Any]:
    private = {name: getattr(fact, name) for name in shape.sealed}
    for name, value in private.items():
        if isinstance(value, Erased):
            raise ValueError(f"{fact.TOPIC} cannot be recorded: its {name} is not open")
    return private


def _key_of(fact: Fact, keys: OpenedKeys) -> AESGCM:
    subject = fact.metadata.subject
    key = keys.get(subject) if subject is not None else None
    if key is None:
        raise ValueError(f"{fact.TOPIC} has private fields and needs the key of the person it is about")
    return key


def _damaged(stored: StoredEvent, error: Exception) -> MapperDeserialisationError:
    return MapperDeserialisationError(f"{_place(stored)} cannot be read: {error}")


def _place(stored: StoredEvent) -> str:
    return f"fact {stored.topic} (stream {stored.originator_id}, version {stored.originator_version})"
