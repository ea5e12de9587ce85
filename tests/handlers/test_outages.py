"""When the database fails: what is said, what is done all the same, what is never done twice, and what the log says."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4, uuid5

import pytest

from ncre.bootstrap import Container
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from ncre.events import registration as facts
from ncre.projections.registration import registrations
from ncre.store.database import Database
from tests.handlers.ground import Walker, open_exam, refusal
from tests.support import people
from tests.support.containers import container_on
from tests.support.outages import away, full, lost_at_commit, read_only
from tests.support.people import Clock

Failing = Callable[[Database], AbstractContextManager[object]]


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data", clock)
    open_exam(container)
    yield container
    container.close()


@pytest.fixture
def walker(container: Container) -> Walker:
    walker = Walker(container)
    walker.filled()
    return walker


def submit(walker: Walker) -> c.Submit:
    return c.Submit(
        registration=walker.id,
        actor=walker.account.actor,
        command_id=uuid4(),
        site=people.SITE,
        subjects=("66",),
        declared=True,
        declaration=people.DECLARATION,
    )


def alarms(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    ("fails", "code", "alarm"),
    [
        (full, RefusalCode.STORE_FULL, "full"),
        (read_only, RefusalCode.STORE_READ_ONLY, "read-only"),
        (away, RefusalCode.STORE_AWAY, "away"),
    ],
)
def test_each_failure_is_told_apart_alarms_once_and_loses_nothing(
    container: Container,
    walker: Walker,
    caplog: pytest.LogCaptureFixture,
    fails: Failing,
    code: RefusalCode,
    alarm: str,
) -> None:
    command = submit(walker)
    with fails(container.database):
        caplog.clear()
        assert refusal(container.command_handler.handle, command) is code
        assert refusal(container.command_handler.handle, command) is code
        (said,) = alarms(caplog)
        assert f"the database is {alarm}" in said
    assert container.command_handler.handle(command).status is Status.SUBMITTED
    assert "no longer" in caplog.text
    assert [type(fact) for fact in walker.history].count(facts.Submitted) == 1


@pytest.mark.parametrize("fails", [full, read_only])
def test_pages_can_be_read_where_nothing_can_be_written(
    container: Container, walker: Walker, fails: Failing
) -> None:
    with fails(container.database):
        with container.database.reading() as connection:
            row = registrations.one(connection, walker.id)
        assert row is not None
        assert row["status"] == Status.INFO_FILLED


@pytest.mark.parametrize("committed", [True, False])
def test_a_connection_lost_at_commit_is_looked_up_and_the_command_done_once(
    container: Container, walker: Walker, committed: bool
) -> None:
    with lost_at_commit(container.database, committed):
        assert container.command_handler.handle(submit(walker)).status is Status.SUBMITTED
    assert [type(fact) for fact in walker.history].count(facts.Submitted) == 1
    assert walker.row["status"] == Status.SUBMITTED


@pytest.mark.parametrize("committed", [True, False])
def test_what_no_command_asked_for_is_not_done_twice_either(
    container: Container, walker: Walker, committed: bool
) -> None:
    with lost_at_commit(container.database, committed):
        container.command_handler.record_access(walker.id, people.REVIEWER, "review")
    with container.database.reading() as connection:
        looks = container.command_handler.store.history(connection, uuid5(walker.id, "access"))
    assert len(looks) == 1


def test_a_connection_lost_at_every_commit_is_told_and_what_was_done_is_found_afterwards(
    container: Container, walker: Walker
) -> None:
    command = submit(walker)
    with lost_at_commit(container.database, committed=False, times=3):
        assert refusal(container.command_handler.handle, command) is RefusalCode.STORE_AWAY
    assert container.command_handler.handle(command).status is Status.SUBMITTED


def test_the_worker_outlives_an_outage_says_so_once_and_goes_on(
    container: Container, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    walker = Walker(container)
    walker.approved(("66",))
    clock.advance(hours=25)
    stop, rounds = Event(), Event()
    once = container.worker.once

    def counted() -> object:
        done = once()
        rounds.set()
        return done

    container.worker.once = counted  # type: ignore[method-assign]
    working = Thread(target=container.worker.run, args=(stop, 0.01))
    with away(container.database) as come_back:
        working.start()
        for _ in range(3):
            rounds.clear()
            assert rounds.wait(30)
        assert working.is_alive()
        failed = [said for said in alarms(caplog) if "the worker's round failed" in said]
        assert len(failed) == 1
        come_back()
        while walker.row["status"] != Status.LAPSED:
            rounds.clear()
            assert rounds.wait(30)
    stop.set()
    working.join(30)
    assert not working.is_alive()
    assert "the worker's round works again" in caplog.text


def test_one_case_of_which_nobody_thought_holds_up_no_other_and_no_other_kind_of_work(
    container: Container, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Walker(container), Walker(container)
    first.approved(("66",))
    second.approved(("66",))
    clock.advance(hours=25)
    handle = container.command_handler.handle

    def broken(command: c.Command) -> object:
        if command.registration == first.id:
            raise KeyError("a subject that the round dropped")
        return handle(command)

    monkeypatch.setattr(container.command_handler, "handle", broken)
    monkeypatch.setattr(container.worker, "_to_ask", lambda: 1 / 0)
    assert container.worker.once().lapsed == 1
    assert container.worker.once().lapsed == 0
    assert second.row["status"] == Status.LAPSED
    assert container.worker.in_trouble
    assert len([said for said in alarms(caplog) if "KeyError" in said]) == 1
    assert len([said for said in alarms(caplog) if "ZeroDivisionError" in said]) == 1


def test_an_outage_in_the_middle_of_a_round_ends_it_at_once(
    container: Container, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        Walker(container).approved(("66",))
    clock.advance(hours=25)
    with full(container.database):
        done = container.worker.once()
    assert (done.lapsed, done.put_off) == (0, 0)
    assert len([said for said in alarms(caplog) if "the worker's round failed" in said]) == 1
    assert container.worker.once().lapsed == 3
