"""What one registration costs over HTTP, from signing in to paid: CPU of the web process, its photo workers and PostgreSQL."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from time import process_time
from typing import Final

import httpx

from bench.ground import postgresql
from bench.visitors import PASSWORD, REQUESTS, Got, Ground, Visitor, ground, journey
from ncre.identity.passwords import Passwords

WARMING, MEASURED = 4, 16
TICK: Final = 1000 / os.sysconf("SC_CLK_TCK")
"""Milliseconds of CPU in one count of the system."""


@dataclass(frozen=True)
class Visit:
    """Milliseconds of CPU a registration: in the web process (its hash apart), in its children, in PostgreSQL;

    and of the form of personal details, drawn and sent as a page.
    """

    web: float
    password: float
    photos: float
    database: float
    form: float

    def __str__(self) -> str:
        return (
            f"a registration over HTTP, {REQUESTS} requests: {self.without_hash:.0f} ms of CPU besides the hash (aim 100): "
            f"web {self.web - self.password:.0f}, photo {self.photos:.0f}, PostgreSQL {self.database:.0f}; "
            f"the hash {self.password:.0f}; its form of personal details as a page {self.form:.1f} ms (aim 35)"
        )

    @property
    def without_hash(self) -> float:
        return self.web - self.password + self.photos + self.database


def measure(url: str, folder: Path, postmaster: int | None = None) -> Visit:
    """Sixteen registrations one after the other, after four that warm the service up."""
    spent: dict[str, list[float]] = defaultdict(list)
    with ground(url, folder, WARMING + MEASURED) as served:
        for visitor in served.visitors[:WARMING]:
            visit(served, visitor)
        before = spent_by(served.pid, postmaster)
        for visitor in served.visitors[WARMING:]:
            visit(served, visitor, spent)
        after = spent_by(served.pid, postmaster)
    web, photos, database = ((b - a) / MEASURED for a, b in zip(before, after, strict=True))
    form = mean(next(costs for step, costs in spent.items() if step.endswith("GET /registrations/*/details")))
    return Visit(web, hash_cost(), photos, database, form)


def visit(served: Ground, visitor: Visitor, spent: dict[str, list[float]] | None = None) -> None:
    """One registration on one connection, as a browser keeps it; `spent` is told the milliseconds of CPU of each request."""
    steps = journey(visitor, served.channel_key)
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}", timeout=60) as browser:
        ask, count = next(steps), 0
        while ask is not None:
            before = cpu_of(served.pid) if spent is not None else 0
            answer = browser.request(ask.method, ask.path, data=ask.form, files=ask.files)
            count += 1
            if spent is not None:
                spent[f"{count:2} {ask.method} {_kind(ask.path)}"].append(cpu_of(served.pid) - before)
            got = Got(answer.status_code, answer.headers.get("Location", ""), answer.text)
            try:
                ask = steps.send(got)
            except StopIteration:
                break
    assert count == REQUESTS, count


def _kind(path: str) -> str:
    parts = path.partition("?")[0].split("/")
    return "/".join("*" if len(part) > 30 or part[1:2].isupper() else part for part in parts)


def spent_by(server: int, postmaster: int | None) -> tuple[float, float, float]:
    photos = sum(cpu_of(child) for child in _children(server))
    return cpu_of(server), photos, _tree(postmaster) if postmaster else 0.0


def cpu_of(process: int) -> float:
    """Milliseconds of CPU that a process spent, by the scheduler's own count where it is kept, in nanoseconds."""
    threads = Path(f"/proc/{process}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e6


def _tree(process: int) -> float:
    """With all that it started, those that ended included."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    own = TICK * sum(int(one) for one in fields[11:15])
    return own + sum(_tree(child) for child in _children(process))


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(one) for task in tasks for one in (task / "children").read_text().split()]


def hash_cost(times: int = 8) -> float:
    """Milliseconds of CPU of one look at a password."""
    passwords = Passwords()
    kept, began = passwords.hash(PASSWORD), process_time()
    for _ in range(times):
        assert passwords.right(kept, PASSWORD)
    return 1000 * (process_time() - began) / times


def both(folder: Path) -> Iterator[tuple[str, Visit]]:
    """On SQLite, then on PostgreSQL."""
    yield "SQLite", measure(f"sqlite:///{folder / 'ncre.sqlite'}", folder / "sqlite")
    server = postgresql(folder / "postgresql")
    try:
        server.psql("create database visit")
        url = server.get_uri("visit").replace("postgresql://", "postgresql+psycopg://", 1)
        yield "PostgreSQL", measure(url, folder / "data", server.get_pid())
    finally:
        server.cleanup()


def main() -> None:
    """python -m bench.visit: what each of the requests costs the web process, on SQLite.

    With `both`: what a registration costs by part, on either database.
    """
    if sys.argv[1:] == ["both"]:
        with tempfile.TemporaryDirectory(prefix="ncre-bench-") as name:
            for database, cost in both(Path(name)):
                print(f"{database:10} {cost}", flush=True)
        return
    spent: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="ncre-bench-") as name, _on_sqlite(Path(name)) as served:
        for number, visitor in enumerate(served.visitors):
            visit(served, visitor, spent if number >= WARMING else None)
    for step, costs in spent.items():
        print(f"{step:40} {mean(costs):6.1f} ms")
    print(
        f"{'all':40} {sum(mean(costs) for costs in spent.values()):6.1f} ms, the hash {hash_cost():.1f} of it"
    )


@contextmanager
def _on_sqlite(folder: Path) -> Iterator[Ground]:
    with ground(f"sqlite:///{folder / 'ncre.sqlite'}", folder, WARMING + MEASURED) as served:
        yield served


if __name__ == "__main__":
    main()
