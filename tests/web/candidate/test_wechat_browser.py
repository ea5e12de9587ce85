"""WeChat Pay from desktop, phone, another network and inside WeChat: one thing to pay, paid once, by whichever way.

Against a stand-in that refuses a known number with any other parameter, as WeChat Pay does.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Flask

from ncre.bootstrap import Container
from ncre.clients.rsa_signing import private_key
from ncre.clients.wechat import WeChat, WeChatTerms
from ncre.domain.registration.vocabulary import Status
from ncre.projections.base import Row
from ncre.projections.payment import ledger, orders
from ncre.stand_ins.alipay import KeyPair, keys_in
from tests.clients.wechat_stand_in import API_KEY, SECRET, WeChatStandIn, terms_at
from tests.stand_ins.market import serving
from tests.support.people import Candidate, Clock, approved, somebody, till_of
from tests.web.visitor import ORIGIN, row_of

DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140"
PHONE = "Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537.36"
INSIDE = f"{PHONE} MicroMessenger/8.0.60"


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
        yield replace(terms_at(address, *keys), app_secret=SECRET, api_platform=address)


@pytest.fixture
def wenjing(container: Container, terms: WeChatTerms, clock: Clock) -> Candidate:
    vars(container.payments)["channels"] = {"wechat": WeChat(terms, clock)}
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    return candidate


class Browser:
    """A signed-in browser of some kind, in some network."""

    def __init__(self, site: Flask, candidate: Candidate, agent: str, address: str = "203.0.113.7") -> None:
        self.client = site.test_client()
        self.headers = {"User-Agent": agent, "Referer": f"{ORIGIN}/"}
        self.address, self.home = address, f"/registrations/{candidate.id}"
        token = self.token("/sign-in")
        name = candidate.account.name
        self.post("/sign-in", csrf_token=token, name=name, password=f"a password of {name}")

    def token(self, path: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        return found[1] if found else ""

    def hidden(self, path: str) -> dict[str, str]:
        """The hidden fields of the page's own form."""
        page = self.get(path).text
        return dict(
            re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page[page.find("<main") :])
        )

    def get(self, path: str):  # type: ignore[no-untyped-def]
        return self.client.get(
            path, base_url=ORIGIN, headers=self.headers, environ_base={"REMOTE_ADDR": self.address}
        )

    def post(self, path: str, **form: str):  # type: ignore[no-untyped-def]
        return self.client.post(
            path,
            base_url=ORIGIN,
            headers=self.headers,
            data=form,
            environ_base={"REMOTE_ADDR": self.address},
        )

    def pays(self) -> tuple[str, str]:
        """As far as the page that leads to the channel: the number of the order, and the page."""
        left = self.post(f"{self.home}/pay", **self.hidden(f"{self.home}/pay"), channel="wechat")
        assert left.status_code == 303, left.text
        return self.follows(left.location)

    def follows(self, location: str) -> tuple[str, str]:
        answer = self.get(location)
        if answer.status_code == 303:
            return self.follows(answer.location)
        assert answer.status_code == 200, answer.text
        return location.rsplit("/", 1)[-1], answer.text


def payments(container: Container, candidate: Candidate) -> list[Row]:
    with container.database.reading() as connection:
        return ledger.of_registration(connection, candidate.id)


def states(container: Container, candidate: Candidate) -> dict[str, str]:
    with container.database.reading() as connection:
        return {row["number"]: row["state"] for row in orders.of_registration(connection, candidate.id)}


def test_from_the_desktop_to_the_phone_to_another_network_and_back(
    container: Container, site: Flask, wenjing: Candidate, far: WeChatStandIn
) -> None:
    desktop, phone = Browser(site, wenjing, DESKTOP), Browser(site, wenjing, PHONE)
    first, page = desktop.pays()
    assert "扫码支付" in page
    second, page = phone.pays()
    assert 'content="0;url=https://wx.tenpay.com/' in page
    assert second != first
    assert second[:27] == first[:27]
    assert far.trades[first]["trade_state"] == "CLOSED"
    phone.address = "198.51.100.9"
    third, page = phone.follows(f"{phone.home}/pay/{second}")
    assert 'content="0;url=https://wx.tenpay.com/' in page
    assert far.trades[second]["trade_state"] == "CLOSED"
    again, _ = phone.follows(f"{phone.home}/pay/{third}")
    assert again == third
    fourth, page = desktop.follows(f"{desktop.home}/pay/{first}")
    assert "扫码支付" in page
    assert states(container, wenjing) == {first: "closed", second: "closed", third: "closed", fourth: "open"}
    far.pay(fourth)
    assert "支付完成：160.00 元" in desktop.get(f"{desktop.home}/paid").text
    assert row_of(container, wenjing.id)["status"] == Status.PAID


def test_money_by_either_number_counts_once_and_the_other_goes_back(
    container: Container, site: Flask, wenjing: Candidate, far: WeChatStandIn, clock: Clock
) -> None:
    desktop, phone = Browser(site, wenjing, DESKTOP), Browser(site, wenjing, PHONE)
    first, _ = desktop.pays()
    second, _ = phone.pays()
    for number in (first, second):
        far.trades[number]["trade_state"] = "NOTPAY"
        far.pay(number)
        said = {name: value for name, value in far.trades[number].items() if name != "asked"}
        headers, body = far.notice("TRANSACTION.SUCCESS", said)
        assert container.payments.handle_notification("wechat", headers, body)[0] == 200
    assert row_of(container, wenjing.id)["payment"]["order"] == first
    container.worker.once()
    rows = {row["order"]: row for row in payments(container, wenjing)}
    assert (rows[first]["request"], rows[second]["returned"]) == (None, 16000)
    assert [refund["amount"]["refund"] for refund in far.refunds.values()] == [16000]


def test_a_payment_at_the_desk_is_found_when_the_phone_takes_over(
    container: Container, site: Flask, wenjing: Candidate, far: WeChatStandIn
) -> None:
    first, _ = Browser(site, wenjing, DESKTOP).pays()
    far.pay(first)
    phone = Browser(site, wenjing, PHONE)
    left = phone.post(f"{phone.home}/pay", **phone.hidden(f"{phone.home}/pay"), channel="wechat")
    assert "支付完成：160.00 元" in phone.follows(left.location)[1]
    assert len(payments(container, wenjing)) == 1


def test_a_number_that_the_channel_refuses_is_given_up_and_the_next_try_is_another(
    container: Container, site: Flask, wenjing: Candidate, far: WeChatStandIn
) -> None:
    phone = Browser(site, wenjing, PHONE)
    first, _ = phone.pays()
    far.trades[first]["asked"] = ("somebody", "else")
    location, page = phone.follows(f"{phone.home}/pay/{first}")
    assert location == "paid"
    assert "重新支付" in page
    second, page = phone.pays()
    assert second != first
    assert "wx.tenpay.com" in page


def test_inside_wechat_one_pays_by_its_own_bridge(
    container: Container, site: Flask, wenjing: Candidate, far: WeChatStandIn, keys: tuple[KeyPair, KeyPair]
) -> None:
    desktop, inside = Browser(site, wenjing, DESKTOP), Browser(site, wenjing, INSIDE)
    first, _ = desktop.pays()
    identify = inside.get(f"{inside.home}/pay")
    assert identify.status_code == 303
    away = inside.get(identify.location).location
    asked = parse_qs(urlsplit(away).query)
    assert away.startswith(
        "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx0000000000000001&redirect_uri="
    )
    assert away.endswith("#wechat_redirect")
    assert asked["scope"] == ["snsapi_base"]
    far.codes["code-1"] = "openid-1"
    back = f"{urlsplit(asked['redirect_uri'][0]).path}?code=code-1&state="
    assert inside.get(f"{back}forged").status_code == 404
    away = inside.get(inside.get(f"{inside.home}/pay").location).location
    state = parse_qs(urlsplit(away).query)["state"][0]
    assert inside.get(back + state).location == f"{inside.home}/pay?asked=1"
    number, page = inside.pays()
    assert number != first
    assert far.trades[first]["trade_state"] == "CLOSED"
    assert far.trades[number]["payer"] == {"openid": "openid-1"}
    call = json.loads(unescape(re.search(r'data-call="([^"]+)"', page)[1]))  # type: ignore[index]
    said = "\n".join((call["appId"], call["timeStamp"], call["nonceStr"], call["package"], ""))
    merchants = private_key(keys[1].private).public_key()
    merchants.verify(b64decode(call["paySign"]), said.encode(), PKCS1v15(), SHA256())
    assert 'http-equiv="refresh"' not in page


def test_a_wechat_that_does_not_say_who_pays_is_told_and_nobody_goes_in_circles(
    site: Flask, wenjing: Candidate
) -> None:
    inside = Browser(site, wenjing, INSIDE)
    away = inside.get(inside.get(f"{inside.home}/pay").location).location
    state = parse_qs(urlsplit(away).query)["state"][0]
    back = inside.get(f"/pay/wechat/back?code=none&state={state}")
    page = inside.get(back.location)
    assert page.status_code == 200
    answer = inside.post(f"{inside.home}/pay", **inside.hidden(back.location), channel="wechat")
    assert "请在浏览器中打开" in answer.text


def test_inside_wechat_without_jsapi_the_address_is_there_to_copy(
    container: Container, site: Flask, wenjing: Candidate, terms: WeChatTerms, clock: Clock
) -> None:
    container.payments.channels["wechat"] = WeChat(replace(terms, app_secret=""), clock)  # type: ignore[index]
    inside = Browser(site, wenjing, INSIDE)
    answer = inside.post(f"{inside.home}/pay", **inside.hidden(f"{inside.home}/pay"), channel="wechat")
    assert answer.status_code == 200
    assert "请在浏览器中打开" in answer.text
    assert f'value="{ORIGIN}{inside.home}/pay"' in answer.text
    assert states(container, wenjing) == {}


def test_other_channels_and_files_too_are_opened_elsewhere(
    container: Container, site: Flask, clock: Clock
) -> None:
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    inside = Browser(site, candidate, INSIDE)
    page = inside.post(f"{inside.home}/pay", **inside.hidden(f"{inside.home}/pay"), channel="till").text
    assert "请在浏览器中打开" in page
    assert till_of(container).asked == []
    candidate.pays()
    for file in ("form.pdf", "receipt.pdf"):
        answer = inside.get(f"{inside.home}/{file}")
        assert answer.mimetype == "text/html"
        assert f'value="{ORIGIN}{inside.home}/{file}"' in answer.text
    assert Browser(site, candidate, PHONE).get(f"{inside.home}/receipt.pdf").mimetype == "application/pdf"


def test_the_script_of_the_bridge_comes_from_here() -> None:
    script = Path(__file__).parents[3] / "src/ncre/web/static/wechat-pay.js"
    assert "getBrandWCPayRequest" in script.read_text(encoding="utf-8")
