"""Ten thousand deliveries over a thousand registrations: paid at most once, every yuan used once or returned once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from ncre import application
from ncre.domain import decisions, orders
from ncre.domain.exam import EXAM_TIME
from ncre.events.inbox import Inbox
from tests.application.storm import carry_through, deliver, deliveries, house_in, prepare, told, violations
from tests.people import Clock

PEOPLE, DELIVERIES = 1_000, 10_000
ROOT = Path(__file__).parents[2]


def killed_on_the_way(url: str, folder: Path) -> int:
    """Another process delivers, and is killed after a third of it; how many hundreds it had told."""
    command = [
        sys.executable,
        "-m",
        "tests.application.storm",
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
    house = house_in(database_url, tmp_path, clock)
    prepare(house, PEOPLE)
    happened = told(PEOPLE)
    assert killed_on_the_way(database_url, tmp_path) == DELIVERIES // 300
    deliver(house, deliveries(happened, DELIVERIES, seed=2))
    carry_through(house, happened)
    assert violations(house, happened, PEOPLE) == []
    clock.advance(days=3)
    for channel in house.money.channels:
        for back in (1, 2, 3):
            day = (clock().astimezone(EXAM_TIME) - timedelta(days=back)).date()
            assert house.reconciliation.compare(channel, day).differences == ()
    house.close()


def test_the_same_storm_does_harm_where_nothing_is_unique(
    sqlite_url: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = house_in(sqlite_url, tmp_path, clock)
    prepare(house, 60)
    happened = told(60)
    monkeypatch.setattr(Inbox, "take", lambda *_, **__: True)
    monkeypatch.setattr(orders, "knows", lambda *_: False)
    monkeypatch.setattr(application, "caused", lambda *_: None)
    monkeypatch.setattr(decisions, "_already_so", lambda *_: False)
    deliver(house, deliveries(happened, 500, seed=3))
    carry_through(house, happened)
    assert violations(house, happened, 60)
    house.close()


def test_the_inbox_alone_is_enough(
    sqlite_url: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = house_in(sqlite_url, tmp_path, clock)
    prepare(house, 60)
    happened = told(60)
    monkeypatch.setattr(orders, "knows", lambda *_: False)
    monkeypatch.setattr(application, "caused", lambda *_: None)
    monkeypatch.setattr(decisions, "_already_so", lambda *_: False)
    deliver(house, deliveries(happened, 500, seed=3))
    carry_through(house, happened)
    assert violations(house, happened, 60) == []
    house.close()
