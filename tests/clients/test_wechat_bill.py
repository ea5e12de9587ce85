"""Bills of WeChat Pay that cannot be read, and their times."""

from __future__ import annotations

from datetime import UTC

import pytest

from ncre.clients.payment_channel import ChannelUnavailable, NewsKind
from ncre.clients.wechat.bill import read_wechat_bill

NAMES = "交易时间,微信订单号,商户订单号,交易状态,商户退款单号,申请退款金额,订单金额\n"


@pytest.mark.parametrize(
    "line",
    [
        "`0001-01-01 00:00:00,`42,`N1,`SUCCESS,`,`0.00,`80.00",
        "`9999-12-31 23:59:59,`42,`N1,`SUCCESS,`,`0.00,`80.00",
        "`2026-12-02 09:30:01,`42,`N1,`SUCCESS,`,`0.00,`８０.００",
        "`2026-12-02 09:30:01,`42,`N1,`SUCCESS,`,`0.00,`1e5",
        f"`2026-12-02 09:30:01,`{'4' * 5000},`N1,`SUCCESS,`,`0.00,`80.00",
    ],
)
def test_a_line_that_nobody_can_mean_makes_the_bill_silence(line: str) -> None:
    with pytest.raises(ChannelUnavailable):
        read_wechat_bill(f"{NAMES}{line}\n".encode())


WITHOUT_AMOUNTS = (
    "交易时间,微信订单号,商户订单号,交易状态,商户退款单号\n`2026-12-02 09:30:01,`42,`N1,`SUCCESS,`\n"
)


@pytest.mark.parametrize("raw", [b"", b"\xff", b"x,y\n`1,`2\n", WITHOUT_AMOUNTS.encode()])
def test_a_bill_that_cannot_be_read_is_silence(raw: bytes) -> None:
    with pytest.raises(ChannelUnavailable):
        read_wechat_bill(raw)


def test_the_times_of_a_bill_are_utc() -> None:
    (news,) = read_wechat_bill(f"{NAMES}`2026-12-02 09:30:01,`42,`N1,`SUCCESS,`,`0.00,`80.00\n".encode())
    assert (news.at.tzinfo, news.at.hour, news.amount) == (UTC, 1, 8000)


@pytest.mark.parametrize(("status", "lines"), [("SUCCESS", 1), ("PROCESSING", 0), ("CHANGE", 0)])
def test_a_refund_counts_once_it_has_gone(status: str, lines: int) -> None:
    names = NAMES.replace("\n", ",退款状态\n")
    row = f"`2026-12-02 09:30:01,`42,`N1,`REFUND,`R1,`30.00,`80.00,`{status}\n"
    assert len(read_wechat_bill((names + row).encode())) == lines


WHOLE = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)


def line(title: str = "报名费", state: str = "SUCCESS", names: str = WHOLE, **changed: str) -> str:
    """A line of the bill with these values in their columns."""
    said = {
        "交易时间": "2026-12-02 09:30:01",
        "微信订单号": "42",
        "商户订单号": "N1",
        "交易状态": state,
        "商品名称": title,
        "订单金额": "80.00",
        "总金额": "80.00",
        "申请退款金额": "0.00",
        "退款金额": "0.00",
        **changed,
    }
    return "`" + ",`".join(said.get(name, "") for name in names.split(","))


def bill(*lines: str, names: str = WHOLE) -> bytes:
    summary = ("总交易单数,应结订单总金额,退款总金额", f"`{len(lines)},`80.00,`0")
    return ("\ufeff" + "\r\n".join((names, *lines, *summary)) + "\r\n").encode()


@pytest.mark.parametrize(
    "title",
    [
        "2027年3月,全国计算机等级考试",
        'a "quoted", title',
        "`2027`",
        "3月,`考试",
        "两行\n标题",
        "两行\r\n标题",
        "总交易单数",
        "",
    ],
)
def test_a_title_may_hold_whatever_it_wants(title: str) -> None:
    first, second = read_wechat_bill(bill(line(title), line(title, 微信订单号="43")))
    assert (first.kind, first.trade, first.amount) == (NewsKind.PAID, "42", 8000)
    assert second.trade == "43"


def test_blank_lines_are_no_lines() -> None:
    assert len(read_wechat_bill(bill(line(), "", "  ", line(微信订单号="43"), ""))) == 2


def test_an_older_bill_has_other_names_and_fewer_columns() -> None:
    older = WHOLE.replace("应结订单金额", "总金额").replace(",订单金额,申请退款金额,费率备注", "")
    refund = line(state="REFUND", names=older, 退款金额="30.00", 商户退款单号="R1", 退款状态="SUCCESS")
    paid, back = read_wechat_bill(bill(line(names=older), refund, names=older))
    assert (paid.amount, back.amount, back.reference) == (8000, 3000, "R1")


@pytest.mark.parametrize(
    "odd",
    [
        {"state": "REVOKED"},
        {"state": "ANYTHING"},
        {"state": "REFUND", "退款状态": "UNHEARD-OF", "商户退款单号": "R1"},
        {"state": "REFUND", "退款状态": "SUCCESS", "商户退款单号": ""},
        {"订单金额": "-80.00"},
    ],
)
def test_what_is_no_payment_and_no_refund_is_for_a_person(odd: dict[str, str]) -> None:
    one, again = read_wechat_bill(bill(line(**odd))), read_wechat_bill(bill(line(**odd)))
    assert one == again
    (news,) = one
    assert (news.kind, news.trade) == (NewsKind.OTHER, "42")
    assert news.amount == (-8000 if odd.get("订单金额") else 0 if odd.get("state") == "REFUND" else 8000)
