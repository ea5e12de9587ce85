"""The bill of a day as Alipay gives it: a zip of CSV files in GBK, comments, tabs behind numbers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import Connection, select

from ncre.stand_ins.alipay import book
from ncre.stand_ins.alipay.units import SHANGHAI, local, yuan_of_fen

NAMES = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
    "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)


def bill_of(connection: Connection, day: date, seller_id: str) -> bytes | None:
    """The zip of a day, None where nothing happened."""
    since = datetime.combine(day, time(), SHANGHAI).timestamp()
    until = since + timedelta(days=1).total_seconds()
    lines = [
        _line(trade, "交易", trade["paid"], trade["amount"], "")
        for trade in map(dict, connection.execute(select(book.trades)).mappings())
        if trade["paid"] is not None and since <= trade["paid"] < until
    ]
    for refund in map(dict, connection.execute(select(book.refunds)).mappings()):
        trade = book.trade_of(connection, refund["order"])
        if trade and since <= refund["at"] < until:
            lines.append(_line(trade, "退款", refund["at"], -refund["amount"], refund["request"]))
    return _zipped(day, seller_id, lines) if lines else None


def _line(trade: book.Row, kind: str, at: float, amount: int, request: str) -> str:
    sum_ = yuan_of_fen(amount)
    begun, ended = local(trade["created"]), local(at)
    head = f"{trade['trade']}\t,{trade['order']}\t,{kind},{trade['subject']},{begun},{ended}"
    return f"{head},,,,,sim***@example.com,{sum_},{sum_},0.00,0.00,0.00,0.00,0.00,,0.00,0.00,{request}\t,0.00,0.00,"


def _zipped(day: date, seller_id: str, lines: list[str]) -> bytes:
    details = [
        "#支付宝业务明细查询",
        f"#账号：[{seller_id}]",
        f"#起始日期：[{day:%Y年%m月%d日} 00:00:00]",
        "#-----------------------------------------业务明细列表----------------------------------------",
        NAMES,
        *lines,
        "#-----------------------------------------业务明细列表结束------------------------------------",
    ]
    summary = [
        "#支付宝业务汇总查询",
        f"#账号：[{seller_id}]",
        "门店编号,交易订单总笔数",
        f"合计,{len(lines)}",
    ]
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, text in (("业务明细", details), ("业务明细(汇总)", summary)):
            with_metadata = f"{seller_id}_{day:%Y%m%d}_{name}.csv".encode("gb18030").decode("cp437")
            archive.writestr(with_metadata, "\r\n".join(text).encode("gb18030"))
    return packed.getvalue()
