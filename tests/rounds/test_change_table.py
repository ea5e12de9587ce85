"""docs/round-files.md says of every kind of change what the rules say."""

from __future__ import annotations

from pathlib import Path

from ncre.domain.exam.revision_rules import OUTCOMES, RULES

DOCUMENT = Path(__file__).parents[2] / "docs" / "round-files.md"


def test_the_table_of_changes_is_that_of_the_rules() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = [
        f"| {rule.words.zh} {rule.words.en} | {OUTCOMES[rule.outcome].en} | {rule.then.en} |"
        for rule in RULES.values()
    ]
    assert "\n".join(rows) in text
