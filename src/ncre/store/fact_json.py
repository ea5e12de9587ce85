"""How each fact class is written as JSON: compiled once per class, since every replay goes through here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Any, Final, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from ncre.events.base import ERASED, Erased, Fact, fact_class


class StoredEnvelope(msgspec.Struct):
    """The envelope inside the JSON; stream, version and stored name stand in columns beside it."""

    at: datetime
    actor: str
    role: str
    command: UUID
    subject: UUID | None = None
    on_behalf_of: str = ""
    cause: str = ""
    digest: str = ""


class StoredState(msgspec.Struct):
    """A stored fact read without knowing its class; each Shape has its own, in which `fact` is typed."""

    envelope: StoredEnvelope
    fact: Any
    sealed: str | None = None
    class_version: int = 1


class Shape:
    """One fact class as JSON: which fields are public, which sealed, and the decoders for both."""

    def __init__(self, cls: type[Fact]) -> None:
        hints = get_type_hints(cls)
        own = [field for field in fields(cls) if field.name != "envelope"]
        self.cls = cls
        self.sealed = cls.SEALED
        self.version: int = getattr(cls, "class_version", 1)
        # Of a fact that was stored before it had private fields: there is no box, and nothing was erased.
        self._unsealed = {
            field.name: field.default
            for field in own
            if field.name in cls.SEALED and field.default is not MISSING
        }
        self._public = tuple(field.name for field in own if field.name not in cls.SEALED)
        self._public_type = _struct(cls, "Public", own, self._public, hints)
        self._private_type = _struct(cls, "Private", own, self.sealed, hints)
        current = cast(
            type[StoredState],
            msgspec.defstruct("Current", [("fact", self._public_type)], bases=(StoredState,)),
        )
        self._read_current: Callable[[bytes], StoredState] = msgspec.json.Decoder(current).decode
        self._read_private = msgspec.json.Decoder(self._private_type).decode

    @property
    def types(self) -> tuple[type[msgspec.Struct], type[msgspec.Struct]]:
        """The shapes of the public and of the sealed fields."""
        return self._public_type, self._private_type

    def public_of(self, fact: Fact) -> dict[str, Any]:
        values = vars(fact)
        return {name: values[name] for name in self._public}

    def read(self, state: bytes) -> StoredState:
        """Raises msgspec.MsgspecError."""
        if self.version > 1 and _version_of(state) < self.version:
            return _OLD(state)
        read = self._read_current(state)
        if read.class_version > self.version:
            raise msgspec.ValidationError(f"stored by a newer ncre, as version {read.class_version}")
        return read

    def values(self, state: StoredState, private: bytes | None, absent: Erased = ERASED) -> dict[str, Any]:
        """All fields but the envelope. `private` is the opened box; without it sealed fields are `absent`."""
        if state.class_version < self.version:
            return self._upcast(state, private, absent)
        public = state.fact
        values = {name: getattr(public, name) for name in self._public}
        if self.sealed:
            values |= self._private(self._read_private(private) if private is not None else None, absent)
        if self.cls.SEALED_LATER and state.sealed is None:
            values |= self._unsealed
        return values

    def made(self, values: dict[str, Any]) -> Fact:
        """A fact of these values; they were decoded by type, so the constructor has nothing to add."""
        fact = object.__new__(self.cls)
        fact.__dict__.update(values)
        return fact

    def _private(self, opened: Any, absent: Erased) -> dict[str, Any]:
        if opened is None:
            return dict.fromkeys(self.sealed, absent)
        return {name: getattr(opened, name) for name in self.sealed}

    def _upcast(self, state: StoredState, private: bytes | None, absent: Erased) -> dict[str, Any]:
        """Run `upcast_v1_v2`, ... over the plain JSON; private fields are missing there once erased."""
        stored: dict[str, Any] = state.fact | (msgspec.json.decode(private) if private is not None else {})
        for version in range(state.class_version, self.version):
            getattr(self.cls, f"upcast_v{version}_v{version + 1}")(stored)
        public = msgspec.convert(stored, self._public_type, strict=False)
        opened = msgspec.convert(stored, self._private_type, strict=False) if private is not None else None
        values = {name: getattr(public, name) for name in self._public}
        return values | (self._private(opened, absent) if self.sealed else {})


_OLD: Final[Callable[[bytes], StoredState]] = msgspec.json.Decoder(StoredState).decode


class _Version(msgspec.Struct):
    class_version: int = 1


_VERSION: Final = msgspec.json.Decoder(_Version)


def _version_of(state: bytes) -> int:
    return _VERSION.decode(state).class_version


@cache
def shape_of(topic: str) -> Shape:
    """The shape of a registered stored name. Raises UnknownFact, and imports nothing."""
    return Shape(fact_class(topic))


def _struct(
    cls: type[Fact], part: str, own: list[Field[Any]], names: tuple[str, ...], hints: dict[str, Any]
) -> type[msgspec.Struct]:
    parts = [_described(field, _without_erased(hints[field.name])) for field in own if field.name in names]
    return msgspec.defstruct(f"{cls.__name__}{part}", parts, kw_only=True)


def _described(field: Field[Any], kind: Any) -> tuple[str, Any] | tuple[str, Any, Any]:
    if field.default is not MISSING:
        return field.name, kind, field.default
    if field.default_factory is not MISSING:
        return field.name, kind, msgspec.field(default_factory=field.default_factory)
    return field.name, kind


def _without_erased(kind: Any) -> Any:
    """The type as it is stored: what is erased was stored before it was erased."""
    if get_origin(kind) not in (Union, UnionType):
        return kind
    return Union[tuple(part for part in get_args(kind) if part is not Erased)]  # noqa: UP007 -- built at run time
