"""Hundreds of stories about payment, and ten thousand deliveries over a thousand registrations, on both databases."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.services.payment.stories import prepare, wrong_stories
from tests.services.payment.storm import storm_over

STORIES = int(os.environ.get("SOAK_STORIES", "500"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
DELIVERIES = int(os.environ.get("SOAK_DELIVERIES", "10000"))
PART = 50


@pytest.mark.soak
def test_everybody_who_paid_in_time_is_paid_in_every_story(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, tmp_path: Path
) -> None:
    prepared = prepare(tmp_path_factory.mktemp("prepared"), migrated_sqlite)
    wrong: dict[int, list[str]] = {}
    for first in range(0, STORIES, PART):
        seeds = range(SEED + first, SEED + min(first + PART, STORIES))
        wrong |= wrong_stories(seeds, prepared, tmp_path)
        print(f"{first + len(seeds)} stories, {len(wrong)} of them wrong", flush=True)
    assert wrong == {}


@pytest.mark.soak
def test_a_long_storm_of_news_settles_everybody_once(database_url: str, tmp_path: Path) -> None:
    assert storm_over(database_url, tmp_path, DELIVERIES // 10, DELIVERIES) == []
