"""Subjects in English: every subject of the catalogue, and what a subject that is not in the table is called."""

from __future__ import annotations

from ncre.domain.exam.subject_names import SUBJECT_NAMES, subject_words
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from tests.support.people import TODAY


def test_every_subject_of_a_round_has_an_english_name() -> None:
    for subject in load_round(bundled(), TODAY).plan.subjects:
        assert subject_words(subject.name).en.isascii(), subject
    assert len(set(SUBJECT_NAMES.values())) == len(SUBJECT_NAMES) == 25


def test_a_subject_that_is_not_in_the_table_keeps_its_name() -> None:
    assert subject_words("量子计算基础").say("en") == "量子计算基础"
