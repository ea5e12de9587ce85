"""Moments that a device without a network claims: to the second at both ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.offline_acts import KEPT, SKEW, is_to_come, require_moment
from ncre.domain.refusals import Refusal, RefusalCode
from tests.support.people import NOW

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("done_at", "now"),
    [
        (NOW - SKEW, NOW),
        (NOW + SKEW, NOW),
        (NOW + HOUR + SKEW, NOW + HOUR),
        (NOW + KEPT + SKEW, NOW + 2 * KEPT),
    ],
)
def test_a_moment_of_the_list_is_taken(done_at: object, now: object) -> None:
    require_moment(done_at, NOW, now)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("off", "now", "latest"),
    [
        (-SKEW - SECOND, NOW + HOUR, NOW + HOUR),
        (HOUR + SKEW + SECOND, NOW + HOUR, NOW + HOUR),
        (KEPT + SKEW + SECOND, NOW + 2 * KEPT, NOW + KEPT),
    ],
)
def test_any_other_is_refused_with_both_ends(off: timedelta, now: object, latest: object) -> None:
    with pytest.raises(Refusal) as said:
        require_moment(NOW + off, NOW, now)  # type: ignore[arg-type]
    assert said.value.code is RefusalCode.OFFLINE_MOMENT
    assert said.value.particulars == {
        "at": exam_time_in_words(NOW + off),
        "earliest": exam_time_in_words(NOW),
        "latest": exam_time_in_words(latest),  # type: ignore[arg-type]
    }


def test_what_our_clock_has_not_reached_is_to_come() -> None:
    assert is_to_come(NOW + HOUR, NOW, NOW)
    assert is_to_come(NOW + KEPT + SKEW, NOW, NOW)
    assert not is_to_come(NOW + KEPT + SKEW + SECOND, NOW, NOW)
    assert not is_to_come(NOW + SKEW, NOW, NOW)
    assert is_to_come(NOW + SKEW + SECOND, NOW, NOW)
