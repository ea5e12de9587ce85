"""How a sitting is named in files, addresses and lists."""

from __future__ import annotations

from datetime import datetime

from ncre.domain.exam.plan import EXAM_TIME


def sitting_name(starts_at: datetime, ends_at: datetime) -> str:
    """A sitting as files and addresses name it, by date and time: 2027-03-27-0800-1000, exam time.

    A batch's number is no name: when a plan is revised, it may come to mean another time.
    """
    starts, ends = starts_at.astimezone(EXAM_TIME), ends_at.astimezone(EXAM_TIME)
    day = "" if starts.date() == ends.date() else f"{ends:%Y-%m-%d}-"
    return f"{starts:%Y-%m-%d}-{_clock(starts)}-{day}{_clock(ends)}"


def _clock(moment: datetime) -> str:
    return moment.strftime("%H%M%S" if moment.second else "%H%M")
