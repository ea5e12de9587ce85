"""When the database fails: what is said, what is done all the same, what is never done twice, and what the log says."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4, uuid5

import pytest

from ncre.bootstrap import House
from ncre.domain import commands as c
from ncre.domain.lifecycle import Status
from ncre.domain.refusals import RefusalCode
from ncre.events import registration as facts
from ncre.events.database import Database
from ncre.projections import registrations
from tests import people
from tests.application.ground import Walker, open_exam, refusal
from tests.houses import house_on
from tests.outages import away, full, lost_at_commit, read_only
from tests.people import Clock

Failing = Callable[[Database], AbstractContextManager[object]]


@pytest.fixture
def house(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[House]:
    house = house_on(database_url, tmp_path / "data", clock)
    open_exam(house)
    yield house
    house.close()


@pytest.fixture
def walker(house: House) -> Walker:
    walker = Walker(house)
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
    house: House,
    walker: Walker,
    caplog: pytest.LogCaptureFixture,
    fails: Failing,
    code: RefusalCode,
    alarm: str,
) -> None:
    command = submit(walker)
    with fails(house.database):
        caplog.clear()
        assert refusal(house.application.handle, command) is code
        assert refusal(house.application.handle, command) is code
        (said,) = alarms(caplog)
        assert f"the database is {alarm}" in said
    assert house.application.handle(command).status is Status.SUBMITTED
    assert "no longer" in caplog.text
    assert [type(fact) for fact in walker.history].count(facts.Submitted) == 1


@pytest.mark.parametrize("fails", [full, read_only])
def test_pages_can_be_read_where_nothing_can_be_written(house: House, walker: Walker, fails: Failing) -> None:
    with fails(house.database):
        with house.database.reading() as connection:
            row = registrations.one(connection, walker.id)
        assert row is not None
        assert row["status"] == Status.INFO_FILLED


@pytest.mark.parametrize("committed", [True, False])
def test_a_connection_lost_at_commit_is_looked_up_and_the_command_done_once(
    house: House, walker: Walker, committed: bool
) -> None:
    with lost_at_commit(house.database, committed):
        assert house.application.handle(submit(walker)).status is Status.SUBMITTED
    assert [type(fact) for fact in walker.history].count(facts.Submitted) == 1
    assert walker.row["status"] == Status.SUBMITTED


@pytest.mark.parametrize("committed", [True, False])
def test_what_no_command_asked_for_is_not_done_twice_either(
    house: House, walker: Walker, committed: bool
) -> None:
    with lost_at_commit(house.database, committed):
        house.application.look(walker.id, people.REVIEWER, "review")
    with house.database.reading() as connection:
        looks = house.application.store.history(connection, uuid5(walker.id, "access"))
    assert len(looks) == 1


def test_a_connection_lost_at_every_commit_is_told_and_what_was_done_is_found_afterwards(
    house: House, walker: Walker
) -> None:
    command = submit(walker)
    with lost_at_commit(house.database, committed=False, times=3):
        assert refusal(house.application.handle, command) is RefusalCode.STORE_AWAY
    assert house.application.handle(command).status is Status.SUBMITTED


def test_the_worker_outlives_an_outage_says_so_once_and_goes_on(
    house: House, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    walker = Walker(house)
    walker.approved(("66",))
    clock.advance(hours=25)
    stop, rounds = Event(), Event()
    once = house.worker.once

    def counted() -> object:
        done = once()
        rounds.set()
        return done

    house.worker.once = counted  # type: ignore[method-assign]
    working = Thread(target=house.worker.run, args=(stop, 0.01))
    with away(house.database) as come_back:
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
    house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Walker(house), Walker(house)
    first.approved(("66",))
    second.approved(("66",))
    clock.advance(hours=25)
    handle = house.application.handle

    def broken(command: c.Command) -> object:
        if command.registration == first.id:
            raise KeyError("a subject that the round dropped")
        return handle(command)

    monkeypatch.setattr(house.application, "handle", broken)
    monkeypatch.setattr(house.worker, "_to_ask", lambda: 1 / 0)
    assert house.worker.once().lapsed == 1
    assert house.worker.once().lapsed == 0
    assert second.row["status"] == Status.LAPSED
    assert house.worker.in_trouble
    assert len([said for said in alarms(caplog) if "KeyError" in said]) == 1
    assert len([said for said in alarms(caplog) if "ZeroDivisionError" in said]) == 1


def test_an_outage_in_the_middle_of_a_round_ends_it_at_once(
    house: House, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        Walker(house).approved(("66",))
    clock.advance(hours=25)
    with full(house.database):
        done = house.worker.once()
    assert (done.lapsed, done.put_off) == (0, 0)
    assert len([said for said in alarms(caplog) if "the worker's round failed" in said]) == 1
    assert house.worker.once().lapsed == 3
