"""The `ncre` command, run in this process on the data of a house."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from ncre.bootstrap import Container
from ncre.cli import common
from ncre.cli.main import main
from ncre.domain.registration.vocabulary import Role
from tests.support.people import SITE, Clock

PASSWORD = "long enough for everybody"


@dataclass
class Said:
    """What a command left behind: its exit code and what it said."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """The usual one, which the command changes for its own process."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def ncre(
    container: Container, clock: Clock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """`ncre("review", "list", ...)`; the clock is the test's."""
    settings = container.settings
    monkeypatch.setenv("NCRE_DATA", str(settings.data))
    monkeypatch.setenv("NCRE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("NCRE_SECRET", settings.secret.hex())
    monkeypatch.setenv("NCRE_PRODUCTION", "0")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    build_container = common.build_container
    monkeypatch.setattr(
        common,
        "build_container",
        lambda settings: build_container(settings, clock, container.payments.channels),
    )
    for name, role in (("shenhe", Role.REVIEWER), ("kaowu", Role.OFFICE), ("shenji", Role.AUDITOR)):
        container.accounts.add(name, PASSWORD, role, frozenset({SITE}))

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return run
