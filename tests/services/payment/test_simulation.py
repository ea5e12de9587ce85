"""Weeks of payment in a moment, in some stories; `make soak` tells hundreds."""

from __future__ import annotations

from pathlib import Path

import pytest

from ncre.services.payment.checkout import CheckoutService
from ncre.services.payment.reconciliation import Reconciliation
from ncre.worker import Worker
from tests.services.payment.stories import Prepared, prepare, told, wrong_stories

SEEDS = 25


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Prepared:
    return prepare(tmp_path_factory.mktemp("prepared"), migrated_sqlite)


def test_whatever_happens_everybody_who_paid_in_time_is_paid_and_all_other_money_goes_back(
    prepared: Prepared, tmp_path: Path
) -> None:
    assert wrong_stories(range(SEEDS), prepared, tmp_path) == {}


def test_the_same_stories_strand_people_where_nobody_asks_the_channel(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Worker, "_to_ask", lambda _: [])
    monkeypatch.setattr(CheckoutService, "may_lapse", lambda *_: True)
    monkeypatch.setattr(Reconciliation, "due", lambda _: [])
    assert [seed for seed in range(10) if told(seed, prepared, tmp_path / str(seed))]
