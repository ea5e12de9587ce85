"""Fixtures of the ledger: a house without photos whose log is sealed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ncre.bootstrap import Container
from ncre.ledger.sealer import Sealer
from tests.ledger import ground
from tests.support.containers import container_on
from tests.support.people import Clock


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data", clock)
    yield container
    container.close()


@pytest.fixture
def sealer(container: Container, tmp_path: Path) -> Sealer:
    return ground.sealer_of(container, tmp_path)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> bytes:
    """A bundle of the whole log of a small season, made once."""
    folder = tmp_path_factory.mktemp("season")
    shutil.copyfile(migrated_sqlite, folder / "ncre.sqlite")
    container = container_on(f"sqlite:///{folder / 'ncre.sqlite'}", folder / "data", Clock())
    ground.lived(container, ground.sealer_of(container, folder), 6)
    made = ground.whole(container)
    container.close()
    return made
