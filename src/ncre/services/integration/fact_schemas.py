"""JSON Schema (2020-12) of every fact that other systems get, made from the fact classes."""

from __future__ import annotations

from functools import cache
from inspect import cleandoc
from typing import Any, Final

import msgspec

from ncre.events.base import FACTS, Fact
from ncre.store.fact_json import shape_of

TOLD: Final = (
    "access.",
    "entry.",
    "erasure.person_erased",
    "erasure.registration_erased",
    "exam.",
    "payment.",
    "registration.",
)
"""Stored names, or how they begin, of what other systems get. The security of accounts, audits and operating stay inside."""

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def is_told(topic: str) -> bool:
    """Whether other systems get facts of this stored name at all."""
    return topic.startswith(TOLD)


def told_facts() -> dict[str, type[Fact]]:
    """Every such fact by its stored name."""
    return {
        topic: kind
        for topic, kind in sorted(FACTS.items())
        if is_told(topic) and kind.__module__.startswith("ncre.")
    }


def address_of(topic: str) -> str:
    """Where the schema of a fact is, by the version of its class."""
    return f"/api/v1/schemas/{topic}/{shape_of(topic).version}"


@cache
def schema_of(topic: str) -> dict[str, Any]:
    """The schema of `data` of an event. A sealed field is null where it was not opened, or its person was erased."""
    shape = shape_of(topic)
    public, private = shape.types
    (of_public, of_private), shared = msgspec.json.schema_components(
        (public, private), ref_template="#/$defs/{name}"
    )
    fields, required = _parts(shared, of_public)
    sealed, _ = _parts(shared, of_private)
    return {
        "$schema": DIALECT,
        "$id": address_of(topic),
        "title": topic,
        "description": _words_of(shape.cls),
        "type": "object",
        "properties": fields | {name: {"anyOf": [one, {"type": "null"}]} for name, one in sealed.items()},
        "required": sorted({*required, *sealed}),
        "additionalProperties": False,
        "x-sealed": sorted(sealed),
        "$defs": {name: _plainly_described(one) for name, one in shared.items()},
    }


def _plainly_described(definition: dict[str, Any]) -> dict[str, Any]:
    """Without the indentation that docstrings have before Python 3.13."""
    said = definition.get("description")
    return definition if said is None else {**definition, "description": cleandoc(said)}


def _words_of(kind: type[Fact]) -> str:
    """Its docstring; the signature that a dataclass has in place of none says nothing."""
    said = cleandoc(kind.__doc__ or "")
    return "" if said.startswith(f"{kind.__name__}(") else said


def _parts(shared: dict[str, Any], reference: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Properties and required ones of a struct, which is taken out of the shared definitions."""
    own = shared.pop(reference["$ref"].rpartition("/")[2])
    return own["properties"], own.get("required", [])
