"""The day's bill: a zip of CSV files in GBK, with comment lines and tabs behind numbers (payment facts §1.8).

What a line is goes by its kind and its sign together. Whatever is neither a payment nor a refund is not
booked; it goes to a list, for a person.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from hashlib import sha256
from io import BytesIO, StringIO
from typing import Final
from zipfile import BadZipFile, ZipFile

from ncre.clients.alipay.replies import NAME, ReplyUnreadable, fen_of_reply, moment_of_reply
from ncre.clients.payment_channel import ChannelUnavailable, NewsKind, NewsSource, PaymentNotification
from ncre.events import bounds

TRADE, ORDER, KIND = "支付宝交易号", "商户订单号", "业务类型"
FINISHED, AMOUNT, REQUEST = "完成时间", "订单金额（元）", "退款批次号/请求号"
LARGEST: Final = 256 * 1024 * 1024
"""Bytes of an unpacked file; a larger one is no bill."""

KINDS: Final[Mapping[str, tuple[NewsKind, int]]] = {
    "交易": (NewsKind.PAID, 1),
    "退款": (NewsKind.RETURNED, -1),
}
"""What each 业务类型 means, and the sign that its amount must have."""


def read_alipay_bill(zipped: bytes) -> tuple[PaymentNotification, ...]:
    """Every line of the bill. Raises ChannelUnavailable for what cannot be read."""
    try:
        with ZipFile(BytesIO(zipped)) as archive:
            return tuple(news for text in _texts(archive) for news in _lines(text))
    except (BadZipFile, ValueError, KeyError, csv.Error) as error:
        raise ChannelUnavailable(f"the bill cannot be read: {error!r}") from error


def _texts(archive: ZipFile) -> Iterator[str]:
    """The detail files; the summary beside them says the same in sums. Names are GBK and not to be relied on."""
    for entry in archive.infolist():
        if entry.file_size > LARGEST:
            raise ReplyUnreadable(f"{entry.file_size} bytes")
        text = archive.read(entry).decode("gb18030")
        if ORDER in text and TRADE in text:
            yield text


def _lines(text: str) -> Iterator[PaymentNotification]:
    kept = (line for line in text.splitlines() if line.strip() and line[0] != "#")
    rows = csv.reader(StringIO("\n".join(kept)))
    names = [name.strip() for name in next(rows)]
    for row in rows:
        yield _news(dict(zip(names, (value.strip() for value in row), strict=False)))


def _news(said: Mapping[str, str]) -> PaymentNotification:
    """One line. A refund without its request number, too, is for a person: it could not be told from another."""
    sign, amount = (-1, said[AMOUNT][1:]) if said[AMOUNT].startswith("-") else (1, said[AMOUNT])
    kind, wanted = KINDS.get(said[KIND], (NewsKind.OTHER, sign))
    reference = said[REQUEST] if kind is NewsKind.RETURNED else ""
    if sign != wanted or (kind is NewsKind.RETURNED and not reference):
        kind = NewsKind.OTHER
    if kind is NewsKind.OTHER:
        line = "|".join((said[KIND], said[ORDER], said[REQUEST], said[AMOUNT], said[FINISHED]))
        reference = sha256(line.encode()).hexdigest()[:32]
    return PaymentNotification(
        kind=kind,
        channel=NAME,
        order=said[ORDER],
        trade=said[TRADE],
        reference=reference,
        amount=fen_of_reply(amount) * (sign if kind is NewsKind.OTHER else 1),
        at=moment_of_reply(said[FINISHED]),
        source=NewsSource.BILL,
        word=bounds.shown(said[KIND], 60) if kind is NewsKind.OTHER else "",
    )
