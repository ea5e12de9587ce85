"""WeChat Pay as a payment channel: a QR code for other screens (native), a page for phones (H5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from hashlib import sha1, sha256
from hmac import compare_digest
from json import dumps
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

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
from ncre.clients.wechat.bill import NAME, read_wechat_bill
from ncre.clients.wechat.client import WeChatClient, WeChatReply
from ncre.clients.wechat.payers import Payers
from ncre.clients.wechat.terms import WeChatTerms
from ncre.events import bounds

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
NO_TRADE: Final = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"})
LONGEST_TITLE: Final = 127

PRODUCTS: Final = {Device.DESKTOP: "native", Device.PHONE: "h5", Device.WECHAT: "jsapi"}

STATES: Final = {
    "SUCCESS": State.PAID,
    "REFUND": State.PAID,
    "NOTPAY": State.WAITING,
    "USERPAYING": State.WAITING,
    "PAYERROR": State.WAITING,
    "CLOSED": State.CLOSED,
    "REVOKED": State.CLOSED,
}


class WeChat:
    """Thread-safe. Raises KeyUnusable for terms whose keys cannot be meant."""

    name = NAME

    def __init__(self, terms: WeChatTerms, clock: Callable[[], datetime]) -> None:
        self._terms = terms
        self._line = WeChatClient(terms, clock)
        self._payers = Payers(terms)
        self.inside_wechat = bool(terms.app_secret)

    def open(self, order: Order, device: Device, back: str, payer: str = "127.0.0.1") -> Checkout:
        """Tell WeChat Pay of the order; asked again on the same terms, it answers the same."""
        content = {"out_trade_no": order.number, **self._content(order, device, payer)}
        reply = self._done(self._line.ask("POST", f"/v3/pay/transactions/{PRODUCTS[device]}", content))
        match device:
            case Device.DESKTOP:
                return Checkout(code=_where(reply, "code_url"))
            case Device.WECHAT:
                return Checkout(call=self._line.call(self._terms.appid, _where(reply, "prepay_id")))
            case _:
                return Checkout(address=f"{_where(reply, 'h5_url')}&redirect_url={quote(back, safe='')}")

    def terms(self, order: Order, device: Device, payer: str = "127.0.0.1") -> str:
        """WeChat Pay holds every parameter fixed under a number, and refuses it with any other."""
        content = dumps(self._content(order, device, payer), sort_keys=True)
        return f"{PRODUCTS[device]}-{sha256(content.encode()).hexdigest()[:24]}"

    def identify_at(self, back: str, state: str) -> str:
        return self._payers.address(back, state)

    def openid_of(self, code: str) -> str:
        return self._payers.openid(code)

    def _content(self, order: Order, device: Device, payer: str) -> dict[str, Any]:
        """Everything of an order but its number."""
        content: dict[str, Any] = {
            "appid": self._terms.appid,
            "mchid": self._terms.mchid,
            "description": order.title[:LONGEST_TITLE],
            "time_expire": order.expires.astimezone(SHANGHAI).isoformat(timespec="seconds"),
            "notify_url": self._terms.notify_url,
            "amount": {"total": order.amount, "currency": "CNY"},
        }
        if device is Device.PHONE:
            content["scene_info"] = {"payer_client_ip": payer, "h5_info": {"type": "Wap"}}
        if device is Device.WECHAT:
            content["payer"] = {"openid": payer}
        return content

    def query(self, order: str) -> InquiryAnswer:
        path = f"/v3/pay/transactions/out-trade-no/{order}?mchid={self._terms.mchid}"
        reply = self._line.ask("GET", path)
        if not reply.done:
            if reply.code in NO_TRADE:
                return InquiryAnswer(State.UNKNOWN)
            raise ChannelUnavailable(f"query: {reply.code} {reply.message}")
        if reply.body.get("out_trade_no") != order:
            raise ChannelUnavailable("query: an answer to another question")
        return self._told(reply.body, NewsSource.QUERY)

    def close(self, order: str) -> InquiryAnswer:
        path = f"/v3/pay/transactions/out-trade-no/{order}/close"
        reply = self._line.ask("POST", path, {"mchid": self._terms.mchid})
        if reply.done or reply.code in ("ORDER_CLOSED", "ORDERCLOSED"):
            return InquiryAnswer(State.CLOSED)
        if reply.code in NO_TRADE:
            return InquiryAnswer(State.UNKNOWN)
        if reply.code in ("ORDERPAID", "ORDER_PAID", "TRADE_ERROR"):
            return self.query(order)
        raise ChannelUnavailable(f"close: {reply.code} {reply.message}")

    def refund(self, refund: Refund) -> PaymentNotification | None:
        content = {
            "transaction_id": refund.trade,
            "out_refund_no": refund.request,
            "reason": refund.reason,
            "notify_url": self._terms.notify_url,
            "amount": {"refund": refund.amount, "total": refund.paid, "currency": "CNY"},
        }
        return self._returned(
            refund, self._done(self._line.ask("POST", "/v3/refund/domestic/refunds", content))
        )

    def refunded(self, refund: Refund) -> PaymentNotification | None:
        reply = self._line.ask("GET", f"/v3/refund/domestic/refunds/{refund.request}")
        if not reply.done:
            if reply.code in NO_TRADE:
                return None
            raise ChannelUnavailable(f"refund query: {reply.code} {reply.message}")
        return self._returned(refund, reply)

    def notice(self, headers: Mapping[str, str], body: bytes) -> tuple[PaymentNotification, ...]:
        event, said = self._line.opened(headers, body)
        if said.get("mchid") != self._terms.mchid:
            raise NoticeRefused("merchant")
        try:
            if event == "TRANSACTION.SUCCESS":
                if said.get("appid") != self._terms.appid:
                    raise NoticeRefused("app")
                return self._told(said, NewsSource.NOTICE).news or (self._other(event, said),)
            if event == "REFUND.SUCCESS":
                return (_refund_news(said, NewsSource.NOTICE),)
            return (self._other(event, said),)
        except (KeyError, TypeError, ValueError, ChannelUnavailable):
            raise NoticeRefused("unreadable") from None

    def _other(self, event: str, said: Mapping[str, Any]) -> PaymentNotification:
        """What has no place in the books: a refund that failed, an event of a kind unknown here."""
        amounts = said.get("amount") if isinstance(said.get("amount"), dict) else {}
        content = dumps(said, sort_keys=True, ensure_ascii=False)
        return PaymentNotification(
            kind=NewsKind.OTHER,
            channel=NAME,
            order=bounds.shown(str(said.get("out_trade_no", "")), bounds.LONGEST_IDENTIFIER),
            trade=bounds.shown(str(said.get("transaction_id", "")), bounds.LONGEST_IDENTIFIER),
            reference=sha256(f"{event}{content}".encode()).hexdigest()[:32],
            amount=int((amounts or {}).get("refund", (amounts or {}).get("total", 0))),
            at=self._line.clock(),
            source=NewsSource.NOTICE,
            word=bounds.shown(
                f"{event} {said.get('refund_status', said.get('trade_state', ''))}".strip(), 60
            ),
        )

    def acknowledged(self, taken: bool) -> tuple[int, str, str]:
        if taken:
            return 200, "application/json", '{"code":"SUCCESS"}'
        return 500, "application/json", '{"code":"FAIL","message":"not taken"}'

    def bill(self, day: date) -> tuple[PaymentNotification, ...]:
        reply = self._line.ask("GET", f"/v3/bill/tradebill?bill_date={day.isoformat()}&bill_type=ALL")
        if not reply.done:
            if reply.code == "NO_STATEMENT_EXIST":
                return ()
            raise BillNotReady(f"{day}: {reply.code} {reply.message}")
        raw = self._line.fetch(str(reply.body["download_url"]))
        promised = str(reply.body.get("hash_value", ""))
        if not compare_digest(
            sha1(raw, usedforsecurity=False).hexdigest().encode(), promised.lower().encode(errors="replace")
        ):
            raise ChannelUnavailable("bill: not what was promised")
        return read_wechat_bill(raw)

    def _told(self, said: Mapping[str, Any], source: NewsSource) -> InquiryAnswer:
        state = STATES.get(str(said.get("trade_state")))
        if state is None:
            raise ChannelUnavailable(f"trade state {said.get('trade_state')!r}")
        if state is not State.PAID:
            return InquiryAnswer(state)
        try:
            paid = PaymentNotification(
                kind=NewsKind.PAID,
                channel=NAME,
                order=str(said["out_trade_no"]),
                trade=str(said["transaction_id"]),
                reference="",
                amount=bounds.amount(said["amount"]["total"]),
                at=_moment(said["success_time"]),
                source=source,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ChannelUnavailable(f"trade: {error!r}") from error
        return InquiryAnswer(state, (paid,))

    def _returned(self, refund: Refund, reply: WeChatReply) -> PaymentNotification | None:
        status = reply.body.get("status")
        if status in ("ABNORMAL", "CLOSED"):
            raise ChannelRefused(f"REFUND_{status}", reply.message)
        if status != "SUCCESS":
            return None
        said = {**reply.body, "out_trade_no": refund.order, "transaction_id": refund.trade}
        try:
            return _refund_news(said, NewsSource.REFUND)
        except (KeyError, TypeError, ValueError) as error:
            raise ChannelUnavailable(f"refund: {error!r}") from error

    def _done(self, reply: WeChatReply) -> WeChatReply:
        if not reply.done:
            raise ChannelRefused(reply.code, reply.message)
        return reply


def _where(reply: WeChatReply, name: str) -> str:
    where = reply.body.get(name)
    if not isinstance(where, str) or not where:
        raise ChannelUnavailable(f"open: no {name}")
    return where


def _refund_news(said: Mapping[str, Any], source: NewsSource) -> PaymentNotification:
    return PaymentNotification(
        kind=NewsKind.RETURNED,
        channel=NAME,
        order=str(said["out_trade_no"]),
        trade=str(said["transaction_id"]),
        reference=str(said["out_refund_no"]),
        amount=bounds.amount(said["amount"]["refund"]),
        at=_moment(said["success_time"]),
        source=source,
    )


def _moment(text: object) -> datetime:
    return bounds.moment(datetime.fromisoformat(str(text)))
