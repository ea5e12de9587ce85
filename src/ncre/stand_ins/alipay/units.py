"""How Alipay writes money and time: yuan with two digits, and the clock of Shanghai."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
TIMES: Final = "%Y-%m-%d %H:%M:%S"


def yuan_of_fen(fen: int) -> str:
    """1234 -> 12.34; -5 -> -0.05."""
    sign, size = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{size // 100}.{size % 100:02}"


def fen_of_yuan(text: str) -> int:
    """12.3 -> 1230."""
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int((part or "0").ljust(2, "0")[:2])


def local(at: float) -> str:
    """A moment (seconds since 1970) as Alipay's clock shows it."""
    return datetime.fromtimestamp(at, SHANGHAI).strftime(TIMES)
