"""Shows the numbers of what waits and what is late as metrics, asked of the database when they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import Final

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ncre.store.outages import DatabaseUnusable

KEPT_SECONDS: Final = 10.0
"""However often somebody reads the metrics, the database is asked no more often."""

NAMES: Final[Mapping[str, str]] = {
    "review_waiting": "Registrations that wait for review.",
    "deadlines_late": "Registrations that should have lapsed over a minute ago (1000 at the most).",
    "orders_late": "Orders that expired over ten minutes ago and still count as payable.",
    "refunds_owed": "Payments that are owed back.",
    "letters_waiting": "Letters and messages that are due and not sent.",
    "letters_late_seconds": "Seconds since the earliest of them was due.",
    "webhooks_waiting": "Events that wait to be sent to other systems.",
    "webhooks_late_seconds": "Seconds since the earliest of them was due.",
    "webhooks_dead": "Events that were given up.",
    "facts": "Position of the newest fact.",
    "facts_unsealed": "Facts that no checkpoint covers.",
    "sealer_lag_seconds": "Seconds since the newest checkpoint, while facts wait for the next.",
    "replicas": "Standbys that stream from this primary.",
    "replication_lag_bytes": "Bytes by which the slowest standby is behind.",
    "worker_age_seconds": "Seconds since a worker finished a round.",
    "exchange_age_seconds": "Seconds since files were exchanged with all other provinces, until the round is over.",
    "backup_age_seconds": "Seconds since `ncre backup` finished.",
}
"""What may be shown, and what it is."""


class BacklogMetrics(Collector):
    """`numbers` gives them by name and raises DatabaseUnusable where it cannot: then `ncre_database_up` is 0."""

    def __init__(self, numbers: Callable[[], Mapping[str, float]]) -> None:
        self._numbers = numbers
        self._lock = Lock()
        self._found: Mapping[str, float] | None = None
        self._until = 0.0

    def kept(self) -> Mapping[str, float] | None:
        """The numbers, asked for lately; None where the database did not answer."""
        return self._kept()

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing is asked of the database in order to register."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = self._kept()
        yield GaugeMetricFamily("ncre_database_up", "Whether the database answered.", found is not None)
        for name, value in (found or {}).items():
            yield GaugeMetricFamily(f"ncre_{name}", NAMES[name], value)

    def _kept(self) -> Mapping[str, float] | None:
        with self._lock:
            if monotonic() >= self._until:
                try:
                    self._found = self._numbers()
                except DatabaseUnusable:
                    self._found = None
                self._until = monotonic() + KEPT_SECONDS
            return self._found


class TenantsBacklogMetrics(Collector):
    """The same of several tenants, each with its label, as long as somebody works for it. Thread-safe."""

    def __init__(self) -> None:
        self._tenants: dict[str, BacklogMetrics] = {}

    @contextmanager
    def of(self, tenant: str, numbers: Callable[[], Mapping[str, float]]) -> Iterator[None]:
        """Show those of this tenant until the block ends."""
        mine = self._tenants[tenant] = BacklogMetrics(numbers)
        try:
            yield
        finally:
            if self._tenants.get(tenant) is mine:
                del self._tenants[tenant]

    def describe(self) -> list[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = {tenant: backlog.kept() for tenant, backlog in tuple(self._tenants.items())}
        up = GaugeMetricFamily("ncre_database_up", "Whether the database answered.", labels=["tenant"])
        for tenant, numbers in found.items():
            up.add_metric([tenant], numbers is not None)
        yield up
        for name, help_ in NAMES.items():
            family = GaugeMetricFamily(f"ncre_{name}", help_, labels=["tenant"])
            for tenant, numbers in found.items():
                if numbers is not None and name in numbers:
                    family.add_metric([tenant], numbers[name])
            if family.samples:
                yield family
