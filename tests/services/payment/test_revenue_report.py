"""Money by day and counter, and the cells of the ledger as it is taken away."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook

from ncre.bootstrap import Container
from ncre.clients.payment_channel import NewsKind, NewsSource, PaymentNotification
from ncre.projections.payment import orders
from ncre.services.payment.revenue_report import BATCH_SIZE, COLUMNS, DayRevenue, as_csv, as_xlsx
from tests.handlers.ground import Walker
from tests.services.payment.test_notifications import cash
from tests.support.people import REVIEWER, SITE, TODAY, Clock

ROW: dict[str, Any] = {
    "paid_at": datetime(2027, 1, 5, 16, 30, 1, 999, UTC),
    "channel": "alipay",
    "order": "N1",
    "trade": "T1",
    "site": SITE,
    "amount": 8050,
    "source": "notice",
    "reason": None,
    "request": None,
    "trouble": None,
    "returned_at": None,
    "returned": None,
    "clerk": None,
    "number": "78420019000001",
}
BACK: dict[str, Any] = {
    "reason": "late",
    "request": "R1",
    "trouble": "NO_BALANCE",
    "returned_at": datetime(2027, 1, 6, 1, 0, tzinfo=UTC),
    "returned": 50,
    "clerk": "an id",
}


def cells(*rows: dict[str, Any]) -> list[list[str]]:
    text = b"".join(as_csv(rows, lambda clerk: f"name of {clerk}")).decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline="")))


def test_every_cell_of_a_payment_and_of_one_that_went_back() -> None:
    head, paid, back = cells(ROW, ROW | BACK)
    assert head == list(COLUMNS)
    assert [one.strip("\t") for one in paid] == [
        *("2027-01-06 00:30:01", "支付宝", "N1", "T1", SITE, "80.50", "支付平台通知"),
        *("", "", "", "", "", "", "78420019000001"),
    ]
    assert [one.strip("\t") for one in back[7:]] == [
        *("超过缴费期限", "R1", "NO_BALANCE", "2027-01-06 09:00:00", "0.50", "name of an id"),
        "78420019000001",
    ]


def test_a_reason_of_none_of_ours_and_money_without_a_registration_are_told_as_they_are() -> None:
    _, row = cells(ROW | {"reason": "orphan", "number": None, "returned": 0})
    assert (row[7], row[11], row[13]) == ("orphan", "0.00", "")


def test_a_workbook_has_the_same_as_moments_numbers_and_text() -> None:
    made = b"".join(as_xlsx([ROW, ROW | BACK], lambda clerk: f"name of {clerk}"))
    sheet = load_workbook(BytesIO(made)).active
    assert sheet.title == "收款与退款"
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert sheet["A2"].value.isoformat() == "2027-01-06T00:30:01"
    assert [cell.value for cell in sheet[2]][1:7] == ["支付宝", "N1", "T1", SITE, 80.5, "支付平台通知"]
    assert sheet["A2"].number_format == "yyyy-mm-dd hh:mm:ss"
    assert sheet["F2"].number_format == "#,##0.00"
    assert sheet["K3"].value.isoformat() == "2027-01-06T09:00:00"
    assert (sheet["L3"].value, sheet["M3"].value) == (0.5, "name of an id")
    assert (sheet.column_dimensions["A"].max, sheet.column_dimensions["A"].width > 17) == (14, True)


def test_names_are_looked_up_for_the_clerks_that_there_are_alone() -> None:
    asked: list[str] = []
    list(as_csv([ROW, ROW | BACK], lambda clerk: asked.append(clerk) or ""))
    assert asked == ["an id"]


def test_a_file_comes_in_portions_of_rows() -> None:
    pieces = list(as_csv([ROW] * (BATCH_SIZE + 1)))
    assert [piece.count(b"\r\n") for piece in pieces] == [1, BATCH_SIZE, 1]


def paid(container: Container) -> Walker:
    walker = Walker(container)
    walker.paid(("66",))
    return walker


def test_each_day_has_its_sums_and_days_without_money_are_there(container: Container, clock: Clock) -> None:
    paid(container)
    odd = Walker(container)
    odd.approved(("66",))
    odd.hears(odd.money("T-odd", amount=100))
    before, day, after = container.revenue_report.days(TODAY - timedelta(days=1), TODAY + timedelta(days=1))
    assert before == DayRevenue(date(2027, 1, 4), 0, 0, 0, {})
    assert after == DayRevenue(date(2027, 1, 6), 0, 0, 0, {})
    assert (day.day, day.count, day.received, day.back) == (TODAY, 2, 8100, 100)
    assert day.sites == {SITE: {"count": 2, "received": 8100, "back": 100}}


def test_the_ledger_of_a_day_ends_at_midnight_of_exam_time(container: Container, clock: Clock) -> None:
    clock.now = datetime(2027, 1, 5, 15, 59, 59, tzinfo=UTC)
    first = paid(container)
    clock.advance(seconds=1)
    second = paid(container)
    trades = {one: one.row["payment"]["trade"] for one in (first, second)}
    for day, found in ((TODAY, [first]), (TODAY + timedelta(days=1), [second])):
        rows = list(container.revenue_report.rows(day, day))
        assert [row["trade"] for row in rows] == [trades[one] for one in found]
    assert len(list(container.revenue_report.rows(TODAY, TODAY + timedelta(days=1)))) == 2


@pytest.mark.parametrize("sites", [None, frozenset({SITE})])
def test_a_drawer_has_what_each_clerk_took_and_handed_back(
    container: Container, clock: Clock, sites: frozenset[str] | None
) -> None:
    walkers = []
    for receipt in ("7", "8"):
        walker = Walker(container)
        walker.approved(("66",))
        container.counter_payments.take(cash(walker, receipt))
        walkers.append(walker)
    with container.database.reading() as connection:
        number = orders.of_registration(connection, walkers[0].id)[-1]["number"]
    again = PaymentNotification(
        NewsKind.PAID, "counter", number, "T-twice", "", 8000, clock(), NewsSource.COUNTER
    )
    container.payments.receive(again)
    clock.advance(days=1)
    container.counter_payments.hand_back("T-twice", REVIEWER)
    report = container.revenue_report
    taken = [(one.site, one.clerk, len(one.payments), one.cash) for one in report.drawers(TODAY, sites)]
    assert (SITE, REVIEWER.id, 2, 16000) in taken
    (back,) = report.drawers(TODAY + timedelta(days=1), sites)
    assert (back.site, back.clerk, back.taken, back.handed_back, back.cash) == (
        *(SITE, REVIEWER.id, 0, 8000, -8000),
    )
    assert [row["trade"] for row in back.returns] == ["T-twice"]
    assert report.drawers(TODAY, frozenset({"429901"})) == []
    assert report.drawers(TODAY - timedelta(days=1), sites) == []
