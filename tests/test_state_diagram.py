"""The drawn life is the life."""

from __future__ import annotations

from pathlib import Path

from ncre.diagram import state_diagram
from ncre.domain.registration.lifecycle import LIFE
from ncre.domain.registration.vocabulary import Status
from ncre.domain.wording import STEPS

DOCUMENT = Path(__file__).parents[1] / "docs" / "state-diagram.md"


def test_the_document_is_what_the_table_draws() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == state_diagram(), "run: make diagram"


def test_every_row_stands_in_the_document_with_its_reason_in_both_languages() -> None:
    drawn = state_diagram()
    for row in LIFE:
        assert row.reason.zh in drawn
        assert row.reason.en in drawn
        assert STEPS[row.step].zh in drawn


def test_no_state_id_holds_a_hyphen() -> None:
    drawn = state_diagram()
    for status in Status:
        assert f" as {status.value.replace('-', '_')}\n" in drawn
