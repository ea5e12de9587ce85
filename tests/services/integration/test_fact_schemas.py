"""What a schema says in words: as a developer wrote it, without the indentation of the source."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from inspect import cleandoc

from ncre.services.integration.fact_schemas import _plainly_described, _words_of, schema_of, told_facts


def test_every_schema_is_described_by_the_docstring_of_its_fact() -> None:
    for topic, kind in told_facts().items():
        schema = schema_of(topic)
        assert schema["description"] == cleandoc(kind.__doc__ or "")
        parts = [one["description"] for one in schema["$defs"].values() if "description" in one]
        assert parts == [cleandoc(one) for one in parts]


def test_what_a_fact_always_had_is_required_and_what_came_later_is_not() -> None:
    some_came_later = False
    for topic, kind in told_facts().items():
        schema = schema_of(topic)
        always = {
            one.name
            for one in fields(kind)
            if one.init and one.default is MISSING and one.default_factory is MISSING
        }
        assert set(schema["required"]) == (always | {*schema["x-sealed"]}) & {*schema["properties"]}
        some_came_later |= len(schema["required"]) < len(schema["properties"])
    assert some_came_later


def test_the_signature_of_a_class_without_words_is_none() -> None:
    @dataclass
    class Undocumented:
        seats: int

    assert (Undocumented.__doc__ or "").startswith("Undocumented(")
    assert _words_of(Undocumented) == ""  # type: ignore[arg-type]


def test_a_definition_without_words_stays_as_it_is() -> None:
    assert _plainly_described({"type": "object"}) == {"type": "object"}
    indented = {"type": "object", "description": "A seat.\n\n    In a room."}
    assert _plainly_described(indented) == {"type": "object", "description": "A seat.\n\nIn a room."}
