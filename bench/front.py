"""The front: how a newcomer fares beside idle and busy connections, and what a command imports before it begins."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from tests.attacks.target import started
from tests.support.crowd import allow_connections, ask, busy, idle, now_and_then, request

IDLE, BUSY, SECONDS, ASKED = 2_000, 500, 8.0, 20
PAGE: Final = request()
NOTICE: Final = request("/notices/alipay", "POST", b"a=1")

FLOOR: Final = "import flask, sqlalchemy"
IMPORTS: Final = {
    "import ncre.cli.main": "import ncre.cli.main",
    "ncre migrate": "import ncre.cli.processes.migrate",
    "ncre worker": "import ncre.cli.processes.worker",
    "ncre serve": "import ncre.cli.processes.serve",
}


@dataclass(frozen=True)
class Front:
    """Milliseconds of a newcomer alone and beside idle ones; seconds of the longest wait among busy ones; answers."""

    alone: float
    beside_idle: float
    longest: float
    longest_notice: float
    served: int
    turned_away: int
    unanswered: int


def measure() -> Front:
    """On a service over the demo's data, on SQLite, in one process."""
    allow_connections()
    with tempfile.TemporaryDirectory(prefix="ncre-bench-") as folder, started(Path(folder)) as target:
        return asyncio.run(_measure(target.port))


async def _measure(port: int) -> Front:
    await _newcomer(port)
    alone = await _newcomer(port)
    async with idle(port, IDLE // 2), idle(port, IDLE // 2, PAGE):
        beside_idle = await _newcomer(port)
    crowd, notices = await asyncio.gather(
        busy(port, BUSY, SECONDS, PAGE), now_and_then(port, SECONDS, NOTICE)
    )
    told = crowd.by_status
    served, away = told[200], told[503]
    unanswered = sum(told.values()) - served - away
    return Front(1000 * alone, 1000 * beside_idle, crowd.longest, notices.longest, served, away, unanswered)


async def _newcomer(port: int) -> float:
    return median([(await ask(port, PAGE)).seconds for _ in range(ASKED)])


def imports() -> dict[str, float]:
    """CPU of each import, above that of an empty interpreter, as a ratio to that of Flask and SQLAlchemy."""
    nothing = _cpu("pass")
    floor = _cpu(FLOOR) - nothing
    return {name: (_cpu(code) - nothing) / floor for name, code in IMPORTS.items()}


def _cpu(code: str, times: int = 5) -> float:
    """Seconds of CPU of an interpreter that runs `code`: the least of several."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(("src", *filter(None, sys.path)))}
    spent = []
    for _ in range(times + 1):  # the first one compiles
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], env=environment, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent[1:])
