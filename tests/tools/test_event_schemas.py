"""The schemas of the documents are those of the facts, and each example is as its schema says."""

from __future__ import annotations

import json

from tools.write_event_schemas import FILE, text


def test_the_schemas_in_the_documents_are_current() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run: python tools/write_event_schemas.py"


def test_every_example_is_as_its_schema_says() -> None:
    import jsonschema  # a second, of the one worker that comes to it

    for schema in json.loads(text()).values():
        for example in schema["examples"]:
            jsonschema.validate(example, schema)
