"""What the metrics of this process say now."""

from __future__ import annotations

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from ncre.observability import metrics


def exposed() -> str:
    return generate_latest(metrics.REGISTRY).decode()


def value(name: str, text: str | None = None, **labels: str) -> float:
    """Of one sample; 0 where there is none."""
    for family in text_string_to_metric_families(exposed() if text is None else text):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return float(sample.value)
    return 0.0
