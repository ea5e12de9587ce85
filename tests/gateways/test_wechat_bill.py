"""Bills of WeChat Pay that cannot be read, and their times."""

from __future__ import annotations

from datetime import UTC

import pytest

from ncre.gateways.channel import ChannelSilent
from ncre.gateways.wechat.bill import read_bill

NAMES = "交易时间,微信订单号,商户订单号,交易状态,商户退款单号,申请退款金额,订单金额\n"


@pytest.mark.parametrize(
    "line",
    [
        "`0001-01-01 00:00:00,`42,`N1,`SUCCESS,`,`0.00,`80.00",
        "`9999-12-31 23:59:59,`42,`N1,`SUCCESS,`,`0.00,`80.00",
        "`2026-12-02 09:30:01,`42,`N1,`SUCCESS,`,`0.00,`８０.００",
        "`2026-12-02 09:30:01,`42,`N1,`SUCCESS,`,`0.00,`-80.00",
        "`2026-12-02 09:30:01,`42,`N1,`SUCCESS,`,`0.00,`1e5",
        f"`2026-12-02 09:30:01,`{'4' * 5000},`N1,`SUCCESS,`,`0.00,`80.00",
    ],
)
def test_a_line_that_nobody_can_mean_makes_the_bill_silence(line: str) -> None:
    with pytest.raises(ChannelSilent):
        read_bill(f"{NAMES}{line}\n".encode())


@pytest.mark.parametrize("raw", [b"", b"\xff", b"x,y\n`1,`2\n"])
def test_a_bill_that_cannot_be_read_is_silence(raw: bytes) -> None:
    with pytest.raises(ChannelSilent):
        read_bill(raw)


def test_the_times_of_a_bill_are_utc() -> None:
    (news,) = read_bill(f"{NAMES}`2026-12-02 09:30:01,`42,`N1,`SUCCESS,`,`0.00,`80.00\n".encode())
    assert (news.at.tzinfo, news.at.hour, news.amount) == (UTC, 1, 8000)


@pytest.mark.parametrize(("status", "lines"), [("SUCCESS", 1), ("PROCESSING", 0), ("CHANGE", 0)])
def test_a_refund_counts_once_it_has_gone(status: str, lines: int) -> None:
    names = NAMES.replace("\n", ",退款状态\n")
    row = f"`2026-12-02 09:30:01,`42,`N1,`REFUND,`R1,`30.00,`80.00,`{status}\n"
    assert len(read_bill((names + row).encode())) == lines
