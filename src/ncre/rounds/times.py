"""Times in round files: wall time in Asia/Shanghai, absolute or counted from the day of loading."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from ncre.domain.exam.plan import EXAM_TIME
from ncre.events import bounds

_TIME = re.compile(r"(?:today(?P<days>[+-]\d+)?d?|(?P<date>\d{4}-\d{2}-\d{2}))[ T](?P<clock>\d{2}:\d{2})")


def moment(text: str, today: date) -> datetime | None:
    """ "2027-01-05 09:00" or "today+9d 17:00" as a moment in UTC; None if it is neither."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    try:
        day = (
            date.fromisoformat(found["date"]) if found["date"] else today + timedelta(int(found["days"] or 0))
        )
        clock = time.fromisoformat(found["clock"])
        return bounds.moment(datetime.combine(day, clock, EXAM_TIME))
    except (ValueError, OverflowError):
        return None
