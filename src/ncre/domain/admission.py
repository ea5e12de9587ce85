"""May somebody with this paper enter? What a code on a paper is worth, compared with the record."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from ncre.domain.bilingual import Bilingual


class TicketVerdict(StrEnum):
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


ADMITS: Final = frozenset({TicketVerdict.CURRENT, TicketVerdict.TYPED})
"""With these the person may enter, once face, photo and document were compared."""

WORTH_WORDS: Final[dict[TicketVerdict, Bilingual]] = {
    TicketVerdict.CURRENT: Bilingual(
        "真实有效。请核对本人、照片与身份证件后放行。",
        "Genuine and current. Compare person, photo and document, then admit.",
    ),
    TicketVerdict.TYPED: Bilingual(
        "号码存在，考试安排有效。号码不能证明纸质证件的真伪，请扫描二维码，或仔细核对照片与身份证件。",
        "The number exists and its seats stand. A number does not prove the paper: scan the QR code, "
        "or compare photo and document with care.",
    ),
    TicketVerdict.OUTDATED: Bilingual(
        "证件真实，但不是最新的：打印之后记录已变更。请按下面的最新安排，并请考生重新打印。",
        "Genuine but not current: the record changed after it was printed. Follow the seats below and "
        "ask for a new print.",
    ),
    TicketVerdict.FORM: Bilingual(
        "这是报名登记表的二维码，真实有效，但它不是准考证。请扫描准考证，或输入准考证号。",
        "This is the code of a registration form. It is genuine, and no admission ticket: scan the "
        "ticket, or type its number.",
    ),
    TicketVerdict.NOT_ADMITTED: Bilingual(
        "记录存在，但没有有效的考试安排（可能已取消或未编排考场）。不能放行，请联系考务办。",
        "The record exists but has no seat that stands (cancelled, or not seated yet). Do not admit; "
        "call the exam office.",
    ),
    TicketVerdict.UNKNOWN: Bilingual(
        "这里没有这个号码。请核对考点和日期；若考生坚持，请联系考务办。",
        "There is no such number here. Check site and day; if the candidate insists, call the exam office.",
    ),
    TicketVerdict.FORGED: Bilingual(
        "签名不符：此码不是本系统签发的。不能放行，请保留该证件并报告考务办。",
        "The signature is not ours: this code was not issued here. Do not admit; keep the paper and "
        "report it to the exam office.",
    ),
    TicketVerdict.UNREADABLE: Bilingual(
        "无法识别。请重新扫描准考证上的二维码，或输入 14 位报名号、16 位准考证号。",
        "Not readable. Scan the QR code of the ticket again, or type the 14-digit registration number "
        "or the 16-digit ticket number.",
    ),
    TicketVerdict.UNVERIFIABLE: Bilingual(
        "此浏览器不能验证签名。请换用新版浏览器；在此之前请仔细核对照片与身份证件。",
        "This browser cannot check signatures. Use a newer one; until then compare photo and document "
        "with care.",
    ),
}


HALTS: Final = frozenset(
    {TicketVerdict.NOT_ADMITTED, TicketVerdict.UNKNOWN, TicketVerdict.FORGED, TicketVerdict.UNREADABLE}
)
"""With these nobody enters; the others are for a person to decide."""


def worth(with_metadata: str | None, standing: str | None, seated: bool) -> TicketVerdict:
    """What a ticket is worth: the digest on it (None: a number was typed) beside that of the record.

    `standing` is None where there is no such record, `seated` false where it has no seat that stands.
    """
    if standing is None:
        return TicketVerdict.UNKNOWN
    if not seated:
        return TicketVerdict.NOT_ADMITTED
    if with_metadata is None:
        return TicketVerdict.TYPED
    return TicketVerdict.CURRENT if with_metadata == standing else TicketVerdict.OUTDATED
