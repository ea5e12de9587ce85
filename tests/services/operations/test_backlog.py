"""What waits and what is late, counted: each number by something that is in it and something that is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert

from ncre.bootstrap import Container
from ncre.domain.payment.orders import GRACE
from ncre.operational.letters import letters
from ncre.operational.retry_schedule import RetrySchedule
from ncre.operational.webhooks import webhook_deliveries
from ncre.services.operations.backlog import LATE
from ncre.services.operations.beats import EVERY, Beats
from ncre.services.operations.overdue import overdue
from tests.handlers.ground import QUICK, Walker, revise
from tests.support.people import NOW, PAY_BY, Clock


def numbers(container: Container, *names: str) -> list[float]:
    found = container.backlog.numbers()
    return [found[name] for name in names]


def test_who_waits_for_review_is_counted_in_every_site(container: Container) -> None:
    assert numbers(container, "review_waiting") == [0]
    for _ in range(2):
        walker = Walker(container)
        walker.pictured()
        walker.requests_review()
    Walker(container).approved()
    assert numbers(container, "review_waiting") == [2]


def test_a_deadline_is_late_a_minute_after_its_grace_and_an_order_ten_after_it_expired(
    container: Container, clock: Clock
) -> None:
    walker = Walker(container)
    walker.approved()
    expires = walker.opens().expires
    clock.now = PAY_BY + timedelta(seconds=GRACE) + LATE
    assert numbers(container, "deadlines_late") == [0]
    clock.advance(seconds=1)
    assert numbers(container, "deadlines_late") == [1]
    clock.now = expires + timedelta(minutes=10)
    assert numbers(container, "orders_late") == [0]
    clock.advance(seconds=1)
    assert numbers(container, "orders_late") == [1]


def test_money_that_goes_back_is_owed_until_it_is_back(container: Container) -> None:
    walker = Walker(container)
    walker.approved()
    walker.hears(walker.money("T-odd", amount=1))
    assert numbers(container, "refunds_owed") == [1]
    container.worker.once()
    assert numbers(container, "refunds_owed") == [0]


def noted_letter(ago: timedelta, state: str = "waiting") -> dict[str, Any]:
    at = NOW - ago
    return {
        "id": uuid4(), "registration": uuid4(), "account": uuid4(), "kind": "approved", "channel": "mail",
        "cause": "1", "position": 1, "state": state, "why": "", "tries": 0,
        "due": at, "next_at": at, "expires": NOW + timedelta(days=9),
    }  # fmt: skip


def test_letters_that_are_due_are_counted_and_how_late_the_first_of_them_is(container: Container) -> None:
    ahead = noted_letter(timedelta(days=-1))
    with container.database.transaction() as connection:
        connection.execute(insert(letters), ahead)
    assert numbers(container, "letters_waiting", "letters_late_seconds") == [0, 0]
    with container.database.transaction() as connection:
        connection.execute(insert(letters), noted_letter(timedelta()))
    assert numbers(container, "letters_waiting", "letters_late_seconds") == [1, 0]
    due = [noted_letter(timedelta(seconds=seconds)) for seconds in (30, 90)]
    with container.database.transaction() as connection:
        connection.execute(insert(letters), [*due, noted_letter(timedelta(days=1), "sent")])
    assert numbers(container, "letters_waiting", "letters_late_seconds") == [3, 90]


def noted_event(position: int, state: str, ago: int) -> dict[str, Any]:
    return {
        "integration": uuid4(), "position": position, "about": uuid4(), "topic": "registration.approved",
        "state": state, "tries": 1, "next_at": NOW - timedelta(seconds=ago), "answer": "",
    }  # fmt: skip


def test_events_that_wait_and_those_that_nobody_took_are_counted_apart(container: Container) -> None:
    names = ("webhooks_waiting", "webhooks_dead", "webhooks_late_seconds")
    assert numbers(container, *names) == [0, 0, 0]
    events = [noted_event(1, "waiting", -60), noted_event(2, "dead", 900), noted_event(3, "done", 900)]
    with container.database.transaction() as connection:
        connection.execute(insert(webhook_deliveries), events)
    assert numbers(container, *names) == [1, 1, 0]
    with container.database.transaction() as connection:
        connection.execute(
            insert(webhook_deliveries), [noted_event(number, "waiting", number * 10) for number in (4, 5)]
        )
    assert numbers(container, *names) == [3, 1, 50]


def test_how_far_the_sealed_part_is_behind_the_log(container: Container, clock: Clock) -> None:
    names = ("facts", "facts_unsealed", "sealer_lag_seconds")
    newest = container.command_handler.store.newest()
    clock.advance(minutes=2)
    assert numbers(container, *names) == [newest, newest, 0]
    assert container.sealer.catch_up() is not None
    clock.advance(seconds=40)
    assert numbers(container, *names) == [newest, 0, 0]
    Walker(container).agrees()
    assert numbers(container, *names) == [newest + 1, 1, 40]
    clock.advance(seconds=-41)
    assert numbers(container, *names) == [newest + 1, 1, 0], "a clock that was set back"


def test_those_that_may_not_lapse_are_looked_past(container: Container, clock: Clock) -> None:
    """A site that reviews again keeps those whose time began where nobody did."""
    lapse = []
    for stays in (False, True, True, True, False):
        walker = Walker(container)
        if stays:
            walker.submitted(QUICK, ("67",))
        else:
            walker.approved()
            lapse.append(walker.id)
        clock.advance(minutes=1)
    revise(container, QUICK, reviews=True, clock="approved")
    clock.advance(days=2)
    with container.database.reading() as connection:
        for limit in (1, 2):
            found = overdue(connection, container.command_handler.exams, clock.now, limit)
            assert [row["id"] for row in found] == lapse[:limit]


@pytest.fixture
def beats(container: Container, clock: Clock, tmp_path: Path) -> Callable[[], Beats]:
    """Those of another process each time."""
    return lambda: Beats(RetrySchedule(container.database), clock, tmp_path / "backed-up")


def test_a_round_of_the_worker_is_noted_every_half_minute(beats: Callable[[], Beats], clock: Clock) -> None:
    worker, other = beats(), beats()
    assert other.worker_age() is None
    worker.worker()
    clock.advance(seconds=EVERY.total_seconds() - 1)
    worker.worker()
    assert other.worker_age() == 29, "not noted again yet"
    clock.advance(seconds=2)
    worker.worker()
    assert other.worker_age() == 0


def test_backups_and_exchanges_have_an_age_once_there_was_one(
    beats: Callable[[], Beats], clock: Clock, tmp_path: Path
) -> None:
    done, other = beats(), beats()
    assert (other.backup_age(), other.exchange_age()) == (None, None)
    done.backed_up()
    clock.advance(hours=1)
    done.exchanged()
    clock.advance(seconds=5)
    assert (other.backup_age(), other.exchange_age()) == (3605, 5)
    clock.advance(days=-1)
    assert (other.backup_age(), other.exchange_age()) == (0, 0), "a clock that was set back"
    (tmp_path / "backed-up").write_text("never\n")
    assert other.backup_age() is None
