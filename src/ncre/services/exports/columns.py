"""What can be exported, and its columns: codes, words, and which of them are private."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.refusals import Refusal, RefusalCode


@dataclass(frozen=True)
class ExportColumn:
    """`kind` is text, number, money (yuan), moment or day. `private` ones are opened from the facts."""

    code: str
    words: Bilingual
    kind: str = "text"
    private: bool = False


def _columns(*said: tuple[str, str, str, str], private: bool = False) -> tuple[ExportColumn, ...]:
    return tuple(ExportColumn(code, Bilingual(zh, en), kind, private) for code, zh, en, kind in said)


_CASE: Final = _columns(
    ("number", "报名号", "registration number", "text"),
    ("site", "考点", "site", "text"),
    ("status", "状态", "status", "text"),
)

_WHO: Final = _columns(
    ("name", "姓名", "name", "text"),
    ("document_type", "证件类型", "document", "text"),
    ("document_number", "证件号码", "document number", "text"),
    private=True,
)

_PRIVATE: Final = (
    *_WHO,
    *_columns(
        ("sex", "性别", "sex", "text"),
        ("birth", "出生日期", "date of birth", "day"),
        ("ethnicity", "民族", "ethnic group", "text"),
        ("education", "文化程度", "education", "text"),
        ("occupation", "职业", "occupation", "text"),
        ("mobile", "手机号", "mobile", "text"),
        ("email", "邮箱", "e-mail", "text"),
        ("address", "地址", "address", "text"),
        ("postcode", "邮编", "postcode", "text"),
        ("remark", "备注", "remark", "text"),
        private=True,
    ),
)

COLUMNS: Final[Mapping[str, tuple[ExportColumn, ...]]] = {
    "candidates": (
        *_CASE,
        *_columns(
            ("name_masked", "姓名（遮盖）", "name, masked", "text"),
            ("document_masked", "证件号码（遮盖）", "document, masked", "text"),
            ("subjects", "科目", "subjects", "text"),
            ("amount", "应缴（元）", "fee (yuan)", "money"),
            ("agreed_at", "开始时间", "begun", "moment"),
            ("submitted_at", "提交时间", "submitted", "moment"),
            ("requested_at", "申请审核时间", "review requested", "moment"),
            ("approved_at", "审核通过时间", "approved", "moment"),
            ("pay_by", "缴费期限", "pay by", "moment"),
            ("paid_at", "支付时间", "paid", "moment"),
            ("confirmed_at", "现场确认时间", "confirmed", "moment"),
            ("rejections", "不通过次数", "rejections", "number"),
            ("reasons", "不通过原因", "reasons", "text"),
            ("seated", "已编排科数", "subjects seated", "number"),
        ),
        *_PRIVATE,
    ),
    "sittings": (
        *_CASE,
        *_columns(
            ("subject", "科目", "subject", "text"),
            ("ticket", "准考证号", "ticket number", "text"),
            ("hall", "考场", "hall", "number"),
            ("room", "机房", "room", "text"),
            ("seat", "座位", "seat", "number"),
            ("batch", "批次", "sitting", "number"),
            ("starts_at", "开考时间", "starts", "moment"),
            ("ends_at", "结束时间", "ends", "moment"),
            ("name_masked", "姓名（遮盖）", "name, masked", "text"),
        ),
        *_WHO,
    ),
    "money": (
        *_CASE,
        *_columns(
            ("channel", "支付方式", "way to pay", "text"),
            ("order", "订单号", "order", "text"),
            ("trade", "交易号", "transaction number", "text"),
            ("paid", "金额（元）", "amount (yuan)", "money"),
            ("paid_on", "支付时间", "paid", "moment"),
            ("back_why", "退款原因", "why it goes back", "text"),
            ("returned", "已退（元）", "refunded (yuan)", "money"),
            ("returned_at", "退款时间", "refunded at", "moment"),
        ),
    ),
    "history": (
        *_CASE,
        *_columns(
            ("at", "时间", "time", "moment"),
            ("event", "事件", "event", "text"),
            ("sentence", "内容", "in words", "text"),
            ("sentence_en", "内容（英文）", "in English", "text"),
            ("role", "身份", "role", "text"),
            ("actor", "办理人", "by", "text"),
        ),
    ),
}

FORMS: Final = ("csv", "xlsx", "parquet")


def chosen_columns(what: str, codes: Sequence[str]) -> tuple[ExportColumn, ...]:
    """The columns of these codes, in the order of the table. Raises Refusal for none and for unknown ones."""
    known = {column.code: column for column in COLUMNS.get(what, ())}
    if not codes or not set(codes) <= known.keys():
        raise Refusal(RefusalCode.EXPORT_COLUMNS)
    return tuple(column for code, column in known.items() if code in codes)


def usual(what: str) -> list[str]:
    """What is chosen for somebody who never chose: everything that is not private."""
    return [column.code for column in COLUMNS[what] if not column.private]
