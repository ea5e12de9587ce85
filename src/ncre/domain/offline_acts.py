"""What a device that was without a network may claim of the moment when something was done on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.refusals import Refusal, RefusalCode

KEPT: Final = timedelta(hours=24)
"""So long a downloaded list may be worked with; then the device wipes it."""

SKEW: Final = timedelta(minutes=2)
"""By as much a device's clock may differ from ours after it was set by ours at the download."""

MOST_ACTS: Final = 100
"""Acts of one request; a device sends the others afterwards."""


def is_to_come(done_at: datetime, downloaded: datetime, now: datetime) -> bool:
    """Whether it was done, as it says, at a moment of its list that our clock has not reached: one of the two is wrong."""
    return now + SKEW < done_at <= downloaded + KEPT + SKEW


def require_moment(done_at: datetime, downloaded: datetime, now: datetime) -> None:
    """Nothing is done before the list was there, after it ended, or in the future. Raises Refusal; moments are aware."""
    latest = min(downloaded + KEPT, now)
    if not downloaded - SKEW <= done_at <= latest + SKEW:
        raise Refusal(
            RefusalCode.OFFLINE_MOMENT,
            at=exam_time_in_words(done_at),
            earliest=exam_time_in_words(downloaded),
            latest=exam_time_in_words(latest),
        )
