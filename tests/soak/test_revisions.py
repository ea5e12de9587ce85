"""Thousands of rounds that are revised at random while people pay and are seated."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.services.exam.revised import Sequence
from tests.support.containers import container_on

SEQUENCES = int(os.environ.get("SOAK_REVISIONS", "5000"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
STEPS = 18
IN_A_HOUSE = 90
"""A round has two digits, so a house holds as many sequences; the next ones get a new one."""


@pytest.mark.soak
def test_whatever_is_revised_rooms_seats_lists_papers_and_numbers_hold(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    refused: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for begins in range(0, SEQUENCES, IN_A_HOUSE):
        folder = tmp_path / f"{begins}"
        folder.mkdir()
        shutil.copyfile(migrated_sqlite, folder / "ncre.sqlite")
        container = container_on(f"sqlite:///{folder / 'ncre.sqlite'}", folder)
        for place in range(min(IN_A_HOUSE, SEQUENCES - begins)):
            seed = SEED + begins + place
            sequence = Sequence(container, f"{place + 1:02}", seed)
            try:
                sequence.run(STEPS)
            except AssertionError as fault:
                raise AssertionError(f"seed {seed}") from fault
            refused.update(sequence.refused)
            outcomes.update(outcome for _, outcome in sequence.outcomes.elements())
        container.close()
        shutil.rmtree(folder)
        print(f"{min(begins + IN_A_HOUSE, SEQUENCES)} sequences held", flush=True)
    print(f"{SEQUENCES} sequences of {STEPS}; changes {dict(outcomes)}; refused {dict(refused)}")
