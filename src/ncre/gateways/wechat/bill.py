"""The day's bill of WeChat Pay: CSV in UTF-8, a backtick before every value, a summary at the end."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import Final
from zoneinfo import ZoneInfo

from ncre.events import bounds
from ncre.gateways.channel import ChannelSilent, Kind, News, Source

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
NAME: Final = "wechat"
_YUAN: Final = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?", re.ASCII)
SUMMARY: Final = "总交易单数"
UNDER_WAY: Final = frozenset({"PROCESSING", "CHANGE", "FAIL", "ABNORMAL", "CLOSED"})


def read_bill(raw: bytes) -> tuple[News, ...]:
    """Every payment and refund of the bill. Raises ChannelSilent for what cannot be read."""
    try:
        return tuple(_lines(raw.decode("utf-8-sig")))
    except (UnicodeDecodeError, KeyError, ValueError, csv.Error) as error:
        raise ChannelSilent(f"the bill cannot be read: {error!r}") from error


def _lines(text: str) -> Iterator[News]:
    rows = csv.reader(StringIO(text))
    names = [name.strip() for name in next(rows, [])]
    if not names:
        raise ValueError("not even names")
    for row in rows:
        if not row or row[0].startswith(SUMMARY):
            return
        said = dict(zip(names, (value.strip().lstrip("`") for value in row), strict=False))
        refund = said["交易状态"] == "REFUND"
        if refund and said.get("退款状态") in UNDER_WAY:
            continue  # asked for, and not gone: it is no news yet
        yield News(
            kind=Kind.RETURNED if refund else Kind.PAID,
            channel=NAME,
            order=said["商户订单号"],
            trade=said["微信订单号"],
            reference=said["商户退款单号"] if refund else "",
            amount=_fen(said["申请退款金额" if refund else "订单金额"]),
            at=bounds.moment(datetime.fromisoformat(said["交易时间"]).replace(tzinfo=SHANGHAI)),
            source=Source.BILL,
        )


def _fen(text: str) -> int:
    """ "160.00" yuan as 16000 fen. Raises OutOfBounds."""
    found = _YUAN.fullmatch(text)
    if not found:
        raise bounds.OutOfBounds("not an amount in yuan")
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
