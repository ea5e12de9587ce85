"""Ten thousand cases in one bulk run whose process is killed again and again: the end is right, and nobody is decided twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.killed_run import CASES, KILLS, measure, told

pytest_plugins = ["tests.support.databases"]


@pytest.mark.soak
def test_a_run_of_ten_thousand_survives_five_kills(database_url: str, tmp_path: Path) -> None:
    found = measure(database_url, tmp_path / "data")
    print(told(database_url.partition(":")[0], found))
    assert (found.done, found.refused, found.kills) == (CASES * 99 // 100, CASES // 100, KILLS)
