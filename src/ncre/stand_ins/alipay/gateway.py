"""What the cashier answers to signed questions, as Alipay does (OpenAPI v1)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from secrets import token_urlsafe
from typing import Any, Final

from sqlalchemy import Connection, insert, update

from ncre.clients.rsa_signing import genuine, line_of, public_key
from ncre.stand_ins.alipay import book
from ncre.stand_ins.alipay.bill import bill_of
from ncre.stand_ins.alipay.notices import NoticeSender
from ncre.stand_ins.alipay.units import SHANGHAI, fen_of_yuan, local, yuan_of_fen

MARK: Final = "SIM"
"""At the head of every trade number, so that nobody takes it for money."""

PAYING: Final = frozenset({"alipay.trade.page.pay", "alipay.trade.wap.pay"})

Answer = dict[str, Any]


class GatewayRefusal(Exception):
    """A question that is answered with an error: Alipay's `code` and `sub_code`."""

    def __init__(self, sub_code: str, message: str = "", code: str = "40004") -> None:
        super().__init__(sub_code)
        self.answer = {
            "code": code,
            "msg": "Business Failed",
            "sub_code": sub_code,
            "sub_msg": message or sub_code,
        }


def settled_with_time(connection: Connection, trade: book.Row, now: float, notices: NoticeSender) -> book.Row:
    """The trade as time has left it: closed when it expired unpaid, with a notice where that is scripted."""
    over = trade["expires"] is not None and now > trade["expires"]
    if trade["status"] != "WAIT_BUYER_PAY" or not over:
        return trade
    closed = {**trade, "status": "TRADE_CLOSED", "closed": trade["expires"]}
    book.change_trade(connection, trade["order"], status="TRADE_CLOSED", closed=trade["expires"])
    if book.fault(connection, trade["order"], "timeout-close") is not None:
        notices.tell(connection, closed, "TRADE_CLOSED", now)
    return closed


class Gateway:
    def __init__(
        self,
        pages: book.TradeBook,
        notices: NoticeSender,
        clock: Callable[[], datetime],
        app_id: str,
        merchant_key: str,
        seller_id: str,
    ) -> None:
        self._book = pages
        self._notices = notices
        self._clock = clock
        self._app_id = app_id
        self._seller_id = seller_id
        self._merchant = public_key(merchant_key)

    def checked(self, parameters: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """The method and content of a question that the merchant signed. Raises GatewayRefusal."""
        if parameters.get("app_id") != self._app_id:
            raise GatewayRefusal("isv.invalid-app-id", code="40002")
        if parameters.get("sign_type") != "RSA2":
            raise GatewayRefusal("isv.invalid-signature-type", code="40002")
        if not genuine(self._merchant, line_of(parameters), parameters.get("sign", "")):
            raise GatewayRefusal("isv.invalid-signature", code="40002")
        try:
            content = json.loads(parameters.get("biz_content", "{}"))
        except (ValueError, RecursionError):
            raise GatewayRefusal("isv.invalid-parameter", code="40002") from None
        return parameters.get("method", ""), content

    def offer(self, method: str, content: Mapping[str, Any], parameters: Mapping[str, str]) -> str:
        """A payer's browser brought an order: the id of its page. Raises GatewayRefusal."""
        order = str(content.get("out_trade_no", ""))
        with self._book.writing() as connection:
            trade = book.trade_of(connection, order)
            if trade:
                trade = settled_with_time(connection, trade, self.now(), self._notices)
                self._assert_open(connection, trade, content)
            page = token_urlsafe(16)
            connection.execute(
                insert(book.offers).values(
                    id=page,
                    order=order,
                    content=json.dumps(content),
                    notify_url=parameters.get("notify_url", ""),
                    return_url=parameters.get("return_url", ""),
                    method=method,
                )
            )
        return page

    def answer(self, method: str, content: Mapping[str, Any], host: str) -> Answer:
        """The answer to a question of the merchant's server. Raises GatewayRefusal."""
        handlers: dict[str, Callable[[Connection, Mapping[str, Any]], Answer]] = {
            "alipay.trade.query": self._query,
            "alipay.trade.close": self._close,
            "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._refund_query,
        }
        if method == "alipay.data.dataservice.bill.downloadurl.query":
            return {"code": "10000", "msg": "Success", **self._bill(content, host)}
        if method not in handlers:
            raise GatewayRefusal("isv.invalid-method", code="40004")
        refused, answer = None, Answer()
        with self._book.writing() as connection:
            order = str(content.get("out_trade_no", ""))
            try:
                answer = handlers[method](connection, content)
            except GatewayRefusal as said:  # what happened on the way to a refusal has happened
                refused = said
            broken = book.use_up(connection, order, "SYSTEM_ERROR")
        if broken:  # what was asked is done, and nobody is told so
            raise GatewayRefusal("ACQ.SYSTEM_ERROR", "系统错误", code="20000")
        if refused is not None:
            raise refused
        return {"code": "10000", "msg": "Success", **answer}

    def now(self) -> float:
        return self._clock().timestamp()

    def _trade(self, connection: Connection, content: Mapping[str, Any]) -> book.Row:
        found = book.trade_of(
            connection, str(content.get("out_trade_no", "")), str(content.get("trade_no", ""))
        )
        if found is None:
            raise GatewayRefusal("ACQ.TRADE_NOT_EXIST", "交易不存在")
        return settled_with_time(connection, found, self.now(), self._notices)

    def _assert_open(self, connection: Connection, trade: book.Row, content: Mapping[str, Any]) -> None:
        if trade["status"] in ("TRADE_SUCCESS", "TRADE_FINISHED"):
            raise GatewayRefusal("ACQ.TRADE_HAS_SUCCESS", "交易已被支付")
        if (
            trade["status"] == "TRADE_CLOSED"
            and book.fault(connection, trade["order"], "pay-after-close") is None
        ):
            raise GatewayRefusal("ACQ.TRADE_HAS_CLOSE", "交易已关闭")
        same = trade["subject"] == content.get("subject") and trade["amount"] == fen_of_yuan(
            str(content["total_amount"])
        )
        if not same:
            raise GatewayRefusal("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改")

    def _query(self, connection: Connection, content: Mapping[str, Any]) -> Answer:
        trade = self._trade(connection, content)
        answer = {
            "out_trade_no": trade["order"],
            "trade_no": trade["trade"],
            "trade_status": trade["status"],
            "total_amount": yuan_of_fen(trade["amount"]),
            "buyer_logon_id": "sim***@example.com",
        }
        if trade["paid"]:
            answer["send_pay_date"] = local(trade["paid"])
        return answer

    def _close(self, connection: Connection, content: Mapping[str, Any]) -> Answer:
        trade = self._trade(connection, content)
        if trade["status"] != "WAIT_BUYER_PAY":
            raise GatewayRefusal("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
        book.change_trade(connection, trade["order"], status="TRADE_CLOSED", closed=self.now())
        return {"out_trade_no": trade["order"], "trade_no": trade["trade"]}

    def _refund(self, connection: Connection, content: Mapping[str, Any]) -> Answer:
        trade = self._trade(connection, content)
        request, amount = (
            str(content.get("out_request_no", "")),
            fen_of_yuan(str(content.get("refund_amount", "0"))),
        )
        done = book.refunds_of(connection, trade["order"])
        changed = "N"
        if not any(one["request"] == request for one in done):
            if not trade["paid"] or sum(one["amount"] for one in done) + amount > trade["amount"]:
                raise GatewayRefusal("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限")
            if book.use_up(connection, trade["order"], "no-balance"):
                raise GatewayRefusal("ACQ.SELLER_BALANCE_NOT_ENOUGH", "商户余额不足")
            pending = int(book.fault(connection, trade["order"], "refund-pending") or 0)
            one = {
                "order": trade["order"],
                "request": request,
                "amount": amount,
                "at": self.now(),
                "pending": pending,
            }
            connection.execute(insert(book.refunds).values(**one))
            done.append(one)
            changed = "N" if pending else "Y"
            if not pending:
                self._tell_refund(connection, trade, done)
        answer = {
            "out_trade_no": trade["order"],
            "trade_no": trade["trade"],
            "fund_change": changed,
            "refund_fee": yuan_of_fen(sum(one["amount"] for one in done)),
        }
        if changed == "Y":
            answer["gmt_refund_pay"] = local(self.now())
        return answer

    def _refund_query(self, connection: Connection, content: Mapping[str, Any]) -> Answer:
        trade, request = self._trade(connection, content), str(content.get("out_request_no", ""))
        found = next(
            (one for one in book.refunds_of(connection, trade["order"]) if one["request"] == request), None
        )
        answer = {"out_trade_no": trade["order"], "trade_no": trade["trade"], "out_request_no": request}
        if found is None:
            return answer
        if found["pending"]:
            where = (book.refunds.c.order == trade["order"], book.refunds.c.request == request)
            connection.execute(update(book.refunds).where(*where).values(pending=found["pending"] - 1))
            return {
                **answer,
                "refund_amount": yuan_of_fen(found["amount"]),
                "refund_status": "REFUND_PROCESSING",
            }
        return {
            **answer,
            "refund_amount": yuan_of_fen(found["amount"]),
            "total_amount": yuan_of_fen(trade["amount"]),
            "refund_status": "REFUND_SUCCESS",
            "gmt_refund_pay": local(found["at"]),
        }

    def _tell_refund(self, connection: Connection, trade: book.Row, done: list[book.Row]) -> None:
        """A whole refund closes the trade; both are told as Alipay tells them."""
        total = sum(one["amount"] for one in done)
        status = "TRADE_CLOSED" if total >= trade["amount"] else trade["status"]
        if status != trade["status"]:
            book.change_trade(connection, trade["order"], status=status, closed=self.now())
        self._notices.tell(connection, {**trade, "closed": self.now()}, status, self.now(), done)

    def _bill(self, content: Mapping[str, Any], host: str) -> Answer:
        day = str(content.get("bill_date", ""))
        if day >= self._clock().astimezone(SHANGHAI).date().isoformat():
            raise GatewayRefusal("isv.invalid-bill-date", "账单尚未生成")
        with self._book.writing() as connection:
            if bill_of(connection, date.fromisoformat(day), self._seller_id) is None:
                raise GatewayRefusal("isp.bill_not_exist", "账单不存在")
        return {"bill_download_url": f"{host}bill/{self._notices.ticket(day, self.now())}"}
