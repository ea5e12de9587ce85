"""The opening minute in short: nobody inside is thrown out, and the queue keeps the order of arrival."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.load import measure

pytestmark = pytest.mark.soak


def test_a_short_opening_minute_is_served_in_order_and_throws_nobody_out(tmp_path: Path) -> None:
    load = measure(f"sqlite:///{tmp_path / 'ncre.sqlite'}", tmp_path / "data", 30, 45)
    for name, said in load.report():
        print(f"  {name:52} {said}")
    assert len(load.queued) >= 3, "nobody had to wait: nothing was tried"
    assert sum(one.thrown_out for one in load.courses) == 0
    assert [one.failed for one in load.courses if one.failed] == []
    assert load.overtaken <= 0.01
