"""Calls of the interface a second beside the same command through the application alone, and events of the feed a second."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Final
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from msgspec import json

from bench.ground import NOW, OFFICE, REVIEWER, SECRET, plan_exam, waiting
from ncre.bootstrap import Container, build_container
from ncre.config import Settings
from ncre.domain.registration.commands import EVERY_SITE, Approve
from ncre.handlers.command_handler import Act
from ncre.web import create_site
from ncre.web.api.rate import CallLimit

COMMANDS: Final = 300
FED: Final = 1_500
"""Registrations of eight facts that the feed is read of."""

PAGE: Final = 2_000
"""Events of a page of the feed: as many as it gives."""

COUNTED: Final = 20_000
"""Calls that are counted against a limit."""

HERE: Final = "https://localhost"


@dataclass(frozen=True)
class Interface:
    """A second: commands by the interface, commands of the application, single reads, events of the feed by CPU and wall.

    `limit` is what counting a call against the limit of its integration costs, in microseconds.
    """

    calls: float
    commands: float
    reads: float
    events: float
    events_wall: float
    limit: float


def measure() -> Interface:
    with TemporaryDirectory(prefix="ncre-bench-") as folder:
        data = Path(folder)
        url = f"sqlite:///{data / 'ncre.sqlite'}"
        container = build_container(
            Settings(data, url, SECRET, photo_workers=0, production=False), lambda: NOW
        )
        container.database.migrate()
        container.settings.photos.mkdir()
        container.command_handler.photos = None
        plan_exam(container.command_handler)
        try:
            return _measured(container)
        finally:
            container.close()


def _measured(container: Container) -> Interface:
    handler, site = container.command_handler, create_site(container)
    site.extensions["ncre.api.limit"].most = 10**9
    scopes = ("registrations:read", "registrations:review", "events:read")
    _, token = container.integrations.make(Act(OFFICE), "bench", scopes, EVERY_SITE, "bench")
    client, headers = site.test_client(), {"Authorization": f"Bearer {token}"}
    cases = waiting(handler, 2 * COMMANDS)

    def approve(case: UUID) -> None:
        sent = {**headers, "Idempotency-Key": str(uuid4()), "If-Match": '"8"'}
        answer = client.post(f"/api/v1/registrations/{case}/approval", base_url=HERE, headers=sent)
        assert answer.status_code == 200, answer.text

    def read(case: UUID) -> None:
        answer = client.get(f"/api/v1/registrations/{case}", base_url=HERE, headers=headers)
        assert answer.status_code == 200, answer.text

    calls = _rate(approve, cases[:COMMANDS])
    commands = _rate(
        lambda case: handler.handle(Approve(registration=case, actor=REVIEWER, seen=8)), cases[COMMANDS:]
    )
    reads = _rate(read, cases)
    waiting(handler, FED)
    gc.collect()
    gc.freeze()  # as `ncre serve` does
    try:
        events, wall = _fed(client, headers)
    finally:
        gc.unfreeze()
    return Interface(calls, commands, reads, events, wall, _limited(container))


def _fed(client: FlaskClient, headers: dict[str, str]) -> tuple[float, float]:
    """Events a second of CPU and of wall, in whole pages from the first on; that the bench reads the answers is part of it."""
    began, wall, after, count = process_time(), perf_counter(), 0, 0
    while True:
        address = f"/api/v1/events?after={after}&limit={PAGE}"
        page = client.get(address, base_url=HERE, headers=headers)
        assert page.status_code == 200, page.text
        answer = json.decode(page.data)
        count += len(answer["items"])
        if answer["next"] == after:
            return count / (process_time() - began), count / (perf_counter() - wall)
        after = answer["next"]


def _limited(container: Container) -> float:
    """Microseconds of CPU a call, of a limit that is far away: one call in eight writes."""
    limit, caller = CallLimit(container.integrations.integrations.take_calls, most=10**9), uuid4()
    began = process_time()
    for _ in range(COUNTED):
        limit.count(caller, NOW)
    return (process_time() - began) / COUNTED * 1e6


def _rate(act: Callable[[UUID], object], cases: list[UUID]) -> float:
    began = perf_counter()
    for case in cases:
        act(case)
    return len(cases) / (perf_counter() - began)
