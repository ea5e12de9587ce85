"""What Alipay says, in the house's terms. Meaning never hangs on `trade_status` alone (payment facts §1.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ncre.events import bounds
from ncre.gateways.alipay.line import SHANGHAI
from ncre.gateways.channel import ChannelSilent, Kind, News, Source, State

NAME: Final = "alipay"
PAID: Final = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})
_AMOUNT: Final = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?", re.ASCII)


class Unreadable(ValueError):
    """A field that Alipay never writes so."""


def fen(text: object) -> int:
    """ "160.00" yuan as 16000 fen, without any float. Raises Unreadable."""
    found = _AMOUNT.fullmatch(str(text).strip())
    if not found:
        raise Unreadable(f"amount {text!r}")
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def yuan(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}"


def moment(text: object) -> datetime:
    """A time of Alipay, Asia/Shanghai, as UTC; fractions of a second are left out. Raises Unreadable."""
    try:
        return bounds.moment(datetime.fromisoformat(str(text)[:19]).replace(tzinfo=SHANGHAI))
    except ValueError:
        raise Unreadable(f"time {text!r}") from None


def state_of(answer: Mapping[str, Any]) -> State:
    """How a trade stands by its answer: with money in it, it was paid, whatever became of it since."""
    status = answer.get("trade_status")
    if status in PAID or _was_paid(answer):
        return State.PAID
    if status == "TRADE_CLOSED":
        return State.CLOSED
    if status == "WAIT_BUYER_PAY":
        return State.WAITING
    raise ChannelSilent(f"trade status {status!r}")


def _was_paid(said: Mapping[str, Any]) -> bool:
    """A closed trade with a time of payment was paid and then returned whole; without one, nobody paid."""
    return bool(said.get("gmt_payment") or said.get("send_pay_date") or said.get("refund_fee"))


def payment(said: Mapping[str, Any], at: object, source: Source) -> News:
    return News(
        kind=Kind.PAID,
        channel=NAME,
        order=str(said["out_trade_no"]),
        trade=str(said["trade_no"]),
        reference="",
        amount=fen(said["total_amount"]),
        at=moment(at),
        source=source,
    )


def news_of_notice(said: Mapping[str, str]) -> tuple[News, ...]:
    """What a notice tells; () where it is nothing new. Raises Unreadable, KeyError."""
    told: list[News] = []
    if said.get("gmt_payment"):
        told.append(payment(said, said["gmt_payment"], Source.NOTICE))
    if said.get("refund_fee") and said.get("out_biz_no"):
        # `refund_fee` is the sum of all refunds; each of ours is whole, so it is also that of this one.
        told.append(
            News(
                kind=Kind.RETURNED,
                channel=NAME,
                order=said["out_trade_no"],
                trade=said["trade_no"],
                reference=said["out_biz_no"],
                amount=fen(said["refund_fee"]),
                at=moment(said.get("gmt_refund") or said["notify_time"]),
                source=Source.NOTICE,
            )
        )
    if not told and said.get("trade_status") == "TRADE_CLOSED":
        told.append(
            News(
                kind=Kind.CLOSED,
                channel=NAME,
                order=said["out_trade_no"],
                trade=said.get("trade_no", ""),
                reference="",
                amount=0,
                at=moment(said.get("gmt_close") or said["notify_time"]),
                source=Source.NOTICE,
            )
        )
    return tuple(told)
