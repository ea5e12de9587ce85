"""The day's bill: a zip of CSV files in GBK, with comment lines and tabs behind numbers (payment facts §1.8)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Final
from zipfile import BadZipFile, ZipFile

from ncre.gateways.alipay.reading import NAME, Unreadable, fen, moment
from ncre.gateways.channel import ChannelSilent, Kind, News, Source

TRADE, ORDER, KIND = "支付宝交易号", "商户订单号", "业务类型"
FINISHED, AMOUNT, REQUEST = "完成时间", "订单金额（元）", "退款批次号/请求号"
LARGEST: Final = 256 * 1024 * 1024
"""Bytes of an unpacked file; a larger one is no bill."""


def read_bill(zipped: bytes) -> tuple[News, ...]:
    """Every payment and refund of the bill. Raises ChannelSilent for what cannot be read."""
    try:
        with ZipFile(BytesIO(zipped)) as archive:
            return tuple(news for text in _texts(archive) for news in _lines(text))
    except (BadZipFile, ValueError, KeyError, csv.Error) as error:
        raise ChannelSilent(f"the bill cannot be read: {error!r}") from error


def _texts(archive: ZipFile) -> Iterator[str]:
    """The detail files; the summary beside them says the same in sums. Names are GBK and not to be relied on."""
    for entry in archive.infolist():
        if entry.file_size > LARGEST:
            raise Unreadable(f"{entry.file_size} bytes")
        text = archive.read(entry).decode("gb18030")
        if ORDER in text and TRADE in text:
            yield text


def _lines(text: str) -> Iterator[News]:
    rows = csv.reader(StringIO("\n".join(line for line in text.splitlines() if line and line[0] != "#")))
    names = [name.strip() for name in next(rows)]
    for row in rows:
        said = dict(zip(names, (value.strip() for value in row), strict=False))
        refund = said[KIND] == "退款"
        yield News(
            kind=Kind.RETURNED if refund else Kind.PAID,
            channel=NAME,
            order=said[ORDER],
            trade=said[TRADE],
            reference=said[REQUEST] if refund else "",
            amount=fen(said[AMOUNT].lstrip("-")),
            at=moment(said[FINISHED]),
            source=Source.BILL,
        )
