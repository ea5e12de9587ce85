"""May somebody with this paper enter? What a code on a paper is worth, compared with the record."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from ncre.domain.language import Words


class Worth(StrEnum):
    """What is said of a paper at the door, the best first."""

    CURRENT = "current"
    TYPED = "typed"
    OUTDATED = "outdated"
    FORM = "form"
    NOT_ADMITTED = "not-admitted"
    UNKNOWN = "unknown"
    FORGED = "forged"
    UNREADABLE = "unreadable"
    UNVERIFIABLE = "unverifiable"


ADMITS: Final = frozenset({Worth.CURRENT, Worth.TYPED})
"""With these the person may enter, once face, photo and document were compared."""

WORTH_WORDS: Final[dict[Worth, Words]] = {
    Worth.CURRENT: Words(
        "真实有效。请核对本人、照片与身份证件后放行。",
        "Genuine and current. Compare person, photo and document, then admit.",
    ),
    Worth.TYPED: Words(
        "号码存在，考试安排有效。号码不能证明纸质证件的真伪，请扫描二维码，或仔细核对照片与身份证件。",
        "The number exists and its seats stand. A number does not prove the paper: scan the QR code, "
        "or compare photo and document with care.",
    ),
    Worth.OUTDATED: Words(
        "证件真实，但不是最新的：打印之后记录已变更。请按下面的最新安排，并请考生重新打印。",
        "Genuine but not current: the record changed after it was printed. Follow the seats below and "
        "ask for a new print.",
    ),
    Worth.FORM: Words(
        "这是报名登记表的二维码，真实有效，但它不是准考证。请扫描准考证，或输入准考证号。",
        "This is the code of a registration form. It is genuine, and no admission ticket: scan the "
        "ticket, or type its number.",
    ),
    Worth.NOT_ADMITTED: Words(
        "记录存在，但没有有效的考试安排（可能已取消或未编排考场）。不能放行，请联系考务办。",
        "The record exists but has no seat that stands (cancelled, or not seated yet). Do not admit; "
        "call the exam office.",
    ),
    Worth.UNKNOWN: Words(
        "这里没有这个号码。请核对考点和日期；若考生坚持，请联系考务办。",
        "There is no such number here. Check site and day; if the candidate insists, call the exam office.",
    ),
    Worth.FORGED: Words(
        "签名不符：此码不是本系统签发的。不能放行，请保留该证件并报告考务办。",
        "The signature is not ours: this code was not issued here. Do not admit; keep the paper and "
        "report it to the exam office.",
    ),
    Worth.UNREADABLE: Words(
        "无法识别。请重新扫描准考证上的二维码，或输入 14 位报名号、16 位准考证号。",
        "Not readable. Scan the QR code of the ticket again, or type the 14-digit registration number "
        "or the 16-digit ticket number.",
    ),
    Worth.UNVERIFIABLE: Words(
        "此浏览器不能验证签名。请换用新版浏览器；在此之前请仔细核对照片与身份证件。",
        "This browser cannot check signatures. Use a newer one; until then compare photo and document "
        "with care.",
    ),
}


HALTS: Final = frozenset({Worth.NOT_ADMITTED, Worth.UNKNOWN, Worth.FORGED, Worth.UNREADABLE})
"""With these nobody enters; the others are for a person to decide."""


def worth(stamped: str | None, standing: str | None, seated: bool) -> Worth:
    """What a ticket is worth: the digest on it (None: a number was typed) beside that of the record.

    `standing` is None where there is no such record, `seated` false where it has no seat that stands.
    """
    if standing is None:
        return Worth.UNKNOWN
    if not seated:
        return Worth.NOT_ADMITTED
    if stamped is None:
        return Worth.TYPED
    return Worth.CURRENT if stamped == standing else Worth.OUTDATED
