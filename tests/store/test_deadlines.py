"""Deadlines by a clock that may be set back: each moment at which a condition turns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import ColumnElement, DateTime, create_engine, literal, select

from ncre.store.deadlines import (
    LONGEST_WAIT,
    SKEW,
    is_due,
    is_free,
    is_held,
    is_over,
    is_valid,
    put_off_too_far,
    too_far,
)

NOW = datetime(2027, 1, 5, 2, 0, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def holds(condition: ColumnElement[bool]) -> bool:
    with create_engine("sqlite://").connect() as connection:
        return bool(connection.execute(select(condition)).scalar())


def at(moment: datetime | None) -> Any:
    return literal(moment, DateTime())


@pytest.mark.parametrize(
    ("since", "over"),
    [(-HOUR, False), (-HOUR - SECOND, True), (SKEW, False), (SKEW + SECOND, True), (0 * HOUR, False)],
)
def test_what_is_over_began_too_long_ago_or_is_to_come(since: timedelta, over: bool) -> None:
    assert is_over(NOW + since, NOW, HOUR) is over


@pytest.mark.parametrize(
    ("until", "valid"),
    [(0 * HOUR, True), (-SECOND, False), (HOUR + SKEW, True), (HOUR + SKEW + SECOND, False)],
)
def test_what_is_valid_can_have_been_made_by_now(until: timedelta, valid: bool) -> None:
    assert is_valid(NOW + until, NOW, HOUR) is valid


@pytest.mark.parametrize(
    ("until", "held"),
    [
        (NOW, False),
        (NOW + SECOND, True),
        (NOW + HOUR + SKEW, True),
        (NOW + HOUR + SKEW + SECOND, False),
        (NOW - HOUR, False),
    ],
)
def test_what_is_held_is_not_free(until: datetime, held: bool) -> None:
    assert holds(is_held(at(until), NOW, HOUR)) is held
    assert holds(is_free(at(until), NOW, HOUR)) is not held


def test_what_nobody_held_is_free() -> None:
    assert holds(is_free(at(None), NOW, HOUR))


@pytest.mark.parametrize(
    ("tries", "after", "far"),
    [
        (0, SKEW, False),
        (0, SKEW + SECOND, True),
        (1, HOUR + SKEW, False),
        (1, HOUR + SKEW + SECOND, True),
        (2, 3 * HOUR + SKEW, False),
        (2, 3 * HOUR + SKEW + SECOND, True),
        (9, 3 * HOUR + SKEW, False),
        (9, 3 * HOUR + SKEW + SECOND, True),
    ],
)
def test_nothing_is_put_off_for_longer_than_its_tries_say(tries: int, after: timedelta, far: bool) -> None:
    delays = [0 * HOUR, HOUR, 3 * HOUR]
    assert holds(put_off_too_far(at(NOW + after), literal(tries), NOW, delays)) is far


def test_what_was_put_off_is_due_at_its_moment_or_where_that_is_too_far() -> None:
    ahead = too_far(NOW)
    assert ahead == NOW + LONGEST_WAIT + SKEW
    moments = (NOW - SECOND, NOW, NOW + SECOND, ahead, ahead + SECOND)
    assert [holds(is_due(at(one), at(NOW), at(ahead))) for one in moments] == [True, True, False, False, True]
