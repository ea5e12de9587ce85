"""The workers of a whole run begin with the files that take longest, so that none is alone with one at the end.

xdist itself begins with the files of many tests, which are the quick ones: `--no-loadscope-reorder` leaves the order as it is here.
"""

from __future__ import annotations

from typing import Final

import pytest

LONG: Final = (
    "tests/attacks/test_attacks.py",
    "tests/projections/maintenance/test_checking.py",
    "tests/projections/maintenance/test_rebuild.py",
    "tests/backups/test_moving.py",
    "tests/photo/test_phones.py",
    "tests/observability/test_processes.py",
    "tests/web/api/test_schemathesis.py",
    "tests/cli/test_grammar.py",
    "tests/cli/test_killed.py",
    "tests/photo/test_faces.py",
    "tests/cli/demo/test_demo.py",
    "tests/backups/test_backups.py",
    "tests/services/erasure/test_erasing.py",
    "tests/services/integration/test_webhooks.py",
    "tests/stand_ins/test_faults.py",
    "tests/cli/tenancy/test_moving.py",
    "tests/web/office/test_drafts.py",
    "tests/cli/test_cli.py",
    "tests/cli/tenancy/test_tenants.py",
    "tests/ledger/test_sealer.py",
    "tests/handlers/test_random_lives.py",
    "tests/services/exam/test_calling_off.py",
    "tests/clients/test_qq.py",
    "tests/services/exports/test_exports.py",
    "tests/services/payment/test_simulation.py",
    "tests/cases/test_pictures.py",
    "tests/drills/test_faults.py",
    "tests/server/test_serving.py",
    "tests/web/candidate/test_photo.py",
    "tests/web/shared/test_query_plans.py",
    "tests/services/exam/test_revised_sequences.py",
    "tests/web/shared/test_killed_web.py",
    "tests/photo/test_lab.py",
    "tests/services/review/test_bulk.py",
    "tests/services/payment/test_money_found.py",
    "tests/services/erasure/test_retention.py",
    "tests/services/exam/test_cases_under_way.py",
    "tests/server/test_waiting_room.py",
    "tests/cli/test_serve.py",
    "tests/services/payment/test_notifications.py",
    "tests/test_imports.py",
    "tests/test_names.py",
)
"""Ten seconds and more, the longest first."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        place = {file: number for number, file in enumerate(LONG)}
        items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(LONG)))
