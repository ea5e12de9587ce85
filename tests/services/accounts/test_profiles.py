"""Two saves of one profile at one instant: exactly one is recorded, the other is told, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest
from sqlalchemy import Connection

from ncre.bootstrap import Container
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.projections.accounts import profiles
from tests.support.containers import container_on
from tests.support.people import WENJING, somebody


@pytest.fixture
def container(database_url: str, tmp_path: Path) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data")
    yield container
    container.close()


def test_of_two_saves_at_one_instant_one_is_told_of_the_other(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = somebody(container).account
    container.profiles.keep(owner, WENJING, 0)
    seen, both_read, read = container.profiles.version(owner), Barrier(2), profiles.version_of

    def read_together(connection: Connection, account: UUID) -> int | None:
        """Who may read at the same time does; who has to wait for the other meets nobody here."""
        version = read(connection, account)
        with suppress(BrokenBarrierError):
            both_read.wait(1)
        return version

    def saves(mobile: str) -> RefusalCode | None:
        try:
            container.profiles.keep(owner, replace(WENJING, mobile=mobile), seen)
        except Refusal as refusal:
            return refusal.code
        return None

    monkeypatch.setattr(container.profiles, "of", lambda account: WENJING)
    monkeypatch.setattr("ncre.services.accounts.profiles.profiles.version_of", read_together)
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(saves, ("+8613700137000", "+8613700137001")))
    assert sorted(answers, key=str) == [None, RefusalCode.OUT_OF_DATE], answers
