"""What Alipay says, in the service's terms. Meaning never hangs on `trade_status` alone (payment facts §1.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ncre.clients.alipay.client import SHANGHAI
from ncre.clients.payment_channel import ChannelUnavailable, NewsKind, NewsSource, PaymentNotification, State
from ncre.events import bounds

NAME: Final = "alipay"
PAID: Final = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})
_AMOUNT: Final = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?", re.ASCII)


class ReplyUnreadable(ValueError):
    """A field that Alipay never writes so."""


def fen_of_reply(text: object) -> int:
    """ "160.00" yuan as 16000 fen, without any float. Raises Unreadable."""
    found = _AMOUNT.fullmatch(str(text).strip())
    if not found:
        raise ReplyUnreadable(f"amount {text!r}")
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def yuan_for_alipay(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}"


def moment_of_reply(text: object) -> datetime:
    """A time of Alipay, Asia/Shanghai, as UTC; fractions of a second are left out. Raises Unreadable."""
    try:
        return bounds.moment(datetime.fromisoformat(str(text)[:19]).replace(tzinfo=SHANGHAI))
    except ValueError:
        raise ReplyUnreadable(f"time {text!r}") from None


def state_of(answer: Mapping[str, Any]) -> State:
    """How a trade stands by its answer: with money in it, it was paid, whatever became of it since."""
    status = answer.get("trade_status")
    if status in PAID or _was_paid(answer):
        return State.PAID
    if status == "TRADE_CLOSED":
        return State.CLOSED
    if status == "WAIT_BUYER_PAY":
        return State.WAITING
    raise ChannelUnavailable(f"trade status {status!r}")


def _was_paid(said: Mapping[str, Any]) -> bool:
    """A closed trade with a time of payment was paid and then returned whole; without one, nobody paid."""
    return bool(said.get("gmt_payment") or said.get("send_pay_date") or said.get("refund_fee"))


def payment(said: Mapping[str, Any], at: object, source: NewsSource) -> PaymentNotification:
    return PaymentNotification(
        kind=NewsKind.PAID,
        channel=NAME,
        order=str(said["out_trade_no"]),
        trade=str(said["trade_no"]),
        reference="",
        amount=fen_of_reply(said["total_amount"]),
        at=moment_of_reply(at),
        source=source,
    )


def news_of_notice(said: Mapping[str, str]) -> tuple[PaymentNotification, ...]:
    """What a notice tells; () where a payer has begun and nothing happened yet. Raises Unreadable, KeyError.

    What it tells of money is read off its money, and a paid trade without it is not read at all: it
    is told again, and asked about. What has no place in the books is told as OTHER.
    """
    told: list[PaymentNotification] = []
    if said.get("gmt_payment"):
        told.append(payment(said, said["gmt_payment"], NewsSource.NOTICE))
    if said.get("refund_fee") and fen_of_reply(said["refund_fee"]):
        # the sum of all refunds so far, also of those made in the console, which name no request of ours
        about = (said.get("out_biz_no", ""), fen_of_reply(said["refund_fee"]), said.get("gmt_refund"))
        told.append(_notice_news(NewsKind.RETURNED_SO_FAR, said, *about))
    if told or said.get("trade_status") == "WAIT_BUYER_PAY":
        return tuple(told)
    if said.get("trade_status") == "TRADE_CLOSED":
        return (_notice_news(NewsKind.CLOSED, said, "", 0, said.get("gmt_close")),)
    if said.get("trade_status") == "TRADE_SUCCESS":
        raise ReplyUnreadable("a paid trade without the time of its payment")
    identity = said.get("notify_id") or said["notify_time"]
    word = f"{said.get('notify_type', '')} {said.get('trade_status', '')}".strip()
    amount = fen_of_reply(said["total_amount"]) if said.get("total_amount") else 0
    return (_notice_news(NewsKind.OTHER, said, identity[:60], amount, None, bounds.shown(word, 60)),)


def _notice_news(
    kind: NewsKind, said: Mapping[str, str], reference: str, amount: int, at: str | None, word: str = ""
) -> PaymentNotification:
    return PaymentNotification(
        kind=kind,
        channel=NAME,
        order=said.get("out_trade_no", ""),
        trade=said.get("trade_no", ""),
        reference=reference,
        amount=amount,
        at=moment_of_reply(at or said["notify_time"]),
        source=NewsSource.NOTICE,
        word=word,
    )
