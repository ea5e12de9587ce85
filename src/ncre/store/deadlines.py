"""Deadlines that a clock which is set back does not lengthen: what begins in the future is over, not young."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_

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


def is_held(until: ColumnElement[Any], now: datetime, most: timedelta) -> ColumnElement[bool]:
    """The condition of a statement that something which is kept for `most` at a time is kept now."""
    return and_(until > now, until <= now + most + SKEW)


def is_free(until: ColumnElement[Any], now: datetime, most: timedelta) -> ColumnElement[bool]:
    """The contrary of `is_held`, also where nobody ever kept it."""
    return or_(until.is_(None), until <= now, until > now + most + SKEW)


def put_off_too_far(
    next_at: ColumnElement[Any], tries: ColumnElement[Any], now: datetime, delays: Sequence[timedelta]
) -> ColumnElement[bool]:
    """The condition of a statement that something waits for longer than anybody put it off.

    `delays` are the longest after so many tries, none at first; the last one holds from there on.
    """
    last = len(delays) - 1
    return or_(
        *(
            and_(tries >= n if n == last else tries == n, next_at > now + delay + SKEW)
            for n, delay in enumerate(delays)
        )
    )


def is_due(next_at: ColumnElement[Any], now: Any, ahead: Any) -> ColumnElement[bool]:
    """The condition of a statement that something put off may be asked by now; `ahead` is `too_far(now)`."""
    return or_(next_at <= now, next_at > ahead)


def too_far(now: datetime) -> datetime:
    """What is put off until after this was put off by a clock that stood later."""
    return now + LONGEST_WAIT + SKEW
