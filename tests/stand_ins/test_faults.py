"""Every fault that the cashier can play, over HTTP: the payer is never stranded, no money is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from ncre.clients.alipay import Alipay
from ncre.clients.payment_channel import ChannelUnavailable, Device, Order, State
from ncre.domain.registration.vocabulary import Status
from ncre.projections.base import Row
from ncre.projections.payment import ledger
from ncre.stand_ins import NotInProduction
from ncre.stand_ins.alipay import book, create_alipay_stand_in
from tests.handlers.ground import Walker
from tests.stand_ins.market import Market, back_from
from tests.support.people import Clock

DESKTOP = Device.DESKTOP
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def walker(market: Market) -> Walker:
    walker = Walker(market.container)
    walker.approved(("66",))
    return walker


def opens(market: Market, walker: Walker) -> Order:
    order = market.container.checkout.open(walker.id, "alipay")
    return replace(order, title="2027年3月全国计算机等级考试 & 测试 50%")


def rows(market: Market) -> list[Row]:
    with market.container.database.snapshot() as connection:
        since = market.clock() - timedelta(days=30)
        return list(ledger.between(connection, since, since + timedelta(days=60)))


def works(market: Market, *, minutes: float = 2) -> None:
    """Time goes by, notices are sent, the worker makes its round."""
    market.clock.advance(minutes=minutes)
    market.delivers()
    market.container.worker.once()


def test_a_payment_is_told_by_notice_and_settles(market: Market, walker: Walker) -> None:
    done = market.pays(opens(market, walker))
    assert "支付成功" in done.text
    assert back_from(done).startswith(f"{market.home}/back?")
    assert market.delivers() == 1
    assert walker.stands.status is Status.PAID
    assert market.delivers() == 0
    (row,) = rows(market)
    assert (row["amount"], row["source"]) == (8000, "notice")
    assert row["trade"].startswith("SIM")


def test_a_phone_is_led_to_mobile_pay(market: Market, walker: Walker) -> None:
    market.comes(opens(market, walker), Device.PHONE)
    assert market.alipay.query(opens(market, walker).number).state is State.WAITING


def test_before_the_payer_signs_in_there_is_no_trade(market: Market, walker: Walker) -> None:
    order = opens(market, walker)
    requests.get(market.alipay.open(order, device=DESKTOP, back="").address, timeout=10)
    assert market.alipay.query(order.number).state is State.UNKNOWN
    assert market.alipay.close(order.number).state is State.UNKNOWN


def test_a_lost_notice_is_made_good_by_asking(market: Market, walker: Walker) -> None:
    order = opens(market, walker)
    market.script(order.number, "lose")
    market.pays(order)
    works(market)
    assert walker.stands.status is Status.PAID
    assert rows(market)[0]["source"] == "query"


def test_a_notice_told_thrice_counts_once(market: Market, walker: Walker) -> None:
    order = opens(market, walker)
    market.script(order.number, "dup:3")
    market.pays(order)
    assert market.delivers() == 3
    version = walker.stands.version
    works(market)
    assert (walker.stands.status, walker.stands.version) == (Status.PAID, version)
    assert len(rows(market)) == 1


def test_a_notice_that_comes_after_the_lapse_of_a_payment_in_time_revives(
    market: Market, walker: Walker
) -> None:
    order = opens(market, walker)
    market.script(order.number, f"delay:{26 * 3600}")
    market.pays(order)
    market.clock.advance(hours=25)
    walker.lapses()
    market.clock.advance(hours=2)
    assert market.delivers() == 1
    assert walker.stands.status is Status.PAID


def test_a_notice_nobody_takes_comes_again_and_again(market: Market, walker: Walker) -> None:
    order = opens(market, walker)
    market.pays(order)
    kept = market.container.payments.channels.pop("alipay")  # type: ignore[attr-defined]
    assert market.delivers() == 1
    assert market.delivers() == 0
    market.container.payments.channels["alipay"] = kept  # type: ignore[index]
    market.clock.advance(minutes=4)
    assert market.delivers() == 1
    assert walker.stands.status is Status.PAID


def test_notices_in_the_wrong_order_do_no_harm(market: Market, walker: Walker) -> None:
    first = opens(market, walker)
    market.script(first.number, "reorder", "wrong-amount")
    market.pays(first)
    market.clock.advance(seconds=70)
    market.container.worker.once()
    assert walker.stands.status is Status.APPROVED
    for _ in range(3):
        works(market)
    (row,) = rows(market)
    assert row["returned_at"] is not None
    assert walker.stands.status is Status.APPROVED


def test_a_wrong_amount_goes_back_and_the_right_one_can_be_paid(market: Market, walker: Walker) -> None:
    order = opens(market, walker)
    market.script(order.number, "wrong-amount")
    market.pays(order)
    market.delivers()
    assert walker.stands.status is Status.APPROVED
    works(market)
    (row,) = rows(market)
    assert (row["amount"], row["reason"], row["returned"]) == (8100, "wrong-amount", 8100)
    again = opens(market, walker)
    assert again.number != order.number
    market.pays(again)
    market.delivers()
    assert walker.stands.status is Status.PAID


def test_a_notice_with_a_bad_signature_changes_nothing_and_leaves_a_trace(
    market: Market, walker: Walker
) -> None:
    order = opens(market, walker)
    market.script(order.number, "wrong-sign:1")
    market.pays(order)
    market.delivers()
    assert walker.stands.status is Status.APPROVED
    with market.container.database.reading() as connection:
        (trace,) = market.container.refused_notices.newest(connection)
    assert trace["why"] == "signature"
    works(market)
    assert walker.stands.status is Status.PAID


def test_money_paid_after_the_close_goes_back(market: Market, walker: Walker) -> None:
    order = opens(market, walker)
    market.script(order.number, "pay-after-close")
    page = market.comes(order)
    market.clock.advance(hours=25)
    for _ in range(2):
        works(market)
    assert walker.stands.status is Status.LAPSED
    requests.post(f"{page}/pay", timeout=10).raise_for_status()
    for _ in range(4):
        works(market)
    (row,) = rows(market)
    assert (row["reason"], row["returned"]) == ("late", 8000)
    assert walker.stands.status is Status.LAPSED


def test_a_refund_that_stays_pending_is_carried_through(market: Market, walker: Walker) -> None:
    order = opens(market, walker)
    market.script(order.number, "wrong-amount", "refund-pending:2")
    market.pays(order)
    market.delivers()
    market.container.worker.once()
    assert rows(market)[0]["returned_at"] is None
    for _ in range(6):
        works(market, minutes=15)
    assert rows(market)[0]["returned"] == 8100


def test_a_refund_without_a_balance_is_told_and_repeated(market: Market, walker: Walker) -> None:
    order = opens(market, walker)
    market.script(order.number, "wrong-amount", "no-balance:2")
    market.pays(order)
    market.delivers()
    market.container.worker.once()
    assert rows(market)[0]["trouble"] == "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    for _ in range(6):
        works(market, minutes=15)
    (row,) = rows(market)
    assert (row["returned"], row["trouble"]) == (8100, None)


def test_a_system_error_concludes_nothing(market: Market, walker: Walker) -> None:
    order = opens(market, walker)
    market.script(order.number, "lose", "SYSTEM_ERROR:2")
    market.pays(order)
    with pytest.raises(ChannelUnavailable):
        market.alipay.query(order.number)
    works(market)
    assert walker.stands.status is Status.APPROVED
    works(market)
    assert walker.stands.status is Status.PAID


def test_a_refund_done_behind_a_system_error_goes_once(market: Market, walker: Walker) -> None:
    order = opens(market, walker)
    market.script(order.number, "wrong-amount", "lose", "SYSTEM_ERROR:3")
    market.pays(order)
    for _ in range(10):
        works(market, minutes=20)
    (row,) = rows(market)
    assert (row["reason"], row["returned"]) == ("wrong-amount", 8100)


def test_a_trade_that_expires_is_told_closed(market: Market, walker: Walker) -> None:
    order = opens(market, walker)
    market.script(order.number, "timeout-close")
    page = market.comes(order)
    market.clock.advance(hours=24, minutes=1)
    refused = requests.post(f"{page}/pay", timeout=10)
    assert refused.status_code == 409
    assert "没有扣款" in refused.text
    assert market.delivers() == 1
    found = market.container.checkout.found(order.number)
    assert found is not None
    assert found["state"] == "closed"


def test_a_finished_trade_is_no_second_payment(market: Market, walker: Walker) -> None:
    order = opens(market, walker)
    market.script(order.number, "TRADE_FINISHED")
    market.pays(order)
    assert market.delivers() == 2
    assert walker.stands.status is Status.PAID
    assert len(rows(market)) == 1
    works(market)
    assert rows(market)[0]["reason"] is None


def test_an_order_is_paid_once_however_often_somebody_presses(market: Market, walker: Walker) -> None:
    page = market.comes(opens(market, walker))
    for _ in range(3):
        requests.post(f"{page}/pay", timeout=10).raise_for_status()
    assert market.delivers() == 1


def test_the_bill_of_the_day_heals_what_no_notice_and_no_question_told(
    market: Market, walker: Walker, clock: Clock
) -> None:
    order = opens(market, walker)
    market.script(order.number, "lose")
    market.pays(order)
    day = clock().date()
    clock.advance(days=1)
    first = market.container.reconciliation.compare("alipay", day)
    assert [one.kind for one in first.differences] == ["payment-only-billed"]
    assert walker.stands.status is Status.PAID
    again = market.container.reconciliation.compare("alipay", day)
    assert again.differences == ()
    assert (again.payments, again.received) == (1, 8000)


def test_a_day_without_trades_has_an_empty_bill(market: Market, clock: Clock) -> None:
    clock.advance(days=1)
    assert market.alipay.bill(clock().date() - timedelta(days=1)) == ()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"total_amount": "0.01"}, "signature"),
        ({"app_id": "2021000000009999"}, "signature"),
        ({"sign_type": "RSA"}, "sign-type"),
        ({"sign": ""}, "signature"),
    ],
)
def test_a_forged_notice_changes_nothing(
    market: Market, walker: Walker, changed: dict[str, str], why: str
) -> None:
    notice = {**dict(parse_qsl(captured(market, opens(market, walker)))), **changed}
    answer = requests.post(market.terms.notify_url, notice, timeout=10)
    assert answer.text == "failure"
    assert walker.stands.status is Status.APPROVED
    with market.container.database.reading() as connection:
        assert [one["why"] for one in market.container.refused_notices.newest(connection)] == [why]


@pytest.mark.parametrize(("whose", "why"), [("app_id", "app"), ("seller_id", "seller")])
def test_a_genuine_notice_about_another_merchant_changes_nothing(
    market: Market, walker: Walker, whose: str, why: str
) -> None:
    notice = captured(market, opens(market, walker))
    other = replace(market.terms, **{whose: "2099000000000000"})
    market.container.payments.channels["alipay"] = Alipay(other, market.clock)  # type: ignore[index]
    assert requests.post(market.terms.notify_url, notice, headers=FORM, timeout=10).text == "failure"
    assert walker.stands.status is Status.APPROVED
    with market.container.database.reading() as connection:
        assert [one["why"] for one in market.container.refused_notices.newest(connection)] == [why]


def test_a_replayed_notice_changes_nothing(market: Market, walker: Walker) -> None:
    notice = captured(market, opens(market, walker))
    for _ in range(3):
        assert requests.post(market.terms.notify_url, notice, headers=FORM, timeout=10).text == "success"
    assert walker.stands.status is Status.PAID
    assert len(rows(market)) == 1


def test_the_cashier_answers_only_what_the_merchant_signed(market: Market, walker: Walker) -> None:
    order = opens(market, walker)
    address = market.alipay.open(order, DESKTOP, "").address
    forged = address.replace("80.00", "0.01")
    assert forged != address
    assert requests.get(forged, timeout=10).status_code == 400
    stranger = replace(market.terms, private_key=market.container.settings.secret.hex())
    with pytest.raises(ValueError, match="RSA private key"):
        Alipay(stranger, market.clock)


def test_the_cashier_refuses_another_amount_under_the_same_number(market: Market, walker: Walker) -> None:
    order = opens(market, walker)
    market.comes(order)
    answer = requests.get(market.alipay.open(replace(order, amount=1), DESKTOP, "").address, timeout=10)
    assert answer.status_code == 400
    assert "交易信息被篡改" in answer.text


def test_the_control_wants_its_token(market: Market) -> None:
    asked = {"order": "*", "faults": ["lose"]}
    strange = "ｏｎｌｙ in tests".encode(), b"\xff\xfe", "暗号".encode()
    for token, status in (
        ("", 403),
        ("wrong", 403),
        *((one, 403) for one in strange),
        ("only in tests", 200),
    ):
        answer = requests.post(
            f"{market.shop}/control/faults", json=asked, headers={"X-Control-Token": token}, timeout=10
        )
        assert answer.status_code == status


def test_a_bill_with_a_strange_proof_is_refused(market: Market) -> None:
    for proof in ("暗号", "é", "0" * 64):
        answer = requests.get(f"{market.shop}/bill/2027-01-04/99999999999/{proof}", timeout=10)
        assert answer.status_code == 403


def test_the_cashier_never_runs_in_production(market: Market) -> None:
    with pytest.raises(NotInProduction):
        create_alipay_stand_in(None, market.clock, production=True)  # type: ignore[arg-type]


def test_an_unreachable_cashier_is_silence(market: Market) -> None:
    nowhere = Alipay(replace(market.terms, gateway="http://127.0.0.1:9/gateway.do"), market.clock)
    with pytest.raises(ChannelUnavailable):
        nowhere.query("N1")


def test_a_reply_signed_by_somebody_else_is_silence(market: Market) -> None:
    other = generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    mistaken = replace(market.terms, alipay_key=pem)
    with pytest.raises(ChannelUnavailable, match="wrong signature"):
        Alipay(mistaken, market.clock).query("N1")


def captured(market: Market, order: Order) -> str:
    """The notice of a payment, caught on its way."""
    market.pays(order)
    with market.cashier.pages.writing() as connection:
        return str(connection.execute(select(book.notices.c.body)).scalar_one())
