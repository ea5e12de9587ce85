"""The workers of a whole run begin with the files that take longest, so that none is alone with one at the end.

xdist itself begins with the files of many tests, which are the quick ones: `--no-loadscope-reorder` leaves the order as it is here.
"""

from __future__ import annotations

from typing import Final

import pytest

LONG: Final = (
    "tests/attacks/test_attacks.py",
    "tests/ledger/test_sealer.py",
    "tests/web/api/test_schemathesis.py",
    "tests/observability/test_processes.py",
    "tests/services/payment/test_simulation.py",
    "tests/handlers/test_random_lives.py",
    "tests/cli/demo/test_demo.py",
    "tests/cli/test_killed.py",
    "tests/photo/test_phones.py",
    "tests/services/payment/test_storm.py",
    "tests/server/test_serving.py",
    "tests/cli/test_serve.py",
    "tests/backups/test_moving.py",
    "tests/projections/maintenance/test_rebuild.py",
    "tests/web/ledger/test_public.py",
    "tests/photo/test_faces.py",
)
"""Ten seconds and more, the longest first."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        place = {file: number for number, file in enumerate(LONG)}
        items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(LONG)))
