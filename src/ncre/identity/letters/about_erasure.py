"""Letters about erasing personal data."""

from __future__ import annotations

from datetime import datetime

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import exam_time_in_words
from ncre.identity.email_templates import AccountLetter


def erased(to: str) -> AccountLetter:
    return AccountLetter(
        to,
        Bilingual("个人信息已删除", "Your personal data were erased"),
        (
            Bilingual(
                "您的账号和全部个人信息已删除，不能恢复。这是发给这个地址的最后一份通知。",
                "Your account and all personal data were erased and cannot be brought back. This is the last letter "
                "to this address.",
            ),
            Bilingual(
                "以后需要报名时，请重新注册账号。", "To register for an exam again, open a new account."
            ),
        ),
    )


def erasure_declined(to: str, why: str, possible_from: datetime | None) -> AccountLetter:
    """`why` names nobody; the exam office wrote it."""
    when = [possible_from] if possible_from is not None else []
    possible = [
        Bilingual(
            f"{exam_time_in_words(one)} 之后可以再申请。",
            f"You may ask again after {exam_time_in_words(one)} (Beijing time).",
        )
        for one in when
    ]
    return AccountLetter(
        to,
        Bilingual("删除个人信息的申请未通过", "Your request for erasure was declined"),
        (
            Bilingual(
                f"考务办公室没有通过您删除个人信息的申请：{why}",
                f"The exam office declined your request to erase your personal data: {why}",
            ),
            *possible,
        ),
    )
