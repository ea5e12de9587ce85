"""The drill: faults one after the other under candidates, then everything acknowledged is looked up and money is counted."""

from __future__ import annotations

import os
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from ncre.bootstrap import Container, build_container
from ncre.config import read_settings
from ncre.domain.exam.plan import EXAM_TIME
from ncre.events.registration import PaymentSettled
from ncre.projections.maintenance.checking import check_against_log
from ncre.projections.payment.ledger import payments
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from ncre.services.exam.revision_commands import Revise
from ncre.store.outages import DatabaseFailure
from tests.drills.cluster import candidates, faults
from tests.drills.cluster.cluster import ROOT, Cluster
from tests.drills.cluster.daemons import Daemon, until
from tests.drills.cluster.parts import Parts
from tests.support.containers import development
from tests.support.people import OFFICE, SECRET
from tests.support.ports import free_port

CANDIDATES = 8
BY_PAGES = 4
SEATS = 1_000_000
QUIET = (1.0, 3.0)
"""Seconds between two faults, drawn anew each time."""


@dataclass(frozen=True)
class Acknowledged:
    moment: float
    kind: str
    stream: UUID
    command_id: UUID


@dataclass
class Result:
    """`gaps` and `page_gaps`: by fault, the longest times without any acknowledgement, and without one of a page."""

    parts: Parts
    seconds: float = 0.0
    acknowledged: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    lost: list[Acknowledged] = field(default_factory=list)
    unpaid: int = 0
    doubled: int = 0
    differences: int = 0
    facts: int = 0
    rebuilt: int = 0
    gaps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    page_gaps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def sound(self) -> bool:
        return not (self.lost or self.unpaid or self.doubled or self.differences)


def drill(parts: Parts, folder: Path, plan: Sequence[faults.Fault], seed: int) -> Result:
    """Raises NotReached where the cluster does not come back."""
    began, dice = time.monotonic(), random.Random(seed)
    result = Result(parts)
    pages = free_port(2)
    servers = folder / "servers"
    servers.mkdir(mode=0o700)
    folder.chmod(0o755)
    cluster = Cluster(parts, servers)
    try:
        cluster.start((pages, pages + 1))
        with _application(cluster, folder, pages) as ours:
            everyone = _everyone(cluster, folder)
            try:
                for person in everyone:
                    person.start()
                until(lambda: len({one.kind for one in read(folder)}) == 3, 120, "candidates of every kind")
                for number, fault in enumerate(plan, 1):
                    time.sleep(dice.uniform(*QUIET))
                    _suffer(cluster, ours, folder, fault, number, result)
            finally:
                for person in everyone:
                    person.kill()
            _looked_over(cluster, folder, result)
    finally:
        cluster.stop()
    result.rebuilt, result.seconds = cluster.rebuilt, time.monotonic() - began
    return result


def _suffer(
    cluster: Cluster, ours: dict[str, Daemon], folder: Path, fault: faults.Fault, number: int, result: Result
) -> None:
    began, name = time.monotonic(), faults.NAMES[fault][0]
    fault(cluster, ours)
    cluster.heal()
    healed = time.monotonic()
    until(lambda: _news_since(folder, healed), 120, f"acknowledgements after: {name}")
    known = [one for one in read(folder) if one.moment > began - 2]
    result.gaps[name].append(_longest(known))
    result.page_gaps[name].append(_longest([one for one in known if one.kind == "page"]))
    print(
        f"{number:2} {name}: without an acknowledgement {result.gaps[name][-1]:.1f} s, of a page "
        f"{result.page_gaps[name][-1]:.1f} s; healthy after {healed - began:.0f} s",
        flush=True,
    )


def _news_since(folder: Path, moment: float) -> bool:
    return {one.kind for one in read(folder) if one.moment > moment} >= {"page", "command"}


def _longest(acknowledged: list[Acknowledged]) -> float:
    moments = sorted(one.moment for one in acknowledged)
    return max((after - before for before, after in zip(moments, moments[1:], strict=False)), default=0.0)


def read(folder: Path) -> list[Acknowledged]:
    found = []
    for file in folder.glob("acknowledged-*"):
        for line in file.read_text().splitlines():
            if len(words := line.split()) == 4 and len(words[3]) == 36:
                found.append(Acknowledged(float(words[0]), words[1], UUID(words[2]), UUID(words[3])))
    return found


def _environment(cluster: Cluster, folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NCRE_")}
    settings = development(
        folder / "data",
        NCRE_DATABASE_URL=cluster.url(),
        NCRE_CAPTCHA="never",
        NCRE_SECURE_COOKIES="0",
        NCRE_STAFF_FACTOR="optional",
        NCRE_PHOTO_WORKERS="0",
        NCRE_LEDGER_KEY=SECRET.hex(),
        NCRE_PROXIES="1",
    )
    return {**kept, **settings, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}


@contextmanager
def _application(cluster: Cluster, folder: Path, pages: int) -> Iterator[dict[str, Daemon]]:
    """Two processes of pages and a worker, over a round that is open today."""
    (folder / "data").mkdir(mode=0o700)
    environment = _environment(cluster, folder)
    container = build_container(read_settings(environment))
    try:
        _again_while_away(container.migrate, "tables")
        _again_while_away(lambda: _open_today(container), "a round")
        _again_while_away(lambda: candidates.accounts(container, range(BY_PAGES)), "accounts")
    finally:
        container.close()
    ncre = [sys.executable, "-m", "ncre"]
    ours = {
        f"web{number + 1}": Daemon(
            f"web{number + 1}", [*ncre, "serve", "--port", str(pages + number)], folder, environment, False
        )
        for number in range(2)
    }
    ours["worker"] = Daemon("worker", [*ncre, "worker", "--every", "1"], folder, environment, False)
    try:
        for daemon in ours.values():
            daemon.start()
        yield ours
    finally:
        for daemon in ours.values():
            daemon.end(40)


def _again_while_away(act: Callable[[], object], what: str) -> None:
    """As whoever is told that the database is away: a busy machine may change its primary before any fault is made."""

    def done() -> bool:
        try:
            act()
        except DatabaseFailure:
            return False
        return True

    until(done, 120, what)


def _open_today(container: Container) -> None:
    loaded = load_round(bundled(), container.clock().astimezone(EXAM_TIME).date())
    sites = tuple(
        replace(site, quota=SEATS, offers=tuple(replace(offer, quota=SEATS) for offer in site.offers))
        for site in loaded.sites
    )
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(loaded, sites=sites), why="开考"))


def _everyone(cluster: Cluster, folder: Path) -> list[Daemon]:
    found = []
    for number in range(CANDIDATES):
        kind = "pages" if number < BY_PAGES else "commands"
        words = [kind, str(number), str(cluster.port("pages")), f"{folder}/acknowledged-{number}"]
        command = [sys.executable, "-m", "tests.drills.cluster.candidates", *words]
        found.append(Daemon(f"candidate{number}", command, folder, _environment(cluster, folder), False))
    return found


def _looked_over(cluster: Cluster, folder: Path, result: Result) -> None:
    """Everything acknowledged stands in the surviving primary; money came once; rows are what the log says."""
    known = read(folder)
    result.acknowledged = len(known)
    for one in known:
        result.by_kind[one.kind] = result.by_kind.get(one.kind, 0) + 1
    container = build_container(read_settings(_environment(cluster, folder)))
    try:
        container.assert_ready()
        _find(container, known, result)
        _count_money(container, result)
        handler = container.command_handler
        checked = check_against_log(container.database, handler.store, handler.listeners)
        result.differences, result.facts = checked.differing + checked.damaged, checked.facts
    finally:
        container.close()


def _find(container: Container, known: list[Acknowledged], result: Result) -> None:
    for stream in {one.stream for one in known}:
        with container.database.reading() as connection:
            history = container.command_handler.store.history(connection, stream, opened=False)
        there = {fact.metadata.command_id for fact in history}
        settled = sum(isinstance(fact, PaymentSettled) for fact in history)
        for one in known:
            if one.stream != stream:
                continue
            if one.kind == "paid":
                result.unpaid += settled == 0
                result.doubled += settled > 1
            elif one.command_id not in there:
                result.lost.append(one)


def _count_money(container: Container, result: Result) -> None:
    """No trade stands twice in the ledger, and nobody's registration holds two."""
    with container.database.reading() as connection:
        rows, trades, people = connection.execute(
            select(
                func.count(),
                func.count(func.distinct(payments.c.trade)),
                func.count(func.distinct(payments.c.registration)),
            )
        ).one()
    result.doubled += rows - min(trades, people)


def table(result: Result) -> str:
    """As docs/drill.md shows it."""
    lines = [
        "| fault | times | longest gap, s (median) | longest gap of the pages, s (median) |",
        "|---|---|---|---|",
    ]
    for name, gaps in result.gaps.items():
        cells = (_range(gaps), _range(result.page_gaps[name]))
        lines.append(f"| {name} | {len(gaps)} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def _range(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    middle = ordered[len(ordered) // 2]
    return f"{ordered[0]:.1f}" if len(ordered) == 1 else f"{ordered[0]:.1f}-{ordered[-1]:.1f} ({middle:.1f})"


def errors_of(folder: Path) -> list[str]:
    """Tracebacks in the logs of the application and of the candidates."""
    files = [*folder.glob("web*.log"), folder / "worker.log", *folder.glob("candidate*.log")]
    return [
        file.name
        for file in files
        if file.exists() and re.search(r"^Traceback", file.read_text(), re.MULTILINE)
    ]
