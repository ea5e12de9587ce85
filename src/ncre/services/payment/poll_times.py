"""When a channel is asked again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

POLL_INTERVALS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 3, 10, 30))
"""When a channel is asked again about something, counted from its beginning; later hourly (facts §2.2 rule 7)."""


HOURLY: Final = timedelta(hours=1)


def next_question(since: datetime, now: datetime) -> datetime:
    """When to ask again about what began at `since`."""
    again = next((since + after for after in POLL_INTERVALS if since + after > now), now + HOURLY)
    return min(again, now + HOURLY)  # it may have begun by a clock that stood later
