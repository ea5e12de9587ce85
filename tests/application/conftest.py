"""Each of these tests runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ncre.bootstrap import House
from tests.application.ground import open_exam
from tests.houses import house_on
from tests.people import Clock


@pytest.fixture
def house(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[House]:
    """A house of its own for each test, with a small exam open now."""
    house = house_on(database_url, tmp_path / "data", clock)
    open_exam(house)
    yield house
    house.close()
