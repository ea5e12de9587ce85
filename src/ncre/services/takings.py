"""Money as the office looks at it: by site and day, and the ledger as a file for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import Any, Final

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
)

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

    def rows(self, first: date, last: date) -> list[Row]:
        """The ledger of these days (exam time)."""
        with self._application.database.reading() as connection:
            return ledger.between(connection, *_of(first, last))


def as_csv(rows: Iterable[Row]) -> bytes:
    """UTF-8 with a byte order mark, as spreadsheets want it; nothing in it is a formula."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_harmless(str(value)) for value in _values(row)])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Row]) -> bytes:
    """A workbook whose cells are text and numbers, never formulas or links."""
    out = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    from xlsxwriter import Workbook  # late: only this export needs it

    with Workbook(out, options) as book:
        sheet = book.add_worksheet("收款与退款")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(COLUMNS) - 1, 18)
        for column, title in enumerate(COLUMNS):
            sheet.write_string(0, column, title)
        for place, row in enumerate(rows, start=1):
            for column, value in enumerate(_values(row)):
                if column in (5, 11) and value:
                    sheet.write_number(place, column, float(value))
                else:
                    sheet.write_string(place, column, str(value))
    return out.getvalue()


def _values(row: Row) -> list[Any]:
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
    ]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _of(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first moment of a day to the last of another, in UTC."""
    since = datetime.combine(first, time(), EXAM_TIME).astimezone(UTC)
    return since, datetime.combine(last + timedelta(days=1), time(), EXAM_TIME).astimezone(UTC)
