"""What the cashier tells on its own: signed notices, sent until somebody answers `success`, with scripted faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest, new
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

import requests
from sqlalchemy import Connection, insert, select, update

from ncre.clients.rsa_signing import line_of, private_key, signed
from ncre.stand_ins.alipay import book
from ncre.stand_ins.alipay.units import local, yuan_of_fen

GAPS: Final = (240, 600, 600, 3600, 7200, 21600, 54000)
"""Seconds between deliveries that were not answered `success` (payment facts §1.5)."""

TICKET_SECONDS: Final = 30
"""How long the address of a bill lives."""


class NoticeSender:
    def __init__(
        self,
        pages: book.TradeBook,
        key: str,
        app_id: str,
        seller_id: str,
        clock: Callable[[], datetime],
        scale: float,
    ) -> None:
        self._book = pages
        self._key = private_key(key)
        self._secret = sha256(key.encode()).digest()
        self._app_id = app_id
        self._seller_id = seller_id
        self._clock = clock
        self._scale = scale

    def tell(
        self,
        connection: Connection,
        trade: book.Row,
        status: str,
        now: float,
        refunds: Sequence[book.Row] = (),
    ) -> None:
        """Write the notices of a change into the book, as the script of the order wants them."""
        if not trade["notify_url"]:
            return
        said = self._said(trade, status, now, refunds)
        order = trade["order"]
        if book.fault(connection, order, "lose") is not None:
            return
        delay = float(book.fault(connection, order, "delay") or 0)
        if book.fault(connection, order, "reorder") is not None:
            delay += 0 if refunds or status != "TRADE_SUCCESS" else 5
        said["sign"] = signed(self._key, line_of(said, ("sign", "sign_type")))
        if book.use_up(connection, order, "wrong-sign"):
            said["sign"] = signed(self._key, b"something else")
        for _ in range(int(book.fault(connection, order, "dup") or 1)):
            connection.execute(
                insert(book.notices).values(
                    order=order,
                    url=trade["notify_url"],
                    body=urlencode(said),
                    due=now + delay,
                    tries=0,
                    done=False,
                )
            )

    def deliver_due(self) -> int:
        """Send what is due by now, in its order; how many were sent."""
        now = self._clock().timestamp()
        with self._book.writing() as connection:
            asked = select(book.notices).where(~book.notices.c.done, book.notices.c.due <= now)
            waiting = [dict(row) for row in connection.execute(asked.order_by(book.notices.c.due)).mappings()]
        for notice in waiting:
            taken = self._sent(notice)
            again = GAPS[notice["tries"]] * self._scale if notice["tries"] < len(GAPS) else None
            values: dict[str, Any] = {"tries": notice["tries"] + 1, "done": taken or again is None}
            if again is not None:
                values["due"] = now + again
            with self._book.writing() as connection:
                connection.execute(
                    update(book.notices).where(book.notices.c.id == notice["id"]).values(**values)
                )
        return len(waiting)

    def returning(self, trade: book.Row, method: str) -> str:
        """The signed query with which the payer's browser goes back to the merchant."""
        said = {
            "charset": "utf-8",
            "out_trade_no": trade["order"],
            "method": f"{method}.return",
            "total_amount": yuan_of_fen(trade["amount"]),
            "trade_no": trade["trade"],
            "auth_app_id": self._app_id,
            "version": "1.0",
            "app_id": self._app_id,
            "sign_type": "RSA2",
            "seller_id": self._seller_id,
            "timestamp": local(self._clock().timestamp()),
        }
        return urlencode({**said, "sign": signed(self._key, line_of(said, ("sign", "sign_type")))})

    def signature(self, said: bytes) -> str:
        return signed(self._key, said)

    def ticket(self, day: str, now: float) -> str:
        """The last part of a bill's address: which day, until when, and a proof that we gave it out."""
        until = f"{now + TICKET_SECONDS:.0f}"
        return f"{day}/{until}/{self._proof(day, until)}"

    def admits(self, day: str, until: str, proof: str) -> bool:
        genuine = compare_digest(proof.encode(errors="replace"), self._proof(day, until).encode())
        return genuine and self._clock().timestamp() <= float(until)

    def _proof(self, day: str, until: str) -> str:
        return new(self._secret, f"{day}/{until}".encode(), "sha256").hexdigest()

    def _sent(self, notice: book.Row) -> bool:
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        try:
            answer = requests.post(
                notice["url"], notice["body"], headers=headers, timeout=5, allow_redirects=False
            )
        except requests.RequestException:
            return False
        return answer.status_code == requests.codes.ok and answer.text == "success"

    def _said(self, trade: book.Row, status: str, now: float, refunds: Sequence[book.Row]) -> dict[str, str]:
        said = {
            "notify_time": local(now),
            "notify_type": "trade_status_sync",
            "notify_id": uuid4().hex,
            "app_id": self._app_id,
            "auth_app_id": self._app_id,
            "charset": "utf-8",
            "version": "1.0",
            "sign_type": "RSA2",
            "trade_no": trade["trade"],
            "out_trade_no": trade["order"],
            "seller_id": self._seller_id,
            "trade_status": status,
            "subject": trade["subject"],
            "total_amount": yuan_of_fen(trade["amount"]),
            "gmt_create": local(trade["created"]),
        }
        if trade["paid"]:
            said["gmt_payment"] = local(trade["paid"])
        if trade["closed"]:
            said["gmt_close"] = local(trade["closed"])
        if refunds:
            said["refund_fee"] = yuan_of_fen(sum(one["amount"] for one in refunds))
            said["gmt_refund"] = local(refunds[-1]["at"]) + ".000"
            said["out_biz_no"] = refunds[-1]["request"]
        return said
