"""The counter on the page of a case: what is asked for, what is told, and the day's cash."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from uuid import uuid4

import pytest
from flask import Flask
from pypdf import PdfReader

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Status
from ncre.services.payment.counter_payments import CashTaken
from ncre.services.payment.revenue_report import as_csv
from tests.handlers.ground import Walker
from tests.support.people import REVIEWER, SITE, approved, somebody
from tests.web.staff_members import Visitor, hidden, office, reviewer


@pytest.fixture
def walker(container: Container) -> Walker:
    walker = Walker(container)
    walker.approved(("66",))
    return walker


@pytest.fixture
def li(container: Container, site: Flask) -> Visitor:
    return reviewer(container, site)


def case_of(walker: Walker) -> str:
    return f"/staff/cases/{walker.id}"


def take(li: Visitor, walker: Walker, **form: str) -> str:
    answer = li.post(f"{case_of(walker)}/counter", page=case_of(walker), **form)
    return answer.text if answer.status_code != 303 else li.get(answer.location)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("70", "应收 80.00 元，填写的是 70.00 元"),
        ("", "不是金额"),
        ("八十", "不是金额"),
        ("80.001", "不是金额"),
    ],
)
def test_the_clerk_says_what_was_taken_and_another_sum_is_not_recorded(
    li: Visitor, walker: Walker, amount: str, said: str
) -> None:
    text = take(li, walker, receipt="7", amount=amount)
    assert said in text
    assert 'value="7"' in text
    assert walker.stands.status is Status.APPROVED


def test_full_width_digits_are_digits(li: Visitor, walker: Walker) -> None:
    assert "现场缴费已登记" in take(li, walker, receipt="7", amount="８０.００")


def test_the_form_carries_what_its_page_showed_and_counts_once(li: Visitor, walker: Walker) -> None:
    form = hidden(li.get(case_of(walker)), f"{case_of(walker)}/counter")
    assert {"seen", "command_id"} <= set(form)
    form |= {"receipt": "7", "amount": "80"}
    for _ in range(2):
        assert li.send(f"{case_of(walker)}/counter", form).status_code == 303
    late = {**form, "receipt": "8", "command_id": str(uuid4())}
    answer = li.send(f"{case_of(walker)}/counter", late)
    assert answer.status_code == 409
    assert "请把 80.00 元当场退还给考生" in answer.text


def test_who_was_slower_hands_the_cash_back_on_the_page_of_the_case(
    container: Container, li: Visitor, walker: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_open_orders = container.checkout.close_open_orders

    def quicker(registration: object) -> None:
        """A colleague takes cash between this clerk's look and their click."""
        monkeypatch.setattr(container.checkout, "close_open_orders", close_open_orders)
        order = container.checkout.order_at
        monkeypatch.setattr(container.checkout, "order_at", lambda *asked: late(order, *asked))

    def late(order: object, *asked: object) -> object:
        opened = order(*asked)  # type: ignore[operator]
        monkeypatch.undo()
        container.counter_payments.take(
            CashTaken(registration=walker.id, receipt="1", amount=8000, actor=REVIEWER)
        )
        return opened

    monkeypatch.setattr(container.checkout, "close_open_orders", quicker)
    text = take(li, walker, receipt="2", amount="80")
    assert "这笔 80.00 元用不上（重复支付）。请当场退还给考生" in text
    assert "已在现场退还" in text
    done = li.post(f"{case_of(walker)}/handed-back", page=case_of(walker))
    assert done.status_code == 303
    text = li.get(case_of(walker))
    assert "80.00 元已于" in text
    assert "已在现场退还" not in text


def test_cash_of_another_case_or_site_is_not_handed_back_here(
    container: Container, site: Flask, li: Visitor, walker: Walker
) -> None:
    take(li, walker, receipt="7", amount="80")
    other = Walker(container)
    other.approved(("66",))
    page = li.get(case_of(other))
    form = {**hidden(page, f"{case_of(other)}/counter"), "trade": f"{SITE}-7"}
    assert li.send(f"{case_of(other)}/handed-back", form).status_code == 409
    far = reviewer(container, site, at="429901", name="yuanfang")
    assert far.send(f"{case_of(walker)}/handed-back", form).status_code in (400, 404)


def test_the_days_cash_is_shown_by_clerk(
    container: Container, site: Flask, li: Visitor, walker: Walker
) -> None:
    take(li, walker, receipt="7", amount="80")
    text = li.get("/staff/takings")
    assert f"{SITE} 武汉软件工程职业学院 · shenhe" in text
    assert "收款 80.00 元，退还 0.00 元，应有现金 80.00 元" in text
    assert "这一天没有现场收款" in li.get("/staff/takings?day=2027-01-04")
    assert "这一天没有现场收款" in reviewer(container, site, at="429901", name="yuanfang").get(
        "/staff/takings"
    )
    kaowu = office(container, site)
    for day in ("nonsense", "0001-01-01", "9999-12-31"):
        assert "请填写 2000 年至 2099 年的日期" in kaowu.get(f"/staff/takings?day={day}", expect=422)


def test_the_office_says_what_becomes_of_a_paid_fee(
    container: Container, site: Flask, walker: Walker
) -> None:
    walker.pays()
    kaowu, page = office(container, site), case_of(walker)
    answer = kaowu.post(f"{page}/cancel", page=page, why="停考")
    assert answer.status_code == 422
    assert "这份报名已缴费 80.00 元" in answer.text
    answer = kaowu.post(f"{page}/cancel", page=page, why="停考", money="refund")
    assert answer.status_code == 422
    assert "请写明退还或不退的理由" in answer.text
    answer = kaowu.post(f"{page}/cancel", page=page, why="停考", money="keep", money_why="x" * 501)
    assert answer.status_code == 422
    assert '<a href="#money_why">文字太长' in answer.text
    answer = kaowu.post(f"{page}/cancel", page=page, why="停考", money="refund", money_why="考点停考")
    assert answer.status_code == 303
    assert "费用将原路退回" in kaowu.get(page)
    assert container.worker.once().sent_back == 1


def test_the_clerk_stands_on_the_receipt_and_in_the_ledger(
    container: Container, site: Flask, li: Visitor
) -> None:
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    page = f"/staff/cases/{candidate.id}"
    assert li.post(f"{page}/counter", page=page, receipt="7", amount="160").status_code == 303
    printed = PdfReader(BytesIO(container.documents.receipt(candidate.id).pdf)).pages[0].extract_text()
    assert "经手人" in printed
    assert "shenhe" in printed
    assert ",shenhe" in office(container, site).get("/office/money/ledger.csv")


def test_a_long_number_is_kept_as_text_in_the_ledger(container: Container) -> None:
    walker = Walker(container)
    walker.paid(("66",))
    (row,) = container.revenue_report.rows(container.clock().date(), container.clock().date())
    number = "2027010522001412345678901234"
    cells = list(
        csv.reader(StringIO(b"".join(as_csv([row | {"trade": number}])).decode("utf-8-sig"), newline=""))
    )[1]
    assert cells[3] == f"{number}\t"
