"""The metrics of a process (Prometheus), each with the labels that it may have: codes of the source, never text of a person.

`tenant` is the name in the file of tenants; it is empty, which Prometheus takes for absent, where there are none.

Where several processes serve together, `PROMETHEUS_MULTIPROC_DIR` stands before this module is imported (`listener.py`).
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY: Final = CollectorRegistry()

SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
"""Upper bounds; 0.3 is what is promised to those who are let in."""

COMMANDS: Final = Counter(
    "ncre_commands",
    "Commands by step and answer (recorded, nothing, refused, failed).",
    ("tenant", "step", "answer"),
    registry=REGISTRY,
)
REFUSALS: Final = Counter(
    "ncre_refusals", "Commands refused, by code.", ("tenant", "code"), registry=REGISTRY
)
TRANSACTIONS: Final = Histogram(
    "ncre_transaction_seconds",
    "Seconds of a transaction that writes, with its wait for a connection.",
    ("tenant", "outcome"),
    buckets=SECONDS,
    registry=REGISTRY,
)
REQUESTS: Final = Counter(
    "ncre_requests",
    "Requests answered, by route, method and status.",
    ("tenant", "route", "method", "status"),
    registry=REGISTRY,
)
REQUEST_SECONDS: Final = Histogram(
    "ncre_request_seconds",
    "Seconds from a request that has arrived whole to its answer, by route.",
    ("tenant", "route"),
    buckets=SECONDS,
    registry=REGISTRY,
)
REFUSED_REQUESTS: Final = Counter(
    "ncre_refused_requests", "Requests refused, by reason.", ("tenant", "why"), registry=REGISTRY
)
LANE_WAITING: Final = Gauge(
    "ncre_lane_waiting",
    "Requests that wait for a thread.",
    ("tenant", "lane"),
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
LANE_TURNED_AWAY: Final = Counter(
    "ncre_lane_turned_away", "Requests told to come again, by lane.", ("tenant", "lane"), registry=REGISTRY
)
POOL_IN_USE: Final = Gauge(
    "ncre_pool_connections_in_use",
    "Connections to the database at work.",
    ("tenant",),
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
POOL_SIZE: Final = Gauge(
    "ncre_pool_connections",
    "Connections to the database that may be at work.",
    ("tenant",),
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
PHOTOS_IN_HAND: Final = Gauge(
    "ncre_photos_in_hand",
    "Photos that are measured, or wait for it.",
    ("tenant",),
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
PHOTO_WORKERS_LOST: Final = Counter(
    "ncre_photo_workers_lost", "Photo workers that a picture took down.", ("tenant",), registry=REGISTRY
)
MONEY_TOLD: Final = Histogram(
    "ncre_money_told_seconds",
    "Seconds from a payment or refund until it was taken in, by channel and by who told (notice, query, bill).",
    ("tenant", "channel", "source"),
    buckets=(1, 5, 15, 60, 300, 900, 3600, 86_400),
    registry=REGISTRY,
)
