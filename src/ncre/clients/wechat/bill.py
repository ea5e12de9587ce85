"""The day's bill of WeChat Pay: UTF-8, a backtick before every value, a summary at the end.

Only the backtick tells values apart: a title may hold commas, even line ends. Bills of older accounts name
some columns otherwise. What is neither a payment nor a refund goes to a list, for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from ncre.clients.payment_channel import ChannelUnavailable, NewsKind, NewsSource, PaymentNotification
from ncre.events import bounds

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
NAME: Final = "wechat"
SUMMARY: Final = "总交易单数"
TITLE: Final = "商品名称"

STATES: Final[Mapping[str, NewsKind]] = {"SUCCESS": NewsKind.PAID, "REFUND": NewsKind.RETURNED}
"""What each 交易状态 means for money; any other goes to a person."""

GONE: Final = frozenset({"SUCCESS", ""})
UNDER_WAY: Final = frozenset({"PROCESSING", "CHANGE", "FAIL", "ABNORMAL", "CLOSED"})
"""退款状态: the refund was made, or it was asked for and has not gone, which is no news yet."""

PAID_AMOUNT: Final = ("订单金额", "总金额", "应结订单金额")
REFUND_AMOUNT: Final = ("申请退款金额", "退款金额")
"""The columns of an amount, the present name first."""

OLDER: Final[Mapping[str, str]] = {"退款状态": ""}
"""Columns that older bills lack."""

_YUAN: Final = re.compile(r"(-?)(\d{1,9})(?:\.(\d{1,2}))?", re.ASCII)

_RECORD: Final = re.compile(r"\r?\n(?=`)")


def read_wechat_bill(raw: bytes) -> tuple[PaymentNotification, ...]:
    """Every line of the bill that tells of money. Raises ChannelUnavailable for what cannot be read."""
    try:
        return tuple(_news_of(raw.decode("utf-8-sig")))
    except (KeyError, ValueError) as error:
        raise ChannelUnavailable(f"the bill cannot be read: {error!r}") from error


def _news_of(text: str) -> Iterator[PaymentNotification]:
    head, _, rest = text.strip().partition("\n")
    names = [name.strip().lstrip("`") for name in head.split(",")]
    if not head.strip():
        raise ValueError("not even names")
    details = re.split(rf"(?m)^`?{SUMMARY}", rest)[0]
    for record in _RECORD.split("\n" + details):
        if record.strip():
            said = {**OLDER, **dict(zip(names, _values(record, names), strict=False))}
            if said["退款状态"] not in UNDER_WAY or said["交易状态"] != "REFUND":
                yield _news(said)


def _values(record: str, names: Sequence[str]) -> list[str]:
    """The values of a line; whatever is one too many belongs to the title, which may hold the mark itself."""
    values = record.strip().removeprefix("`").split(",`")
    surplus = len(values) - len(names)
    if surplus > 0:
        at = names.index(TITLE)
        values[at : at + surplus + 1] = [",`".join(values[at : at + surplus + 1])]
    return [value.strip() for value in values]


def _news(said: Mapping[str, str]) -> PaymentNotification:
    kind = STATES.get(said["交易状态"], NewsKind.OTHER)
    if kind is NewsKind.RETURNED and (said["退款状态"] not in GONE or not said["商户退款单号"]):
        kind = NewsKind.OTHER
    amount = _amount(said, REFUND_AMOUNT if said["交易状态"] == "REFUND" else PAID_AMOUNT)
    if amount < 0:
        kind = NewsKind.OTHER
    reference = said["商户退款单号"] if kind is NewsKind.RETURNED else ""
    if kind is NewsKind.OTHER:
        line = "|".join(
            said[name] for name in ("交易状态", "商户订单号", "商户退款单号", "退款状态", "交易时间")
        )
        reference = sha256(f"{line}|{amount}".encode()).hexdigest()[:32]
    return PaymentNotification(
        kind=kind,
        channel=NAME,
        order=said["商户订单号"],
        trade=said["微信订单号"],
        reference=reference,
        amount=amount,
        at=bounds.moment(datetime.fromisoformat(said["交易时间"]).replace(tzinfo=SHANGHAI)),
        source=NewsSource.BILL,
        word=f"{said['交易状态']} {said['退款状态']}".strip() if kind is NewsKind.OTHER else "",
    )


def _amount(said: Mapping[str, str], columns: Sequence[str]) -> int:
    """Fen, with its sign. Raises OutOfBounds."""
    found = _YUAN.fullmatch(next((said[name] for name in columns if name in said), ""))
    if not found:
        raise bounds.OutOfBounds("not an amount in yuan")
    fen = int(found[2]) * 100 + int((found[3] or "0").ljust(2, "0"))
    return -fen if found[1] else fen
