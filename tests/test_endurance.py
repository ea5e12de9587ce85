"""What is done again and again outlives what it meets, tells it once, and tells that it is over."""

from __future__ import annotations

import logging
from threading import Event, Thread
from types import SimpleNamespace

import pytest

from ncre.cli.processes.worker import _wait_for_database
from ncre.store.database import Database
from ncre.store.outages import DatabaseFailure, Outage, OutageLog
from ncre.supervision import AGAIN, Troubles, repeat
from tests.support.outages import away

log = logging.getLogger("ncre.test")


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage().split(":")[0] for record in caplog.records]


def test_a_failure_is_told_once_again_after_a_while_and_when_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [0.0]
    troubles = Troubles(log, lambda: now[0])

    def fail(error: Exception | None) -> None:
        with troubles.survived("posting"):
            if error is not None:
                raise error

    fail(OSError("no way"))
    fail(OSError("no way"))
    assert told(caplog) == ["posting failed and will be tried again"]
    fail(ValueError("another"))
    now[0] += AGAIN
    fail(ValueError("another"))
    assert len(told(caplog)) == 3
    assert troubles.any
    fail(None)
    fail(None)
    assert told(caplog)[3:] == ["posting works again"]
    assert not troubles.any


def test_a_thread_beside_the_demo_goes_on_after_any_failure(caplog: pytest.LogCaptureFixture) -> None:
    """The cashier tells its notices like this; its book may be locked, gone, or full."""
    stop, done, tries = Event(), Event(), list[int]()

    def deliver() -> None:
        tries.append(1)
        if len(tries) < 4:
            raise OSError("the book is away")
        done.set()

    thread = Thread(target=repeat, args=(deliver, "notices", stop, 0.001, log))
    thread.start()
    assert done.wait(10)
    stop.set()
    thread.join(10)
    assert told(caplog) == ["notices failed and will be tried again", "notices works again"]


def test_an_outage_alarms_when_it_begins_and_each_minute_and_rivals_alarm_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [0.0]
    outages = OutageLog(lambda: now[0])
    outages.failed(DatabaseFailure(Outage.BUSY, "locked"))
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    for _ in range(100):
        outages.failed(DatabaseFailure(Outage.AWAY, "gone"))
    now[0] = 61
    outages.failed(DatabaseFailure(Outage.AWAY, "gone"))
    outages.failed(DatabaseFailure(Outage.FULL, "no room"))
    outages.read()
    outages.read()
    outages.wrote()
    levels = [record.levelname for record in caplog.records if record.levelno >= logging.WARNING]
    assert levels == ["ERROR", "ERROR", "ERROR", "WARNING", "WARNING"]
    assert "no longer away; it was for 61 s" in caplog.text


def test_a_worker_that_starts_before_its_database_waits_for_it(database: Database) -> None:
    unsealed = SimpleNamespace(has_key=False)
    container = SimpleNamespace(assert_ready=database.assert_migrated, sealer=unsealed)
    with database.reading():
        pass
    waiting = Thread(target=_wait_for_database, args=(container, Event(), 0.01))
    with away(database) as come_back:
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        come_back()
        waiting.join(30)
    assert not waiting.is_alive()
