"""What a candidate reads about the money of a registration: one sentence for each status and situation of the money.

Each says what happened, where the money is and when it comes back, and what to do now. A pair that can
happen and has no words fails a test, and so does a pair that is called impossible and has some;
`docs/money-words.md` is drawn from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.registration.holds import HOLDS, each_hold
from ncre.domain.registration.lifecycle import PAID, statuses
from ncre.domain.registration.vocabulary import ByStatus, Status


class Situation(StrEnum):
    """Where the money of a registration stands."""

    NONE = "none"
    OPEN = "open"
    ASKING = "asking"
    SETTLED = "settled"
    FREE = "free"
    GOING_BACK = "going-back"
    STUCK = "stuck"
    AT_COUNTER = "at-counter"
    RETURNED = "returned"
    KEPT = "kept"
    TAKEN_BACK = "taken-back"


MEANINGS: Final[Mapping[Situation, Bilingual]] = {
    Situation.NONE: Bilingual("没有款项", "no money has come, and no order is open"),
    Situation.OPEN: Bilingual("订单未支付", "an order can still be paid at a payment platform"),
    Situation.ASKING: Bilingual(
        "缴费已截止，仍在查询", "the time to pay is over, and the payment platform is still asked"
    ),
    Situation.SETTLED: Bilingual("已缴费", "the fee was paid and is used"),
    Situation.FREE: Bilingual("无需缴费", "nothing was due"),
    Situation.GOING_BACK: Bilingual("退款中", "money is on its way back by the payment platform"),
    Situation.STUCK: Bilingual("退款受阻", "the payment platform did not accept the refund for now"),
    Situation.AT_COUNTER: Bilingual("待现场退还", "cash is to be handed back at the site"),
    Situation.RETURNED: Bilingual("已退回", "the money went back"),
    Situation.KEPT: Bilingual("按规定不退", "a paid fee was kept when the registration was cancelled"),
    Situation.TAKEN_BACK: Bilingual(
        "支付平台自行退回", "the payment platform returned money that nobody here asked to return"
    ),
}

STATUSES_WITH_MONEY: Final = tuple(status for status in Status if status is not Status.NEW)

_PAYABLE: Final = statuses(lambda standing: standing.payable)
_AFTER: Final = statuses(lambda standing: standing.submitted)
_SETTLED: Final = statuses(lambda standing: standing.may_be_settled)
_KEPT: Final = frozenset({Status.CANCELLED})
_MAY: Final[Mapping[Situation, frozenset[Status]]] = {
    Situation.NONE: frozenset(STATUSES_WITH_MONEY) - PAID,
    Situation.OPEN: _AFTER - PAID,
    Situation.ASKING: _PAYABLE,
    Situation.SETTLED: _SETTLED,
    Situation.FREE: _SETTLED,
    Situation.GOING_BACK: _AFTER,
    Situation.STUCK: _AFTER,
    Situation.AT_COUNTER: _AFTER,
    Situation.RETURNED: _AFTER,
    Situation.KEPT: _KEPT,
    Situation.TAKEN_BACK: _AFTER,
}
"""The statuses in which a situation can stand first on the page. Nothing comes for what was never submitted; a
paid registration is settled before all else; a fee is kept only by a cancellation."""


def possible(status: Status, situation: Situation) -> bool:
    """Whether money can stand so in this status."""
    return status in _MAY[situation]


HAPPENED: Final[ByStatus[Bilingual]] = ByStatus(
    new=Bilingual("", ""),
    agreed=Bilingual("报名刚刚开始。", "The registration has just begun."),
    info_filled=Bilingual(
        "基本信息已填写，还没有提交报考信息。", "The details are in; site and subjects are not submitted."
    ),
    submitted=Bilingual(
        "报考信息已提交，还没有照片。", "Site and subjects are submitted; the photo is missing."
    ),
    photo_uploaded=Bilingual("照片已上传。", "The photo is in."),
    pending_review=Bilingual("考点正在审核。", "The site is reviewing."),
    approved=Bilingual("审核已通过。", "Approved by the site."),
    rejected=Bilingual("审核未通过。", "Not approved by the site."),
    paid=Bilingual("报名成功，报考信息不能再修改。", "You are registered. Nothing can be changed any more."),
    confirmed=Bilingual("现场确认已完成，报名成功。", "Confirmed on site: you are registered."),
    lapsed=Bilingual(
        "超过期限没有完成，报名已失效，名额已释放。",
        "It was not completed in time: the registration lapsed and its seats are free.",
    ),
    withdrawn=Bilingual(
        "您已放弃这份报名，名额已释放。", "You withdrew this registration; its seats are free."
    ),
    cancelled=Bilingual("考务办公室取消了这份报名。", "The exam office cancelled this registration."),
    on_hold=each_hold(lambda hold: hold.happened),
)
"""What happened, first."""

_SOON: Final = Bilingual(
    "零钱或余额通常当日到账，银行卡通常 1 至 3 个工作日",
    "to a balance usually the same day, to a card within 1 to 3 working days",
)

WHERE: Final[Mapping[Situation, Bilingual]] = {
    Situation.NONE: Bilingual("没有收到款项。", "No money has come."),
    Situation.OPEN: Bilingual(
        "{channel}的订单（{amount} 元）已打开，还没有收到款项。",
        "The order at {channel_en} ({amount} yuan) is open; no money has come yet.",
    ),
    Situation.ASKING: Bilingual(
        "缴费期限已于 {deadline} 截止，我们仍在向支付平台查询您是否在截止前支付。",
        "The time to pay was over at {deadline} (Beijing time); we are still asking the payment platform "
        "whether you paid before.",
    ),
    Situation.SETTLED: Bilingual(
        "支付完成：{amount} 元，{when}。", "The fee is paid: {amount} yuan, {when} (Beijing time)."
    ),
    Situation.FREE: Bilingual("这份报名无需缴费。", "This registration costs nothing."),
    Situation.GOING_BACK: Bilingual(
        f"收到 {{amount}} 元，但不能用于这份报名（{{why}}），将原路退回，无需您申请；{_SOON.zh}。",
        f"{{amount}} yuan came that this registration cannot use ({{why_en}}). It goes back the way it came without "
        f"your asking; {_SOON.en}.",
    ),
    Situation.STUCK: Bilingual(
        "收到 {amount} 元，但不能用于这份报名（{why}），应原路退回；支付平台暂时没有受理，我们会一直申请到退回为止，"
        "无需您申请。",
        "{amount} yuan came that this registration cannot use ({why_en}). The payment platform has not "
        "accepted the refund yet. We ask again until it has gone back; you need not ask.",
    ),
    Situation.AT_COUNTER: Bilingual(
        "收到现金 {amount} 元，但不能用于这份报名（{why}），由考点当场退还。",
        "{amount} yuan of cash came that this registration cannot use ({why_en}). The site hands it back.",
    ),
    Situation.RETURNED: Bilingual(
        "{amount} 元（{why}）已于 {when} 原路退回。",
        "{amount} yuan ({why_en}) went back the way it came at {when} (Beijing time).",
    ),
    Situation.KEPT: Bilingual(
        "已缴的 {amount} 元按缴费后不退的规定不退：{why}。",
        "The {amount} yuan that were paid are kept, by the rule that a paid fee is not refunded: {why_en}.",
    ),
    Situation.TAKEN_BACK: Bilingual(
        "{amount} 元已由支付平台退回，但不是本系统申请的，考务办公室正在核对。",
        "The payment platform returned {amount} yuan without our asking; the exam office is checking.",
    ),
}
"""Where the money is, and when it comes back."""

NOW: Final[ByStatus[Bilingual]] = ByStatus(
    new=Bilingual("", ""),
    agreed=Bilingual(
        "请先填写基本信息，提交报考信息后才需要缴费。",
        "Fill in your details first; the fee is due after submitting.",
    ),
    info_filled=Bilingual(
        "请先选择考点和科目并提交，之后才需要缴费。",
        "Choose site and subjects and submit them; the fee is due after that.",
    ),
    submitted=Bilingual("请先上传照片，之后才能缴费。", "Upload the photo; you can pay after that."),
    photo_uploaded=Bilingual(
        "考点审核的，请先申请信息审核，通过后才能缴费；考点不审核的，请核对后直接缴费。",
        "Where the site reviews, request review first and pay once it is approved; where it does not, check "
        "and pay.",
    ),
    pending_review=Bilingual(
        "审核通过后才能缴费，届时这里会显示缴费期限。",
        "You can pay once it is approved; the time to pay is shown then.",
    ),
    approved=Bilingual("请在缴费期限内支付。", "Please pay before the time is over."),
    rejected=Bilingual(
        "请按审核未通过的原因修改，再次申请信息审核。审核通过后才能缴费。",
        "Correct what was named and request review again. You can pay once it is approved.",
    ),
    paid=Bilingual("不需要再支付。", "Nothing more is to be paid."),
    confirmed=Bilingual("不需要再支付。", "Nothing more is to be paid."),
    lapsed=Bilingual(
        "报名时间内可以重新提交报考信息，再缴费。",
        "While registration is open you may submit again, and pay then.",
    ),
    withdrawn=Bilingual(
        "报名时间内可以重新报名；请不要支付以前的订单。",
        "While registration is open you may register again; do not pay an earlier order.",
    ),
    cancelled=Bilingual(
        "如有疑问，请联系考点或考务办公室；请不要支付以前的订单。",
        "If in doubt, ask your site or the exam office; do not pay an earlier order.",
    ),
    on_hold=each_hold(lambda hold: hold.to_do),
)
"""What to do now, where the situation asks for nothing else."""

_WAIT: Final = Bilingual(
    "如已支付，请不要重复支付，几分钟后再更新支付信息；如没有支付，报名将失效。",
    "If you paid, do not pay again and look again in a few minutes; if you did not, the registration will lapse.",
)
_PAY_ON: Final = Bilingual(
    "如已支付，请更新支付信息；如没有支付，请继续支付。",
    "If you paid, update your payment; if not, go on paying.",
)
_DO_NOT_PAY: Final = Bilingual(
    "请不要再支付这个订单；如已支付，款项会自动退回。",
    "Do not pay this order any more; money for it would go back by itself.",
)
_BRING: Final = Bilingual("请带收据和证件到考点领取。", "Bring your receipt and your document to the site.")
_KEEP: Final = Bilingual(
    "请保留支付记录，如有疑问，请联系考点。", "Keep your record of the payment; if in doubt, ask your site."
)
_WAIT_FOR_END: Final = Bilingual(
    "不需要再支付，请等待恢复。", "Nothing more is to be paid; please wait until it is resumed."
)
_ASK_OFFICE: Final = Bilingual(
    "如对费用有疑问，请联系考务办公室。", "If in doubt about the fee, ask the exam office."
)

THEN: Final[Mapping[tuple[Status, Situation], Bilingual]] = {
    **{(status, Situation.ASKING): _WAIT for status in _PAYABLE},
    **{(status, Situation.OPEN): _DO_NOT_PAY for status in _AFTER - PAID - set(HOLDS)},
    **{(status, Situation.OPEN): _PAY_ON for status in (Status.PHOTO_UPLOADED, Status.APPROVED)},
    **{(status, Situation.AT_COUNTER): _BRING for status in _AFTER},
    **{(status, Situation.TAKEN_BACK): _KEEP for status in _AFTER},
    **{
        (status, situation): _WAIT_FOR_END
        for status in HOLDS
        for situation in (Situation.SETTLED, Situation.FREE)
    },
    (Status.CANCELLED, Situation.SETTLED): _ASK_OFFICE,
    (Status.CANCELLED, Situation.KEPT): _ASK_OFFICE,
}
"""What to do now in a status where the situation of the money decides it."""


def _pair(status: Status, situation: Situation) -> Bilingual:
    parts = [HAPPENED[status], WHERE[situation], THEN.get((status, situation), NOW[status])]
    if situation is Situation.SETTLED:
        parts = [parts[1], parts[0], parts[2]]
    return Bilingual("".join(part.zh for part in parts), " ".join(part.en for part in parts))


SENTENCES: Final[Mapping[tuple[Status, Situation], Bilingual]] = {
    (status, situation): _pair(status, situation)
    for status in STATUSES_WITH_MONEY
    for situation in Situation
    if possible(status, situation)
}
"""The table. A pair that cannot happen is not in it."""


def money_sentence(status: Status, situation: Situation, language: str, **particulars: object) -> str:
    """The sentence of a pair; of one that should not happen, at least where the money is."""
    words = SENTENCES.get((status, situation), WHERE[situation])
    return words.say(language, **particulars)
