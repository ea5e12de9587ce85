"""A bulk run of ten thousand decisions whose process is killed again and again, each time followed by a new one.

    python -m bench.killed_run [--database postgresql] [--cases 10000] [--kills 5]

It ends with an error where the list of refusals is not right, or a case was decided twice or not at all. What is measured is
the CPU of the processes that decide, and of PostgreSQL, a case; their start is left out.
"""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, select

from bench.ground import REVIEWER, SITE, postgresql, waiting
from bench.visit import spent_by
from ncre.bootstrap import Container
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role, Step
from ncre.events.registration import Approved
from ncre.identity.accounts import Account
from ncre.services.review.bulk import BulkProgress, Chosen, ItemState, RunState
from ncre.store.database import Database
from ncre.store.schema import facts
from tests.support.children import child
from tests.support.containers import container_on, open_round

CASES, KILLS = 10_000, 5
SEEN: Final = 8
"""The version of a case that waits."""

ONE_REFUSED_OF: Final = 100
PATIENCE: Final = 0.02
"""Seconds between two looks at how far the run is."""

PROCESS: Final = """
import sys
from datetime import timedelta
from pathlib import Path
from time import process_time
from types import SimpleNamespace
from uuid import UUID
from ncre.services.review.bulk import RunState
from tests.support.containers import container_on
from tests.support.people import NOW, Clock

url, folder, account, run, minutes = sys.argv[1:]
container = container_on(url, Path(folder), Clock(NOW + timedelta(minutes=int(minutes))))
print(process_time(), flush=True)
while container.bulk_review.of(SimpleNamespace(id=UUID(account)), UUID(run)).run.state != RunState.DONE:
    container.bulk_review.run_due()
"""
"""The rounds of a worker, with that errand alone; each a minute after the one before, so that its lease is over."""


@dataclass(frozen=True)
class KilledRun:
    """What the whole run came to; milliseconds of CPU a case."""

    done: int
    refused: int
    kills: int
    cpu: float
    database: float


def measure(
    url: str, folder: Path, cases: int = CASES, kills: int = KILLS, postmaster: int | None = None
) -> KilledRun:
    """On a database, migrated and empty. Raises AssertionError where the end is not right."""
    with closing(container_on(url, folder)) as container:
        open_round(container)
        made = waiting(container.command_handler, cases)
        li = container.accounts.add("li", "kept for measuring alone", Role.REVIEWER, frozenset({SITE}))
        chosen = [Chosen(case, SEEN, str(place)) for place, case in enumerate(made)]
        run = container.bulk_review.prepare(uuid4(), li, Step.APPROVE, chosen).id
        stale = made[::ONE_REFUSED_OF]
        for case in stale:
            _rejected_by_a_colleague(container, case)
        container.bulk_review.start(li, run)
        dice = Random(20270327)
        stops = sorted(dice.sample(range(1, cases * 9 // 10), kills))
        before = getrusage(RUSAGE_CHILDREN), _database(postmaster)
        started = 0.0
        for attempt, stop in enumerate([*stops, cases], start=1):
            started += _process(container, url, li, run, attempt, stop if attempt <= kills else None)
        after = getrusage(RUSAGE_CHILDREN), _database(postmaster)
        progress = _checked(container, li, run, made, stale)
    spent = sum(getattr(after[0], name) - getattr(before[0], name) for name in ("ru_utime", "ru_stime"))
    return KilledRun(
        progress.counts[ItemState.DONE],
        progress.counts[ItemState.REFUSED],
        kills,
        1000 * (spent - started) / cases,
        (after[1] - before[1]) / cases,
    )


def _rejected_by_a_colleague(container: Container, case: UUID) -> None:
    reject = c.Reject(registration=case, actor=REVIEWER, seen=SEEN, reasons=("P01",), note="")
    container.command_handler.handle(reject)


def _database(postmaster: int | None) -> float:
    return spent_by(os.getpid(), postmaster)[2] if postmaster else 0.0


def _process(
    container: Container, url: str, li: Account, run: UUID, minutes: int, kill_at: int | None
) -> float:
    """A process that decides until it is killed amid its work, or until nothing is left; seconds of CPU of its start."""
    arguments = [url, str(container.settings.data), str(li.id), str(run), str(minutes)]
    process = child(PROCESS, *arguments)
    assert process.stdout is not None
    with process, process.stdout as told:
        started = float(told.readline())
        if kill_at is None:
            assert process.wait() == 0
            return started
        while container.bulk_review.of(li, run).settled < kill_at:
            assert process.poll() is None, "it ended before it was killed"
            time.sleep(PATIENCE)
        process.kill()
        assert process.wait() == -9, "it was done before it was killed"
        return started


def _checked(
    container: Container, li: Account, run: UUID, cases: Sequence[UUID], stale: Sequence[UUID]
) -> BulkProgress:
    """The run is over, each refusal is listed in the order of the run, and everybody else was approved once."""
    progress = container.bulk_review.of(li, run)
    assert progress.run.state == RunState.DONE, progress
    refused = container.bulk_review.items(run, (ItemState.REFUSED,), len(cases))
    assert [item.registration for item in refused] == list(stale)
    assert {item.code for item in refused} == {RefusalCode.OUT_OF_DATE.value}
    assert progress.counts[ItemState.DONE] == len(cases) - len(stale)
    assert _approvals(container.database) == Counter(set(cases) - set(stale))
    return progress


def _approvals(database: Database) -> Counter[UUID]:
    asked = select(facts.c.stream, func.count()).where(facts.c.topic == Approved.TOPIC)
    with database.reading() as connection:
        counts: dict[UUID, int] = dict(connection.execute(asked.group_by(facts.c.stream)).tuples().all())
    return Counter(counts)


def main() -> None:
    parser = ArgumentParser(description="A bulk run whose process is killed again and again.")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--kills", type=int, default=KILLS)
    args = parser.parse_args()
    with TemporaryDirectory(prefix="ncre-bench-") as name:
        folder, server = Path(name), None
        url = f"sqlite:///{folder / 'ncre.sqlite'}"
        if args.database == "postgresql":
            server = postgresql(folder / "postgresql")
            server.psql("create database bench")
            url = server.get_uri("bench").replace("postgresql://", "postgresql+psycopg://", 1)
        database = Database(url)
        database.migrate()
        database.close()
        found = measure(url, folder / "data", args.cases, args.kills, server.get_pid() if server else None)
        print(told(args.database, found))
        if server:
            server.cleanup()


def told(name: str, found: KilledRun) -> str:
    """A line for `make bench` and for whoever runs this alone."""
    cases = found.done + found.refused
    return (
        f"{name:10} a bulk run of {cases:,}, killed {found.kills} times and gone on with: {found.done} approved once, "
        f"{found.refused} refused and listed, {found.cpu:.1f} ms of CPU a case, PostgreSQL {found.database:.1f}"
    )


if __name__ == "__main__":
    main()
