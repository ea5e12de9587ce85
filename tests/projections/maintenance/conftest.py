"""A house that many faults are done to, one after the other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ncre.bootstrap import Container
from tests.handlers.ground import open_exam
from tests.support.containers import container_on
from tests.support.databases import fresh_postgres
from tests.support.people import Clock


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def mended(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> Iterator[Container]:
    """A house in which registrations ended in many ways. Whoever damages it asserts that it was mended: the next begins there."""
    from tests.projections.maintenance.test_rebuild import live

    folder, clock = tmp_path_factory.mktemp("mended"), Clock()
    with ExitStack() as stack:
        if request.param == "sqlite":
            shutil.copyfile(migrated_sqlite, folder / "ncre.sqlite")
            url = f"sqlite:///{folder / 'ncre.sqlite'}"
        else:
            url = stack.enter_context(fresh_postgres(request.getfixturevalue("postgres_server")))
        container = container_on(url, folder / "data", clock)
        stack.callback(container.close)
        open_exam(container)
        live(container, clock)
        yield container
