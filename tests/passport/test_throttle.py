"""Delays after failures: they grow, they fade, they never lock, and a stranger's failures delay no owner."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncre.events.database import Database
from ncre.passport.throttle import FADE, OVER_ALL, Throttle, delay
from tests.people import Clock

HERE, THERE = "203.0.113.0/24", "198.51.100.0/24"


@pytest.fixture
def throttle(database: Database, clock: Clock) -> Throttle:
    return Throttle(database, clock)


def fails(throttle: Throttle, times: int, name: str = "wenjing", place: str = HERE) -> None:
    for _ in range(times):
        throttle.failed(name, place)


def test_a_few_failures_are_free_and_then_the_wait_doubles(throttle: Throttle, clock: Clock) -> None:
    waits = []
    for _ in range(8):
        throttle.failed("wenjing", HERE)
        waits.append(throttle.wait("wenjing", THERE))
    assert waits == [0, 0, 0, 0, 4, 8, 16, 32]
    clock.advance(seconds=31)
    assert throttle.wait("WENJING ", THERE) == 1
    clock.advance(seconds=1)
    assert throttle.wait("wenjing", THERE) == 0


def test_nobody_waits_longer_than_a_quarter_of_an_hour(throttle: Throttle) -> None:
    fails(throttle, 60)
    assert throttle.wait("wenjing", THERE) == 900


def test_what_was_long_ago_counts_no_more(throttle: Throttle, clock: Clock) -> None:
    fails(throttle, 30)
    clock.now += FADE + timedelta(seconds=1)
    assert throttle.failures("wenjing") == 0
    throttle.failed("wenjing", HERE)
    assert throttle.wait("wenjing", HERE) == 0
    assert throttle.failures("wenjing") == 1


def test_whoever_comes_in_begins_anew(throttle: Throttle) -> None:
    fails(throttle, 4)
    throttle.succeeded("wenjing")
    fails(throttle, 4)
    assert throttle.wait("wenjing", THERE) == 0


def test_strangers_keep_nobody_out_who_signed_in_from_this_browser_before(throttle: Throttle) -> None:
    fails(throttle, 60)
    assert throttle.wait("wenjing", THERE, known=True) == 0
    assert throttle.wait("wenjing", THERE) > 0
    assert throttle.wait("liqiang", THERE) == 0


def test_many_names_from_one_place_slow_that_place(throttle: Throttle) -> None:
    for number in range(60):
        throttle.failed(f"name-{number}", HERE)
    assert throttle.wait("name-99", HERE) > 0
    assert throttle.wait("name-99", THERE) == 0


@given(st.sampled_from(["name", "block", OVER_ALL]), st.integers(0, 100_000))
def test_more_failures_never_mean_a_shorter_wait(kind: str, failures: int) -> None:
    assert timedelta() <= delay(kind, failures) <= delay(kind, failures + 1) <= timedelta(minutes=15)
