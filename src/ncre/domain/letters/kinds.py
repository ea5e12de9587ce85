"""The kinds of letters about a registration, and the channels they go by."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from ncre.domain.bilingual import Bilingual


class LetterKind(StrEnum):
    """The codes stand in the log and in rows, and are never renamed."""

    APPROVED = "approved"
    REJECTED = "rejected"
    LAPSES_IN_6_HOURS = "lapses-in-6-hours"
    LAPSES_IN_1_HOUR = "lapses-in-1-hour"
    LAPSED = "lapsed"
    PAID = "paid"
    REFUNDED = "refunded"
    SEATED = "seated"
    MOVED = "moved"
    ROUND_CHANGED = "round-changed"
    EXAM_TOMORROW = "exam-tomorrow"
    SITE_CANCELLED = "site-cancelled"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class Channel(StrEnum):
    """How a letter reaches somebody."""

    MAIL = "mail"
    PHONE = "phone"


class LetterLanguage(StrEnum):
    """In which language somebody wants letters; both, Chinese first, where nobody chose."""

    BOTH = "both"
    CHINESE = "zh"
    ENGLISH = "en"


CHANNELS: Final = {
    Channel.MAIL: Bilingual("邮件", "e-mail"),
    Channel.PHONE: Bilingual("短信", "text message"),
}

LANGUAGES: Final = {
    LetterLanguage.BOTH: Bilingual("中文和英文", "Chinese and English"),
    LetterLanguage.CHINESE: Bilingual("中文", "Chinese"),
    LetterLanguage.ENGLISH: Bilingual("英文", "English"),
}

KINDS: Final = {
    LetterKind.APPROVED: Bilingual("审核通过，请支付", "approved, to be paid"),
    LetterKind.REJECTED: Bilingual("审核未通过", "not approved, with the reasons"),
    LetterKind.LAPSES_IN_6_HOURS: Bilingual("缴费期限还剩 6 小时", "6 hours left to pay"),
    LetterKind.LAPSES_IN_1_HOUR: Bilingual("缴费期限还剩 1 小时", "1 hour left to pay"),
    LetterKind.LAPSED: Bilingual("报名已失效", "lapsed, with the way back"),
    LetterKind.PAID: Bilingual("考试费已收到", "the fee was paid"),
    LetterKind.REFUNDED: Bilingual("款项已退回", "a refund was made"),
    LetterKind.SEATED: Bilingual("考场和座位已编排", "hall and seat are assigned"),
    LetterKind.MOVED: Bilingual("报名转到另一账号", "moved to another account"),
    LetterKind.ROUND_CHANGED: Bilingual("考次安排有变动", "a change of the round that touches you"),
    LetterKind.EXAM_TOMORROW: Bilingual("明天考试", "the day before the exam"),
    LetterKind.SITE_CANCELLED: Bilingual("考点停办，报名取消", "the site is called off"),
    LetterKind.POSTPONED: Bilingual("考点停办，报名转到下一考次", "carried over to the next round"),
    LetterKind.CANCELLED: Bilingual("报名已取消", "cancelled by the office or the site"),
}
