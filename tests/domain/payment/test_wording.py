"""Every status and situation of the money that can meet has a sentence of its own, in both languages."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from string import Formatter

import pytest

from ncre.diagram import money_words
from ncre.domain.payment.wording import (
    HAPPENED,
    MEANINGS,
    NOW,
    SENTENCES,
    STATUSES_WITH_MONEY,
    THEN,
    WHERE,
    Situation,
    money_sentence,
    possible,
)
from ncre.domain.registration.vocabulary import Status

DOCUMENT = Path(__file__).parents[3] / "docs" / "money-words.md"

PAIRS = [pair for pair in product(STATUSES_WITH_MONEY, Situation) if possible(*pair)]
PARTICULARS = {"amount", "when", "why", "deadline", "channel"}


def test_every_status_but_the_first_and_every_situation_is_in_the_tables() -> None:
    assert set(STATUSES_WITH_MONEY) == set(Status) - {Status.NEW}
    assert all(HAPPENED[status].zh and NOW[status].zh for status in STATUSES_WITH_MONEY)
    assert set(WHERE) == set(MEANINGS) == set(Situation)
    assert set(THEN) <= set(PAIRS)


def test_a_pair_that_can_happen_has_words_and_no_other_has() -> None:
    assert set(SENTENCES) == set(PAIRS)
    assert len({words.zh for words in SENTENCES.values()}) == len(SENTENCES)
    assert len({words.en for words in SENTENCES.values()}) == len(SENTENCES)


@pytest.mark.parametrize(("status", "situation"), PAIRS, ids=lambda one: one.value)
def test_a_sentence_says_what_happened_where_the_money_is_and_what_to_do(
    status: Status, situation: Situation
) -> None:
    words = SENTENCES[status, situation]
    then = THEN.get((status, situation), NOW[status])
    for part in (HAPPENED[status], WHERE[situation], then):
        assert part.zh in words.zh
        assert part.en in words.en
    assert re.search(r"[\u4e00-\u9fff]", words.zh)
    assert not re.search(r"[\u4e00-\u9fff]", words.en)
    fields = {name for text in words for _, name, _, _ in Formatter().parse(text) if name}
    assert {name.removesuffix("_en") for name in fields} <= PARTICULARS


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whatever_meets_something_is_said(language: str) -> None:
    told = {name: name for name in (*PARTICULARS, "why_en", "channel_en")}
    for status, situation in product(STATUSES_WITH_MONEY, Situation):
        assert "{" not in money_sentence(status, situation, language, **told)


def test_the_document_is_what_the_table_says() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == money_words(), "run: make diagram"


@pytest.mark.parametrize(
    ("situation", "may", "may_not"),
    [
        (Situation.NONE, Status.AGREED, Status.PAID),
        (Situation.OPEN, Status.APPROVED, Status.PAID),
        (Situation.ASKING, Status.APPROVED, Status.PAID),
        (Situation.SETTLED, Status.PAID, Status.APPROVED),
        (Situation.FREE, Status.CONFIRMED, Status.SUBMITTED),
        (Situation.GOING_BACK, Status.CANCELLED, Status.AGREED),
        (Situation.KEPT, Status.CANCELLED, Status.PAID),
    ],
)
def test_money_stands_only_where_it_can(situation: Situation, may: Status, may_not: Status) -> None:
    assert possible(may, situation)
    assert not possible(may_not, situation)
