"""Two installations, of provinces 42 and 43, and one exchange service on loopback between them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from ncre.bootstrap import Container, build_container
from ncre.cli.processes.exchange import exchange_gate
from ncre.clients.exchange_service import ExchangeServiceTerms
from ncre.domain.exam.commands import PlanRound
from ncre.exchange.files import ExchangeFiles
from ncre.server import serving
from tests.handlers.ground import planning
from tests.support import people
from tests.support.containers import settings_on
from tests.support.fake_channel import FakeChannel
from tests.support.people import Clock
from tests.support.ports import free_port

SHARED = bytes(range(100, 132))
TOKENS = {"42": "a" * 64, "43": "b" * 64, "44": "c" * 64}
KEEP_DAYS = 30
SITES = {"42": people.SITE, "43": "430019"}


@dataclass
class Exchange:
    """A service that can be stopped and started again on the same files and port."""

    folder: Path
    clock: Clock
    port: int
    running: serving.ServerThread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def files(self) -> ExchangeFiles:
        return ExchangeFiles(self.folder / "exchange.sqlite", self.clock, KEEP_DAYS)

    def start(self) -> None:
        listening = serving.listen("127.0.0.1", self.port)
        self.running = serving.ServerThread(exchange_gate(self.files, tuple(TOKENS.items())), listening)

    def stop(self) -> None:
        if self.running is not None:
            self.running.stop()
            self.running = None


@contextmanager
def exchange_in(folder: Path, clock: Clock) -> Iterator[Exchange]:
    folder.mkdir()
    exchange = Exchange(folder, clock, free_port())
    exchange.start()
    try:
        yield exchange
    finally:
        exchange.stop()


@contextmanager
def installation(
    province: str, migrated: Path, folder: Path, exchange: Exchange, token: str | None = None
) -> Iterator[Container]:
    """With one site, which lies in the province."""
    folder.mkdir()
    database = folder / "ncre.sqlite"
    shutil.copy(migrated, database)
    terms = ExchangeServiceTerms(exchange.url, {province: token or TOKENS[province]})
    settings = replace(
        settings_on(f"sqlite:///{database}", folder / "data"), exchange_key=SHARED, exchange=terms
    )
    container = build_container(settings, exchange.clock, {"till": FakeChannel(exchange.clock)})
    container.command_handler.photos = None
    round_, sites = people.bundled_round()
    site = replace(sites[people.SITE].plan, code=SITES[province])
    planned = PlanRound(actor=people.OFFICE, command_id=uuid4(), plan=round_.plan)
    container.command_handler.plan_all([planned, planning(site)])
    try:
        yield container
    finally:
        container.close()
