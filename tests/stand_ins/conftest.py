"""A market for each test; the keys of all are made once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ncre.stand_ins.alipay import keys_in
from tests.stand_ins.market import Market, opened
from tests.support.people import Clock


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    for name in ("cashier", "merchant"):
        keys_in(folder, name)
    return folder


@pytest.fixture
def market(tmp_path: Path, house_file: Path, clock: Clock, key_folder: Path) -> Iterator[Market]:
    shutil.copytree(key_folder, tmp_path / "cashier")
    with opened(tmp_path, house_file, clock) as market:
        yield market
