"""Deadlines that a clock which is set back does not lengthen: what begins in the future is over, not young."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, or_

SKEW: Final = timedelta(minutes=5)
"""By as much the clocks of the machines of one installation may differ."""


LONGEST_WAIT: Final = timedelta(hours=1)
"""Nothing that is asked again and again is put off for longer."""


def is_over(since: datetime, now: datetime, most: timedelta) -> bool:
    """Whether more than `most` passed since a moment, or the moment is still to come."""
    return not -SKEW <= now - since <= most


def is_valid(until: datetime, now: datetime, lives: timedelta) -> bool:
    """Whether something that lives as long as `lives` is good until then, and can have been made by now."""
    return now <= until <= now + lives + SKEW


def is_due(next_at: ColumnElement[Any], now: Any, ahead: Any) -> ColumnElement[bool]:
    """The condition of a statement that something put off may be asked by now; `ahead` is `too_far(now)`."""
    return or_(next_at <= now, next_at > ahead)


def too_far(now: datetime) -> datetime:
    """What is put off until after this was put off by a clock that stood later."""
    return now + LONGEST_WAIT + SKEW
