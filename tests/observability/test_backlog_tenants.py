"""What waits is told for each tenant that is worked for, under its name."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from ncre.observability.backlog import TenantsBacklogMetrics
from ncre.store.outages import DatabaseUnusable
from tests.observability.exposed import value


def away() -> dict[str, float]:
    raise DatabaseUnusable("away")


def test_each_tenant_has_numbers_of_its_own_while_it_is_worked_for() -> None:
    registry, backlogs = CollectorRegistry(), TenantsBacklogMetrics()
    registry.register(backlogs)
    with backlogs.of("hubei", lambda: {"facts": 7.0}), backlogs.of("hunan", away):
        text = generate_latest(registry).decode()
    assert value("ncre_facts", text, tenant="hubei") == 7
    assert value("ncre_database_up", text, tenant="hubei") == 1
    assert 'ncre_database_up{tenant="hunan"} 0.0' in text
    assert 'tenant="hubei"' not in generate_latest(registry).decode()
