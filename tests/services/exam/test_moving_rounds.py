"""Whatever is drafted, published, postponed, called off and banned while people come and pay: quotas, places, money and ways out hold."""

from __future__ import annotations

import pytest

from ncre.bootstrap import Container
from tests.services.exam.moving_rounds import MovingRounds

SEQUENCES = 8
STEPS = 22


@pytest.mark.parametrize("first", range(0, SEQUENCES, 4))
def test_quotas_places_money_and_ways_out_hold(container: Container, first: int) -> None:
    published = banned = 0
    for seed in range(first, first + 4):
        code = 81 + 2 * (seed - first)
        sequence = MovingRounds(container, str(code), str(code + 1), seed)
        sequence.run(STEPS)
        published += sequence.published
        banned += len(sequence.banned)
    assert published, "some draft was published"
    assert banned, "somebody was banned"
