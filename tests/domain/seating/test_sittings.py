"""How a sitting is named in files and addresses: by its date and time where the exam is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ncre.domain.seating.sittings import sitting_name


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """In UTC, eight hours before the exam's own time."""
    return datetime(2027, 3, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts", "ends", "name"),
    [
        (at(27, 0), at(27, 2), "2027-03-27-0800-1000"),
        (at(26, 16, 30), at(26, 18), "2027-03-27-0030-0200"),
        (at(27, 15), at(27, 17), "2027-03-27-2300-2027-03-28-0100"),
        (at(27, 0, 0, 5), at(27, 2, 1), "2027-03-27-080005-1001"),
    ],
)
def test_a_sitting_is_named_by_date_and_time_where_the_exam_is(
    starts: datetime, ends: datetime, name: str
) -> None:
    assert sitting_name(starts, ends) == name
