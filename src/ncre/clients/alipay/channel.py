"""Alipay as a payment channel: page pay and mobile pay, question, closing, refund, notices, the bill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from ncre.clients.alipay.bill import read_alipay_bill
from ncre.clients.alipay.client import SHANGHAI, TIMES, AlipayClient, AlipayReply
from ncre.clients.alipay.replies import (
    NAME,
    ReplyUnreadable,
    fen_of_reply,
    moment_of_reply,
    news_of_notice,
    payment,
    state_of,
    yuan_for_alipay,
)
from ncre.clients.alipay.terms import AlipayTerms
from ncre.clients.payment_channel import (
    BillNotReady,
    ChannelRefused,
    ChannelUnavailable,
    Checkout,
    Device,
    InquiryAnswer,
    NewsKind,
    NewsSource,
    NoticeRefused,
    Order,
    PaymentNotification,
    Refund,
    State,
)
from ncre.clients.rsa_signing import line_of

NO_TRADE: Final = "ACQ.TRADE_NOT_EXIST"
NOT_CLOSABLE: Final = frozenset({"ACQ.TRADE_STATUS_ERROR", "ACQ.REASON_TRADE_STATUS_INVALID"})
UNKNOWN: Final = frozenset(
    {"20000", "ACQ.SYSTEM_ERROR", "AOP.SYSTEM_ERROR", "isp.unknow-error", "aop.unknow-error"}
)
"""Nobody knows what was done: ask, never assume."""

NO_BILL: Final = frozenset({"BILL_NOT_EXIST", "isp.bill_not_exist", "isv.bill_not_exist"})

PAYING: Final = {
    Device.DESKTOP: ("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
    Device.PHONE: ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
}


CHARSETS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
}
"""Charsets that a notice may name, and what reads each: GB18030 has all of GBK."""


class Alipay:
    """Thread-safe. Raises KeyUnusable for terms whose keys cannot be meant."""

    name = NAME
    inside_wechat = False

    def __init__(self, terms: AlipayTerms, clock: Callable[[], datetime]) -> None:
        self._terms = terms
        self._line = AlipayClient(terms, clock)

    def open(self, order: Order, device: Device, back: str, payer: str = "127.0.0.1") -> Checkout:
        """An address for the payer's browser; the trade begins at Alipay when the payer signs in there."""
        method, product = PAYING[device]
        content = {
            "out_trade_no": order.number,
            "total_amount": yuan_for_alipay(order.amount),
            "subject": order.title,
            "product_code": product,
            "time_expire": order.expires.astimezone(SHANGHAI).strftime(TIMES),
        }
        return Checkout(address=self._line.address(method, content, back))

    def query(self, order: str) -> InquiryAnswer:
        reply = self._ask("alipay.trade.query", {"out_trade_no": order})
        if not reply.done:
            if reply.sub_code == NO_TRADE:
                return InquiryAnswer(State.UNKNOWN)
            raise ChannelUnavailable(f"query: {reply.sub_code} {reply.message}")
        state = state_of(reply.body)
        if state is not State.PAID:
            return InquiryAnswer(state)
        try:
            return InquiryAnswer(state, (payment(reply.body, reply.body["send_pay_date"], NewsSource.QUERY),))
        except (KeyError, ValueError) as error:
            raise ChannelUnavailable(f"query: {error!r}") from error

    def close(self, order: str) -> InquiryAnswer:
        reply = self._ask("alipay.trade.close", {"out_trade_no": order})
        if reply.done:
            return InquiryAnswer(State.CLOSED)
        if reply.sub_code == NO_TRADE:
            return InquiryAnswer(State.UNKNOWN)
        if reply.sub_code in NOT_CLOSABLE:
            return self.query(order)  # most likely somebody has just paid
        raise ChannelUnavailable(f"close: {reply.sub_code} {reply.message}")

    def refund(self, refund: Refund) -> PaymentNotification | None:
        content = {
            "out_trade_no": refund.order,
            "trade_no": refund.trade,
            "refund_amount": yuan_for_alipay(refund.amount),
            "refund_reason": refund.reason,
            "out_request_no": refund.request,
        }
        reply = self._ask("alipay.trade.refund", content)
        if not reply.done:
            raise ChannelRefused(reply.sub_code, reply.message)
        if reply.body.get("fund_change") != "Y":
            return self.refunded(refund)
        return self._returned(refund, reply.body, "gmt_refund_pay")

    def refunded(self, refund: Refund) -> PaymentNotification | None:
        content = {
            "out_trade_no": refund.order,
            "trade_no": refund.trade,
            "out_request_no": refund.request,
            "query_options": ["gmt_refund_pay"],
        }
        reply = self._ask("alipay.trade.fastpay.refund.query", content)
        if not reply.done:
            if reply.sub_code == NO_TRADE:
                return None
            raise ChannelUnavailable(f"refund query: {reply.sub_code} {reply.message}")
        if reply.body.get("refund_status") != "REFUND_SUCCESS":
            return None
        return self._returned(refund, reply.body, "gmt_refund_pay")

    def notice(self, headers: Mapping[str, str], body: bytes) -> tuple[PaymentNotification, ...]:
        """All parameters but `sign` and `sign_type`, decoded once, are what the signature covers.

        The signature is over the bytes of the charset that the notice names. They are kept as they came,
        one letter a byte, until it is verified, and only then read as text.
        """
        raw = _parameters(body)
        if raw.get("sign_type") != "RSA2":
            raise NoticeRefused("sign-type")
        signature = raw.get("sign", "").replace(" ", "+")  # base64 has no blanks: a bare plus arrived as one
        if not self._line.vouches_for(line_of(raw, ("sign", "sign_type"), "latin-1"), signature):
            raise NoticeRefused("signature")
        said = _as_text(raw)
        if said.get("app_id") != self._terms.app_id:
            raise NoticeRefused("app")
        if said.get("seller_id") != self._terms.seller_id:
            raise NoticeRefused("seller")
        try:
            return news_of_notice(said)
        except (KeyError, ValueError):
            raise NoticeRefused("unreadable") from None

    def terms(self, order: Order, device: Device, payer: str = "127.0.0.1") -> str:
        """Alipay takes a known number from any device; only another amount or title it refuses."""
        return ""

    def acknowledged(self, taken: bool) -> tuple[int, str, str]:
        return 200, "text/plain", "success" if taken else "failure"

    def bill(self, day: date) -> tuple[PaymentNotification, ...]:
        content = {"bill_type": "trade", "bill_date": day.isoformat()}
        reply = self._ask("alipay.data.dataservice.bill.downloadurl.query", content)
        if not reply.done:
            if reply.sub_code in NO_BILL:
                return ()
            raise BillNotReady(f"{day}: {reply.sub_code} {reply.message}")
        return read_alipay_bill(self._line.fetch(str(reply.body.get("bill_download_url", ""))))

    def _ask(self, method: str, content: Mapping[str, Any]) -> AlipayReply:
        reply = self._line.ask(method, content)
        if not reply.done and (reply.sub_code in UNKNOWN or reply.body.get("code") == "20000"):
            raise ChannelUnavailable(f"{method}: {reply.sub_code} {reply.message}")
        return reply

    def _returned(self, refund: Refund, said: Mapping[str, Any], at: str) -> PaymentNotification:
        when = said.get(at)
        try:
            # A reply's `refund_fee` is the sum of all refunds of the trade, so only the question's answer is read.
            amount = fen_of_reply(said["refund_amount"]) if "refund_amount" in said else refund.amount
            returned_at = moment_of_reply(when) if when else self._line.now()
        except ReplyUnreadable as error:
            raise ChannelUnavailable(f"refund: {error}") from error
        return PaymentNotification(
            NewsKind.RETURNED,
            NAME,
            refund.order,
            refund.trade,
            refund.request,
            amount,
            returned_at,
            NewsSource.REFUND,
        )


def _parameters(body: bytes) -> dict[str, str]:
    """The form of a notice with every value as its bytes, one letter a byte. Raises NoticeRefused."""
    try:
        text = body.decode("latin-1")
        return dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True, encoding="latin-1"))
    except ValueError:
        raise NoticeRefused("unreadable") from None


def _as_text(raw: Mapping[str, str]) -> dict[str, str]:
    """The values read in the charset that the notice names, UTF-8 where it names none. Raises NoticeRefused."""
    codec = CHARSETS.get(raw.get("charset", "utf-8").strip().lower())
    if codec is None:
        raise NoticeRefused("charset")
    try:
        return {name: value.encode("latin-1").decode(codec) for name, value in raw.items()}
    except UnicodeDecodeError:
        raise NoticeRefused("unreadable") from None
