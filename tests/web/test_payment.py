"""Paying: the last check, the stand-in till, and what is said when the channel says yes, no or nothing."""

from __future__ import annotations

import pytest
from flask import Flask

from ncre.bootstrap import House
from ncre.domain.lifecycle import Status
from ncre.gateways.payment import ChannelSilent, Order, Paid
from ncre.gateways.till import Till
from tests.people import LIQIANG, WENJING, Candidate, Clock, approved, somebody
from tests.web.visitor import Visitor, facts_of, row_of, signed_in


class SilentTill(Till):
    """A till whose line is down."""

    def open(self, order: Order) -> str:
        raise ChannelSilent

    def query(self, order: str) -> Paid | None:
        raise ChannelSilent


@pytest.fixture
def wenjing(house: House) -> Candidate:
    candidate = somebody(house)
    candidate.until_waiting()
    approved(house, candidate)
    return candidate


@pytest.fixture
def visitor(site: Flask, wenjing: Candidate) -> Visitor:
    return signed_in(site, wenjing)


def home(candidate: Candidate) -> str:
    return f"/registrations/{candidate.id}"


def to_the_till(candidate: Candidate, visitor: Visitor) -> str:
    visitor.get(f"{home(candidate)}/pay")
    till = visitor.post(f"{home(candidate)}/pay").headers["Location"]
    visitor.get(till)
    return till


def test_before_paying_everything_that_counts_is_shown_once_more(
    wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(f"{home(wenjing)}/pay")
    for text in (WENJING.name, "居民身份证", WENJING.document_typed, "66 ", "67 ", "160.00"):
        assert text in visitor.text()
    assert f"{home(wenjing)}/photo.jpg" in visitor.page
    assert "网上缴费成功后，无法修改报考信息" in visitor.text()


def test_the_till_shows_what_is_to_be_paid_and_that_it_is_a_test(
    wenjing: Candidate, visitor: Visitor
) -> None:
    to_the_till(wenjing, visitor)
    assert "模拟收银台" in visitor.text()
    assert "不会收取真实的钱" in visitor.text()
    assert "160.00 元" in visitor.text()
    assert "2027-01-06 10:00" in visitor.text()


def test_paying_settles_the_registration(house: House, wenjing: Candidate, visitor: Visitor) -> None:
    till = to_the_till(wenjing, visitor)
    back = visitor.post(f"{till}/pay")
    assert back.headers["Location"] == f"{home(wenjing)}/paid"
    visitor.get(back.headers["Location"])
    assert "支付完成：160.00 元，2027-01-05 10:00。" in visitor.text()
    assert row_of(house, wenjing.id)["status"] == Status.PAID


def test_paying_twice_at_the_till_is_one_payment(house: House, wenjing: Candidate, visitor: Visitor) -> None:
    till = to_the_till(wenjing, visitor)
    visitor.post(f"{till}/pay")
    visitor.post(f"{till}/pay")
    assert facts_of(house, wenjing.id)[-1] == "registration.payment_settled"
    assert "registration.payment_unusable" not in facts_of(house, wenjing.id)


def test_a_second_click_on_pay_finds_the_same_order(wenjing: Candidate, visitor: Visitor) -> None:
    assert to_the_till(wenjing, visitor) == to_the_till(wenjing, visitor)


def test_a_payment_that_fails_takes_nothing_and_can_be_tried_again(
    house: House, wenjing: Candidate, visitor: Visitor
) -> None:
    till = to_the_till(wenjing, visitor)
    visitor.get(visitor.post(f"{till}/fail").headers["Location"])
    assert "支付平台还没有收到这笔款项" in visitor.text()
    assert f'href="{home(wenjing)}/pay">重新支付' in visitor.page
    assert row_of(house, wenjing.id)["status"] == Status.APPROVED


def test_the_address_of_the_return_page_proves_nothing(
    house: House, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(f"{home(wenjing)}/paid?status=success&trade=1")
    assert "支付完成" not in visitor.text()
    assert row_of(house, wenjing.id)["status"] == Status.APPROVED


def test_money_whose_notice_got_lost_is_found_by_asking(
    house: House, wenjing: Candidate, visitor: Visitor
) -> None:
    till = to_the_till(wenjing, visitor)
    house.till.pay(till.split("/")[-1])
    visitor.get(home(wenjing))
    visitor.get(visitor.post(f"{home(wenjing)}/ask").headers["Location"])
    assert "支付完成" in visitor.text()
    assert row_of(house, wenjing.id)["status"] == Status.PAID


def test_the_channel_is_not_asked_again_within_ten_seconds(
    house: House, clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    till = to_the_till(wenjing, visitor)
    visitor.get(f"{home(wenjing)}/paid")
    house.till.pay(till.split("/")[-1])
    clock.advance(seconds=4)
    visitor.get(visitor.post(f"{home(wenjing)}/ask").headers["Location"])
    assert "刚刚向支付平台查询过，请 6 秒后再点击" in visitor.text()
    assert row_of(house, wenjing.id)["status"] == Status.APPROVED
    clock.advance(seconds=6)
    visitor.get(visitor.post(f"{home(wenjing)}/ask").headers["Location"])
    assert "支付完成" in visitor.text()


def test_a_silent_channel_is_told_plainly_and_nothing_is_concluded(
    house: House, clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(f"{home(wenjing)}/pay")
    house.money.channel = SilentTill(house.settings.till_url, clock)
    visitor.post(f"{home(wenjing)}/pay", 503)
    assert "支付平台暂时没有回应，没有扣款" in visitor.text()
    visitor.get(f"{home(wenjing)}/paid")
    assert "付款结果还不清楚" in visitor.text()
    assert row_of(house, wenjing.id)["status"] == Status.APPROVED


def test_after_the_deadline_neither_the_page_nor_the_till_takes_money(
    house: House, clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    till = to_the_till(wenjing, visitor)
    clock.advance(hours=25)
    visitor.post(f"{till}/pay", 409)
    assert "订单已关闭或已过期，没有扣款" in visitor.text()
    visitor.get(f"{home(wenjing)}/pay", 409)
    assert row_of(house, wenjing.id)["status"] == Status.APPROVED


def test_what_is_paid_is_not_paid_again(wenjing: Candidate, visitor: Visitor) -> None:
    wenjing.pays()
    visitor.get(f"{home(wenjing)}/pay", 409)
    assert "没有需要支付或退回的款项" in visitor.text()


def test_the_till_opens_to_the_owner_of_the_order_alone(
    house: House, site: Flask, wenjing: Candidate, visitor: Visitor
) -> None:
    till = to_the_till(wenjing, visitor)
    other = signed_in(site, somebody(house, "liqiang", LIQIANG))
    other.get(till, 404)
    for action in ("pay", "fail"):
        other.get("/agreement")
        other.post(f"{till}/{action}", 404)
    other.get("/till/NOSUCHORDER", 404)
    assert row_of(house, wenjing.id)["status"] == Status.APPROVED


def test_where_the_site_does_not_review_payment_follows_the_photo(house: House, site: Flask) -> None:
    liqiang = somebody(house, "liqiang", LIQIANG)
    liqiang.agrees()
    liqiang.fills()
    liqiang.submits("429901", ("14",))
    visitor = signed_in(site, liqiang)
    visitor.get(f"{home(liqiang)}/pay", 409)
    liqiang.uploads()
    visitor.get(home(liqiang))
    assert f'href="{home(liqiang)}/pay">下一步：核对缴费' in visitor.page
    visitor.post(f"{to_the_till(liqiang, visitor)}/pay")
    assert row_of(house, liqiang.id)["status"] == Status.PAID
