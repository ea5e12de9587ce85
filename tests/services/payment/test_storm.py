"""Ten thousand deliveries over a thousand registrations: paid at most once, every yuan used once or returned once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.payment import orders
from ncre.domain.registration import decisions
from ncre.handlers import command_handler
from ncre.operational.inbox import Inbox
from tests.services.payment.storm import (
    carry_through,
    deliver,
    deliveries,
    house_in,
    prepare,
    told,
    violations,
)
from tests.support.people import Clock

PEOPLE, DELIVERIES = 1_000, 10_000
ROOT = Path(__file__).parents[3]


def killed_on_the_way(url: str, folder: Path) -> int:
    """Another process delivers, and is killed after a third of it; how many hundreds it had told."""
    command = [
        sys.executable,
        "-m",
        "tests.services.payment.storm",
        url,
        str(folder),
        str(PEOPLE),
        str(DELIVERIES),
    ]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    dots = process.stdout.read(DELIVERIES // 300)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    return len(dots)


def test_a_storm_of_news_settles_everybody_once_and_returns_the_rest_once(
    database_url: str, tmp_path: Path, clock: Clock
) -> None:
    container = house_in(database_url, tmp_path, clock)
    prepare(container, PEOPLE)
    happened = told(PEOPLE)
    assert killed_on_the_way(database_url, tmp_path) == DELIVERIES // 300
    deliver(container, deliveries(happened, DELIVERIES, seed=2))
    carry_through(container, happened)
    assert violations(container, happened, PEOPLE) == []
    clock.advance(days=3)
    for channel in container.payments.channels:
        for back in (1, 2, 3):
            day = (clock().astimezone(EXAM_TIME) - timedelta(days=back)).date()
            assert container.reconciliation.compare(channel, day).differences == ()
    container.close()


def test_the_same_storm_does_harm_where_nothing_is_unique(
    sqlite_url: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = house_in(sqlite_url, tmp_path, clock)
    prepare(container, 60)
    happened = told(60)
    monkeypatch.setattr(Inbox, "take", lambda *_, **__: True)
    monkeypatch.setattr(orders, "knows", lambda *_: False)
    monkeypatch.setattr(command_handler, "caused", lambda *_: None)
    monkeypatch.setattr(decisions, "_already_so", lambda *_: False)
    deliver(container, deliveries(happened, 500, seed=3))
    carry_through(container, happened)
    assert violations(container, happened, 60)
    container.close()


def test_the_inbox_alone_is_enough(
    sqlite_url: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = house_in(sqlite_url, tmp_path, clock)
    prepare(container, 60)
    happened = told(60)
    monkeypatch.setattr(orders, "knows", lambda *_: False)
    monkeypatch.setattr(command_handler, "caused", lambda *_: None)
    monkeypatch.setattr(decisions, "_already_so", lambda *_: False)
    deliver(container, deliveries(happened, 500, seed=3))
    carry_through(container, happened)
    assert violations(container, happened, 60) == []
    container.close()
