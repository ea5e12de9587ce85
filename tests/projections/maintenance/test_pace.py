"""Writers are kept waiting for about as long on a slow disk as on a quick one."""

from __future__ import annotations

import pytest

from ncre.projections.maintenance.pace import LEAST, PORTION, WAIT, Pace


@pytest.mark.parametrize("rows_a_second", [1_000, 4_000, 10_000])
def test_a_slow_machine_writes_fewer_rows_at_a_time(rows_a_second: int) -> None:
    pace, waits = Pace(), list[float]()
    for _ in range(20):
        waits.append(pace.rows / rows_a_second)
        pace.took(waits[-1], pace.rows)
    assert max(waits[5:]) <= WAIT
    assert pace.held == max(waits)


def test_a_quick_machine_writes_more_and_no_machine_more_or_less_than_the_bounds() -> None:
    quick, slow = Pace(), Pace()
    for _ in range(20):
        quick.took(0.001, quick.rows)
        slow.took(60, slow.rows)
    assert (quick.rows, slow.rows) == (PORTION, LEAST)


def test_a_few_rows_that_went_quickly_say_nothing_about_many() -> None:
    pace = Pace()
    before = pace.rows
    pace.took(0.001, 3)
    assert pace.rows == before
