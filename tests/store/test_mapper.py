"""What the mapper refuses: foreign names, damaged or newer JSON, facts it has no key for; and upcasting."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.persistence import MapperDeserialisationError, StoredEvent
from eventsourcing.utils import resolve_topic

from ncre.events.base import ERASED, FACTS, Erased, Fact, UnknownFact
from ncre.events.registration import InfoFilled, Withdrawn
from ncre.store import fact_json
from ncre.store.mapper import FactMapper
from tests.events.examples import DETAILS, PERSON, STAMP, STREAM, place, with_metadata

MAPPER = FactMapper("ncre")
KEY = AESGCM(bytes(32))


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a module that can be imported but that nobody may import."""
    (tmp_path / "sprung_trap.py").write_text("class Fact: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "sprung_trap"
    sys.modules.pop("sprung_trap", None)


def test_a_foreign_name_in_the_table_is_reported_and_imports_nothing(trap: str) -> None:
    with pytest.raises(UnknownFact, match="sprung_trap:Fact"):
        MAPPER.parsed(StoredEvent(STREAM, 1, f"{trap}:Fact", b"{}"))
    assert trap not in sys.modules


def test_the_trap_would_have_sprung_with_the_resolver_of_the_library(trap: str) -> None:
    resolve_topic(f"{trap}:Fact")
    assert trap in sys.modules


@pytest.mark.parametrize(
    "state", [b"", b"nonsense", b"{}", b'{"envelope":{},"fact":{}}', b"[]", b'{"fact":{}}']
)
def test_damaged_json_is_reported_with_its_place(state: bytes) -> None:
    with pytest.raises(
        MapperDeserialisationError, match=rf"registration.withdrawn \(stream {STREAM}, version 7\)"
    ):
        MAPPER.parsed(StoredEvent(STREAM, 7, Withdrawn.TOPIC, state))


def test_a_fact_stored_by_a_newer_version_is_not_guessed_at() -> None:
    state = MAPPER.raw(MAPPER.stored(with_metadata(Withdrawn()), {})) | {"class_version": 2}
    with pytest.raises(MapperDeserialisationError, match="newer"):
        MAPPER.parsed(StoredEvent(STREAM, 1, Withdrawn.TOPIC, json.dumps(state).encode()))


def test_private_fields_are_never_stored_without_a_key() -> None:
    with pytest.raises(ValueError, match="needs the key"):
        MAPPER.stored(InfoFilled(DETAILS, "hash").with_metadata(STAMP), {PERSON: KEY})
    with pytest.raises(ValueError, match="needs the key"):
        MAPPER.stored(with_metadata(InfoFilled(DETAILS, "hash")), {PERSON: None})


def test_what_was_erased_is_never_recorded_again() -> None:
    with pytest.raises(ValueError, match="details is not open"):
        MAPPER.stored(with_metadata(InfoFilled(ERASED, "hash")), {PERSON: KEY})


def test_a_fact_without_an_envelope_is_not_stored() -> None:
    with pytest.raises(ValueError, match="not been recorded"):
        MAPPER.stored(Withdrawn(), {})


@pytest.fixture
def moved() -> Iterator[type[Fact]]:
    """A fact whose class is at its third version."""

    @dataclass(frozen=True)
    class Moved(Fact):
        TOPIC: ClassVar[str] = "test.moved"
        SEALED: ClassVar[tuple[str, ...]] = ("address",)
        class_version: ClassVar[int] = 3
        metres: int
        address: str | Erased
        reason: str

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["metres"] = state.pop("kilometres") * 1000

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            state["reason"] = "unknown"

    yield Moved
    del FACTS[Moved.TOPIC]
    fact_json.shape_of.cache_clear()


def _stored(cls: type[Fact], **parts: Any) -> StoredEvent:
    from ncre.store.sealing import FieldSealer

    state = MAPPER.raw(MAPPER.stored(with_metadata(Withdrawn()), {}))
    state["envelope"]["subject"] = str(PERSON)
    state["sealed"] = FieldSealer.seal(KEY, b'{"address":"Luoyu Road 1"}', place(cls.TOPIC))
    return StoredEvent(STREAM, 1, cls.TOPIC, json.dumps(state | parts).encode())


@pytest.mark.parametrize(
    "parts",
    [
        {"fact": {"kilometres": 2}},
        {"fact": {"metres": 2000}, "class_version": 2},
        {"fact": {"metres": 2000, "reason": "unknown"}, "class_version": 3},
    ],
)
def test_a_fact_of_any_older_version_is_read_as_the_newest(moved: Any, parts: dict[str, Any]) -> None:
    parsed = MAPPER.parsed(_stored(moved, **parts))
    assert MAPPER.fact(parsed, {PERSON: KEY}) == moved(2000, "Luoyu Road 1", "unknown")
    assert MAPPER.fact(parsed, {PERSON: None}) == moved(2000, ERASED, "unknown")


def test_a_fact_of_a_grown_class_is_stored_with_its_version(moved: Any) -> None:
    assert MAPPER.raw(MAPPER.stored(with_metadata(moved(1, "a", "b")), {PERSON: KEY}))["class_version"] == 3


@pytest.mark.parametrize("fact", [{}, {"kilometres": "far"}, {"kilometres": []}])
def test_an_older_fact_that_lacks_what_it_had_is_reported_with_its_place(
    moved: Any, fact: dict[str, Any]
) -> None:
    parsed = MAPPER.parsed(_stored(moved, fact=fact))
    with pytest.raises(MapperDeserialisationError, match=rf"test.moved \(stream {STREAM}, version 1\)"):
        MAPPER.fact(parsed, {PERSON: KEY})
