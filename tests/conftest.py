"""Fixtures of all tests: databases, a clock that tests move, and a house with the bundled round."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ncre.bootstrap import House, build
from ncre.config import Settings
from ncre.domain.commands import EVERY_SITE, Actor
from ncre.domain.lifecycle import Role
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from tests.houses import settings_on
from tests.people import TODAY, Clock
from tests.till import Till

pytest_plugins = ["tests.databases"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def house_file(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """A migrated SQLite file with the bundled round in it, to copy for each test."""
    folder = tmp_path_factory.mktemp("house")
    file = folder / "ncre.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    house = build(settings_in(folder), Clock())
    house.key_checks.record()
    house.office.load(load_round(bundled(), TODAY), Actor("test", Role.OFFICE, EVERY_SITE))
    house.close()
    return file


@pytest.fixture
def house(tmp_path: Path, house_file: Path, clock: Clock) -> Iterator[House]:
    """A house of its own for each test, the bundled round open on TODAY."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copyfile(house_file, folder / "ncre.sqlite")
    house = build(settings_in(folder), clock, {"till": Till(clock)})
    yield house
    house.close()


def settings_in(folder: Path) -> Settings:
    return settings_on(f"sqlite:///{folder / 'ncre.sqlite'}", folder)
