"""The opening minute, open-loop: candidates come as the clock says, whether or not those before them have been answered.

    python -m bench.load [--seconds 180] [--per-minute 30] [--database sqlite|postgresql] [--pretix PYTHON]

The profile is that of the capacity facts, scaled to the machine: a minute at three times the hour's mean, then the mean. Three
times the rate of admissions come in the first minute, so a queue forms; then as many as are let in, less a fifth, so
that it drains. Loopback alone; everything ends by itself, ten minutes at the most.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Final

import httpx

from bench import pretix
from bench.ground import postgresql
from bench.visit import cpu_of, hash_cost, spent_by
from bench.visitors import Ask, Got, Journey, Unexpected, ground, journey

OPENING_SECONDS: Final = 60
PEAK: Final = 3.0
AFTER: Final = 0.8
THINKING: Final = (0.3, 1.0)
"""Seconds between an answer and the next request of one visitor."""

MOST_SECONDS: Final = 600


@dataclass
class Course:
    """One visitor: seconds since the opening at which they came and were let in; what they met inside."""

    came: float
    entered: float | None = None
    done: float | None = None
    waited: list[float] = field(default_factory=list)
    """When they were told to wait."""

    seconds: list[float] = field(default_factory=list)
    thrown_out: int = 0
    failed: str = ""

    @property
    def queued(self) -> bool:
        return bool(self.waited)


@dataclass
class Load:
    """What a load came to; CPU in ms a finished registration, the hash among it."""

    courses: list[Course]
    seconds: float
    cpu: float
    password: float = 0.0

    def report(self) -> list[tuple[str, str]]:
        inside = sorted(one for course in self.courses for one in course.seconds)
        finished = sum(course.done is not None for course in self.courses)
        waits = sorted(one.entered - one.came for one in self.queued if one.entered is not None)
        thrown, failed = (
            sum(one.thrown_out for one in self.courses),
            Counter(one.failed for one in self.courses),
        )
        return [
            ("candidates", f"{len(self.courses)} came, {finished} paid, in {self.seconds:.0f} s"),
            ("requests inside", f"{len(inside)}, {len(inside) / self.seconds:.1f}/s"),
            (
                "p50 / p95 / p99 inside",
                " / ".join(f"{1000 * part(inside, p):.0f} ms" for p in (0.5, 0.95, 0.99)),
            ),
            ("thrown out of inside", f"{thrown} (aim 0)"),
            (
                "queued",
                f"{len(self.queued)}, median wait {part(waits, 0.5):.0f} s, longest {part(waits, 1):.0f} s",
            ),
            ("told to wait after a later one was let in", f"{100 * self.overtaken:.2f} % (aim 1)"),
            ("pairs that entered in another order than they came", f"{100 * self.inversions:.2f} %"),
            ("CPU a registration", f"{self.cpu:.0f} ms, {self.password:.0f} of it the hash"),
            ("failed", ", ".join(f"{n} {what}" for what, n in failed.items() if what) or "none"),
        ]

    @property
    def queued(self) -> list[Course]:
        return [one for one in self.courses if one.queued]

    @property
    def overtaken(self) -> float:
        """The share of those who waited who were told so once more after somebody who came later had been let in."""
        entered = [one for one in self.courses if one.entered is not None]
        unfair = [
            one
            for one in self.queued
            if any(later.came > one.came and _at(later) < one.waited[-1] for later in entered)
        ]
        return len(unfair) / max(1, len(self.queued))

    @property
    def inversions(self) -> float:
        """Of all pairs of those who waited; what each browser's own moment of asking again adds is in it."""
        order = [_at(one) for one in sorted(self.queued, key=lambda one: one.came) if one.entered is not None]
        pairs = len(order) * (len(order) - 1) / 2
        wrong = sum(a > b for number, a in enumerate(order) for b in order[number + 1 :])
        return wrong / max(1.0, pairs)


def _at(course: Course) -> float:
    return course.entered if course.entered is not None else float("inf")


def part(ordered: list[float], share: float) -> float:
    """The value below which this share of the ordered values lies; 0 for none."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def arrivals(per_minute: int, seconds: float, dice: Random) -> Iterator[float]:
    """Seconds at which somebody comes: a Poisson process, three times the rate in the opening minute."""
    now = 0.0
    opening = min(OPENING_SECONDS, seconds / 3)
    while True:
        now += dice.expovariate(per_minute / 60 * (PEAK if now < opening else AFTER))
        if now >= seconds:
            return
        yield now


async def run(
    port: int, journeys: Iterable[Journey], per_minute: int, seconds: float, seed: int = 2027
) -> list[Course]:
    """Everybody who comes within `seconds`, until they are done."""
    dice = Random(seed)  # noqa: S311 -- a simulation
    began = time.monotonic()
    tasks = []
    for steps, at in zip(journeys, arrivals(per_minute, seconds, dice), strict=False):
        await asyncio.sleep(max(0.0, began + at - time.monotonic()))
        course = Course(time.monotonic() - began)
        tasks.append(asyncio.create_task(_walk(port, steps, course, began, Random(dice.random()))))  # noqa: S311
    return list(await asyncio.gather(*tasks))


async def _walk(port: int, steps: Journey, course: Course, began: float, dice: Random) -> Course:
    limits = httpx.Limits(keepalive_expiry=5)
    address = f"http://127.0.0.1:{port}"
    ends = began + MOST_SECONDS
    try:
        async with httpx.AsyncClient(base_url=address, timeout=30, limits=limits, verify=False) as browser:
            ask = next(steps)
            while time.monotonic() < ends:
                got = await _asked(browser, ask, course, began)
                if got is None:
                    continue
                ask = steps.send(got)
                await asyncio.sleep(dice.uniform(*THINKING))
            course.failed = "unfinished"
    except StopIteration:
        course.done = time.monotonic() - began
    except (Unexpected, httpx.HTTPError) as error:
        course.failed = f"{type(error).__name__}: {str(error)[:160]}"
    return course


async def _asked(browser: httpx.AsyncClient, ask: Ask, course: Course, began: float) -> Got | None:
    """None for somebody who has to ask again."""
    sent = time.monotonic()
    answer = await browser.request(
        ask.method, ask.path, data=ask.form, files=ask.files, headers=dict(ask.headers)
    )
    now = time.monotonic()
    if answer.status_code == 503:
        if course.entered is not None:
            course.thrown_out += 1
        else:
            course.waited.append(sent - began)
        await asyncio.sleep(float(answer.headers["Retry-After"]))
        return None
    if course.entered is None:
        course.entered = sent - began
    course.seconds.append(now - sent)
    return Got(answer.status_code, answer.headers.get("Location", ""), answer.text)


def measure(url: str, folder: Path, per_minute: int, seconds: float, postmaster: int | None = None) -> Load:
    with ground(url, folder, _people(per_minute, seconds), NCRE_ADMISSIONS=str(per_minute)) as served:
        time.sleep(2)  # until the waiting room has been agreed on twice: it opens with nobody in it
        journeys = (journey(one, served.channel_key) for one in served.visitors)
        load = _loaded(served.port, served.pid, journeys, per_minute, seconds, postmaster)
    return replace(load, password=hash_cost())


def measure_pretix(
    python: str, url: str, folder: Path, per_minute: int, seconds: float, postmaster: int | None = None
) -> Load:
    """The same arrivals at pretix, which has no waiting room and asks for no password."""
    with pretix.shop(python, url, folder) as served:
        journeys = (pretix.journey(number, served.token) for number in range(_people(per_minute, seconds)))
        return _loaded(served.port, served.pid, journeys, per_minute, seconds, postmaster)


def _people(per_minute: int, seconds: float) -> int:
    return len(list(arrivals(per_minute, seconds, Random(2027)))) + 1  # noqa: S311


def _loaded(
    port: int, pid: int, journeys: Iterable[Journey], per_minute: int, seconds: float, postmaster: int | None
) -> Load:
    before = sum(spent_by(pid, postmaster))
    began = time.monotonic()
    courses = asyncio.run(run(port, journeys, per_minute, seconds))
    took = time.monotonic() - began
    spent = sum(spent_by(pid, postmaster)) - before
    assert cpu_of(pid) > 0
    finished = max(1, sum(one.done is not None for one in courses))
    return Load(courses, took, spent / finished)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[tuple[str, int | None]]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'ncre.sqlite'}", None
        return
    server = postgresql(folder / "postgresql")
    server.psql("create database load")
    try:
        url = server.get_uri("load").replace("postgresql://", "postgresql+psycopg://", 1)
        yield url, server.get_pid()
    finally:
        server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load")
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--per-minute", type=int, default=30)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument(
        "--pretix", metavar="PYTHON", help="load pretix instead, as installed for this Python"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ncre-load-") as name:
        folder = Path(name)
        with _database(given.database, folder) as (url, postmaster):
            asked = (url, folder / "data", given.per_minute, min(given.seconds, 300.0), postmaster)
            load = measure_pretix(given.pretix, *asked) if given.pretix else measure(*asked)
    print(
        f"Load       {'pretix on ' if given.pretix else ''}{given.database}, {given.per_minute} let in a minute, three times as many come in the opening minute"
    )
    for name, said in load.report():
        print(f"  {name:52} {said}")


if __name__ == "__main__":
    main()
