"""WeChat Pay behind the same port: what it says becomes news, and an independent client agrees about signatures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType

from ncre.clients.payment_channel import (
    ChannelRefused,
    ChannelUnavailable,
    Device,
    NewsKind,
    NewsSource,
    NoticeRefused,
    Order,
    PaymentNotification,
    Refund,
    State,
)
from ncre.clients.rsa_signing import KeyUnusable
from ncre.clients.wechat import WeChat, WeChatTerms
from ncre.stand_ins.alipay import KeyPair, keys_in
from tests.clients.wechat_stand_in import API_KEY, WeChatStandIn, terms_at
from tests.stand_ins.market import serving
from tests.support.people import Clock

NUMBER = "N0WECHAT0000000000000000000W01"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[KeyPair, KeyPair]:
    folder = tmp_path_factory.mktemp("wechat")
    return keys_in(folder, "wechat"), keys_in(folder, "merchant")


@pytest.fixture
def far(keys: tuple[KeyPair, KeyPair], clock: Clock) -> WeChatStandIn:
    return WeChatStandIn(keys[0].private, keys[1].public, API_KEY, clock)


@pytest.fixture
def terms(far: WeChatStandIn, keys: tuple[KeyPair, KeyPair]) -> Iterator[WeChatTerms]:
    with serving(far.site) as address:
        yield terms_at(address, *keys)


@pytest.fixture
def wechat(terms: WeChatTerms, clock: Clock) -> WeChat:
    return WeChat(terms, clock)


@pytest.fixture
def order(clock: Clock) -> Order:
    return Order(NUMBER, 8000, "2027年3月全国计算机等级考试 & 测试", clock() + timedelta(hours=1))


def news(clock: Clock, source: NewsSource, **changed: Any) -> PaymentNotification:
    return replace(
        PaymentNotification(NewsKind.PAID, "wechat", NUMBER, f"42{NUMBER}", "", 8000, clock(), source),
        **changed,
    )


def trade_of(far: WeChatStandIn) -> dict[str, Any]:
    return {name: value for name, value in far.trades[NUMBER].items() if name != "asked"}


def test_other_screens_show_a_code_and_phones_a_page(wechat: WeChat, order: Order) -> None:
    code = wechat.open(order, Device.DESKTOP, "https://ncre.example/back").code
    assert code.startswith("weixin://wxpay/bizpayurl?pr=")
    assert wechat.open(order, Device.DESKTOP, "").code == code
    page = wechat.open(
        replace(order, number="N2"), Device.PHONE, "https://ncre.example/b?a=1", "203.0.113.9"
    ).address
    assert page.endswith("&redirect_url=https%3A%2F%2Fncre.example%2Fb%3Fa%3D1")


def test_a_trade_is_unknown_then_open_then_paid(
    wechat: WeChat, far: WeChatStandIn, order: Order, clock: Clock
) -> None:
    assert wechat.query(NUMBER).state is State.UNKNOWN
    assert wechat.close(NUMBER).state is State.UNKNOWN
    wechat.open(order, Device.DESKTOP, "")
    assert wechat.query(NUMBER).state is State.WAITING
    far.pay(NUMBER)
    answer = wechat.query(NUMBER)
    assert (answer.state, answer.news) == (State.PAID, (news(clock, NewsSource.QUERY),))
    assert wechat.close(NUMBER).news == answer.news
    with pytest.raises(ChannelRefused, match="ORDERPAID"):
        wechat.open(order, Device.DESKTOP, "")


def test_a_closed_trade_is_closed(wechat: WeChat, order: Order) -> None:
    wechat.open(order, Device.DESKTOP, "")
    assert wechat.close(NUMBER).state is State.CLOSED
    assert wechat.query(NUMBER).state is State.CLOSED


def test_a_refund_is_pending_until_it_has_gone(
    wechat: WeChat, far: WeChatStandIn, order: Order, clock: Clock
) -> None:
    wechat.open(order, Device.DESKTOP, "")
    far.pay(NUMBER)
    refund = Refund(NUMBER, f"42{NUMBER}", "R1", 8000, 8000, "duplicate")
    assert wechat.refunded(refund) is None
    far.pending = True
    assert wechat.refund(refund) is None
    assert wechat.refunded(refund) is None
    far.pending = False
    gone = news(clock, NewsSource.REFUND, kind=NewsKind.RETURNED, reference="R1")
    assert wechat.refund(refund) == gone
    assert wechat.refunded(refund) == gone
    assert len(far.refunds) == 1


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "NOT_ENOUGH", ChannelRefused),
        (500, "SYSTEM_ERROR", ChannelUnavailable),
        (429, "FREQUENCY_LIMITED", ChannelUnavailable),
    ],
)
def test_a_no_is_told_from_silence(
    wechat: WeChat, far: WeChatStandIn, status: int, code: str, error: type[Exception]
) -> None:
    far.answers = [(status, {"code": code, "message": "…"})]
    with pytest.raises(error):
        wechat.refund(Refund(NUMBER, "42", "R1", 1, 1, "duplicate"))


def test_notices_tell_payment_and_refund(
    wechat: WeChat, far: WeChatStandIn, order: Order, clock: Clock
) -> None:
    wechat.open(order, Device.DESKTOP, "")
    far.pay(NUMBER)
    assert wechat.notice(*far.notice("TRANSACTION.SUCCESS", trade_of(far))) == (
        news(clock, NewsSource.NOTICE),
    )
    back = {
        "mchid": "1900000001",
        "out_trade_no": NUMBER,
        "transaction_id": f"42{NUMBER}",
        "out_refund_no": "R1",
        "refund_status": "SUCCESS",
        "success_time": far.now(),
        "amount": {"total": 8000, "refund": 8000},
    }
    told = wechat.notice(*far.notice("REFUND.SUCCESS", back))
    assert told == (news(clock, NewsSource.NOTICE, kind=NewsKind.RETURNED, reference="R1"),)
    for event in ("REFUND.ABNORMAL", "REFUND.CLOSED", "TRANSACTION.PAY_BACK", "COUPON.USE"):
        (other,) = wechat.notice(*far.notice(event, back))
        assert (other.kind, other.amount, other.trade) == (NewsKind.OTHER, 8000, f"42{NUMBER}")
        assert other.word.startswith(event)


def test_a_transaction_notice_that_tells_of_no_payment_is_for_a_person(
    wechat: WeChat, far: WeChatStandIn, order: Order
) -> None:
    wechat.open(order, Device.DESKTOP, "")
    (other,) = wechat.notice(*far.notice("TRANSACTION.SUCCESS", trade_of(far)))
    assert (other.kind, other.word) == (NewsKind.OTHER, "TRANSACTION.SUCCESS NOTPAY")


def test_a_box_without_associated_data_is_opened(wechat: WeChat, far: WeChatStandIn, order: Order) -> None:
    wechat.open(order, Device.DESKTOP, "")
    far.pay(NUMBER)
    for data in (None, ""):
        (paid,) = wechat.notice(*far.notice("TRANSACTION.SUCCESS", trade_of(far), data))
        assert paid.kind is NewsKind.PAID


def test_several_keys_stand_beside_each_other_while_wechat_changes_its_own(
    far: WeChatStandIn,
    keys: tuple[KeyPair, KeyPair],
    terms: WeChatTerms,
    clock: Clock,
    order: Order,
    tmp_path: Path,
) -> None:
    new = keys_in(tmp_path, "new")
    wechat = WeChat(replace(terms, other_keys={"PUB_KEY_ID_2": new.public}), clock)
    wechat.open(order, Device.DESKTOP, "")
    far.pay(NUMBER)
    assert wechat.notice(*far.notice("TRANSACTION.SUCCESS", trade_of(far)))
    far.change_key(new.private, "PUB_KEY_ID_2", new.public)
    assert wechat.notice(*far.notice("TRANSACTION.SUCCESS", trade_of(far)))
    assert wechat.query(NUMBER).state is State.PAID
    assert far.asked_for_certificates == 0


def test_an_unknown_key_is_asked_for_once_and_taken(
    far: WeChatStandIn, wechat: WeChat, order: Order, tmp_path: Path
) -> None:
    wechat.open(order, Device.DESKTOP, "")
    far.pay(NUMBER)
    new = keys_in(tmp_path, "new")
    far.change_key(new.private, "7132D72A03E93CDDF8C03BBD1F37EEDF00000000", new.public)
    for _ in range(2):
        assert wechat.notice(*far.notice("TRANSACTION.SUCCESS", trade_of(far)))
    assert far.asked_for_certificates == 1


def test_a_certificate_that_was_renewed_under_its_number_is_asked_for_on_a_bad_signature(
    far: WeChatStandIn, wechat: WeChat, order: Order, clock: Clock, tmp_path: Path
) -> None:
    wechat.open(order, Device.DESKTOP, "")
    far.pay(NUMBER)
    first, second = keys_in(tmp_path, "first"), keys_in(tmp_path, "second")
    far.change_key(first.private, "SERIAL", first.public)
    assert wechat.notice(*far.notice("TRANSACTION.SUCCESS", trade_of(far)))
    far.change_key(second.private, "SERIAL", second.public)
    clock.advance(minutes=1)
    assert wechat.notice(*far.notice("TRANSACTION.SUCCESS", trade_of(far)))
    assert far.asked_for_certificates == 2


def test_nobody_makes_us_ask_for_keys_without_end(
    far: WeChatStandIn, wechat: WeChat, order: Order, clock: Clock
) -> None:
    wechat.open(order, Device.DESKTOP, "")
    headers, body = far.notice("TRANSACTION.SUCCESS", trade_of(far))
    for number in range(20):
        with pytest.raises(NoticeRefused):
            wechat.notice({**headers, "Wechatpay-Serial": f"PUB_KEY_ID_{number}"}, body)
        with pytest.raises(NoticeRefused):
            wechat.notice(headers, body + b" ")
    assert far.asked_for_certificates == 1


def test_certificates_that_somebody_else_made_up_are_not_taken(
    far: WeChatStandIn, wechat: WeChat, order: Order, tmp_path: Path
) -> None:
    wechat.open(order, Device.DESKTOP, "")
    new = keys_in(tmp_path, "new")
    far.change_key(new.private, "SERIAL", new.public)
    far.forge = True  # the list is signed with a key that is not in it
    with pytest.raises(NoticeRefused):
        wechat.notice(*far.notice("TRANSACTION.SUCCESS", trade_of(far)))
    far.forge = False
    assert far.asked_for_certificates == 1


def test_a_known_number_is_refused_with_other_parameters_and_the_terms_say_so(
    wechat: WeChat, order: Order
) -> None:
    wechat.open(order, Device.DESKTOP, "")
    wechat.open(order, Device.DESKTOP, "https://ncre.example/elsewhere")
    own = wechat.terms(order, Device.DESKTOP)
    for device, payer in ((Device.PHONE, "203.0.113.7"), (Device.WECHAT, "openid-1")):
        with pytest.raises(ChannelRefused, match="OUT_TRADE_NO_USED"):
            wechat.open(order, device, "", payer)
        assert wechat.terms(order, device, payer) != own
    for other in (replace(order, title="another"), replace(order, expires=order.expires + timedelta(1))):
        with pytest.raises(ChannelRefused, match="OUT_TRADE_NO_USED"):
            wechat.open(other, Device.DESKTOP, "")
        assert wechat.terms(other, Device.DESKTOP) != own
    assert wechat.terms(replace(order, number="N1"), Device.DESKTOP, "203.0.113.8") == own
    phone = wechat.terms(order, Device.PHONE, "203.0.113.7")
    assert wechat.terms(order, Device.PHONE, "203.0.113.8") != phone
    assert max(len(own), len(phone)) <= 40


def test_a_notice_that_is_not_its_own_is_refused(
    wechat: WeChat, far: WeChatStandIn, order: Order, terms: WeChatTerms, clock: Clock
) -> None:
    wechat.open(order, Device.DESKTOP, "")
    far.pay(NUMBER)
    said = trade_of(far)
    headers, body = far.notice("TRANSACTION.SUCCESS", said)
    other_box = WeChat(replace(terms, api_key="f" * 32), clock)
    for why, act in {
        "signature": lambda: wechat.notice(headers, body.replace(b"SUCCESS", b"SUCCEED")),
        "serial": lambda: wechat.notice({**headers, "Wechatpay-Serial": "PUB_KEY_ID_1"}, body),
        "merchant": lambda: wechat.notice(*far.notice("TRANSACTION.SUCCESS", {**said, "mchid": "2"})),
        "app": lambda: wechat.notice(*far.notice("TRANSACTION.SUCCESS", {**said, "appid": "wx2"})),
        "unreadable": lambda: wechat.notice(
            *far.notice("TRANSACTION.SUCCESS", {**said, "success_time": "soon"})
        ),
        "box": lambda: other_box.notice(headers, body),
    }.items():
        with pytest.raises(NoticeRefused) as refused:
            act()
        assert refused.value.why == why


@pytest.mark.parametrize(
    "absurd",
    [
        {"success_time": "0001-01-01T00:00:00+08:00"},
        {"success_time": "9999-12-31T23:59:59-08:00"},
        {"success_time": "2027-01-05T10:00:00"},
        {"amount": {"total": "８０００"}},
        {"amount": {"total": "8000"}},
        {"amount": {"total": 8000.5}},
        {"amount": {"total": True}},
        {"amount": {"total": -1}},
        {"amount": {"total": 10**30}},
        {"transaction_id": "4" * 5000},
        {"transaction_id": ""},
        {"transaction_id": "4\x002"},
        {"out_trade_no": "N" * 65},
    ],
)
def test_a_signed_notice_of_what_nobody_can_mean_is_refused(
    wechat: WeChat, far: WeChatStandIn, order: Order, absurd: dict[str, Any]
) -> None:
    wechat.open(order, Device.DESKTOP, "")
    far.pay(NUMBER)
    with pytest.raises(NoticeRefused, match="unreadable"):
        wechat.notice(*far.notice("TRANSACTION.SUCCESS", {**far.trades[NUMBER], **absurd}))


@pytest.mark.parametrize(("minutes", "taken"), [(4, True), (6, False), (-6, False)])
def test_an_old_notice_is_refused(
    wechat: WeChat, far: WeChatStandIn, order: Order, clock: Clock, minutes: int, taken: bool
) -> None:
    wechat.open(order, Device.DESKTOP, "")
    far.pay(NUMBER)
    notice = far.notice("TRANSACTION.SUCCESS", trade_of(far))
    clock.advance(minutes=minutes)
    if taken:
        assert wechat.notice(*notice)
    else:
        with pytest.raises(NoticeRefused, match="stale"):
            wechat.notice(*notice)


def test_an_answer_with_a_wrong_signature_is_silence(
    wechat: WeChat, far: WeChatStandIn, order: Order
) -> None:
    far.forge = True
    with pytest.raises(ChannelUnavailable, match="signature"):
        wechat.open(order, Device.DESKTOP, "")


def test_the_bill_tells_payments_and_refunds(
    wechat: WeChat, far: WeChatStandIn, order: Order, clock: Clock
) -> None:
    wechat.open(order, Device.DESKTOP, "")
    far.pay(NUMBER)
    wechat.refund(Refund(NUMBER, f"42{NUMBER}", "R1", 100, 8000, "duplicate"))
    paid, back = wechat.bill(clock().date())
    assert paid == news(clock, NewsSource.BILL)
    assert back == news(clock, NewsSource.BILL, kind=NewsKind.RETURNED, reference="R1", amount=100)


def test_the_wrong_key_is_noticed_at_the_start(
    terms: WeChatTerms, keys: tuple[KeyPair, KeyPair], clock: Clock
) -> None:
    with pytest.raises(KeyUnusable, match="merchant's own"):
        WeChat(replace(terms, wechat_key=keys[1].public), clock)
    with pytest.raises(KeyUnusable, match="32 characters"):
        WeChat(replace(terms, api_key="short"), clock)


def independent(terms: WeChatTerms) -> WeChatPay:
    """Somebody else's client for the same merchant."""
    client = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=terms.mchid,
        private_key=terms.private_key,
        cert_serial_no=terms.serial,
        appid=terms.appid,
        apiv3_key=terms.api_key,
        notify_url=terms.notify_url,
        public_key=terms.wechat_key,
        public_key_id=terms.wechat_key_id,
    )
    client._core._gate_way = terms.gateway
    return client


def test_an_independent_client_is_answered_where_ours_is(
    terms: WeChatTerms, wechat: WeChat, far: WeChatStandIn, order: Order
) -> None:
    client = independent(terms)
    status, said = client.pay(
        description=order.title,
        out_trade_no=NUMBER,
        amount={"total": 8000, "currency": "CNY"},
        time_expire=order.expires.astimezone(ZoneInfo("Asia/Shanghai")).isoformat(timespec="seconds"),
    )
    assert (status, json.loads(said)) == (200, {"code_url": wechat.open(order, Device.DESKTOP, "").code})
    far.pay(NUMBER)
    status, said = client.query(out_trade_no=NUMBER)
    assert json.loads(said)["transaction_id"] == wechat.query(NUMBER).news[0].trade


def test_an_independent_client_opens_the_notices_that_ours_opens(
    terms: WeChatTerms, wechat: WeChat, far: WeChatStandIn, order: Order
) -> None:
    wechat.open(order, Device.DESKTOP, "")
    far.pay(NUMBER)
    headers, body = far.notice("TRANSACTION.SUCCESS", trade_of(far))
    opened = independent(terms).callback(headers, body.decode())
    assert opened["resource"]["transaction_id"] == wechat.notice(headers, body)[0].trade
    assert independent(terms).callback(headers, body.decode().replace("SUCCESS", "SUCCEED")) is None


def test_the_independent_client_signs_requests_as_ours_does(
    terms: WeChatTerms, clock: Clock, keys: tuple[KeyPair, KeyPair]
) -> None:
    """The stand-in checks both with the merchant's public key, so a request of either one is accepted or none."""
    stranger = replace(terms, private_key=keys[0].private, wechat_key=keys[1].public)
    with pytest.raises(ChannelUnavailable):
        WeChat(stranger, clock).query(NUMBER)
    status, said = independent(stranger).query(out_trade_no=NUMBER)
    assert status == 401
    assert "SIGN_ERROR" in str(said)


def test_an_answer_to_another_question_is_silence(wechat: WeChat, far: WeChatStandIn) -> None:
    far.answers.append((200, {"out_trade_no": "another", "trade_state": "CLOSED"}))
    with pytest.raises(ChannelUnavailable, match="another question"):
        wechat.query(NUMBER)


@pytest.mark.parametrize("device", list(Device))
def test_an_opened_order_without_an_address_is_silence(
    wechat: WeChat, far: WeChatStandIn, order: Order, device: Device
) -> None:
    far.answers.append((200, {}))
    with pytest.raises(ChannelUnavailable):
        wechat.open(order, device, "")


def test_a_bill_is_fetched_from_the_gateway_and_from_nowhere_else(
    wechat: WeChat, far: WeChatStandIn, clock: Clock
) -> None:
    far.answers = [(200, {"hash_value": "0", "download_url": "http://127.0.0.1:9/steal"})]
    with pytest.raises(ChannelUnavailable, match="not the gateway"):
        wechat.bill(clock().date())
