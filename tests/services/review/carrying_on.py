"""A process that carries a run on until nothing of it waits; each a minute after the one before, so that its lease is over."""

from __future__ import annotations

from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID

from tests.support.containers import container_on
from tests.support.people import NOW, Clock


def carries_on(telling: Connection, url: str, folder: Path, run: UUID, minutes: int) -> None:
    container = container_on(url, folder, Clock(NOW + timedelta(minutes=minutes)))
    telling.send("ready")
    while container.bulk_review.carry_on(run, 50):
        pass
    telling.send("done")
