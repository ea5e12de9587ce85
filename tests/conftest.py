"""Fixtures of all tests: databases, a clock that tests move, and a house with the bundled round."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest

from ncre.bootstrap import Container, build_container
from ncre.config import Settings
from ncre.domain.registration.commands import EVERY_SITE, Actor
from ncre.domain.registration.vocabulary import Role
from ncre.identity import passwords
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from ncre.services.exam.revision_commands import Revise
from tests.support.containers import settings_on
from tests.support.fake_channel import FakeChannel
from tests.support.people import TODAY, Clock

pytest_plugins = [
    f"tests.support.{name}" for name in ("collecting", "compiling", "databases", "long_first", "made_once")
]

# An example is judged by what comes of it and not by how busy the machine was; all else stays as it is here or in CI.
hypothesis.settings.register_profile("without-deadline", deadline=None)
hypothesis.settings.load_profile("without-deadline")


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Passwords of this process cost a thousandth: the profile of today is held in tests/identity/test_passwords.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "PROFILE", replace(passwords.PROFILE, time_cost=1, memory_cost=8))
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def house_file(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """A migrated SQLite file with the bundled round in it, to copy for each test."""
    folder = tmp_path_factory.mktemp("container")
    file = folder / "ncre.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    container = build_container(settings_in(folder), Clock())
    container.key_checks.record()
    by = Actor("test", Role.OFFICE, EVERY_SITE)
    container.revisions.revise(Revise(actor=by, wanted=load_round(bundled(), TODAY), why="开考"))
    container.close()
    return file


@pytest.fixture
def container(tmp_path: Path, house_file: Path, clock: Clock) -> Iterator[Container]:
    """A house of its own for each test, the bundled round open on TODAY."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copyfile(house_file, folder / "ncre.sqlite")
    container = build_container(settings_in(folder), clock, {"till": FakeChannel(clock)})
    yield container
    container.close()


def settings_in(folder: Path) -> Settings:
    return settings_on(f"sqlite:///{folder / 'ncre.sqlite'}", folder)
