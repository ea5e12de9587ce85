"""Money as the office looks at it: by site and day, and the ledger as a file for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import Any, Final

from xlsxwriter import Workbook

from ncre.application import Application
from ncre.domain.exam import EXAM_TIME, in_words
from ncre.domain.payment import Unusable, yuan
from ncre.domain.words import SOURCES, UNUSABLE, channel_words
from ncre.projections import ledger
from ncre.projections.base import Row

COLUMNS: Final = (
    "支付时间",
    "渠道",
    "订单号",
    "交易号",
    "考点",
    "金额（元）",
    "得知方式",
    "退款原因",
    "退款请求号",
    "渠道答复",
    "退款时间",
    "已退（元）",
    "经手人",
)

NOBODY: Final[Mapping[str, str]] = {}
"""No names of clerks are known: their account ids are written."""

LONG_NUMBER: Final = 12
"""Digits from which on a spreadsheet writes a number in another way than it was, or rounds it (from 16 on)."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet would take for the beginning of a formula."""


@dataclass(frozen=True)
class DayTakings:
    """A day (exam time): payments, fen received, and fen of it that had to go back, of all sites and of each."""

    day: date
    count: int
    received: int
    back: int
    sites: dict[str, Row]


@dataclass(frozen=True)
class Drawer:
    """What one clerk took and handed back at the counter of a site on a day: `cash` must be there, in fen."""

    site: str
    clerk: str
    payments: tuple[Row, ...]
    returns: tuple[Row, ...]

    @property
    def taken(self) -> int:
        return sum(row["amount"] for row in self.payments)

    @property
    def handed_back(self) -> int:
        return sum(row["returned"] for row in self.returns)

    @property
    def cash(self) -> int:
        return self.taken - self.handed_back


class Takings:
    def __init__(self, application: Application) -> None:
        self._application = application

    def days(self, first: date, last: date) -> list[DayTakings]:
        """Each day from `first` to `last`, both included."""
        found = []
        with self._application.database.reading() as connection:
            for after in range((last - first).days + 1):
                day = first + timedelta(days=after)
                sites = ledger.by_site(connection, *_of(day, day))
                total = {
                    key: sum(one[key] for one in sites.values()) for key in ("count", "received", "back")
                }
                found.append(DayTakings(day, **total, sites=sites))
        return found

    def drawers(self, day: date, sites: frozenset[str] | None) -> list[Drawer]:
        """The counters of a day (exam time) at these sites, or at all, by site and clerk."""
        since, until = _of(day, day)
        with self._application.database.reading() as connection:
            rows = ledger.at_counters(connection, since, until, sites)
        drawers: dict[tuple[str, str], tuple[list[Row], list[Row]]] = {}
        for row in rows:
            if since <= row["paid_at"] < until:
                drawers.setdefault((row["site"], row["clerk"] or ""), ([], []))[0].append(row)
            if row["returned_at"] and since <= row["returned_at"] < until:
                drawers.setdefault((row["site"], row["handed_back_by"] or ""), ([], []))[1].append(row)
        return [
            Drawer(site, clerk, tuple(taken), tuple(back))
            for (site, clerk), (taken, back) in sorted(drawers.items())
        ]

    def rows(self, first: date, last: date) -> list[Row]:
        """The ledger of these days (exam time)."""
        with self._application.database.reading() as connection:
            return ledger.between(connection, *_of(first, last))


def as_csv(rows: Iterable[Row], clerks: Mapping[str, str] = NOBODY) -> bytes:
    """UTF-8 with a byte order mark, as spreadsheets want it; nothing in it is a formula."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_as_text(_harmless(str(value))) for value in _values(row, clerks)])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Row], clerks: Mapping[str, str] = NOBODY) -> bytes:
    """A workbook whose cells are text and numbers, never formulas or links."""
    out = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    with Workbook(out, options) as book:
        sheet = book.add_worksheet("收款与退款")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(COLUMNS) - 1, 18)
        for column, title in enumerate(COLUMNS):
            sheet.write_string(0, column, title)
        for place, row in enumerate(rows, start=1):
            for column, value in enumerate(_values(row, clerks)):
                if column in (5, 11) and value:
                    sheet.write_number(place, column, float(value))
                else:
                    sheet.write_string(place, column, str(value))
    return out.getvalue()


def _values(row: Row, clerks: Mapping[str, str]) -> list[Any]:
    reason = row["reason"] or ""
    return [
        in_words(row["paid_at"]),
        channel_words(row["channel"]).zh,
        row["order"],
        row["trade"],
        row["site"],
        yuan(row["amount"]),
        SOURCES[row["source"]].zh,
        UNUSABLE[Unusable(reason)].zh if reason in set(Unusable) else reason,
        row["request"] or "",
        row["trouble"] or "",
        in_words(row["returned_at"]) if row["returned_at"] else "",
        yuan(row["returned"]) if row["returned"] is not None else "",
        clerks.get(row["clerk"] or "", row["clerk"] or ""),
    ]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _as_text(text: str) -> str:
    """A long number with a tab behind it, as the channels' own bills have it: else a spreadsheet rounds it."""
    return f"{text}\t" if len(text) >= LONG_NUMBER and text.isdigit() else text


def _of(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first moment of a day to the last of another, in UTC."""
    since = datetime.combine(first, time(), EXAM_TIME).astimezone(UTC)
    return since, datetime.combine(last + timedelta(days=1), time(), EXAM_TIME).astimezone(UTC)
