"""The receipt of a paid fee (缴费凭证): half a page of A4 with what was paid, for what, when and how."""

from __future__ import annotations

from typing import Final

from ncre.documents import labels
from ncre.documents.pdf.canvas import LEFT, RIGHT, Paper
from ncre.documents.pdf.page_frame import foot
from ncre.documents.view_models import Printed, ReceiptSheet

TITLE: Final = "考试费缴费凭证"
ROW: Final = 9.0
SIZE: Final = 10.5
LABEL: Final = 30.0
MIDDLE: Final = (LEFT + RIGHT) / 2


def receipt(sheet: ReceiptSheet) -> Printed:
    paper = Paper(f"{TITLE} {sheet.record.number}", sheet.record.at)
    paper.page()
    paper.text(LEFT, 18, labels.EXAM, 10.5)
    paper.text(RIGHT, 18, sheet.round, 10.5, align="right", within=110)
    paper.line(LEFT, 20.5, RIGHT, 20.5, 0.5)
    paper.text(MIDDLE, 33, TITLE, 20, align="center")
    y = 40.0
    for label, value in (
        ("报名号", sheet.record.number),
        ("姓名", sheet.name),
        ("证件号码", sheet.document_number),
        ("考点", sheet.site),
    ):
        y = _row(paper, y, label, value)
    for line in sheet.subjects:
        y = _row(paper, y, "科目", f"{line.code} {line.name}　{line.fee // 100}.{line.fee % 100:02} 元")
    for label, value in (
        ("实收金额", sheet.amount),
        ("支付时间", sheet.paid),
        ("支付方式", sheet.channel),
        ("订单号", sheet.order),
        ("交易号", sheet.trade),
        *((("经手人", sheet.clerk),) if sheet.clerk else ()),
    ):
        y = _row(paper, y, label, value)
    paper.text(LEFT, y + 8, sheet.remark, 9)
    foot(paper, sheet.record, "本凭证由系统生成，不作发票使用", 1, 1)
    return paper.printed()


def _row(paper: Paper, y: float, label: str, value: str) -> float:
    x = paper.label(LEFT, y, LABEL, ROW, label, SIZE, bold=False)
    paper.cell(x, y, RIGHT - LEFT - LABEL, ROW, value, SIZE)
    return y + ROW
