"""Times in round files: wall time in Asia/Shanghai, absolute or counted from the day of loading.

Absolute times are read as a person or a spreadsheet writes them. 1/5/2027 is none: it is two days.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from ncre.domain.exam.plan import EXAM_TIME
from ncre.events import bounds

_COUNTED: Final = re.compile(r"today(?P<days>[+-]\d{1,5})?d?[ T]+(?P<clock>\S.*)")
_DAY: Final = re.compile(
    r"(?P<year>\d{4})(?:[-/.]|年 ?)(?P<month>\d{1,2})(?:[-/.]|月 ?)(?P<day>\d{1,2})日?[ T]*(?P<clock>\S.*)"
)
_CLOCK: Final = re.compile(
    r"(?P<before>上午|下午)? ?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::00(?:\.0+)?)? ?(?P<after>AM|PM)?",
    re.IGNORECASE,
)
_SERIAL: Final = re.compile(r"\d{5}(?:\.\d{1,12})?")
_SERIAL_ZERO: Final = datetime(1899, 12, 30, tzinfo=EXAM_TIME)
"""Day 0 of a spreadsheet's serial numbers, for every day after February 1900."""


def moment(text: str, today: date) -> datetime | None:
    """ "2027-01-05 09:00" or "today+9d 17:00" as a moment in UTC; None if it is neither.

    Also 2027/1/5 9:00, 2027年1月5日 9:00, 2027/1/5 9:00:00, 上午/下午 or AM/PM, and 46392.375 (a serial number).
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        wall = _counted(plain, today) or _written(plain) or _serial(plain)
        return bounds.moment(wall.replace(tzinfo=EXAM_TIME)) if wall else None
    except (ValueError, OverflowError, InvalidOperation):
        return None


def day(text: str) -> date | None:
    """2027-01-05, 2027/1/5, 2027年1月5日, a spreadsheet's serial number, each also with a time; None for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    for written in (f"{plain} 00:00", plain):
        try:
            wall = _written(written) or _serial(written)
            if wall:
                return bounds.moment(wall.replace(tzinfo=EXAM_TIME)).astimezone(EXAM_TIME).date()
        except (ValueError, OverflowError, InvalidOperation):
            continue
    return None


def _counted(text: str, today: date) -> datetime | None:
    found = _COUNTED.fullmatch(text)
    return _at(today + timedelta(int(found["days"] or 0)), found["clock"]) if found else None


def _written(text: str) -> datetime | None:
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    return _at(date(int(found["year"]), int(found["month"]), int(found["day"])), found["clock"])


def _at(day: date, clock: str) -> datetime | None:
    found = _CLOCK.fullmatch(clock)
    half = (found["after"] or found["before"] or "").upper() if found else ""
    if found is None or (found["after"] and found["before"]):
        return None
    hour = int(found["hour"])
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in ("PM", "下午") else 0)
    return datetime.combine(day, time(hour, int(found["minute"])))


def _serial(text: str) -> datetime | None:
    """A spreadsheet's number of days since 1899-12-30, to the minute."""
    if not _SERIAL.fullmatch(text):
        return None
    minutes = round(Decimal(text) * 24 * 60)
    return _SERIAL_ZERO + timedelta(minutes=minutes)
