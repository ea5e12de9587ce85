"""What a command costs while a sealer runs beside it, and how many persons' keys a rotation wraps anew.

Each pair is a run of commands with the sealer awake and one with it asleep, one after the other and in turns first: whatever
else the machine does falls on both alike, and the median of the pairs counts.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Final
from uuid import UUID, uuid4

from bench.ground import SECRET, command_handler, plan_exam, waiting
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.handlers.command_handler import CommandHandler
from ncre.ledger.sealer import FULL
from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.master_keys.keyring import Keyring
from ncre.store.master_keys.rotation import KeyRotation

PAIRS: Final = 15
"""Of as many commands each as make one checkpoint due."""

PEOPLE: Final = 20_000
"""Persons whose keys are wrapped anew."""

SEALING: Final = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from bench.ground import command_handler
from bench.ledger import ORIGIN, SEED
from ncre.ledger.anchor import Anchor
from ncre.ledger.sealer import Sealer

url, folder = sys.argv[1], Path(sys.argv[2])
handler = command_handler(url)
clock = lambda: datetime.now(UTC)
sealer = Sealer(handler.database, handler.store.settled, clock, Anchor(folder / "anchor"), ORIGIN, SEED)
sealed = 0
print("ready", flush=True)
while not (folder / "over").exists():
    if (folder / "awake").exists():
        sealed += bool(sealer.catch_up())
    time.sleep(1)
print(sealed, flush=True)
"""
"""A worker that does nothing but seal, in rounds of a second as `ncre worker` has them."""


@dataclass(frozen=True)
class Beside:
    """Medians over the pairs: a command beside a sealer against one without, as shares more; checkpoints meanwhile."""

    cpu: float
    wall: float
    sealed: int


def measure(url: str, folder: Path) -> Beside:
    """CPU is that of the commanding process and of its session in PostgreSQL."""
    folder.mkdir()
    handler = command_handler(url)
    plan_exam(handler)
    [case] = waiting(handler, 1)
    process = subprocess.Popen(
        [sys.executable, "-c", SEALING, url, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    _run(handler, case)
    pairs = [_pair(handler, case, folder / "awake", number % 2 == 0) for number in range(PAIRS)]
    (folder / "over").touch()
    sealed = int(process.stdout.readline())
    process.wait()
    handler.database.close()
    cpu, wall = (median(pair[0][of] / pair[1][of] - 1 for pair in pairs) for of in (0, 1))
    return Beside(cpu, wall, sealed)


def _pair(
    handler: CommandHandler, case: UUID, awake: Path, first: bool
) -> tuple[tuple[float, float], tuple[float, float]]:
    """CPU and wall of a run with the sealer, and of one without."""
    spent = {}
    for is_awake in (first, not first):
        if is_awake:
            awake.touch()
        else:
            awake.unlink(missing_ok=True)
        spent[is_awake] = _run(handler, case)
    return spent[True], spent[False]


def _run(handler: CommandHandler, case: UUID) -> tuple[float, float]:
    actor = Actor(str(uuid4()), Role.REVIEWER, frozenset())
    began, cpu, session = perf_counter(), process_time(), _of_the_session(handler)
    for _ in range(FULL):
        handler.record_access(case, actor, "review")
    return process_time() - cpu + _of_the_session(handler) - session, perf_counter() - began


def _of_the_session(handler: CommandHandler) -> float:
    """Seconds of CPU of the process of PostgreSQL that serves this one; 0 for SQLite."""
    if handler.database.dialect == "sqlite":
        return 0.0
    with handler.database.reading() as connection:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    ticks = Path(f"/proc/{pid}/schedstat").read_text().split()[0]
    return int(ticks) / 1e9


def rotation(url: str, folder: Path) -> float:
    """Keys a second of CPU, wrapped anew and committed."""
    database, keyring = Database(url), Keyring(SECRET, folder / f"master-{uuid4()}.keys")
    store = FactStore(database, keyring.keys(), newer=keyring.keys)
    for _ in range(PEOPLE // 1000):
        with database.transaction() as connection:
            for _ in range(1000):
                store.seal_bytes(connection, uuid4(), b"", "bench")
    _, content = keyring.with_another()
    assert keyring.file is not None
    keyring.file.write_bytes(content)
    began = process_time()
    done = sum(KeyRotation(database, keyring).rotate())
    database.close()
    return done / (process_time() - began)
