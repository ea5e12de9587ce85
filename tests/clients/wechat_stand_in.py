"""The least of WeChat Pay that its channel needs, signed both ways; for tests alone.

As the real one it refuses a known number with any other parameter, product and payer included.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from hashlib import sha1
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, Response, request

from ncre.clients.rsa_signing import genuine, private_key, public_key, signed
from ncre.clients.wechat import WeChatTerms
from ncre.stand_ins.alipay.keys import KeyPair

SHANGHAI = ZoneInfo("Asia/Shanghai")
KEY_ID = "PUB_KEY_ID_0000000000000024101100397200000006"
SECRET = "only in tests"
API_KEY = "0123456789abcdef0123456789abcdef"
AUTHORIZATION = re.compile(
    r'WECHATPAY2-SHA256-RSA2048 mchid="(?P<mchid>[^"]+)",nonce_str="(?P<nonce>[^"]+)",signature="(?P<signature>[^"]+)",'
    r'timestamp="(?P<at>\d+)",serial_no="(?P<serial>[^"]+)"'
)


PRODUCTS = tuple(f"/v3/pay/transactions/{product}" for product in ("native", "h5", "jsapi"))


def terms_at(address: str, own: KeyPair, merchant: KeyPair) -> WeChatTerms:
    """What a merchant agreed with the stand-in at this address."""
    return WeChatTerms(
        gateway=address,
        mchid="1900000001",
        appid="wx0000000000000001",
        serial="444F4864EA9B34415A",
        private_key=merchant.private,
        api_key=API_KEY,
        wechat_key=own.public,
        wechat_key_id=KEY_ID,
        notify_url="https://ncre.example/notices/wechat",
    )


class WeChatStandIn:
    """Trades by our number; `answers` overrules what is said to the next questions, (status, body)."""

    def __init__(self, own: str, merchant: str, api_key: str, clock: Callable[[], datetime]) -> None:
        self._own = private_key(own)
        self._merchant = public_key(merchant)
        self._api_key = api_key
        self._clock = clock
        self.trades: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.pending = False
        self.codes: dict[str, str] = {}
        self.key_id = KEY_ID
        self.certificates: dict[str, str] = {}
        self.asked_for_certificates = 0
        self.forge = False
        self.stale = 0
        self.site = Flask("wechat-stand-in")
        self.site.add_url_rule("/<path:path>", view_func=self._answer, methods=["GET", "POST"])

    def change_key(self, own: str, name: str, public: str) -> None:
        """From now on it signs with another key, whose certificate can be asked for."""
        self._own, self.key_id = private_key(own), name
        self.certificates[name] = public

    def pay(self, order: str) -> None:
        self.trades[order] |= {
            "trade_state": "SUCCESS",
            "transaction_id": f"42{order}",
            "success_time": self.now(),
        }

    def now(self) -> str:
        return self._clock().astimezone(SHANGHAI).isoformat(timespec="seconds")

    def notice(
        self, event: str, said: dict[str, Any], data: str | None = "transaction"
    ) -> tuple[dict[str, str], bytes]:
        body = json.dumps(
            {
                "id": token_hex(8),
                "create_time": self.now(),
                "resource_type": "encrypt-resource",
                "event_type": event,
                "resource": self._box(json.dumps(said), data),
            }
        ).encode()
        return self._signed(body), body

    def _box(self, text: str, data: str | None) -> dict[str, str | None]:
        nonce = token_hex(6)
        sealed = AESGCM(self._api_key.encode()).encrypt(nonce.encode(), text.encode(), (data or "").encode())
        return {
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": b64encode(sealed).decode(),
            "nonce": nonce,
            "associated_data": data,
        }

    def _signed(self, body: bytes) -> dict[str, str]:
        at, nonce = f"{self._clock().timestamp() - self.stale:.0f}", token_hex(16)
        said = f"{at}\n{nonce}\n".encode() + (b"something else" if self.forge else body) + b"\n"
        return {
            "Wechatpay-Timestamp": at,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": self.key_id,
            "Wechatpay-Signature": signed(self._own, said),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }

    def _answer(self, path: str) -> Response:
        if path == "sns/oauth2/access_token":
            return self._openid()
        if not self._is_merchants():
            return Response(
                '{"code":"SIGN_ERROR","message":"错误的签名"}', 401, content_type="application/json"
            )
        if path == "bill":
            return Response(self.bill(), content_type="text/plain")
        status, said = self.answers.pop(0) if self.answers else self._said(f"/{path}")
        body = json.dumps(said, ensure_ascii=False).encode() if said else b""
        return Response(body, status, self._signed(body), content_type="application/json")

    def _openid(self) -> Response:
        said = request.args
        good = said["code"] in self.codes and said["secret"] == SECRET
        body = (
            {"openid": self.codes.pop(said["code"])} if good else {"errcode": 40029, "errmsg": "invalid code"}
        )
        return Response(json.dumps(body), content_type="text/plain")

    def _is_merchants(self) -> bool:
        found = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
        if not found:
            return False
        path = request.full_path.rstrip("?")
        said = (
            f"{request.method}\n{path}\n{found['at']}\n{found['nonce']}\n{request.get_data(as_text=True)}\n"
        )
        return genuine(self._merchant, said.encode(), found["signature"])

    def _said(self, path: str) -> tuple[int, dict[str, Any]]:
        content = request.get_json(silent=True) or {}
        if path == "/v3/certificates":
            return 200, {"data": self._certificates()}
        if path in PRODUCTS:
            return self._open(path, content)
        if found := re.fullmatch(r"/v3/pay/transactions/out-trade-no/(\w+)(/close)?", path):
            return self._close(found[1]) if found[2] else self._trade(found[1])
        if path == "/v3/refund/domestic/refunds":
            return self._refund(content)
        if found := re.fullmatch(r"/v3/refund/domestic/refunds/(\w+)", path):
            known = self.refunds.get(found[1])
            return (
                (200, known) if known else (404, {"code": "RESOURCE_NOT_EXISTS", "message": "退款单不存在"})
            )
        if path == "/v3/bill/tradebill":
            digest = sha1(self.bill(), usedforsecurity=False).hexdigest()
            return 200, {"hash_type": "SHA1", "hash_value": digest, "download_url": f"{request.url_root}bill"}
        return 404, {"code": "NOT_FOUND"}

    def _certificates(self) -> list[dict[str, Any]]:
        self.asked_for_certificates += 1
        return [
            {"serial_no": name, "encrypt_certificate": self._box(public, "certificate")}
            for name, public in self.certificates.items()
        ]

    def _open(self, path: str, content: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        trade = self.trades.setdefault(
            content["out_trade_no"], {**content, "asked": (path, content), "trade_state": "NOTPAY"}
        )
        if trade["asked"] != (path, content):
            return 403, {"code": "OUT_TRADE_NO_USED", "message": "商户订单号重复"}
        if trade["trade_state"] != "NOTPAY":
            code = "ORDERPAID" if trade["trade_state"] == "SUCCESS" else "ORDER_CLOSED"
            return 400, {"code": code, "message": "订单已支付或已关闭"}
        if path.endswith("native"):
            return 200, {"code_url": f"weixin://wxpay/bizpayurl?pr={trade['out_trade_no'][-8:]}"}
        if path.endswith("jsapi"):
            assert content["payer"]["openid"]
            return 200, {"prepay_id": f"wx{trade['out_trade_no'][-8:]}"}
        assert content["scene_info"]["h5_info"]["type"] == "Wap"
        return 200, {"h5_url": "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1&package=1"}

    def _trade(self, order: str) -> tuple[int, dict[str, Any]]:
        trade = self.trades.get(order)
        return (200, trade) if trade else (404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"})

    def _close(self, order: str) -> tuple[int, dict[str, Any]]:
        trade = self.trades.get(order)
        if trade is None:
            return 404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"}
        if trade["trade_state"] == "SUCCESS":
            return 400, {"code": "ORDERPAID", "message": "订单已支付"}
        trade["trade_state"] = "CLOSED"
        return 204, {}

    def _refund(self, content: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        trade = next(
            one for one in self.trades.values() if one.get("transaction_id") == content["transaction_id"]
        )
        refund = self.refunds.setdefault(
            content["out_refund_no"],
            {
                "out_refund_no": content["out_refund_no"],
                "out_trade_no": trade["out_trade_no"],
                "transaction_id": content["transaction_id"],
                "amount": content["amount"],
                "status": "PROCESSING",
            },
        )
        if not self.pending:
            refund |= {"status": "SUCCESS", "success_time": self.now()}
        return 200, refund

    def bill(self) -> bytes:
        names = (
            "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
            "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
            "手续费,费率,订单金额,申请退款金额,费率备注"
        )
        lines = [names]
        for trade in self.trades.values():
            if "success_time" in trade:
                lines.append(self._line(trade, trade["success_time"], "SUCCESS", "", 0))
        for refund in self.refunds.values():
            trade = self.trades[refund["out_trade_no"]]
            at, request_ = refund["success_time"], refund["out_refund_no"]
            lines.append(self._line(trade, at, "REFUND", request_, refund["amount"]["refund"]))
        lines += ["总交易单数,应结订单总金额,退款总金额", f"`{len(lines) - 1},`0,`0"]
        return ("﻿" + "\r\n".join(lines)).encode()

    @staticmethod
    def _line(trade: dict[str, Any], at: str, state: str, reference: str, back: int) -> str:
        when = datetime.fromisoformat(at).strftime("%Y-%m-%d %H:%M:%S")
        total = trade["amount"]["total"]
        values = [
            when,
            "wx1",
            "1",
            "",
            "",
            trade["transaction_id"],
            trade["out_trade_no"],
            "o1",
            "NATIVE",
            state,
        ]
        values += [
            "OTHERS",
            "CNY",
            "0",
            "0",
            "",
            reference,
            "0",
            "0",
            "",
            "",
            trade["description"],
            "",
            "0",
            "0.60%",
        ]
        values += [f"{total / 100:.2f}", f"{back / 100:.2f}", ""]
        return ",".join(f"`{value}" for value in values)
