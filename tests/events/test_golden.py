"""Stored shapes are promises: every fact has a golden file, is stored so, and is read back from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ncre.events.base import Fact
from ncre.store.mapper import FactMapper
from ncre.store.sealing import CiphertextForged
from tests.events.examples import (
    EXAMPLES,
    GOLDEN,
    PERSON,
    TENANT,
    all_facts,
    as_golden,
    from_golden,
    with_metadata,
)

KEY = AESGCM(bytes(32))
MAPPER = FactMapper(TENANT)
EARLIER = GOLDEN / "earlier"
"""Shapes that are in the log, and that nothing writes any more."""
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.TOPIC)


def test_every_fact_has_one_example_and_one_golden_file() -> None:
    assert sorted(example.TOPIC for example in EXAMPLES) == sorted(all_facts())
    assert {file.stem for file in GOLDEN.glob("*.json")} == all_facts()


def test_importing_the_package_registers_every_fact() -> None:
    """In a fresh process: a log can be read by whoever imports `ncre.events` and nothing else."""
    told = "import ncre.events; from ncre.events.base import FACTS; print(*sorted(FACTS))"
    where = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    fresh = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, env=where
    )
    assert set(fresh.stdout.split()) == all_facts()


@each_example
def test_a_fact_is_stored_as_its_golden_file_says(example: Fact) -> None:
    stored = MAPPER.stored(with_metadata(example), {PERSON: KEY})
    golden = json.loads((GOLDEN / f"{example.TOPIC}.json").read_text(encoding="utf-8"))
    assert as_golden(stored, KEY) == golden


@each_example
def test_a_golden_file_reads_back_as_its_fact(example: Fact) -> None:
    fact = MAPPER.fact(MAPPER.parsed(from_golden(example.TOPIC, KEY)), {PERSON: KEY})
    assert fact == example
    assert fact.metadata == with_metadata(example).metadata


@pytest.mark.parametrize("file", sorted(EARLIER.glob("*.json")), ids=lambda file: file.stem)
def test_a_fact_stored_before_a_field_was_added_reads_with_its_default(file: Path) -> None:
    example = next(example for example in EXAMPLES if file.stem == example.TOPIC)
    fact = MAPPER.fact(MAPPER.parsed(from_golden(file.stem, KEY, EARLIER)), {PERSON: KEY})
    assert fact == example
    stamp = with_metadata(example).metadata
    assert fact.metadata == (replace(stamp, subject=None) if example.SEALED_LATER else stamp)


def test_a_box_that_is_missing_is_an_alarm_where_facts_of_the_name_always_had_one() -> None:
    stored = from_golden("registration.info_filled", KEY)
    state = json.loads(stored.state)
    del state["sealed"]
    bare = replace(stored, state=json.dumps(state).encode())
    with pytest.raises(CiphertextForged):
        MAPPER.fact(MAPPER.parsed(bare), {PERSON: KEY})


@each_example
def test_private_fields_stand_nowhere_but_in_the_box(example: Fact) -> None:
    state = MAPPER.stored(with_metadata(example), {PERSON: KEY}).state.decode()
    private = ("张三", "李四", "110101199003077432", "13800138000", "13900139000", "zhang@example.org")
    assert not [value for value in private if value in state]
    assert ("sealed" in MAPPER.raw(MAPPER.stored(with_metadata(example), {PERSON: KEY}))) == bool(
        example.SEALED
    )
