"""Paying: the last check, the way to the channel, and what is said when it says yes, no or nothing."""

from __future__ import annotations

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.payment.orders import GRACE
from ncre.domain.registration.commands import Cancel, PaidFee, Withdraw
from ncre.domain.registration.vocabulary import Status
from ncre.services.payment.counter_payments import CashTaken
from tests.support.people import (
    KEEPING,
    LIQIANG,
    OFFICE,
    REVIEWER,
    WENJING,
    Candidate,
    Clock,
    approved,
    rejected,
    somebody,
    till_of,
)
from tests.web.visitor import ORIGIN, Visitor, facts_of, row_of, signed_in


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    return candidate


def home(candidate: Candidate) -> str:
    return f"/registrations/{candidate.id}"


def to_the_till(candidate: Candidate, visitor: Visitor) -> str:
    """As far as the page that leads to the channel; the number of the order."""
    visitor.get(f"{home(candidate)}/pay")
    leaving = visitor.post(f"{home(candidate)}/pay").headers["Location"]
    visitor.get(leaving)
    return leaving.rsplit("/", 1)[-1]


def test_before_paying_everything_that_counts_is_shown_once_more(
    wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(f"{home(wenjing)}/pay")
    for text in (WENJING.name, "居民身份证", WENJING.document_typed, "66 ", "67 ", "160.00"):
        assert text in visitor.text()
    assert f"{home(wenjing)}/photo.jpg" in visitor.page
    assert "网上缴费成功后，无法修改报考信息" in visitor.text()


def test_a_page_of_ours_leads_on_to_the_channel_and_says_what_is_to_be_paid(
    wenjing: Candidate, visitor: Visitor
) -> None:
    order = to_the_till(wenjing, visitor)
    assert "正在跳转" in visitor.text()
    assert order in visitor.text()
    assert "160.00 元" in visitor.text()
    assert "2027-01-06 10:00" in visitor.text()
    address = f"https://till.example/{order}?back={ORIGIN}{home(wenjing)}/paid"
    assert f'content="0;url={address}">' in visitor.page
    assert f'<a class="button" href="{address}">' in visitor.page


def test_the_order_is_recorded_before_anybody_leaves(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    till_of(container).silent = True
    visitor.get(f"{home(wenjing)}/pay")
    leaving = visitor.post(f"{home(wenjing)}/pay").headers["Location"]
    assert container.checkout.found(leaving.rsplit("/", 1)[-1]) is not None
    visitor.get(leaving, 503)
    assert "支付平台暂时没有回应，没有扣款" in visitor.text()


def test_paying_settles_the_registration(container: Container, wenjing: Candidate, visitor: Visitor) -> None:
    till_of(container).pay(to_the_till(wenjing, visitor))
    visitor.get(f"{home(wenjing)}/paid")
    assert "支付完成：160.00 元，2027-01-05 10:00。" in visitor.text()
    assert row_of(container, wenjing.id)["status"] == Status.PAID


def test_a_notice_settles_without_anybody_signed_in(
    container: Container, site: Flask, wenjing: Candidate, visitor: Visitor
) -> None:
    order = to_the_till(wenjing, visitor)
    till_of(container).pay(order)
    stranger = site.test_client()
    for _ in range(2):
        answer = stranger.post("/notices/till", data=order)
        assert (answer.status_code, answer.text) == (200, "success")
        assert "Set-Cookie" not in answer.headers
    assert facts_of(container, wenjing.id)[-1] == "registration.payment_settled"
    assert facts_of(container, wenjing.id).count("registration.payment_settled") == 1


def test_a_forged_notice_changes_nothing(
    container: Container, site: Flask, wenjing: Candidate, visitor: Visitor
) -> None:
    to_the_till(wenjing, visitor)
    stranger = site.test_client()
    assert stranger.post("/notices/till", data="N0").text == "failure"
    assert stranger.post("/notices/no-such-channel", data="N0").status_code == 404
    assert row_of(container, wenjing.id)["status"] == Status.APPROVED


def test_a_second_click_on_pay_finds_the_same_order(wenjing: Candidate, visitor: Visitor) -> None:
    assert to_the_till(wenjing, visitor) == to_the_till(wenjing, visitor)


def test_who_comes_back_without_paying_reads_so_and_can_try_again(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    to_the_till(wenjing, visitor)
    visitor.get(f"{home(wenjing)}/paid")
    assert "支付平台回答：订单已打开，还没有支付" in visitor.text()
    assert f'href="{home(wenjing)}/pay">重新支付' in visitor.page
    assert row_of(container, wenjing.id)["status"] == Status.APPROVED


def test_who_never_opened_an_order_reads_so(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(f"{home(wenjing)}/paid")
    assert "您还没有打开过支付订单" in visitor.text()


def test_the_address_of_the_return_page_proves_nothing(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(f"{home(wenjing)}/paid?trade_status=TRADE_SUCCESS&total_amount=160.00")
    assert "支付完成" not in visitor.text()
    assert row_of(container, wenjing.id)["status"] == Status.APPROVED


def test_the_channel_is_not_asked_again_within_ten_seconds(
    container: Container, clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    order = to_the_till(wenjing, visitor)
    visitor.get(f"{home(wenjing)}/paid")
    till_of(container).pay(order)
    clock.advance(seconds=4)
    visitor.get(visitor.post(f"{home(wenjing)}/ask").headers["Location"])
    assert "刚刚向支付平台查询过，请 6 秒后再点击" in visitor.text()
    assert row_of(container, wenjing.id)["status"] == Status.APPROVED
    assert "支付平台回答：订单已打开，还没有支付" in visitor.text()
    clock.advance(seconds=6)
    visitor.get(visitor.post(f"{home(wenjing)}/ask").headers["Location"])
    assert "支付完成" in visitor.text()


def test_a_silent_channel_is_told_plainly_and_nothing_is_concluded(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    to_the_till(wenjing, visitor)
    till_of(container).silent = True
    visitor.get(f"{home(wenjing)}/paid")
    assert "支付结果还不清楚" in visitor.text()
    assert row_of(container, wenjing.id)["status"] == Status.APPROVED


def test_after_the_deadline_nobody_is_led_to_the_channel(
    container: Container, clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    order = to_the_till(wenjing, visitor)
    clock.advance(hours=25)
    visitor.get(f"{home(wenjing)}/pay/{order}", 409)
    visitor.get(f"{home(wenjing)}/pay", 409)
    assert row_of(container, wenjing.id)["status"] == Status.APPROVED


def test_in_the_grace_after_the_deadline_it_is_said_that_the_channel_is_still_asked(
    container: Container, clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    order = to_the_till(wenjing, visitor)
    clock.advance(hours=24, seconds=GRACE)
    container.worker.once()
    assert row_of(container, wenjing.id)["status"] == Status.APPROVED
    for page, status in (("", 200), ("/paid", 200), ("/pay", 409)):
        visitor.get(f"{home(wenjing)}{page}", status)
        assert "缴费期限已于 2027-01-06 10:00 截止，我们仍在向支付平台查询" in visitor.text()
    visitor.get(f"{home(wenjing)}/pay/{order}", 409)
    assert "我们仍在向支付平台查询" in visitor.text()
    visitor.get(home(wenjing))
    assert "下一步：核对并支付" not in visitor.text()
    visitor.get("/language/en?next=/", 302)
    visitor.get(f"{home(wenjing)}/pay", 409)
    assert "we are still asking the payment platform whether you paid" in visitor.text()
    clock.advance(seconds=2)
    container.worker.once()
    assert row_of(container, wenjing.id)["status"] == Status.LAPSED


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("agrees", "请先填写基本信息"),
        ("fills", "请先选择考点和科目并提交"),
        ("submits", "请先上传照片"),
        ("uploads", "请先申请信息审核，通过后才能缴费"),
        ("requests_review", "审核通过后才能缴费"),
        ("rejected", "请按审核未通过的原因修改"),
        ("withdrawn", "您已放弃这份报名"),
        ("lapsed", "超过期限没有完成"),
    ],
)
def test_who_has_nothing_to_pay_is_told_why(
    container: Container, site: Flask, clock: Clock, until: str, said: str
) -> None:
    liqiang = somebody(container, "liqiang", LIQIANG)
    visitor = signed_in(site, liqiang)
    for step in ("agrees", "fills", "submits", "uploads", "requests_review"):
        getattr(liqiang, step)()
        if step == until:
            break
    if until == "rejected":
        rejected(container, liqiang)
    if until in ("withdrawn", "lapsed"):
        approved(container, liqiang)
    if until == "withdrawn":
        liqiang.does(Withdraw)
    if until == "lapsed":
        clock.advance(hours=25)
        container.worker.once()
    visitor.get(f"{home(liqiang)}/pay", 409)
    assert said in visitor.text()
    assert "没有需要支付" not in visitor.text()


def test_who_was_cancelled_after_paying_reads_what_becomes_of_the_money(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.pays()
    visitor.get(home(wenjing))
    assert "下载缴费凭证" in visitor.text()
    container.changes.carry_out(
        Cancel(
            registration=wenjing.id,
            actor=OFFICE,
            reason="考点停考",
            money=PaidFee.REFUND,
            money_reason="不是考生的原因",
        )
    )
    for page in ("/paid", ""):
        visitor.get(f"{home(wenjing)}{page}")
        assert "报名成功" not in visitor.text().split("办理记录")[0]
        assert "160.00 元" in visitor.text()
        assert "将原路退回，无需您申请" in visitor.text()
        assert "下载缴费凭证" not in visitor.text()
        assert "打印下载报名登记表" not in visitor.text()
    till_of(container).refuses_refunds = "BALANCE"
    container.worker.once()
    visitor.get(f"{home(wenjing)}/paid")
    assert "支付平台暂时没有受理，我们会一直申请到退回为止" in visitor.text()
    till_of(container).refuses_refunds = ""
    assert isinstance(container.clock, Clock)
    container.clock.advance(minutes=2)
    container.worker.once()
    for page in ("/paid", ""):
        visitor.get(f"{home(wenjing)}{page}")
        assert "已于 2027-01-05 10:02 原路退回" in visitor.text()


def test_a_fee_that_is_kept_is_said_with_its_reason(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.pays()
    container.changes.carry_out(Cancel(registration=wenjing.id, actor=OFFICE, reason="冒名", **KEEPING))
    for page in ("/paid", ""):
        visitor.get(f"{home(wenjing)}{page}")
        assert "已缴的 160.00 元按缴费后不退的规定不退：缴费后不退。" in visitor.text()


def test_only_the_page_that_leads_out_says_where_it_comes_from(wenjing: Candidate, visitor: Visitor) -> None:
    order = to_the_till(wenjing, visitor)
    leaving = visitor.get(f"{home(wenjing)}/pay/{order}")
    assert leaving.headers["Referrer-Policy"] == "origin"
    for page in ("", "/pay", "/paid"):
        assert visitor.get(f"{home(wenjing)}{page}").headers["Referrer-Policy"] == "same-origin"


def test_what_is_paid_is_not_paid_again(wenjing: Candidate, visitor: Visitor) -> None:
    order = to_the_till(wenjing, visitor)
    wenjing.pays()
    visitor.get(f"{home(wenjing)}/pay", 409)
    assert "现在不能支付。支付完成：160.00 元，2027-01-05 10:00。报名成功" in visitor.text()
    assert visitor.get(f"{home(wenjing)}/pay/{order}", 303).headers["Location"] == f"{home(wenjing)}/paid"


def test_an_order_leads_only_its_owner_to_the_channel(
    container: Container, site: Flask, wenjing: Candidate, visitor: Visitor
) -> None:
    order = to_the_till(wenjing, visitor)
    liqiang = somebody(container, "liqiang", LIQIANG)
    liqiang.until_waiting()
    other = signed_in(site, liqiang)
    other.get(f"{home(wenjing)}/pay/{order}", 404)
    other.get(f"{home(liqiang)}/pay/{order}", 404)
    visitor.get(f"{home(wenjing)}/pay/NOSUCHORDER", 404)


def test_the_receipt_is_there_once_the_fee_is_paid(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(f"{home(wenjing)}/receipt.pdf", 409)
    wenjing.pays()
    answer = visitor.get(f"{home(wenjing)}/receipt.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")


def test_where_nothing_is_open_online_the_page_sends_to_the_counter(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    vars(container.payments)["channels"] = {}
    visitor.get(f"{home(wenjing)}/pay")
    assert "到考点现场缴费" in visitor.text()
    container.counter_payments.take(
        CashTaken(registration=wenjing.id, receipt="7", amount=16000, actor=REVIEWER)
    )
    visitor.get(f"{home(wenjing)}/paid")
    assert "支付完成：160.00 元" in visitor.text()


def test_where_the_site_does_not_review_payment_follows_the_photo(container: Container, site: Flask) -> None:
    liqiang = somebody(container, "liqiang", LIQIANG)
    liqiang.agrees()
    liqiang.fills()
    liqiang.submits("429901", ("14",))
    visitor = signed_in(site, liqiang)
    visitor.get(f"{home(liqiang)}/pay", 409)
    liqiang.uploads()
    visitor.get(home(liqiang))
    assert f'href="{home(liqiang)}/pay">下一步：核对并支付' in visitor.page
    till_of(container).pay(to_the_till(liqiang, visitor))
    visitor.get(f"{home(liqiang)}/paid")
    assert row_of(container, liqiang.id)["status"] == Status.PAID
