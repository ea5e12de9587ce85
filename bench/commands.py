"""Commands a second beside a bare script that sends the very same SQL and nothing else.

The floor is not written by hand: each of its commands is recorded from the service itself, statement
by statement with its parameters, in a transaction that is rolled back, and then sent by sqlite3 or
psycopg alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Json, Jsonb
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine, make_url

from bench.ground import REVIEWER, command_handler, waiting
from ncre.domain.registration.commands import Approve
from ncre.handlers.command_handler import CommandHandler

Statement = tuple[str, Any]
Act = Callable[[CommandHandler, Any], object]
"""One command of the service on one piece of work. A function of a module, so that processes can be told of it."""

Prepare = Callable[[CommandHandler, int], list[Any]]
"""Fresh pieces of work."""


@dataclass(frozen=True)
class Rates:
    """Commands a second, medians over the runs, and their ratio run by run."""

    ours: float
    floor: float
    ratio: float


class _Undo(Exception):
    pass


def approve(app: CommandHandler, registration: UUID) -> None:
    """Load 8 facts, decide, append 1, project, commit."""
    app.handle(Approve(registration=registration, actor=REVIEWER, seen=8))


def measure(
    url: str, clients: int, commands: int, act: Act = approve, prepare: Prepare = waiting, runs: int = 3
) -> Rates:
    """`commands` times `act` by each of `clients` processes, on work of `prepare`."""
    ours, floor = [], []
    for _ in range(runs):
        app = command_handler(url)
        fresh = prepare(app, 2 * clients * commands)
        half = clients * commands
        recorded = [_recorded(app, act, work) for work in fresh[:half]]
        app.database.close()
        floor.append(_rate(_send, url, _shares(recorded, clients)))
        ours.append(_rate(_handle, url, [(act, share) for share in _shares(fresh[half:], clients)]))
    return Rates(median(ours), median(floor), median(a / b for a, b in zip(ours, floor, strict=True)))


def _shares(work: list[Any], clients: int) -> list[list[Any]]:
    return [work[client::clients] for client in range(clients)]


def _rate(job: Callable[[str, Any, Barrier], tuple[int, float]], url: str, shares: list[Any]) -> float:
    """All clients start together; the slowest one counts."""
    context = get_context("spawn")
    barrier = context.Barrier(len(shares))
    with context.Pool(len(shares), initializer=_remember, initargs=(barrier,)) as pool:
        done = pool.starmap(_run, [(job, url, share) for share in shares], chunksize=1)
    return sum(count for count, _ in done) / max(seconds for _, seconds in done)


_barrier: Barrier


def _remember(barrier: Barrier) -> None:
    global _barrier
    _barrier = barrier


def _run(job: Callable[[str, Any, Barrier], tuple[int, float]], url: str, share: Any) -> tuple[int, float]:
    return job(url, share, _barrier)


def _handle(url: str, asked: tuple[Act, list[Any]], start: Barrier) -> tuple[int, float]:
    act, share = asked
    app = command_handler(url)
    with app.database.reading() as connection:
        app.exams.round(connection, "78")
    start.wait()
    begun = perf_counter()
    for work in share:
        act(app, work)
    taken = perf_counter() - begun
    app.database.close()
    return len(share), taken


def _send(url: str, recorded: list[list[Statement]], start: Barrier) -> tuple[int, float]:
    send = _send_sqlite if url.startswith("sqlite") else _send_psycopg
    return len(recorded), send(url, recorded, start)


def _send_sqlite(url: str, recorded: list[list[Statement]], start: Barrier) -> float:
    connection = sqlite3.connect(str(make_url(url).database), isolation_level=None, timeout=30)
    connection.execute("PRAGMA synchronous=FULL")
    cursor = connection.cursor()
    start.wait()
    begun = perf_counter()
    for statements in recorded:
        cursor.execute("BEGIN IMMEDIATE")
        for statement, parameters in statements:
            cursor.execute(statement, parameters).fetchall()
        cursor.execute("COMMIT")
    taken = perf_counter() - begun
    connection.close()
    return taken


def _send_psycopg(url: str, recorded: list[list[Statement]], start: Barrier) -> float:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection, connection.cursor() as cursor:
        connection.commit()
        start.wait()
        begun = perf_counter()
        for statements in recorded:
            for statement, parameters in statements:
                cursor.execute(statement, parameters)
                if cursor.description:
                    cursor.fetchall()
            connection.commit()
        return perf_counter() - begun


def _recorded(app: CommandHandler, act: Act, work: Any) -> list[Statement]:
    """The SQL of one command, as the driver gets it; the command itself is undone."""
    sent: list[Statement] = []

    def note(_c: Any, _k: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            sent.extend((statement, _kept(one)) for one in (parameters if many else [parameters]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with _undone(app):
            act(app, work)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return sent


def _kept(parameters: Any) -> Any:
    """Parameters as they can be sent to another process; the drivers take bytes as they are."""
    if isinstance(parameters, dict):
        return {name: _plain(value) for name, value in parameters.items()}
    return tuple(_plain(value) for value in parameters)


def _plain(value: Any) -> Any:
    if isinstance(value, Json | Jsonb):
        return json.dumps(value.obj, default=str)
    value = getattr(value, "obj", value)
    return bytes(value) if isinstance(value, memoryview) else value


@contextmanager
def _undone(app: CommandHandler) -> Iterator[None]:
    """Commands handled inside are rolled back at their end."""
    committing = app.database.transaction

    @contextmanager
    def undoing() -> Iterator[Connection]:
        with committing() as connection:
            yield connection
            raise _Undo

    app.database.transaction = undoing  # type: ignore[method-assign]
    try:
        yield
    except _Undo:
        pass
    finally:
        del app.database.transaction
