"""Alert rules and dashboard: taken by Prometheus, and every metric that they name is one that is shown."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ncre.observability import metrics
from ncre.observability.backlog import NAMES

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yml"
DASHBOARD = DEPLOY / "grafana" / "ncre.json"
PROMETHEUS_OWN = {"up"}


def shown() -> set[str]:
    """Every name of a sample that a process of ours may show."""
    names = {f"ncre_{name}" for name in NAMES} | {"ncre_database_up"}
    for family in metrics.REGISTRY.collect():
        ends = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
        names |= {f"{family.name}{end}" for end in ends}
    return names


def named(expression: str) -> set[str]:
    return set(re.findall(r"\bncre_\w+", expression))


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return found


def test_every_metric_of_the_rules_and_of_the_dashboard_exists() -> None:
    expressions = [rule["expr"] for rule in rules()]
    expressions += [target["expr"] for panel in panels() for target in panel["targets"]]
    missing = {name for expression in expressions for name in named(expression)} - shown()
    assert missing == set()
    assert all(named(expression) or "up{" in expression for expression in expressions)


def test_every_metric_is_looked_at_by_somebody() -> None:
    looked_at = named(RULES.read_text() + DASHBOARD.read_text())
    without_bucket = {re.sub(r"_(bucket|count|sum|total)$", "", name) for name in looked_at}
    assert {re.sub(r"_(bucket|count|sum|total)$", "", name) for name in shown()} - without_bucket == set()


def test_every_rule_says_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "look"}, rule["alert"]
        assert rule["annotations"]["summary"], rule["alert"]
        assert rule["annotations"]["todo"], rule["alert"]


def test_the_labels_that_are_summed_by_are_those_of_the_metric() -> None:
    labels = {
        family._name: set(family._labelnames)
        for family in vars(metrics).values()
        if hasattr(family, "_labelnames")
    }
    for rule in rules():
        for by in re.findall(r"by \(([\w, ]+)\)", rule["expr"]):
            for label in re.split(r",\s*", by):
                known = {"le", "instance"}.union(
                    *(
                        labels.get(re.sub(r"_(bucket|total)$", "", name), set())
                        for name in named(rule["expr"])
                    )
                )
                assert label in known, rule["alert"]


@pytest.mark.skipif(
    shutil.which("promtool") is None, reason="no promtool (Debian: prometheus) on this machine"
)
@pytest.mark.parametrize(("what", "file"), [("rules", "alerts.yml"), ("config", "prometheus.yml")])
def test_prometheus_takes_them(what: str, file: str) -> None:
    said = subprocess.run(
        ["promtool", "check", what, str(DEPLOY / "prometheus" / file)], capture_output=True, text=True
    )
    assert said.returncode == 0, said.stdout + said.stderr


def test_panels_do_not_lie_on_each_other() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels()]
    assert len(places) == len(set(places))
    assert len({panel["id"] for panel in panels()}) == len(panels())
