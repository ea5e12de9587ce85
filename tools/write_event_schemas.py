"""Writes docs/event-schemas.json: the JSON Schema of every event that other systems get, with an example of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from ncre.services.integration.fact_schemas import schema_of, told_facts

ROOT: Final = Path(__file__).parents[1]
FILE: Final = ROOT / "docs" / "event-schemas.json"
GOLDEN: Final = ROOT / "tests" / "events" / "golden"


def text() -> str:
    found = {topic: {**schema_of(topic), "examples": [_example(topic)]} for topic in told_facts()}
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _example(topic: str) -> dict[str, Any]:
    """The public fields of the golden file, private ones null as in a sealed event."""
    golden = json.loads((GOLDEN / f"{topic}.json").read_text(encoding="utf-8"))
    return {**golden["fact"], **dict.fromkeys(schema_of(topic)["x-sealed"])}


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
