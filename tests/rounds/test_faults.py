"""Every row of the table of faults is told at its line, with its value and what is meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.rounds.document import DOCUMENT, round_files
from tests.rounds.fault_table import ROWS, Row, copied, faults_of


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_a_fault_is_told_with_file_line_value_and_what_is_meant(tmp_path: Path, row: Row) -> None:
    row.spoil(copied(tmp_path))
    faults, file = faults_of(tmp_path), row.told_in or row.file
    assert (faults[0].file, faults[0].line, faults[0].words.en) == (file, row.line(tmp_path), row.told)
    assert (len(faults) > 1) == row.more
    assert re.search("[\u4e00-\u9fff]", faults[0].words.zh)


def test_the_bundled_round_has_none_of_them(tmp_path: Path) -> None:
    assert faults_of(copied(tmp_path)) == []


def test_faults_of_all_kinds_are_told_at_once(tmp_path: Path) -> None:
    copied(tmp_path)
    rows = [
        row for row in ROWS if row.what in ("round code 00", "payment closes before review", "an unknown key")
    ]
    for row in rows:
        row.spoil(tmp_path)
    assert {row.told for row in rows} == {fault.words.en for fault in faults_of(tmp_path)}


def test_there_are_forty_rows_or_more_and_the_document_is_drawn_from_them() -> None:
    assert len(ROWS) >= 40
    assert DOCUMENT.read_text(encoding="utf-8") == round_files(), "run: make diagram"
