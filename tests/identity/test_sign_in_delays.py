"""What failures cost: an account waits, never a block and never everybody; people who come in weigh against failures."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncre.identity.sign_in_delays import BLOCK_LIMIT, SERVICE_LIMIT, SLOT, WINDOW, SignInDelays, delay
from ncre.store.database import Database
from tests.support.people import Clock

HERE, THERE = "203.0.113.0/24", "198.51.100.0/24"


@pytest.fixture
def throttle(database: Database, clock: Clock) -> SignInDelays:
    return SignInDelays(database, clock)


def fails(throttle: SignInDelays, times: int, who: str = "wenjing", place: str = HERE) -> None:
    for _ in range(times):
        throttle.failed(who, place)


def comes_in(database: Database, throttle: SignInDelays, who: str, place: str = HERE) -> None:
    with database.transaction() as connection:
        throttle.came_in_within(connection, who, who, place)


def test_a_few_failures_are_free_and_then_the_wait_doubles(throttle: SignInDelays, clock: Clock) -> None:
    waits = []
    for _ in range(8):
        throttle.failed("wenjing", HERE)
        waits.append(throttle.risk("wenjing", THERE).wait)
    assert waits == [0, 0, 0, 0, 4, 8, 16, 32]
    clock.advance(seconds=31)
    assert throttle.risk("wenjing", THERE).wait == 1
    clock.advance(seconds=1)
    assert throttle.risk("wenjing", THERE).wait == 0


def test_nobody_waits_longer_than_a_quarter_of_an_hour(throttle: SignInDelays) -> None:
    fails(throttle, 60)
    assert throttle.risk("wenjing", THERE).wait == 900


def test_the_window_slides_each_failure_is_forgotten_half_an_hour_after_it(
    throttle: SignInDelays, clock: Clock
) -> None:
    clock.now = datetime.fromtimestamp(6_000_000 * SLOT.total_seconds(), UTC)  # a slot begins
    for _ in range(4):
        throttle.failed("wenjing", HERE)
        clock.now += SLOT
    counts = []
    for _ in range(6):
        counts.append(throttle.risk("wenjing", HERE).failures)
        clock.now += SLOT
    assert counts == [4, 4, 3, 2, 1, 0]


def test_a_steady_trickle_of_failures_does_not_add_up(throttle: SignInDelays, clock: Clock) -> None:
    """One failure in eight minutes for a day: never more than four at a time are remembered."""
    for _ in range(180):
        throttle.failed("wenjing", HERE)
        assert throttle.risk("wenjing", HERE).wait == 0
        clock.advance(minutes=8)


def test_whoever_comes_in_begins_anew(throttle: SignInDelays) -> None:
    fails(throttle, 4)
    throttle.succeeded("wenjing")
    fails(throttle, 4)
    assert throttle.risk("wenjing", THERE).wait == 0


def test_nobody_is_told_to_wait_for_what_another_thread_did_in_the_same_moment(
    database: Database, clock: Clock
) -> None:
    """A first failure whose clock is microseconds ahead of ours delays nothing."""
    ahead = SignInDelays(database, lambda: clock.now + timedelta(microseconds=40))
    ahead.failed("wenjing", HERE)
    assert SignInDelays(database, clock).risk("wenjing", HERE).wait == 0


def test_a_clock_that_was_set_back_keeps_nobody_waiting(throttle: SignInDelays, clock: Clock) -> None:
    clock.advance(hours=5)
    fails(throttle, 9)
    clock.advance(hours=-5)
    assert throttle.risk("wenjing", HERE).wait == 0
    fails(throttle, 5)
    assert throttle.risk("wenjing", HERE).wait == 4  # and a guesser still waits


def test_a_whole_country_of_failures_delays_nobody_and_raises_an_alarm(
    database: Database, throttle: SignInDelays, caplog: pytest.LogCaptureFixture
) -> None:
    with database.transaction() as connection:
        for number in range(SERVICE_LIMIT.free + 50):
            throttle.failed_within(connection, f"name-{number}", f"10.{number // 200}.{number % 200}.0/24")
    risk = throttle.risk("wenjing", HERE)
    assert (risk.wait, risk.block, risk.service) == (0, False, True)
    told = [record for record in caplog.records if record.name == "ncre.throttle"]
    assert [record.levelno for record in told] == [logging.ERROR]
    assert "2001 failed sign-ins within 30 minutes in the whole service" in caplog.text


def test_many_failures_from_one_block_make_its_questions_harder_and_delay_nobody(
    throttle: SignInDelays, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(60):
        throttle.failed(f"name-{number}", HERE)
    here, there = throttle.risk("name-99", HERE), throttle.risk("name-99", THERE)
    assert (here.wait, here.block) == (0, True)
    assert (there.wait, there.block) == (0, False)
    assert caplog.text.count(HERE) == 1


def test_a_campus_behind_one_address_is_no_attack(database: Database, throttle: SignInDelays) -> None:
    """Sixty slips beside three hundred people who come in; each of them weighs once."""
    for number in range(300):
        comes_in(database, throttle, f"student-{number}")
    for number in range(60):
        throttle.failed(f"student-{number}", HERE)
    assert not throttle.risk("student-1", HERE).block


def test_one_account_that_comes_in_again_and_again_does_not_hide_failures(
    database: Database, throttle: SignInDelays
) -> None:
    for number in range(60):
        throttle.failed(f"name-{number}", HERE)
        comes_in(database, throttle, "a stranger's own account")
    assert throttle.risk("wenjing", HERE).block


def test_failures_in_a_known_browser_are_no_strangers(database: Database, throttle: SignInDelays) -> None:
    with database.transaction() as connection:
        for number in range(60):
            throttle.failed_within(connection, f"browser-{number}", HERE, known=True)
    assert not throttle.risk("wenjing", HERE).block


def test_what_no_window_holds_is_forgotten(database: Database, throttle: SignInDelays, clock: Clock) -> None:
    fails(throttle, 3)
    clock.now += WINDOW + SLOT
    throttle.tidy(clock())
    with database.reading() as connection:
        assert connection.exec_driver_sql("select count(*) from attempts").scalar_one() == 0


@given(st.integers(0, 100_000))
def test_more_failures_never_mean_a_shorter_wait(failures: int) -> None:
    assert timedelta() <= delay(failures) <= delay(failures + 1) <= timedelta(minutes=15)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_people_who_come_in_never_make_it_an_attack(failures: int, came: int) -> None:
    for limit in (BLOCK_LIMIT, SERVICE_LIMIT):
        assert limit.exceeded(failures, came) or not limit.exceeded(failures, came + 1)
