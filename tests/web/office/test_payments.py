"""收费管理: what the office and the auditor see of the money, and the files they take away."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO

import pytest
from flask import Flask
from openpyxl import load_workbook

from ncre.bootstrap import Container
from ncre.clients.payment_channel import NewsKind, NewsSource, PaymentNotification
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.registration.vocabulary import Role
from ncre.projections.payment import orders
from ncre.services.exports import spreadsheets
from ncre.services.payment.counter_payments import CashTaken
from ncre.services.payment.revenue_report import as_csv, as_xlsx
from tests.handlers.ground import Walker
from tests.support.people import REVIEWER, SITE, Clock, till_of
from tests.web.visitor import Visitor


@pytest.fixture
def kaowu(container: Container, site: Flask) -> Visitor:
    return staff(container, site, "kaowu", Role.OFFICE)


def staff(container: Container, site: Flask, name: str, role: Role) -> Visitor:
    container.accounts.add(name, f"a password of {name}", role, frozenset({SITE}))
    visitor = Visitor(site)
    visitor.signs_in(name)
    return visitor


def paid(container: Container) -> Walker:
    walker = Walker(container)
    walker.paid(("66",))
    return walker


def test_money_in_is_shown_by_day_and_site(container: Container, kaowu: Visitor) -> None:
    paid(container)
    odd = Walker(container)
    odd.approved(("66",))
    odd.hears(odd.money("T-odd", amount=100))
    kaowu.get("/office/money")
    for text in (
        "2027-01-05",
        "2 81.00 1.00",
        f"{SITE} 武汉软件工程职业学院 2 81.00 1.00",
        "1.00 元",
        "金额不符",
    ):
        assert text in " ".join(kaowu.text().split())
    assert kaowu.page.count('class="stayed"') == 14


def test_a_refund_in_trouble_says_what_the_channel_answered(container: Container, kaowu: Visitor) -> None:
    odd = Walker(container)
    odd.approved(("66",))
    odd.hears(odd.money("T-odd", amount=100))
    till_of(container).refuses_refunds = "NO_BALANCE"
    container.worker.once()
    kaowu.get("/office/money")
    assert "支付平台答复：NO_BALANCE，将继续申请" in kaowu.text()


def test_what_needs_a_person_is_listed(container: Container, kaowu: Visitor) -> None:
    container.payments.receive(
        PaymentNotification(
            NewsKind.PAID, "till", "N-UNKNOWN", "T1", "", 8000, container.clock(), NewsSource.NOTICE
        )
    )
    container.payments.handle_notification("till", {}, b"forged")
    kaowu.get("/office/money")
    assert "订单 N-UNKNOWN 不是本系统的" in kaowu.text()
    assert "到账信息 1 次（signature），均未采信" in kaowu.text()


def test_open_orders_and_compared_bills_are_listed(
    container: Container, clock: Clock, kaowu: Visitor
) -> None:
    walker = Walker(container)
    walker.approved(("66",))
    order = walker.opens()
    till_of(container).pay(order.number)
    kaowu.get("/office/money")
    assert order.number in kaowu.text()
    clock.advance(days=1)
    container.reconciliation.compare("till", container.clock().date().replace(day=5))
    kaowu.get("/office/money")
    assert "对账单有、本系统没有的收款（已补记）" in kaowu.text()


def test_money_owed_at_the_counter_is_handed_back_with_a_click(
    container: Container, clock: Clock, kaowu: Visitor
) -> None:
    other = Walker(container)
    other.approved(("66",))
    container.counter_payments.take(
        CashTaken(registration=other.id, receipt="1", amount=8000, actor=REVIEWER)
    )
    with container.database.reading() as connection:
        number = orders.of_registration(connection, other.id)[-1]["number"]
    container.payments.receive(
        PaymentNotification(NewsKind.PAID, "counter", number, "T-2", "", 8000, clock(), NewsSource.COUNTER)
    )
    kaowu.get("/office/money")
    assert "已在现场退还" in kaowu.text()
    kaowu.post("/office/money/returned", trade="T-2")
    kaowu.get("/office/money")
    assert "没有待退的款项" in kaowu.text()


def test_the_ledger_comes_as_csv_and_as_a_workbook(container: Container, kaowu: Visitor) -> None:
    walker = paid(container)
    trade = walker.row["payment"]["trade"]
    found = list(csv.reader(StringIO(kaowu.get("/office/money/ledger.csv").data.decode("utf-8-sig"))))
    assert found[1][3] == trade
    assert found[1][5] == "80.00"
    answer = kaowu.get("/office/money/ledger.xlsx")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="ncre-ledger-2026-12-23-2027-01-05.xlsx"'
    )
    sheet = load_workbook(BytesIO(answer.data)).active
    assert (sheet["D2"].value, sheet["F2"].value) == (trade, 80)
    assert sheet["A2"].is_date
    assert sheet["A2"].value.isoformat() == "2027-01-05T10:00:00"
    assert sheet["N2"].value == found[1][13].strip("\t") == walker.row["number"]
    kaowu.get("/office/money/ledger.exe", 303)


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_nothing_in_a_file_is_a_formula(container: Container, evil: str) -> None:
    paid(container)
    (row,) = container.revenue_report.rows(container.clock().date(), container.clock().date())
    row |= {"trade": evil}
    cells = list(csv.reader(StringIO(b"".join(as_csv([row])).decode("utf-8-sig"), newline="")))[1]
    assert cells[3] == f"'{evil}"
    cell = load_workbook(BytesIO(b"".join(as_xlsx([row])))).active["D2"]
    assert cell.data_type == "s"


def rows_counted(row: dict[str, object], number: int, read: list[int]) -> Iterator[dict[str, object]]:
    for place in range(number):
        read[0] = place + 1
        yield row


def test_a_ledger_is_sent_while_it_is_read(container: Container) -> None:
    """3.8 s of rows stood in memory before the first byte went out."""
    paid(container)
    (row,) = container.revenue_report.rows(container.clock().date(), container.clock().date())
    read = [0]
    pieces = as_csv(rows_counted(row, 10_000, read))
    next(pieces)
    next(pieces)
    assert read[0] < 1000
    assert sum(piece.count(b"\n") for piece in pieces) > 9000


def test_rows_beyond_one_sheet_go_to_the_next(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MOST_ON_A_SHEET", 4)
    paid(container)
    (row,) = container.revenue_report.rows(container.clock().date(), container.clock().date())
    for number, sheets in ((0, 1), (4, 1), (5, 2), (9, 3)):
        book = load_workbook(BytesIO(b"".join(as_xlsx([row] * number))))
        assert len(book.worksheets) == sheets
        assert sum(sheet.max_row - 1 for sheet in book.worksheets) == number


def test_the_sums_of_days_are_those_of_the_ledger(container: Container, clock: Clock) -> None:
    first = clock().date()
    for after in range(3):
        for _ in range(after):
            paid(container)
        odd = Walker(container)
        odd.approved(("66",))
        odd.hears(odd.money(f"T-{after}", amount=100))
        clock.advance(hours=17)
    last = clock().astimezone(EXAM_TIME).date()
    rows = list(container.revenue_report.rows(first, last))
    for day in container.revenue_report.days(first, last):
        own = [row for row in rows if row["paid_at"].astimezone(EXAM_TIME).date() == day.day]
        assert (day.count, day.received) == (len(own), sum(row["amount"] for row in own))
        assert day.back == sum(row["amount"] for row in own if row["request"])
    assert len(rows) == 6


def test_who_may_look_and_who_may_not(container: Container, site: Flask) -> None:
    auditor = staff(container, site, "shenji2", Role.AUDITOR)
    auditor.get("/office/money")
    assert "收费管理" in auditor.text()
    reviewer = staff(container, site, "shenhe9", Role.REVIEWER)
    reviewer.get("/office/money", 403)
    reviewer.get("/office/money/ledger.csv", 403)


@pytest.mark.parametrize(
    "day",
    ["x", "1900-01-01", "0001-01-01", "9999-12-31", "2027-02-30", "２０２７-01-01", "20270101", "1" * 5000],
)
@pytest.mark.parametrize("name", ["first", "last"])
@pytest.mark.parametrize("page", ["/office/money", "/office/money/ledger.csv", "/office/money/ledger.xlsx"])
def test_days_that_cannot_be_meant_are_told_at_their_field(
    kaowu: Visitor, page: str, name: str, day: str
) -> None:
    kaowu.get(f"{page}?{name}={day}", 422)
    if len(day) < 2000:
        assert f'<a href="#{name}">请填写 2000 年至 2099 年的日期' in kaowu.page


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?first=2027-01-09&last=2027-01-01", "开始日期晚于结束日期"),
        ("?first=2000-01-01", "一次最多 400 天"),
    ],
)
def test_a_period_that_is_inverted_or_too_long_is_told_and_no_file_is_made(
    kaowu: Visitor, query: str, told: str
) -> None:
    kaowu.get(f"/office/money{query}", 422)
    assert told in kaowu.text()
    answer = kaowu.get(f"/office/money/ledger.csv{query}", 422)
    assert answer.mimetype == "text/html"


def test_odd_days_do_no_harm(kaowu: Visitor) -> None:
    for query in (
        "?last=2099-12-31",
        "?first=&last=",
    ):
        kaowu.get(f"/office/money{query}")
        kaowu.get(f"/office/money/ledger.csv{query}")


def test_the_counter_is_on_the_page_of_a_case_that_can_be_paid(container: Container, site: Flask) -> None:
    reviewer = staff(container, site, "shenhe", Role.REVIEWER)
    walker = Walker(container)
    walker.approved(("66",))
    path = f"/staff/cases/{walker.id}"
    reviewer.get(path)
    reviewer.post(f"{path}/counter", 422, receipt="", amount="80.00")
    assert "请填写收据号" in reviewer.text()
    reviewer.post(f"{path}/counter", receipt="2027-1", amount="80")
    reviewer.get(path)
    assert "现场缴费已登记" in reviewer.text()
    assert walker.row["payment"]["trade"] == f"{SITE}-2027-1"
    assert "收据号" not in reviewer.text()
