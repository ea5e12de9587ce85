"""The month in the title of a round: filled in from the first sitting, or compared with the sittings."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Sequence
from typing import Final

from ncre.domain.exam.plan import EXAM_TIME
from ncre.rounds.checks import TimeSpan
from ncre.rounds.faults import FaultList

_MONTH: Final = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月")
_ENGLISH_MONTH: Final = re.compile(rf"\b({'|'.join(month_name[1:])})\s+(\d{{4}})\b", re.IGNORECASE)
_BLANK: Final = re.compile(r"\{(year|month|month_name)\}")


def with_month(title: str, batches: Sequence[TimeSpan]) -> str:
    """The title with {year}, {month} and {month_name} of the first sitting; as it is where there is none."""
    if not batches:
        return title
    first = batches[0].window.opens.astimezone(EXAM_TIME)
    words = {"year": str(first.year), "month": str(first.month), "month_name": month_name[first.month]}
    return _BLANK.sub(lambda blank: words[blank[1]], title)


def title_agrees(title: str, batches: Sequence[TimeSpan], file: str, line: int, faults: FaultList) -> None:
    """A caution where the title names a month in which there is no sitting."""
    named = _months_in(title)
    days = [batch.window.opens.astimezone(EXAM_TIME) for batch in batches]
    if not named or not days or named & {(day.year, day.month) for day in days}:
        return
    first = days[0]
    faults.caution(
        file,
        line,
        f"考次名称“{title}”里的月份没有考试，第一批在 {first.year} 年 {first.month} 月",
        f"there is no exam in the month that the title '{title}' names: the first is in {month_name[first.month]} {first.year}",
    )


def _months_in(title: str) -> set[tuple[int, int]]:
    months = [name.lower() for name in month_name]
    chinese = {(int(year), int(month)) for year, month in _MONTH.findall(title)}
    return chinese | {(int(year), months.index(name.lower())) for name, year in _ENGLISH_MONTH.findall(title)}
