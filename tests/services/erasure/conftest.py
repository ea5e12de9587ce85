"""Each of these tests runs on SQLite and on PostgreSQL, whose WAL is not kept for another use."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from ncre.bootstrap import Container, build_container
from ncre.cli.logs import FORM, OneLineFormatter
from tests.handlers.ground import open_exam
from tests.services.erasure.traces import Traced
from tests.support.containers import settings_on
from tests.support.fake_channel import FakeChannel
from tests.support.people import Clock


@pytest.fixture(autouse=True)
def log_file(tmp_path: Path) -> Iterator[Path]:
    """What the service logs, in the folder that is searched for the person."""
    file = tmp_path / "data" / "ncre.log"
    file.parent.mkdir()
    handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(OneLineFormatter(FORM))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield file
    root.removeHandler(handler)
    root.setLevel(level)
    handler.close()


@pytest.fixture
def exchange_key() -> bytes:
    """None is shared with other provinces; a module that needs one has a fixture of this name."""
    return b""


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: Clock, exchange_key: bytes) -> Iterator[Container]:
    """Photos are looked for, for these are real ones."""
    settings = replace(settings_on(database_url, tmp_path / "data"), exchange_key=exchange_key)
    container = build_container(settings, clock, {"till": FakeChannel(clock)})
    container.command_handler.photos = container.photos
    if container.database.dialect == "postgresql":
        with container.database.reading() as connection:
            connection.execute(text("ALTER SYSTEM SET wal_recycle = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
            connection.execute(
                text("CHECKPOINT")
            )  # the WAL of other tests, up to a gigabyte, is not searched as well
    container.migrate()
    open_exam(container)
    yield container
    container.close()


@pytest.fixture
def traced(container: Container) -> Traced:
    traced = Traced(container)
    traced.leaves_traces()
    return traced
