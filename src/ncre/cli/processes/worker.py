"""worker: what is due by itself."""

from __future__ import annotations

import logging
import os
import signal
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable
from functools import partial
from threading import Event, Thread
from typing import Any, Final

from ncre.bootstrap import Container, build_container
from ncre.cli.common import open_container
from ncre.cli.processes import observing, sealing
from ncre.cli.processes.installing import warn_of_lost_photos, warn_of_open_files
from ncre.cli.tenancy.in_force import TenantsInForce
from ncre.cli.tenancy.working import work_for_all
from ncre.clients.webhook_sender import SECONDS
from ncre.config import Settings, read_settings
from ncre.config.tenants import tenants_file
from ncre.domain.letters.kinds import Channel
from ncre.observability.backlog import BacklogMetrics, TenantsBacklogMetrics
from ncre.observability.listener import metrics_shown
from ncre.store.outages import DatabaseFailure
from ncre.supervision import repeat

EVENTS_EVERY: Final = 1.0
"""Seconds between two rounds of sending events."""

EXCHANGE_EVERY: Final = 300.0
"""Seconds between two looks at the exchange service; each makes our file once."""

LEAST_SECONDS: Final = 0.1
MOST_SECONDS: Final = 3600


def add(commands: Any) -> None:
    worker_ = commands.add_parser("worker", help="deadlines, payments asked for, refunds; seals the log")
    worker_.add_argument("--once", action="store_true", help="one round, then end")
    worker_.add_argument(
        "--every", type=_seconds, default=5.0, metavar="SECONDS", help="seconds between rounds"
    )
    worker_.set_defaults(run=worker)


def _seconds(text: str) -> float:
    """As argparse wants its types. Less than a tenth would keep a core busy with questions."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise ArgumentTypeError(
            f"{text!r} 应为 {LEAST_SECONDS} 至 {MOST_SECONDS} 秒 / {text!r}: from {LEAST_SECONDS} to {MOST_SECONDS} seconds"
        )
    return seconds


def worker(args: Namespace) -> int:
    """Rounds until interrupted, whatever happens to the database. Ends with 1 where `--once` met a failure."""
    if tenants_file(os.environ):
        _work_for_tenants(args.every)
        return 0
    settings = read_settings()
    observing.begin(settings)
    if args.once:
        with open_container() as container:
            warn_of_open_files(container.settings)
            warn_of_lost_photos(container.photo_inspection)
            container.worker.once()
            container.dispatcher.once()
            container.letters.once()
            if container.sealer.has_key:
                container.sealer.assert_ready()
                container.sealer.catch_up()
            return int(container.worker.in_trouble)
    stop, container = _stopped(), build_container(settings)
    terms, numbers = settings.observability, BacklogMetrics(container.backlog.numbers)
    try:
        with metrics_shown(terms.host, terms.worker_port, numbers):
            _run(container, stop, args.every)
    finally:
        container.close()
    return 0


def _work_for_tenants(every: float) -> None:
    tenants = TenantsInForce(os.environ)
    settings = tenants.all[0].read().settings
    observing.begin(settings)
    backlogs = TenantsBacklogMetrics()
    with metrics_shown(settings.observability.host, settings.observability.worker_port, backlogs):
        work_for_all(tenants, partial(work, backlogs), _stopped(), every)


def work(backlogs: TenantsBacklogMetrics, settings: Settings, stop: Event, every: float) -> None:
    """Rounds over one database of several until `stop` is set."""
    container = build_container(settings)
    try:
        with backlogs.of(settings.tenant, container.backlog.numbers):
            _run(container, stop, every)
    finally:
        container.close()


def _run(container: Container, stop: Event, every: float) -> None:
    """The rounds, with what is sent and sealed beside them."""
    warn_of_open_files(container.settings)
    _wait_for_database(container, stop, every)
    if not stop.is_set():
        warn_of_lost_photos(container.photo_inspection)
    sending = Thread(target=_send_events, args=(container, stop), daemon=True)
    beside = Thread(target=sealing.run, args=(container.sealer, stop), daemon=True)
    posting = [Thread(target=one, args=(container, stop), daemon=True) for one in _posting()]
    sending.start()
    for one in posting:
        one.start()
    beside.start()
    container.worker.run(stop, every)
    for one in (sending, *posting):
        one.join(SECONDS * 2)
    beside.join(timeout=10)


def _send_events(container: Container, stop: Event) -> None:
    """In a thread of its own: receivers that are slow hold up no deadline."""
    repeat(
        container.dispatcher.once, "sending events", stop, EVENTS_EVERY, logging.getLogger("ncre.webhooks")
    )


def _posting() -> list[Callable[[Container, Event], None]]:
    """Letters and the exchange, each part in a thread of its own: a server that is slow or dead holds up nothing else."""
    return [_exchange, _plan_letters, *(partial(_send_letters, channel) for channel in Channel)]


def _exchange(container: Container, stop: Event) -> None:
    """Nothing where no exchange service is set; one that is silent is told once, and asked again."""
    if container.exchange_sync.takes_part:
        log = logging.getLogger("ncre.exchange")
        repeat(
            container.exchange_sync.run_due,
            "exchanging files with other provinces",
            stop,
            EXCHANGE_EVERY,
            log,
        )


def _plan_letters(container: Container, stop: Event) -> None:
    def planned() -> None:
        container.letters.bounces.take_from_folder()
        container.letters.planning.catch_up()

    repeat(planned, "planning letters", stop, EVENTS_EVERY, logging.getLogger("ncre.letters"))


def _send_letters(channel: Channel, container: Container, stop: Event) -> None:
    log = logging.getLogger("ncre.letters")
    sent = partial(container.letters.sending.once, channel)
    repeat(sent, f"sending letters by {channel.value}", stop, EVENTS_EVERY, log)


def _wait_for_database(container: Container, stop: Event, every: float) -> None:
    """Until it answers: a worker may be started before it. Raises NotMigrated, WrongSecret, LedgerBroken, NoKey."""
    while not stop.is_set():
        try:
            container.assert_ready()
            if container.sealer.has_key:
                container.sealer.assert_ready()
            return
        except DatabaseFailure:  # told in the log by the database itself
            stop.wait(every)


def _stopped() -> Event:
    """An event that SIGINT and SIGTERM set."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _signal, _frame: stop.set())
    return stop
