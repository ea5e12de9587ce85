"""The plan of a round moved to later days, as the draft of the next one: nothing of it is left out."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ncre.domain.exam.plan import EXAM_TIME
from ncre.events.exam import Batch, SitePlan, Window, Windows
from ncre.rounds.loader import LoadedRound

_MONTH: Final = re.compile(r"(\d{4})(\s*年\s*)(\d{1,2})(\s*月)")
_ENGLISH: Final = re.compile(rf"\b({'|'.join(month_name[1:])})\s+(\d{{4}})\b")


def next_round(last: LoadedRound, code: str, days: int) -> LoadedRound:
    """The same round under another code, every time so many days later; titles name the month of the new first sitting."""
    by = timedelta(days=days)
    sites = tuple(_site_later(one, by) for one in last.sites)
    first = min((one.starts_at for site in last.sites for one in site.batches), default=None)
    renamed = _renaming(first, first + by) if first else str
    windows = last.plan.windows
    plan = replace(
        last.plan,
        code=code,
        title=renamed(last.plan.title),
        title_en=renamed(last.plan.title_en),
        windows=Windows(
            *(
                Window(one.opens + by, one.closes + by)
                for one in (windows.register, windows.review, windows.payment, windows.printing)
            )
        ),
    )
    notices = tuple(
        replace(one, title=renamed(one.title), title_en=renamed(one.title_en)) for one in last.notices
    )
    return LoadedRound(plan, sites, notices)


def _site_later(site: SitePlan, by: timedelta) -> SitePlan:
    batches = tuple(Batch(one.number, one.starts_at + by, one.ends_at + by) for one in site.batches)
    there = site.confirmation
    confirmation = replace(
        there,
        opens=there.opens + by if there.opens else None,
        closes=there.closes + by if there.closes else None,
    )
    return replace(site, batches=batches, confirmation=confirmation)


def _renaming(was: datetime, now: datetime) -> Callable[[str], str]:
    """Names the new month wherever the text names the one of the old first sitting."""
    before, after = was.astimezone(EXAM_TIME), now.astimezone(EXAM_TIME)

    def chinese(found: re.Match[str]) -> str:
        if (int(found[1]), int(found[3])) != (before.year, before.month):
            return found[0]
        return f"{after.year}{found[2]}{after.month}{found[4]}"

    def english(found: re.Match[str]) -> str:
        if (found[1], int(found[2])) != (month_name[before.month], before.year):
            return found[0]
        return f"{month_name[after.month]} {after.year}"

    return lambda text: _ENGLISH.sub(english, _MONTH.sub(chinese, text))
