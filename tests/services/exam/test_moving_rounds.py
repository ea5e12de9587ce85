"""Whatever is drafted, published, postponed and called off while people come and pay: quotas, places, money and ways out hold."""

from __future__ import annotations

import pytest

from ncre.bootstrap import Container
from tests.services.exam.moving_rounds import MovingRounds

SEQUENCES = 8
STEPS = 22


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_quotas_places_money_and_ways_out_hold(container: Container, seed: int) -> None:
    MovingRounds(container, "81", "82", seed).run(STEPS)
