"""Counts and times what a process does, and spans it where traces are on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from ncre.domain.refusals import Refusal
from ncre.handlers.watch import CommandResult
from ncre.observability import metrics
from ncre.observability.tracing import Spans


class ProcessWatch:
    """A `Watch` of the command handler."""

    def __init__(self, spans: Spans, tenant: str = "") -> None:
        self._spans = spans
        self._tenant = tenant

    @contextmanager
    def command(self, step: str) -> Iterator[CommandResult]:
        answer = CommandResult()
        with self._spans.span(f"command {step}") as span:
            said = "failed"
            try:
                yield answer
                said = "recorded" if answer.recorded else "nothing"
            except Refusal as refusal:
                said = "refused"
                metrics.REFUSALS.labels(self._tenant, refusal.code.value).inc()
                span.set("ncre.refusal", refusal.code.value)
                raise
            finally:
                span.set("ncre.answer", said)
                metrics.COMMANDS.labels(self._tenant, step, said).inc()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        begun, outcome = perf_counter(), "rolled back"
        with self._spans.span("transaction") as span:
            try:
                yield
                outcome = "committed"
            finally:
                span.set("ncre.outcome", outcome)
                metrics.TRANSACTIONS.labels(self._tenant, outcome).observe(perf_counter() - begun)

    def money_told(self, channel: str, source: str, seconds: float) -> None:
        metrics.MONEY_TOLD.labels(self._tenant, channel, source).observe(max(0.0, seconds))


class LaneMetrics:
    """What the lanes of the server tell."""

    def __init__(self, tenant: str = "") -> None:
        self._tenant = tenant

    def waiting(self, lane: str, requests: int) -> None:
        metrics.LANE_WAITING.labels(self._tenant, lane).set(requests)

    def turned_away(self, lane: str) -> None:
        metrics.LANE_TURNED_AWAY.labels(self._tenant, lane).inc()


class PoolMetrics:
    """What the pool of connections tells."""

    def __init__(self, tenant: str = "") -> None:
        self._tenant = tenant

    def taken(self) -> None:
        metrics.POOL_IN_USE.labels(self._tenant).inc()

    def given_back(self) -> None:
        metrics.POOL_IN_USE.labels(self._tenant).dec()
