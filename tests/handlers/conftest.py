"""Each of these tests runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ncre.bootstrap import Container
from tests.handlers.ground import open_exam
from tests.support.containers import container_on
from tests.support.people import Clock


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Container]:
    """A house of its own for each test, with a small exam open now."""
    container = container_on(database_url, tmp_path / "data", clock)
    open_exam(container)
    yield container
    container.close()
