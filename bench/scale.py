"""What a log that grows costs: a command, the queue, the desk's search, the audit page and statistics, beside 10 000 facts.

    python -m bench.scale --facts 10000 100000 1000000 10000000 --svg docs/scale.svg
    python -m bench.scale --database PostgreSQL --facts 10000 100000 1000000 10000000

Milliseconds of CPU of this process and of the database; the least of some tries, the median of the commands. The first size is
recorded life by life in a store of its own; the others are one store that grows (`bench.multiplied`), sealed at each size. Each size
is measured in turns with the first, and compared with what the first cost then, so that a busy moment of the machine counts for both.
Ten million facts take 16 GB of disk (`--folder`) and about half an hour of CPU, and it ends by itself.
"""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from math import log10
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final
from uuid import UUID, uuid5

from bench.commands import approve
from bench.ground import NOW, ROUND, SITE, command_handler, plan_exam, postgresql, waiting
from bench.grown_site import fill
from bench.multiplied import NAMES, Copies, tables_of_lives
from bench.visit import cpu_of
from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.state import registration_id
from ncre.handlers.command_handler import CommandHandler
from ncre.ledger.anchor import Anchor
from ncre.ledger.sealer import Sealer
from ncre.projections.audit import timeline
from ncre.projections.registration import desk_search, queue_pages
from ncre.projections.registration.queue_pages import QueueFilter
from ncre.services.statistics.statistics import StatisticsService
from ncre.store.database import Database

FACTS_OF_ONE: Final = 8.6
"""Facts that the ground records of a person, on average."""

RECORDED: Final = 100_000
"""Facts that are recorded life by life, at the most; what is larger is copied."""

COMMANDS, TIMES, TURNS = 60, 15, 3
AIM: Final = 1.2
COLORS: Final = ("#1f5fa8", "#a8471f", "#2f7d32", "#6a3d9a", "#7a6a00")

SERVER: Final = {"shared_buffers": "2GB", "max_wal_size": "8GB", "maintenance_work_mem": "512MB"}
"""Memory that PostgreSQL is given, as docs/operations.md advises; it starts with as little as any machine has."""

Costs = dict[str, float]
"""Milliseconds by what was done."""

Found = tuple[int, Costs, Costs]
"""How many facts there were, what was asked of them cost, and what it cost of the first size at the same time."""


class Store:
    """A database with a round, and what measures CPU in it."""

    def __init__(self, url: str, folder: Path, postmaster: int | None) -> None:
        database = Database(url)
        database.migrate()
        database.close()
        self._url, self._postmaster = url, postmaster
        self._folder, self._lives = folder, 0
        self._copies: Copies | None = None

    def grow(self, lives: int, copies: int) -> None:
        """So many lives, so many times, and all of them sealed; in a connection that nothing is measured with."""
        app = command_handler(self._url)
        if self._copies is None:
            plan_exam(app)
            fill(app, lives, facts_too=True)
            self._lives = lives
            self._copies = Copies(app.database, tables_of_lives(app), app.listeners.summaries, NAMES)
        self._copies.grow(copies)
        minutes = iter(range(10**6))
        sealer = Sealer(
            app.database,
            app.store.settled,
            lambda: NOW + timedelta(minutes=2 * next(minutes)),
            Anchor(self._folder / "anchor"),
            "ncre.example/ledger",
            bytes(range(32)),
        )
        sealer.catch_up()
        app.database.close()

    def measure(self) -> tuple[int, Costs]:
        """How many facts there are, and what was asked of them cost."""
        app = command_handler(self._url)
        costs = {"command": self._command(app), **self._pages(app)}
        facts = app.store.newest()
        app.database.close()
        return facts, costs

    def _command(self, app: CommandHandler) -> float:
        """One approval: eight facts are read, one is recorded, with its rows."""
        cases = iter(waiting(app, COMMANDS))
        return median(self._spent(lambda: approve(app, next(cases)), COMMANDS))

    def _pages(self, app: CommandHandler) -> Costs:
        some = registration_id(ROUND, uuid5(UUID(int=1), str(self._lives // 2)), 1)
        statistics = StatisticsService(app)
        with app.database.reading() as connection:
            round_ = app.exams.round(connection, ROUND)
            assert round_ is not None

            def search() -> None:
                number = f"{ROUND}{SITE}{self._lives // 2 + 1:06}"
                assert desk_search.found(connection, number, ("x", "y"), frozenset({SITE}))

            def audit() -> None:
                assert timeline.story(connection, some)

            acts: dict[str, Callable[[], object]] = {
                "queue": lambda: queue_pages.page(connection, QueueFilter(ROUND, EVERY_SITE), None, 25),
                "desk search": search,
                "audit page": audit,
            }
            costs = {name: min(self._spent(act, TIMES)) for name, act in acts.items()}
        return costs | {"statistics": min(self._spent(lambda: statistics.of(round_), TIMES))}

    def _spent(self, act: Callable[[], object], times: int) -> list[float]:
        spent = []
        for _ in range(times):
            before, begun = self._of_database(), process_time()
            act()
            own = process_time() - begun
            spent.append(1000 * own + self._of_database() - before)
        return spent

    def _of_database(self) -> float:
        """Milliseconds that the sessions of PostgreSQL spent; those of SQLite are our own."""
        if self._postmaster is None:
            return 0.0
        children = Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children").read_text().split()
        return sum(cpu_of(int(one)) for one in children if "[local]" in _command_line(one))


def _command_line(process: str) -> str:
    return Path(f"/proc/{process}/cmdline").read_text()


def in_turns(first: Store, other: Store) -> Found:
    """The least of some turns of each."""
    turns = [(first.measure(), other.measure()) for _ in range(TURNS)]
    beside, costs = (
        {name: min(turn[which][1][name] for turn in turns) for name in turns[0][0][1]} for which in (0, 1)
    )
    return turns[-1][1][0], costs, beside


def ratios(found: Sequence[Found], name: str) -> list[float]:
    return [costs[name] / beside[name] for _, costs, beside in found]


def table(found: Sequence[Found]) -> str:
    """Milliseconds, and the ratio to the first size."""
    names = list(found[0][1])
    lines = ["| facts | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for facts, costs, beside in found:
        cells = [f"{costs[name]:.2f} ({costs[name] / beside[name]:.2f})" for name in names]
        lines.append(f"| {facts:,} | ".replace(",", " ") + " | ".join(cells) + " |")
    return "\n".join(lines)


def drawing(found: Sequence[Found]) -> str:
    """The ratios over the number of facts, which grows tenfold by the same width."""
    curves = {name: ratios(found, name) for name in found[0][1]}
    most = max(2.0, *(one for curve in curves.values() for one in curve))
    low, high = log10(found[0][0]), log10(found[-1][0])

    def place(facts: int, ratio: float) -> str:
        return f"{60 + 480 * (log10(facts) - low) / max(high - low, 0.1):.0f},{260 - 220 * ratio / most:.0f}"

    lines = [
        f'<polyline points="{" ".join(place(one[0], ratio) for one, ratio in zip(found, curve, strict=True))}" '
        f'fill="none" stroke="{color}" stroke-width="2"/>'
        f'<text x="550" y="{40 + 20 * number}" fill="{color}">{name}</text>'
        for number, ((name, curve), color) in enumerate(zip(curves.items(), COLORS, strict=True))
    ]
    marks = [
        f'<text x="{place(facts, 0).partition(",")[0]}" y="280" text-anchor="middle">{facts:,}</text>'.replace(
            ",", " "
        )
        for facts, *_ in found
    ]
    begin, end = place(found[0][0], AIM), place(found[-1][0], AIM)
    (x1, y1), (x2, y2) = begin.split(","), end.split(",")
    aim = f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#888" stroke-dasharray="4"/>'
    aim += f'<text x="55" y="{y1}" text-anchor="end">{AIM}</text>'
    inside = "\n".join([aim, *lines, *marks])
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 300" font-family="sans-serif" font-size="12">\n'
        "<title>Cost beside that at the fewest facts</title>\n"
        f'<rect width="660" height="300" fill="#fff"/>\n{inside}\n</svg>\n'
    )


@contextmanager
def _databases(kind: str, folder: Path) -> Iterator[Callable[[str], Store]]:
    """What makes an empty store of a name."""
    if kind == "SQLite":
        yield lambda name: Store(f"sqlite:///{folder / name}.sqlite", folder / name, None)
        return
    server = postgresql(folder / "postgresql", SERVER)

    def make(name: str) -> Store:
        server.psql(f"create database {name}")
        url = server.get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1)
        return Store(url, folder / name, server.get_pid())

    try:
        yield make
    finally:
        server.cleanup()


def main() -> None:
    parser = ArgumentParser(description="What a log that grows costs.")
    parser.add_argument("--facts", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--database", choices=["SQLite", "PostgreSQL"], default="SQLite")
    parser.add_argument("--folder", type=Path, help="where the databases lie meanwhile")
    parser.add_argument("--svg", type=Path)
    args = parser.parse_args()
    found: list[Found] = []
    with (
        tempfile.TemporaryDirectory(prefix="ncre-bench-", dir=args.folder) as name,
        _databases(args.database, Path(name)) as make,
    ):
        first, *others = sorted(args.facts)
        lives = int(min([RECORDED, *others]) / FACTS_OF_ONE)
        small, growing = make("small"), make("growing")
        small.grow(int(first / FACTS_OF_ONE), 1)
        facts, costs = small.measure()
        found.append((facts, costs, costs))
        for size in others:
            growing.grow(lives, round(size / FACTS_OF_ONE / lives))
            found.append(in_turns(small, growing))
            print(table(found), flush=True)
    if args.svg:
        args.svg.write_text(drawing(found), encoding="utf-8")


if __name__ == "__main__":
    main()
