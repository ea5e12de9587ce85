"""worker: what is due by itself."""

from __future__ import annotations

import signal
from argparse import Namespace
from threading import Event
from typing import Any

from ncre.shell import logs
from ncre.shell.common import house
from ncre.shell.installing import warn_of_open_files


def add(commands: Any) -> None:
    worker_ = commands.add_parser("worker", help="deadlines, payments asked for, refunds")
    worker_.add_argument("--once", action="store_true", help="one round, then end")
    worker_.add_argument("--every", type=float, default=5.0, help="seconds between rounds")
    worker_.set_defaults(run=worker)


def worker(asked: Namespace) -> None:
    logs.to_stderr()
    with house() as in_house:
        warn_of_open_files(in_house.settings)
        if asked.once:
            in_house.worker.once()
            return
        in_house.worker.run(_stopped(), asked.every)


def _stopped() -> Event:
    """An event that SIGINT and SIGTERM set."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _signal, _frame: stop.set())
    return stop
