"""The receipt of a paid fee (缴费凭证): half a page of A4 with what was paid, for what, when and how."""

from __future__ import annotations

from typing import Final

from ncre.documents import labels
from ncre.documents.pdf.canvas import LEFT, RIGHT, Paper
from ncre.documents.pdf.page_frame import foot, head
from ncre.documents.view_models import Printed, ReceiptSheet, SubjectLine, beneath

ROW: Final = 9.0
SIZE: Final = 10.5
LABEL: Final = 30.0


def receipt(sheet: ReceiptSheet) -> Printed:
    """One page, in Chinese or in both languages."""
    title = f"{labels.RECEIPT_TITLE} {sheet.record.number}"
    paper = Paper(title, sheet.record.at, bilingual=sheet.english is not None)
    paper.page(title)
    head(paper, sheet.round, labels.RECEIPT_TITLE, round_english=beneath(sheet, sheet.round), bold=False)
    y = 40.0
    for label, value in (
        ("报名号", sheet.record.number),
        ("姓名", sheet.name),
        ("证件号码", sheet.document_number),
        ("考点", sheet.site),
    ):
        y = _row(paper, y, label, value)
    for line in sheet.subjects:
        y = _row(paper, y, "科目", *_subject(sheet, line))
    for label, value in (
        ("实收金额", sheet.amount),
        ("支付时间", sheet.paid),
        ("支付方式", sheet.channel),
        ("订单号", sheet.order),
        ("交易号", sheet.trade),
        *((("经手人", sheet.clerk),) if sheet.clerk else ()),
    ):
        y = _row(paper, y, label, value, beneath(sheet, value))
    paper.text(LEFT, y + 8, sheet.remark, 9)
    paper.text(LEFT, y + 12.5, beneath(sheet, sheet.remark), 9)
    foot(paper, sheet.record, labels.RECEIPT_REMARK, 1, 1)
    return paper.printed()


def _subject(sheet: ReceiptSheet, line: SubjectLine) -> tuple[str, str]:
    """Code, name and fee, in Chinese and where the sheet has it in English."""
    fee = f"{line.fee // 100}.{line.fee % 100:02}"
    name = beneath(sheet, line.name)
    return f"{line.code} {line.name}　{fee} 元", f"{line.code} {name}, {fee} yuan" if name else ""


def _row(paper: Paper, y: float, label: str, value: str, english: str = "") -> float:
    x = paper.label(LEFT, y, LABEL, ROW, label, SIZE, bold=False)
    paper.cell(x, y, RIGHT - LEFT - LABEL, ROW, value, SIZE, english=english)
    return y + ROW
