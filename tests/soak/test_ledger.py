"""The proof under long runs: ten thousand edited bundles, two hundred killed sealers."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

from tests.handlers.ground import open_exam
from tests.ledger import ground
from tests.ledger.edits import outcome
from tests.ledger.test_sealer import kill_and_check
from tests.support.containers import container_on
from tests.support.people import Clock

EDITS = 10_000
KILLS = 200
SEED = 16

pytestmark = pytest.mark.soak


def test_ten_thousand_random_edits_are_refused_and_located(migrated_sqlite: Path, tmp_path: Path) -> None:
    shutil.copyfile(migrated_sqlite, tmp_path / "ncre.sqlite")
    container = container_on(f"sqlite:///{tmp_path / 'ncre.sqlite'}", tmp_path / "data", Clock())
    ground.lived(container, ground.sealer_of(container, tmp_path), 6)
    parts, random = ground.Parts.of(ground.whole(container)), Random(SEED)
    container.close()
    wrong = [said for _ in range(EDITS) if (said := outcome(parts, random))]
    assert wrong == []


def test_two_hundred_kills_leave_no_fork_no_gap_no_double(database_url: str, tmp_path: Path) -> None:
    """Half of them on each database."""
    container = container_on(database_url, tmp_path / "data", Clock())
    open_exam(container)
    assert kill_and_check(container, tmp_path, KILLS // 2, Random(SEED)) > KILLS
    container.close()
