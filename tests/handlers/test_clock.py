"""A clock that is set: the history keeps its order, deadlines hold in both directions, and a jump is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from ncre.identity.proofs import Purpose
from ncre.identity.sessions import Session
from ncre.operational.watched_clock import HOLD, WatchedClock
from ncre.projections.audit import timeline
from ncre.projections.audit.snapshots import AsOfMoment, state_at
from ncre.projections.maintenance.rebuild import check
from ncre.projections.payment import orders
from ncre.worker import Worker
from tests.handlers.ground import Walker, open_exam
from tests.support import people
from tests.support.containers import container_on
from tests.support.people import NOW, Clock


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data", clock)
    open_exam(container)
    yield container
    container.close()


def test_a_stream_never_goes_back_and_reads_in_the_order_in_which_it_happened(
    container: Container, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    walker = Walker(container)
    walker.filled()
    clock.advance(hours=-3)
    walker.submits(people.SITE, ("66",))
    clock.advance(minutes=1)
    walker.uploads()
    moments = [fact.metadata.recorded_at for fact in walker.history]
    assert moments == sorted(moments)
    assert moments[-1] == NOW
    with container.database.reading() as connection:
        told = [row["version"] for row in timeline.story(connection, walker.id)]
    assert told == [1, 2, 3, 4]
    assert caplog.text.count("the clock stands 10800 s before fact 2") == 1
    command_handler = container.command_handler
    assert check(container.database, command_handler.store, command_handler.listeners) == []


def test_looks_orders_plans_and_security_facts_do_not_go_back_either(
    container: Container, clock: Clock
) -> None:
    walker = people.somebody(container)
    walker.agrees()
    container.command_handler.record_access(walker.id, people.REVIEWER, "review")
    clock.advance(hours=-1)
    container.command_handler.record_access(walker.id, people.REVIEWER, "review")
    container.profiles.keep(walker.account, people.WENJING)
    with container.database.reading() as connection:
        rows = connection.execute(text("SELECT stream, version, at FROM timeline ORDER BY stream, version"))
        by_stream: dict[object, list[object]] = {}
        for stream, _, at in rows:
            by_stream.setdefault(stream, []).append(at)
    assert all(moments == sorted(moments) for moments in by_stream.values())  # type: ignore[type-var]


def test_a_history_recorded_before_this_was_so_still_reads_by_version(
    container: Container, clock: Clock
) -> None:
    walker = Walker(container)
    walker.submitted()
    with container.database.transaction() as connection:
        early = (
            (NOW - timedelta(hours=3)).replace(tzinfo=None)
            if container.database.dialect == "sqlite"
            else NOW - timedelta(hours=3)
        )
        connection.execute(text("UPDATE timeline SET at = :at WHERE version >= 3"), {"at": str(early)})
    with container.database.reading() as connection:
        told = [row["version"] for row in timeline.story(connection, walker.id)]
    assert told == [1, 2, 3]


def test_as_it_stood_counts_no_fact_that_came_after_one_of_later(clock: Clock) -> None:
    history = people.recorded(people.SUBMITTED)
    late = history[1].with_metadata(people.replace(history[1].metadata, recorded_at=NOW + timedelta(hours=2)))
    stood = state_at([history[0], late, history[2]], AsOfMoment(NOW + timedelta(minutes=30)))
    assert stood is not None
    assert stood.version == 1


def test_the_time_to_pay_counts_from_the_moment_that_is_recorded(container: Container, clock: Clock) -> None:
    walker = Walker(container)
    walker.pictured()
    walker.requests_review()
    clock.advance(hours=-25)
    people.approved(container, walker)
    assert walker.row["pay_by"] == NOW + timedelta(hours=24)


@pytest.mark.parametrize("hours", [-26, 26])
def test_a_session_ends_whichever_way_the_clock_is_set(
    container: Container, clock: Clock, hours: int
) -> None:
    account = people.somebody(container).account
    sessions = container.account_service.sessions
    with container.database.transaction() as connection:
        token = sessions.begin(connection, account.id)
    assert sessions.find(token) is not None
    clock.advance(hours=hours)
    assert sessions.find(token) is None


def test_a_password_given_in_the_future_is_not_fresh(container: Container) -> None:
    account = people.somebody(container).account
    session = Session("k", account, NOW, NOW + timedelta(hours=1))
    assert not session.fresh(NOW)
    assert session.fresh(NOW + timedelta(hours=1))


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_link_is_good_for_its_half_hour_whichever_way_the_clock_is_set(
    container: Container, clock: Clock, hours: int
) -> None:
    proofs = container.account_service.proofs
    token = proofs.link(Purpose.RECOVER, "a@example.com")
    assert proofs.look(token, Purpose.RECOVER) is not None
    clock.advance(hours=hours)
    assert proofs.look(token, Purpose.RECOVER) is None
    with container.database.transaction() as connection:
        assert proofs.spend(connection, token, Purpose.RECOVER) is None


def test_nobody_is_kept_out_by_what_a_clock_counted_that_stood_later(
    container: Container, clock: Clock
) -> None:
    for _ in range(20):
        container.sign_in_delays.failed("shenhe", "10.0.0.0/24")
    assert container.sign_in_delays.risk("shenhe", "10.0.0.0/24").wait > 0
    clock.advance(days=-1)
    assert container.sign_in_delays.risk("shenhe", "10.0.0.0/24").wait == 0
    for _ in range(20):
        container.sign_in_delays.failed("shenhe", "10.0.0.0/24")
    assert container.sign_in_delays.risk("shenhe", "10.0.0.0/24").wait > 0, "and counting goes on"


def test_orders_are_asked_about_again_though_they_were_put_off_by_a_clock_that_stood_later(
    container: Container, clock: Clock
) -> None:
    walker = Walker(container)
    walker.approved(("66",))
    walker.opens()
    clock.advance(minutes=2)
    assert container.worker.once().asked == 1
    assert container.worker.once().asked == 0
    clock.advance(hours=-20)
    assert container.worker.once().asked == 1
    assert container.worker.once().asked == 0
    clock.advance(minutes=61)
    assert container.worker.once().asked == 1, "and not only when the clock has caught up"
    assert container.retry_schedule.claim("ask:x", clock(), timedelta(seconds=10)) == 0
    clock.advance(hours=-3)
    assert container.retry_schedule.claim("ask:x", clock(), timedelta(seconds=10)) == 0


def test_the_newest_order_is_the_newest_whatever_the_clock_said(container: Container, clock: Clock) -> None:
    walker = Walker(container)
    walker.submitted(site="429901", subjects=("24",))
    walker.uploads()
    first = walker.opens()
    clock.advance(hours=-5)
    walker.does(c.ChangeSubjects, site="429901", subjects=("67",))
    second = walker.opens()
    with container.database.reading() as connection:
        known = [row["number"] for row in orders.of_registration(connection, walker.id)]
    assert known == [first.number, second.number]


class Hands:
    """A wall clock and one that only runs on, both moved by hand."""

    def __init__(self) -> None:
        self.wall, self.ticks = NOW, 0.0

    def pass_(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.ticks += seconds

    def watched(self) -> WatchedClock:
        return WatchedClock(lambda: self.wall, lambda: self.ticks)


def test_a_jump_in_either_direction_is_told_and_time_that_passes_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hands = Hands()
    clock = hands.watched()
    hands.pass_(7200)
    assert clock() == hands.wall
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    hands.wall -= timedelta(hours=1)
    clock()
    assert "the clock was set back by 3600 s" in caplog.text
    assert clock.trusted(), "what is early can wait; nothing is late"
    hands.wall += timedelta(days=1)
    clock()
    assert "the clock jumped 86400 s ahead" in caplog.text
    assert not clock.trusted()
    hands.pass_(HOLD.total_seconds() + 1)
    assert clock.trusted()


def test_nothing_lapses_and_nothing_is_tidied_because_the_clock_jumped_ahead(
    container: Container, clock: Clock
) -> None:
    tidied: list[object] = []
    trusted = [False]
    worker = Worker(
        container.command_handler,
        container.payments,
        container.checkout,
        container.reconciliation,
        (tidied.append,),
        lambda: trusted[0],
    )
    walker = Walker(container)
    walker.approved(("66",))
    order = walker.opens()
    clock.advance(hours=25)
    done = worker.once()
    assert (done.lapsed, done.asked, tidied) == (0, 0, [])
    assert walker.row["status"] == Status.APPROVED
    with container.database.reading() as connection:
        row = orders.one(connection, order.number)
    assert row is not None
    assert row["state"] == "open", "nor is the order closed"
    clock.advance(hours=-25)
    trusted[0] = True
    assert worker.once().lapsed == 0
    clock.advance(hours=25)
    assert worker.once().lapsed == 1
