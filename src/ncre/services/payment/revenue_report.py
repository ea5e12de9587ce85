"""Money as the office looks at it: by site and day, and the ledger as a file for a spreadsheet."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from io import StringIO
from itertools import chain, count, islice
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, Final

from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.payment.settlement import Unusable, yuan
from ncre.domain.wording import SOURCES, UNUSABLE, channel_words
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.base import Row
from ncre.projections.payment import ledger
from ncre.projections.payment import revenue as sums
from ncre.services.exports import spreadsheets
from ncre.services.exports.spreadsheets import as_spreadsheet_text, harmless

if TYPE_CHECKING:
    from xlsxwriter import Workbook

COLUMNS: Final = (
    "支付时间",
    "支付方式",
    "订单号",
    "交易号",
    "考点",
    "金额（元）",
    "得知方式",
    "退款原因",
    "退款请求号",
    "支付平台答复",
    "退款时间",
    "已退（元）",
    "经手人",
    "报名号",
)

NameOf = Callable[[str], str]
"""The name of a clerk, from their account id."""

BATCH_SIZE: Final = 500
"""Rows of a CSV file that are sent together."""

PIECE: Final = 65_536
"""Bytes of a workbook that are sent together."""


@dataclass(frozen=True)
class DayRevenue:
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
        """Fen that were taken."""
        return sum(row["amount"] for row in self.payments)

    @property
    def handed_back(self) -> int:
        """Fen that were handed back."""
        return sum(row["returned"] for row in self.returns)

    @property
    def cash(self) -> int:
        """Fen that are left in the till."""
        return self.taken - self.handed_back


class RevenueReport:
    """Money by day, site and clerk; amounts are fen, days are those of exam time."""

    def __init__(self, command_handler: CommandHandler) -> None:
        self._command_handler = command_handler

    def days(self, first: date, last: date) -> list[DayRevenue]:
        """Each day from `first` to `last`, both included."""
        with self._command_handler.database.reading() as connection:
            by_day = sums.by_day(connection, first, last)
        return [
            _day(first + timedelta(days=after), by_day.get(first + timedelta(days=after), {}))
            for after in range((last - first).days + 1)
        ]

    def drawers(self, day: date, sites: frozenset[str] | None) -> list[Drawer]:
        """The counters of a day (exam time) at these sites, or at all, by site and clerk."""
        since, until = _of(day, day)
        with self._command_handler.database.snapshot() as connection:
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

    def rows(self, first: date, last: date) -> Iterator[Row]:
        """The ledger of these days (exam time) as it stands in one moment, read while it is used."""
        with self._command_handler.database.snapshot() as connection:
            yield from ledger.between(connection, *_of(first, last))


def _day(day: date, sites: dict[str, Row]) -> DayRevenue:
    count, received, back = (sum(one[key] for one in sites.values()) for key in ("count", "received", "back"))
    return DayRevenue(day, count, received, back, sites)


def as_csv(rows: Iterable[Row], name_of: NameOf = str) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, as spreadsheets want it, a portion at a time; nothing in it is a formula."""
    yield codecs.BOM_UTF8 + _lines([COLUMNS])
    of_all = iter(rows)
    while portion := list(islice(of_all, BATCH_SIZE)):
        yield _lines(
            [as_spreadsheet_text(harmless(str(value))) for value in _values(row, name_of)] for row in portion
        )


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    out = StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def as_xlsx(rows: Iterable[Row], name_of: NameOf = str) -> Iterator[bytes]:
    """A workbook whose cells are text and numbers, never formulas or links. Made on disk, a row in memory."""
    made = TemporaryFile()  # noqa: SIM115 - it is closed, and gone, when the last piece was sent
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    from xlsxwriter import Workbook  # late: only this export needs it

    with Workbook(made, options) as book:
        of_all = iter(rows)
        portion = islice(of_all, spreadsheets.MOST_ON_A_SHEET)
        for number in count(1):
            _sheet(book, f"收款与退款{number if number > 1 else ''}", portion, name_of)
            if (next_row := next(of_all, None)) is None:
                break
            portion = islice(chain([next_row], of_all), spreadsheets.MOST_ON_A_SHEET)
    return _pieces(made)


def _sheet(book: Workbook, name: str, rows: Iterable[Row], name_of: NameOf) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(COLUMNS) - 1, 18)
    for column, title in enumerate(COLUMNS):
        sheet.write_string(0, column, title)
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    amount = book.add_format({"num_format": "#,##0.00"})
    for place, row in enumerate(rows, start=1):
        for column, value in enumerate(_values(row, name_of)):
            if isinstance(value, datetime):
                sheet.write_datetime(place, column, value, moment)
            elif isinstance(value, Decimal):
                sheet.write_number(place, column, float(value), amount)
            else:
                sheet.write_string(place, column, str(value))


def _pieces(made: IO[bytes]) -> Iterator[bytes]:
    with made:
        made.seek(0)
        while piece := made.read(PIECE):
            yield piece


def _values(row: Row, name_of: NameOf) -> list[Any]:
    """The cells of a payment: moments in exam time, amounts in yuan, the rest text."""
    reason = row["reason"] or ""
    return [
        _local(row["paid_at"]),
        channel_words(row["channel"]).zh,
        row["order"],
        row["trade"],
        row["site"],
        Decimal(yuan(row["amount"])),
        SOURCES[row["source"]].zh,
        UNUSABLE[Unusable(reason)].zh if reason in set(Unusable) else reason,
        row["request"] or "",
        row["trouble"] or "",
        _local(row["returned_at"]) if row["returned_at"] else "",
        Decimal(yuan(row["returned"])) if row["returned"] is not None else "",
        name_of(row["clerk"]) if row["clerk"] else "",
        row["number"] or "",
    ]


def _local(at: datetime) -> datetime:
    """The wall clock where the exam is, to the second, as a spreadsheet keeps it."""
    return at.astimezone(EXAM_TIME).replace(tzinfo=None, microsecond=0)


def _of(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first moment of a day to the last of another, in UTC."""
    since = datetime.combine(first, time(), EXAM_TIME).astimezone(UTC)
    return since, datetime.combine(last + timedelta(days=1), time(), EXAM_TIME).astimezone(UTC)
