"""worker: what is due by itself."""

from __future__ import annotations

import signal
from argparse import Namespace
from threading import Event
from typing import Any

from ncre.bootstrap import House, build
from ncre.config import read_settings
from ncre.events.outages import DatabaseFailure
from ncre.shell.common import house
from ncre.shell.installing import warn_of_open_files
from ncre.shell.logs import log_to_stderr


def add(commands: Any) -> None:
    worker_ = commands.add_parser("worker", help="deadlines, payments asked for, refunds")
    worker_.add_argument("--once", action="store_true", help="one round, then end")
    worker_.add_argument("--every", type=float, default=5.0, help="seconds between rounds")
    worker_.set_defaults(run=worker)


def worker(asked: Namespace) -> int:
    """Rounds until interrupted, whatever happens to the database. Ends with 1 where `--once` met a failure."""
    log_to_stderr()
    if asked.once:
        with house() as in_house:
            warn_of_open_files(in_house.settings)
            in_house.worker.once()
            return int(in_house.worker.in_trouble)
    stop, in_house = _stopped(), build(read_settings())
    try:
        warn_of_open_files(in_house.settings)
        _wait_for_database(in_house, stop, asked.every)
        in_house.worker.run(stop, asked.every)
    finally:
        in_house.close()
    return 0


def _wait_for_database(in_house: House, stop: Event, every: float) -> None:
    """Until it answers: a worker may be started before it. Raises NotMigrated, WrongSecret."""
    while not stop.is_set():
        try:
            in_house.assert_ready()
            return
        except DatabaseFailure:  # told in the log by the database itself
            stop.wait(every)


def _stopped() -> Event:
    """An event that SIGINT and SIGTERM set."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _signal, _frame: stop.set())
    return stop
