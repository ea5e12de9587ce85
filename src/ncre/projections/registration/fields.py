"""What the fields of a registration are called, and how their values are said, in both languages.

One table: the columns of `registrations`, the private details, and what the history adds to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from ncre.domain.accounts.addresses import masked, readable_address
from ncre.domain.bilingual import Bilingual
from ncre.domain.candidate import masked_name, masked_number
from ncre.domain.candidate_fields import EDUCATION, ETHNICITY_CHOICES, FORM_FIELDS, OCCUPATIONS, SEXES
from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.identity_documents import DOCUMENT_TYPES
from ncre.domain.payment.settlement import yuan
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS
from ncre.domain.registration.vocabulary import Status
from ncre.domain.students import DECLARED
from ncre.domain.wording import STATUSES
from ncre.events.base import Erased

HIDDEN: Final = Bilingual("（不显示）", "(not shown)")
ERASED_WORDS: Final = Bilingual("（已依法删除）", "(erased)")
NOTHING: Final = Bilingual("（无）", "(none)")

EMPTY: Final[tuple[Any, ...]] = (None, "", [], ())
"""Values that say nothing; zero says something."""

Say = Callable[[Any, str], str]


def formatted_value(name: str, value: Any, language: str, *, opened: bool = False) -> str:
    """The value of a field in words; a private one only where it was `opened` to the reader."""
    known = FIELDS[name]
    if value in EMPTY:
        return NOTHING.say(language)
    if isinstance(value, Erased):
        return ERASED_WORDS.say(language)
    if known.private and not opened:
        return _MASKS[name](value) if name in _MASKS else HIDDEN.say(language)
    return known.say(value, language)


@dataclass(frozen=True, slots=True)
class DetailField:
    """A field's label, how its value is said, and whether it is private (stored sealed)."""

    words: Bilingual
    say: Say
    private: bool = False


def _plain(value: Any, _: str) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _moment(value: datetime, _: str) -> str:
    return exam_time_in_words(value)


def _status(value: str, language: str) -> str:
    return STATUSES[Status(value)].say(language)


def _version(value: int, _: str) -> str:
    return f"v{value}"


def _amount(value: int, language: str) -> str:
    return Bilingual("{yuan} 元", "{yuan} yuan").say(language, yuan=yuan(value))


def _lines(value: list[dict[str, Any]], language: str) -> str:
    between = Bilingual("、", ", ").say(language)
    return between.join(f"{line['subject']} {_amount(line['fee'], language)}" for line in value)


def _photo(value: dict[str, Any], language: str) -> str:
    words = Bilingual("{height}×{width} 像素，摘要 {digest}", "{height}×{width} pixels, digest {digest}")
    return words.say(language, height=value["height"], width=value["width"], digest=value["digest"][:16])


def _payment(value: dict[str, Any], language: str) -> str:
    words = Bilingual("{amount}，订单 {order}，交易 {trade}", "{amount}, order {order}, transaction {trade}")
    return words.say(
        language, amount=_amount(value["amount"], language), order=value["order"], trade=value["trade"]
    )


def _reasons(value: list[str], language: str) -> str:
    known = [REVIEW_REASONS[code] for code in value if code in REVIEW_REASONS]
    if language == "en":
        return "; ".join(f"{reason.code} {reason.text_en}" for reason in known)
    return "；".join(f"{reason.code} {reason.text}" for reason in known)


def _seats(value: list[dict[str, Any]], language: str) -> str:
    words = Bilingual(
        "{subject}：{when}，考场 {hall:04}，座位 {seat:02}，准考证号 {ticket}",
        "{subject}: {when}, hall {hall:04}, seat {seat:02}, ticket number {ticket}",
    )
    each = [words.say(language, **{**seat, "when": exam_time_in_words(seat["starts_at"])}) for seat in value]
    return Bilingual("；", "; ").say(language).join(each)


def _student(value: str, language: str) -> str:
    declared = Bilingual(
        "声明为本校在校生（无学号）", "declared to be a student here, without a school number"
    )
    return declared.say(language) if value == DECLARED else value


def _short(value: str | UUID, _: str) -> str:
    return str(value)[:16]


def _begin_of_id(value: UUID, _: str) -> str:
    """Enough to tell two apart; the whole of it stands in the address of the page and in the export."""
    return f"{str(value)[:8]}…"


def _of(table: Mapping[str, Bilingual]) -> Say:
    return lambda code, language: table[code].say(language) if code in table else str(code)


_DETAIL_VALUES: Final[Mapping[str, Say]] = {
    "sex": _of(SEXES),
    "document_type": _of({code: kind.words for code, kind in DOCUMENT_TYPES.items()}),
    "ethnicity": _of(ETHNICITY_CHOICES),
    "education": _of(EDUCATION),
    "occupation": _of(OCCUPATIONS),
    "mobile": lambda number, _language: readable_address(number),
}

_MASKS: Final[Mapping[str, Callable[[str], str]]] = {
    "name": masked_name,
    "document_number": masked_number,
    "mobile": masked,
}

DETAILS: Final[Mapping[str, DetailField]] = {
    **{
        one.name: DetailField(one.words, _DETAIL_VALUES.get(one.name, _plain), private=True)
        for one in FORM_FIELDS
    },
    "document_typed": DetailField(
        Bilingual("证件号码（原样）", "Document number as typed"), _plain, private=True
    ),
}
"""The private details, in the order of the candidate's form."""

FIELDS: Final[Mapping[str, DetailField]] = {
    "status": DetailField(Bilingual("状态", "Status"), _status),
    "suspended_from": DetailField(Bilingual("恢复后的状态", "Status once resumed"), _status),
    "version": DetailField(Bilingual("版本", "Version"), _version),
    "changed_at": DetailField(Bilingual("记录时间", "Recorded"), _moment),
    "number": DetailField(Bilingual("报名号", "Registration number"), _plain),
    "round": DetailField(Bilingual("考次", "Round"), _plain),
    "name_masked": DetailField(Bilingual("姓名（遮盖）", "Name (masked)"), _plain),
    "document_masked": DetailField(Bilingual("证件号码（遮盖）", "Document number (masked)"), _plain),
    **DETAILS,
    "site": DetailField(Bilingual("考点", "Site"), _plain),
    "lines": DetailField(Bilingual("科目", "Subjects"), _lines),
    "amount": DetailField(Bilingual("应缴", "Amount"), _amount),
    "photo": DetailField(Bilingual("照片", "Photo"), _photo),
    "submitted_at": DetailField(Bilingual("提交时间", "Submitted"), _moment),
    "requested_at": DetailField(Bilingual("申请审核时间", "Review requested"), _moment),
    "rejections": DetailField(Bilingual("不通过次数", "Times rejected"), _plain),
    "reasons": DetailField(Bilingual("未通过原因", "Reasons for rejection"), _reasons),
    "note": DetailField(Bilingual("考点说明", "Note of the site"), _plain, private=True),
    "approved_at": DetailField(Bilingual("审核通过时间", "Approved"), _moment),
    "pay_by": DetailField(Bilingual("缴费期限", "To be paid by"), _moment),
    "payment": DetailField(Bilingual("支付", "Payment"), _payment),
    "paid_at": DetailField(Bilingual("支付时间", "Paid"), _moment),
    "confirmed_at": DetailField(Bilingual("现场确认时间", "Confirmed on site"), _moment),
    "seated": DetailField(Bilingual("已编排科目数", "Subjects seated"), _plain),
    "seats": DetailField(Bilingual("考场座位", "Seats"), _seats),
    "student": DetailField(Bilingual("学号", "School number"), _student, private=True),
    "cancellation": DetailField(Bilingual("取消原因", "Reason for cancelling"), _plain, private=True),
    "suspension": DetailField(Bilingual("暂停原因", "Reason for suspending"), _plain, private=True),
    "evidence": DetailField(Bilingual("转到另一账号的证据", "Evidence for moving it"), _plain, private=True),
    "agreement": DetailField(Bilingual("协议版本", "Agreement edition"), _plain),
    "agreed_at": DetailField(Bilingual("同意协议时间", "Agreement accepted"), _moment),
    "ordinal": DetailField(Bilingual("本考次第几份报名", "Which registration in the round"), _plain),
    "begun_in": DetailField(Bilingual("开始时的考次", "The round in which it began"), _plain),
    "details_version": DetailField(Bilingual("个人信息所在版本", "Version of the details"), _version),
    "order_version": DetailField(Bilingual("订单所在版本", "Version of the order"), _version),
    "rejected_version": DetailField(Bilingual("不通过所在版本", "Version of the rejection"), _version),
    "person": DetailField(Bilingual("证件摘要", "Digest of the document"), _short),
    "holder": DetailField(Bilingual("持证人摘要", "Digest of the holder"), _short),
    "account": DetailField(Bilingual("账号编号", "Account id"), _begin_of_id),
    "account_since": DetailField(Bilingual("属于该账号自", "Belongs to the account since"), _moment),
    "sealed_for": DetailField(
        Bilingual("开始报名的账号编号", "Id of the account where it began"), _begin_of_id
    ),
    "id": DetailField(Bilingual("报名编号", "Registration id"), _begin_of_id),
}
"""Every field, in the order in which people read a registration."""
