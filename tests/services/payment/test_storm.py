"""Deliveries over registrations, ten of each: paid at most once, every yuan used once or returned once. More: `make soak`."""

from __future__ import annotations

from pathlib import Path

import pytest

from ncre.domain.payment import order_decisions
from ncre.domain.registration import decisions
from ncre.handlers import command_handler
from ncre.operational.inbox import Inbox
from tests.services.payment.storm import (
    carry_through,
    deliver,
    deliveries,
    house_in,
    prepare,
    storm_over,
    told,
    violations,
)
from tests.support.people import Clock

PEOPLE, DELIVERIES = 60, 600


def test_a_storm_of_news_settles_everybody_once_and_returns_the_rest_once(
    database_url: str, tmp_path: Path
) -> None:
    assert storm_over(database_url, tmp_path, PEOPLE, DELIVERIES) == []


def test_the_same_storm_does_harm_where_nothing_is_unique(
    sqlite_url: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = house_in(sqlite_url, tmp_path, clock)
    prepare(container, 60)
    happened = told(60)
    monkeypatch.setattr(Inbox, "take", lambda *_, **__: True)
    monkeypatch.setattr(order_decisions, "knows", lambda *_: False)
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
    monkeypatch.setattr(order_decisions, "knows", lambda *_: False)
    monkeypatch.setattr(command_handler, "caused", lambda *_: None)
    monkeypatch.setattr(decisions, "_already_so", lambda *_: False)
    deliver(container, deliveries(happened, 500, seed=3))
    carry_through(container, happened)
    assert violations(container, happened, 60) == []
    container.close()
