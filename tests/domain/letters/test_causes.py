"""The table of causes is complete, and `docs/letters.md` says the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from ncre.domain.letters.causes import BY_KIND, CAUSES, TOPICS, may_switch_off
from ncre.domain.letters.kinds import CHANNELS, KINDS, LANGUAGES, Channel, LetterKind, LetterLanguage
from ncre.domain.letters.text_rules import (
    EXTRA,
    PLACEHOLDERS,
    REQUIRED,
    allowed,
    filled,
    require_usable,
)
from ncre.domain.letters.wording import SHIPPED
from ncre.events.base import FACTS
from ncre.services.letters.log_wording import STATES, WHYS, LetterReason, LetterState
from ncre.services.letters.preview import SAMPLE

DOCS = Path(__file__).parents[3] / "docs" / "letters.md"


def test_every_kind_has_its_cause_its_words_and_its_text() -> None:
    kinds = list(LetterKind)
    assert [cause.kind for cause in CAUSES] == kinds
    for table in (KINDS, SHIPPED, REQUIRED):
        assert list(table) == kinds
    assert set(CHANNELS) == set(Channel)
    assert set(LANGUAGES) == set(LetterLanguage)
    assert set(STATES) == set(LetterState)
    assert set(WHYS) == set(LetterReason)
    assert set(FACTS) >= TOPICS


@pytest.mark.parametrize("kind", LetterKind)
def test_what_ncre_comes_with_would_be_taken_from_the_office_too(kind: LetterKind) -> None:
    require_usable(kind, SHIPPED[kind])
    assert allowed(kind) <= set(PLACEHOLDERS)
    assert EXTRA.get(kind, frozenset()) <= set(PLACEHOLDERS)


@pytest.mark.parametrize("kind", LetterKind)
def test_every_placeholder_has_a_sample(kind: LetterKind) -> None:
    assert allowed(kind) <= {*SAMPLE, "deadline"}
    values = {name: said.zh for name, said in SAMPLE.items()} | {"deadline": "2027-01-06 10:00"}
    for part in ("subject", "body", "short"):
        assert "{" not in filled(SHIPPED[kind].say(part, "zh"), values)


def test_what_is_about_money_or_a_deadline_comes_by_one_channel_at_least() -> None:
    for kind, cause in BY_KIND.items():
        if not cause.optional:
            assert not may_switch_off(kind, Channel.MAIL, has_mail=True)
            assert not may_switch_off(kind, Channel.PHONE, has_mail=False)
    assert {kind for kind, cause in BY_KIND.items() if cause.optional} == {
        LetterKind.SEATED,
        LetterKind.EXAM_TOMORROW,
    }


def test_the_page_of_the_documents_says_the_same() -> None:
    rows = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    assert rows == [
        "| "
        + " | ".join(
            (
                KINDS[cause.kind].en,
                " ".join(f"`{topic}`" for topic in cause.topics),
                ", ".join(sorted(cause.channels)),
                "yes" if cause.optional else "no",
                " ".join(f"{{{one}}}" for one in sorted(REQUIRED[cause.kind])),
            )
        )
        + " |"
        for cause in CAUSES
    ]
