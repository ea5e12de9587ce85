"""What a log that grows costs on SQLite: a command, the queue, the desk's search, the audit page and statistics, beside 10 000 facts.

    python -m bench.scale --facts 10000 100000 1000000 --svg docs/scale.svg

Milliseconds of CPU of this process, the database included; the least of some tries, the median of the commands. Filling takes about
half a minute of CPU for each 100 000 facts and ends by itself.
"""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from math import log10
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import text

from bench.commands import approve
from bench.ground import ROUND, SITE, command_handler, plan_exam, waiting
from bench.grown_site import fill
from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.state import registration_id
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.audit import timeline
from ncre.projections.registration import desk_search, queue_pages
from ncre.projections.registration.queue_pages import QueueFilter
from ncre.services.statistics.statistics import StatisticsService
from ncre.store.database import Database

FACTS_OF_ONE: Final = 8.6
"""Facts that the ground records of a person, on average."""

COMMANDS, TIMES = 60, 9
AIM: Final = 1.2
COLORS: Final = ("#1f5fa8", "#a8471f", "#2f7d32", "#6a3d9a", "#7a6a00")

Costs = dict[str, float]
"""Milliseconds by what was done."""


def measure(folder: Path, facts: int) -> tuple[int, Costs]:
    """How many facts there were in the end, and what was asked of them cost."""
    url = f"sqlite:///{folder / f'{facts}.sqlite'}"
    database = Database(url)
    database.migrate()
    database.close()
    app = command_handler(url)
    plan_exam(app)
    people = int(facts / FACTS_OF_ONE)
    fill(app, people, facts_too=True)
    with app.database.transaction() as connection:
        connection.execute(text("ANALYZE"))
    found = app.store.newest(), {"command": _command(app), **_pages(app, people)}
    app.database.close()
    return found


def _command(app: CommandHandler) -> float:
    """One approval: eight facts are read, one is recorded, with its rows."""
    spent = []
    for case in waiting(app, COMMANDS):
        begun = process_time()
        approve(app, case)
        spent.append(1000 * (process_time() - begun))
    return median(spent)


def _pages(app: CommandHandler, people: int) -> Costs:
    some = registration_id(ROUND, uuid5(UUID(int=1), str(people // 2)), 1)
    statistics = StatisticsService(app)
    with app.database.reading() as connection:
        round_ = app.exams.round(connection, ROUND)
        assert round_ is not None

        def search() -> None:
            number = f"{ROUND}{SITE}{people // 2 + 1:06}"
            assert desk_search.found(connection, number, ("x", "y"), frozenset({SITE}))

        def audit() -> None:
            assert timeline.story(connection, some)

        acts: dict[str, Callable[[], object]] = {
            "queue": lambda: queue_pages.page(connection, QueueFilter(ROUND, EVERY_SITE), None, 25),
            "desk search": search,
            "audit page": audit,
        }
        costs = {name: _least(act) for name, act in acts.items()}
    return costs | {"statistics": _least(lambda: statistics.of(round_))}


def _least(act: Callable[[], object]) -> float:
    spent = []
    for _ in range(TIMES):
        begun = process_time()
        act()
        spent.append(1000 * (process_time() - begun))
    return min(spent)


def table(found: Sequence[tuple[int, Costs]]) -> str:
    """Milliseconds, and the ratio to the first."""
    names = list(found[0][1])
    lines = ["| facts | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for facts, costs in found:
        cells = [f"{costs[name]:.2f} ms ({costs[name] / found[0][1][name]:.2f})" for name in names]
        lines.append(f"| {facts:,} | ".replace(",", " ") + " | ".join(cells) + " |")
    return "\n".join(lines)


def drawing(found: Sequence[tuple[int, Costs]]) -> str:
    """The ratios over the number of facts, which grows tenfold by the same width."""
    first = found[0][1]
    most = max(2.0, *(costs[name] / first[name] for _, costs in found for name in first))
    low, high = log10(found[0][0]), log10(found[-1][0])

    def place(facts: int, ratio: float) -> str:
        return f"{60 + 480 * (log10(facts) - low) / max(high - low, 0.1):.0f},{260 - 220 * ratio / most:.0f}"

    lines = [
        f'<polyline points="{" ".join(place(facts, costs[name] / first[name]) for facts, costs in found)}" '
        f'fill="none" stroke="{color}" stroke-width="2"/>'
        f'<text x="550" y="{40 + 20 * number}" fill="{color}">{name}</text>'
        for number, (name, color) in enumerate(zip(first, COLORS, strict=True))
    ]
    marks = [
        f'<text x="{place(facts, 0).partition(",")[0]}" y="280" text-anchor="middle">{facts:,}</text>'.replace(
            ",", " "
        )
        for facts, _ in found
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


def main() -> None:
    parser = ArgumentParser(description="What a log that grows costs on SQLite.")
    parser.add_argument("--facts", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--svg", type=Path)
    args = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory(prefix="ncre-bench-") as name:
        for facts in args.facts:
            found.append(measure(Path(name), facts))
            print(table(found[-1:]), flush=True)
    print(table(found))
    if args.svg:
        args.svg.write_text(drawing(found), encoding="utf-8")


if __name__ == "__main__":
    main()
