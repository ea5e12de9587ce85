"""Other people's clients of Alipay drive our cashier and check what we sign: the vendor's for Node, and fzlee's for Python."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from re import findall, search
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from alipay import AliPay
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from ncre.clients.payment_channel import Device, Order, State
from ncre.clients.rsa_signing import certificate_number, line_of, private_key, root_number, signed
from ncre.stand_ins.alipay import book, keys_in
from tests.stand_ins.market import APP_ID, Market
from tests.support.oracles import ORACLES, needs_node

needs_client = needs_node("alipay-sdk")
SUBJECT = '报名费 "a}b" & 50% <66>'


def node(**task: Any) -> dict[str, Any]:
    done = subprocess.run(
        ["node", "alipay.mjs"],
        cwd=ORACLES,
        input=json.dumps(task),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def an_order(market: Market, number: str = "N0CLIENT0000000000000000000001") -> Order:
    return Order(number, 8000, SUBJECT, market.clock() + timedelta(hours=1))


def of_node(market: Market, **task: Any) -> dict[str, Any]:
    return node(
        appId=APP_ID,
        privateKey=bare(market.terms.private_key),
        alipayPublicKey=bare(market.terms.alipay_key),
        gateway=market.terms.gateway,
        **task,
    )


def bare(pem: str) -> str:
    return "".join(line for line in pem.splitlines() if "-----" not in line)


def of_python(market: Market) -> AliPay:
    client = AliPay(
        appid=APP_ID,
        app_notify_url=market.terms.notify_url,
        app_private_key_string=market.terms.private_key,
        alipay_public_key_string=market.terms.alipay_key,
        sign_type="RSA2",
    )
    client._gateway = market.terms.gateway
    return client


def last_notice(market: Market) -> dict[str, str]:
    with market.cashier.pages.writing() as connection:
        asked = select(book.notices.c.body).order_by(book.notices.c.id.desc()).limit(1)
        return dict(parse_qsl(str(connection.execute(asked).scalar_one())))


def content(order: Order) -> dict[str, str]:
    return {
        "out_trade_no": order.number,
        "total_amount": "80.00",
        "subject": SUBJECT,
        "product_code": "FAST_INSTANT_TRADE_PAY",
    }


@needs_client
def test_the_vendors_client_accepts_our_request_and_our_notice(market: Market) -> None:
    order = an_order(market)
    asked = dict(
        parse_qsl(urlsplit(market.alipay.open(order, Device.DESKTOP, "https://x.example/b").address).query)
    )
    own = keys_in(market.cashier_folder, "merchant").public
    said = node(
        appId=APP_ID,
        privateKey=bare(market.terms.private_key),
        alipayPublicKey=bare(own),
        check={"content": line_of(asked).decode(), "sign": asked["sign"]},
    )
    assert said["check"] is True
    market.pays(order)
    assert of_node(market, notice=last_notice(market))["notice"] is True
    tampered = {**last_notice(market), "total_amount": "0.01"}
    assert of_node(market, notice=tampered)["notice"] is False


@needs_client
def test_the_vendors_client_pays_asks_returns_and_asks_again_at_our_cashier(market: Market) -> None:
    order = an_order(market)
    extra = {"notify_url": market.terms.notify_url, "return_url": f"{market.home}/back"}
    page = of_node(market, page=["alipay.trade.page.pay", content(order), extra])
    opened = requests.get(page["get"], timeout=10)
    assert "模拟收银台" in opened.text
    requests.post(f"{opened.url}/sign-in", timeout=10)
    requests.post(f"{opened.url}/pay", timeout=10)
    number = {"out_trade_no": order.number}
    refund = {**number, "refund_amount": "80.00", "out_request_no": "R1"}
    said = of_node(
        market,
        exec=[
            ["query", "alipay.trade.query", number],
            ["refund", "alipay.trade.refund", refund],
            ["again", "alipay.trade.refund", refund],
            ["refunded", "alipay.trade.fastpay.refund.query", {**number, "out_request_no": "R1"}],
            ["close", "alipay.trade.close", number],
        ],
    )
    assert said["query"]["tradeStatus"] == "TRADE_SUCCESS"
    assert (said["refund"]["fundChange"], said["again"]["fundChange"]) == ("Y", "N")
    assert said["refunded"]["refundStatus"] == "REFUND_SUCCESS"
    assert said["close"]["subCode"] == "ACQ.TRADE_STATUS_ERROR"
    assert market.alipay.query(order.number).state is State.PAID


@needs_client
def test_the_form_of_the_vendors_client_opens_our_cashier(market: Market) -> None:
    plain = {**content(an_order(market)), "subject": "报名费 80"}
    form = of_node(market, page=["alipay.trade.page.pay", plain, {}])["post"]
    action = search(r'action="([^"]+)"', form)
    assert action is not None
    fields = {name: unescape(value) for name, value in findall(r'name="(\w+)" value="([^"]*)"', form)}
    assert "模拟收银台" in requests.post(unescape(action[1]), fields, timeout=10).text


@needs_client
def test_the_numbers_of_certificates_are_the_vendors() -> None:
    app, root = a_certificate("示例考试院", 7), a_certificate("Root, of all", 0x1234567890ABCDEF)
    said = node(certificates={"app": app, "root": app + root})
    assert certificate_number(app) == said["app"]
    assert root_number(app + root) == said["root"]


def test_the_python_client_asks_returns_and_closes_at_our_cashier(market: Market) -> None:
    order, client = an_order(market), of_python(market)
    market.pays(order)
    assert client.api_alipay_trade_query(out_trade_no=order.number)["trade_status"] == "TRADE_SUCCESS"
    refunded = client.api_alipay_trade_refund(
        refund_amount="80.00", out_trade_no=order.number, out_request_no="R1"
    )
    assert refunded["fund_change"] == "Y"
    other = an_order(market, "N0CLIENT0000000000000000000002")
    market.comes(other)
    assert client.api_alipay_trade_close(out_trade_no=other.number)["code"] == "10000"
    assert market.alipay.query(other.number).state is State.CLOSED


def test_the_python_client_opens_our_cashier_and_accepts_our_notice(market: Market) -> None:
    order, client = an_order(market), of_python(market)
    query = client.api_alipay_trade_page_pay(
        subject=SUBJECT, out_trade_no=order.number, total_amount="80.00", return_url=f"{market.home}/back"
    )
    assert "模拟收银台" in requests.get(f"{market.terms.gateway}?{query}", timeout=10).text
    market.pays(order)
    notice = last_notice(market)
    sign = notice.pop("sign")
    assert client.verify(dict(notice), sign)
    assert not client.verify({**notice, "total_amount": "0.01"}, sign)


def test_the_python_client_signs_as_we_do(market: Market) -> None:
    said = {"b": "2", "a": "测试 & 50%", "biz_content": '{"subject":"a}b"}', "sign_type": "RSA2"}
    ours = signed(private_key(market.terms.private_key), line_of(said))
    assert of_python(market)._sign(line_of(said).decode()) == ours


def test_certificate_mode_says_which_certificates_were_used(market: Market) -> None:
    certificate = a_certificate("示例考试院", 7)
    terms = replace(
        market.terms,
        alipay_key="",
        alipay_certificate=certificate,
        app_certificate=certificate,
        root_certificates=certificate,
    )
    address = type(market.alipay)(terms, market.clock).open(an_order(market), Device.PHONE, "").address
    asked = dict(parse_qsl(urlsplit(address).query))
    assert asked["app_cert_sn"] == certificate_number(certificate)
    assert asked["alipay_root_cert_sn"] == root_number(certificate)
    assert asked["method"] == "alipay.trade.wap.pay"


def a_certificate(name: str, serial: int) -> str:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    whose = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Certification Authority"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Ant Test CA"),
        ]
    )
    since = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(
        whose, whose, key.public_key(), serial, since, since + timedelta(days=9999)
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()
