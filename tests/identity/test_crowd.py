"""The sign-in crowd: people with the right password do not wait, a guesser of one account does."""

from __future__ import annotations

import pytest

from bench.crowd import Outcome, campus, country
from ncre.store.database import Database


@pytest.fixture(params=["a campus behind one address", "five minutes of a country"])
def outcome(request: pytest.FixtureRequest, sqlite_url: str) -> Outcome:
    database = Database(sqlite_url)
    crowd = campus(database) if request.param.startswith("a campus") else country(database, 300)
    database.close()
    return crowd


def test_at_most_one_in_a_thousand_of_the_right_ones_waits_and_a_guesser_does(outcome: Outcome) -> None:
    assert outcome.right > 2_800
    assert outcome.share <= 0.001
    assert outcome.harder <= 0.01 * outcome.right
    assert outcome.guessed >= 300
    assert 5 <= outcome.guesses <= 12
    assert outcome.owner_waited == 0
    assert outcome.owner_tries >= 5
