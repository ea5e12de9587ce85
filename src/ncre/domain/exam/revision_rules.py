"""What comes of each kind of change while people are under way: one table, with its words.

Refused is what would take a chair or a count away that was given out, or alter a text that people agreed
to. What was sold, seated or printed keeps its meaning in every other change too; where somebody should be
told or dealt with, the change leaves a list. Where nobody is touched, everything is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.revision import ChangeKind
from ncre.domain.exam.revision_touches import (
    Touches,
    agreed,
    beyond,
    counted,
    fee,
    here,
    in_room,
    in_sitting,
    nobody,
    paid,
    paid_only,
    pictured,
    printable,
    subject,
    to_confirm,
    to_pay,
    too_many,
    unfinished,
    waiting,
)


class RevisionOutcome(StrEnum):
    """What comes of a change. The codes stand in the log and are never renamed."""

    REFUSED = "refused"
    FOLLOW_UP = "follow-up"
    ALLOWED = "allowed"


OUTCOMES: Final[Mapping[RevisionOutcome, Bilingual]] = {
    RevisionOutcome.REFUSED: Bilingual("不能修改", "refused"),
    RevisionOutcome.FOLLOW_UP: Bilingual("可以修改，须跟进", "allowed, to be followed up"),
    RevisionOutcome.ALLOWED: Bilingual("可以修改", "allowed"),
}


@dataclass(frozen=True)
class RevisionRule:
    """What comes of a kind of change where it touches somebody, and what then holds for them."""

    words: Bilingual
    outcome: RevisionOutcome = RevisionOutcome.ALLOWED
    touches: Touches = nobody
    then: Bilingual = Bilingual("", "")

    @property
    def touches_somebody(self) -> bool:
        """Whether what comes of it depends on who is under way."""
        return self.touches is not nobody


def _follow(zh: str, en: str, touches: Touches, then_zh: str, then_en: str) -> RevisionRule:
    return RevisionRule(Bilingual(zh, en), RevisionOutcome.FOLLOW_UP, touches, Bilingual(then_zh, then_en))


def _refuse(zh: str, en: str, touches: Touches, then_zh: str, then_en: str) -> RevisionRule:
    return RevisionRule(Bilingual(zh, en), RevisionOutcome.REFUSED, touches, Bilingual(then_zh, then_en))


RULES: Final[Mapping[ChangeKind, RevisionRule]] = {
    ChangeKind.ROUND_OPENED: RevisionRule(Bilingual("考次开放", "the round is opened")),
    ChangeKind.TITLE: RevisionRule(Bilingual("考次名称", "the title of the round")),
    ChangeKind.OFFICE_CONTACT: RevisionRule(
        Bilingual("考务办公室联系方式", "the contacts of the exam office")
    ),
    ChangeKind.PAPERS: _follow(
        "现场确认所带材料",
        "the papers for a confirmation on site",
        to_confirm,
        "还没有现场确认，请通知",
        "not confirmed on site yet: tell them",
    ),
    ChangeKind.REGISTER_WINDOW: _follow(
        "报名时间", "the time to register", unfinished, "还没有报完，请通知", "not finished yet: tell them"
    ),
    ChangeKind.REVIEW_WINDOW: _follow(
        "审核时间", "the time to review", waiting, "正在等待审核", "waiting for review"
    ),
    ChangeKind.PAYMENT_WINDOW: _follow(
        "支付时间",
        "the time to pay",
        to_pay,
        "还没有支付；已告知的缴费期限不变，但不晚于网上支付截止",
        "have not paid: the deadline they were told stays, but no later than the end of paying",
    ),
    ChangeKind.PRINTING_WINDOW: _follow(
        "打印准考证时间",
        "the time to print admission tickets",
        printable,
        "已编排座位，请通知",
        "have seats: tell them",
    ),
    ChangeKind.SUBJECT_ADDED: RevisionRule(Bilingual("增加科目", "a subject is added")),
    ChangeKind.SUBJECT_REMOVED: _follow(
        "取消科目",
        "a subject is taken out",
        subject,
        "已报的保留、照常支付、编排和打印；不再接受新报",
        "keep it, pay, are seated and print; nobody new can choose it",
    ),
    ChangeKind.SUBJECT_NAME: _follow(
        "科目名称",
        "the name of a subject",
        lambda change, one, levels: one.paid and subject(change, one, levels),
        "已打印的材料仍是原名称",
        "their papers keep the name they were made with",
    ),
    ChangeKind.SUBJECT_LEVEL: _follow(
        "科目级别", "the level of a subject", subject, "费用按报考时的级别", "the fee stays as it was chosen"
    ),
    ChangeKind.SUBJECT_MINUTES: _follow(
        "科目时长",
        "the minutes of a subject",
        subject,
        "已编排的座位不变，请核对批次是否够长",
        "seats stay: check that the sittings are long enough",
    ),
    ChangeKind.SUBJECT_REMARKS: RevisionRule(Bilingual("科目说明", "remarks on a subject")),
    ChangeKind.FEE: _follow(
        "考试费",
        "a fee",
        fee,
        "还没有支付的，按报考时的费用支付",
        "have not paid: they pay the fee at which they chose",
    ),
    ChangeKind.FEE_BASIS: RevisionRule(Bilingual("收费依据", "the basis of a fee")),
    ChangeKind.AGREEMENT_EDITION: RevisionRule(Bilingual("报名协议版本", "the edition of the agreement")),
    ChangeKind.AGREEMENT_TEXT: _refuse(
        "协议文字（版本未变）",
        "the text of the agreement under the same edition",
        agreed,
        "已有人同意这个版本，请改用新的版本号",
        "people accepted this edition: give the new text a new edition",
    ),
    ChangeKind.DECLARATION: _follow(
        "考生声明",
        "what candidates declare",
        here,
        "已按原文字声明，不再重新声明",
        "declared in the words of then, and are not asked again",
    ),
    ChangeKind.NOTICE: RevisionRule(Bilingual("公告", "a notice")),
    ChangeKind.SITE_ADDED: RevisionRule(Bilingual("增加考点", "a site is added")),
    ChangeKind.SITE_CLOSED: _follow(
        "考点停止报名",
        "a site is closed to registrations",
        here,
        "已报名的保留，照常审核、支付和编排；不再接受新报",
        "stay, and are reviewed, pay and are seated; nobody new can register",
    ),
    ChangeKind.SITE_REOPENED: RevisionRule(Bilingual("考点重新开放", "a site is opened again")),
    ChangeKind.SITE_NAME: _follow(
        "考点名称",
        "the name of a site",
        paid,
        "已打印的材料仍是原名称",
        "their papers keep the name they were made with",
    ),
    ChangeKind.SITE_ADDRESS: _follow(
        "考点地址",
        "the address of a site",
        paid,
        "请通知；准考证同时写明新旧地址",
        "tell them; admission tickets name the new address and the one before",
    ),
    ChangeKind.SITE_REMARKS: RevisionRule(Bilingual("考点说明", "remarks on a site")),
    ChangeKind.SITE_CONTACT: RevisionRule(Bilingual("考点联系方式", "the contacts of a site")),
    ChangeKind.SITE_NOTICE: RevisionRule(Bilingual("考点提示", "the advice of the site")),
    ChangeKind.SITE_MANAGES: RevisionRule(Bilingual("考点可自行管理的内容", "what the site manages itself")),
    ChangeKind.CONFIRMATION_TIME: _follow(
        "现场确认的时间和地点",
        "time and place of the confirmation on site",
        to_confirm,
        "还没有现场确认，请通知",
        "not confirmed on site yet: tell them",
    ),
    ChangeKind.REVIEW_ON: _follow(
        "改为审核",
        "review is switched on",
        pictured,
        "还须申请审核，然后才能支付",
        "must ask for review before they can pay",
    ),
    ChangeKind.REVIEW_OFF: _follow(
        "改为不审核",
        "review is switched off",
        waiting,
        "仍在待审核列表中，须审核完毕",
        "stay in the queue and are still to be decided",
    ),
    ChangeKind.CONFIRMATION_ON: _follow(
        "改为现场确认",
        "confirmation on site is switched on",
        paid_only,
        "还没有现场确认，请通知",
        "are not confirmed: tell them",
    ),
    ChangeKind.CONFIRMATION_OFF: RevisionRule(
        Bilingual("改为不现场确认", "confirmation on site is switched off")
    ),
    ChangeKind.HOLD: _follow(
        "缴费期限规则",
        "how long is waited for payment",
        to_pay,
        "已告知的缴费期限不变",
        "the deadline they were told stays",
    ),
    ChangeKind.MOST_SUBJECTS: _follow(
        "限报科次", "the most subjects of a person", too_many, "已报的保留", "keep what they chose"
    ),
    ChangeKind.AUDIENCE: _follow(
        "报考对象", "who may come", here, "已报的保留，请核对", "stay: check whether they may come"
    ),
    ChangeKind.QUOTA_RAISED: RevisionRule(Bilingual("增加限额", "a quota is raised")),
    ChangeKind.QUOTA_LOWERED: _refuse(
        "减少限额",
        "a quota is lowered",
        counted,
        "已报人数超过新限额；请先改为已报人数，即不再接受新报",
        "more are registered than that: set it to their number, and nobody new comes in",
    ),
    ChangeKind.OFFER_ADDED: RevisionRule(Bilingual("考点增加科目", "a site offers one more subject")),
    ChangeKind.OFFER_REMOVED: _follow(
        "考点取消科目",
        "a site does not offer a subject any more",
        subject,
        "已报的保留，照常支付和编排；不再接受新报",
        "keep it, pay and are seated; nobody new can choose it",
    ),
    ChangeKind.ROOM_ADDED: RevisionRule(Bilingual("增加机房", "a room is added")),
    ChangeKind.ROOM_REMOVED: _refuse(
        "取消机房",
        "a room is taken out",
        in_room,
        "已有人编排在这个机房",
        "people have seats in it",
    ),
    ChangeKind.ROOM_GROWN: RevisionRule(Bilingual("机房增加座位", "a room gets more seats")),
    ChangeKind.ROOM_SHRUNK: _refuse(
        "机房减少座位",
        "a room gets fewer seats",
        beyond,
        "已有人编排在要减少的座位上",
        "people have the seats that would go",
    ),
    ChangeKind.BATCH_ADDED: RevisionRule(Bilingual("增加批次", "a sitting is added")),
    ChangeKind.BATCH_REMOVED: _follow(
        "取消批次",
        "a sitting is taken out",
        in_sitting,
        "已编排的仍按准考证上的时间和机房考试；不再编排新的人",
        "sit at the time and in the room of their admission tickets; nobody is added",
    ),
    ChangeKind.BATCH_MOVED: _follow(
        "批次改时间",
        "a sitting is moved",
        in_sitting,
        "已编排的仍按准考证上的时间和机房考试；新时间不占用这些机房",
        "sit at the time and in the room of their admission tickets; the new time leaves these rooms to them",
    ),
}
