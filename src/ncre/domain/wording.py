"""The words of every status, step, condition, role and refusal, in both languages.

Codes live in the rules, words live here; a test asserts that no code is without words.
Form and photo faults have their table beside their codes, in `faults.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.payment.settlement import DifferenceKind, Unusable
from ncre.domain.registration.holds import HOLDS, each_hold
from ncre.domain.registration.vocabulary import ByStatus, Opening, Role, Step, When

STATUSES: Final[ByStatus[Bilingual]] = ByStatus(
    new=Bilingual("未报名", "Not begun"),
    agreed=Bilingual("已同意协议", "Agreement accepted"),
    info_filled=Bilingual("已填写信息", "Details filled in"),
    submitted=Bilingual("已提交，待上传照片", "Submitted, photo missing"),
    photo_uploaded=Bilingual("已上传照片", "Photo uploaded"),
    pending_review=Bilingual("待审核", "Waiting for review"),
    approved=Bilingual("审核通过，待支付", "Approved, to be paid"),
    rejected=Bilingual("审核未通过", "Not approved"),
    paid=Bilingual("已支付", "Paid"),
    confirmed=Bilingual("已现场确认", "Confirmed on site"),
    lapsed=Bilingual("逾期，已失效", "Lapsed"),
    withdrawn=Bilingual("已放弃", "Withdrawn"),
    cancelled=Bilingual("已取消", "Cancelled"),
    on_hold=each_hold(lambda hold: hold.name),
)

STEPS: Final[Mapping[Step, Bilingual]] = {
    Step.AGREE: Bilingual("同意报名协议", "Accept the agreement"),
    Step.FILL_INFO: Bilingual("填写基本信息", "Fill in personal details"),
    Step.AMEND_INFO: Bilingual("修改基本信息", "Change personal details"),
    Step.SUBMIT: Bilingual("提交报考信息", "Submit the registration"),
    Step.CHANGE_SUBJECTS: Bilingual("修改报考信息", "Change site or subjects"),
    Step.UPLOAD_PHOTO: Bilingual("上传照片", "Upload the photo"),
    Step.REPLACE_PHOTO: Bilingual("修改照片", "Replace the photo"),
    Step.REQUEST_REVIEW: Bilingual("申请信息审核", "Request review"),
    Step.TAKE_BACK: Bilingual("撤回审核申请", "Take the request for review back"),
    Step.APPROVE: Bilingual("审核通过", "Approve"),
    Step.REJECT: Bilingual("审核不通过", "Reject"),
    Step.SETTLE: Bilingual("支付到账", "Settle the payment"),
    Step.RETURN_PAYMENT: Bilingual("退款", "Refund"),
    Step.LAPSE: Bilingual("逾期失效", "Lapse"),
    Step.EXPIRE: Bilingual("时间截止失效", "Lapse when a window closes"),
    Step.CONFIRM: Bilingual("现场确认", "Confirm on site"),
    Step.SEAT: Bilingual("编排考场", "Assign seats"),
    Step.WITHDRAW: Bilingual("放弃报名", "Withdraw"),
    Step.CANCEL: Bilingual("取消报名", "Cancel"),
    Step.POSTPONE: Bilingual("转到下一考次", "Carry over to the next round"),
    Step.MOVE: Bilingual("转到本人另一账号", "Move to another account of theirs"),
    **{hold.step: hold.step_name for hold in HOLDS.values()},
    Step.RESUME: Bilingual("恢复报名", "Resume"),
}

CONDITIONS: Final[Mapping[When, Bilingual]] = {
    When.ALWAYS: Bilingual("", ""),
    When.SITE_REVIEWS: Bilingual("考点开启审核", "the site reviews"),
    When.SITE_DOES_NOT_REVIEW: Bilingual("考点不审核", "the site does not review"),
    When.SITE_CONFIRMS: Bilingual("考点要求现场确认", "the site asks for confirmation on site"),
    When.CLOCK_AT_SUBMISSION: Bilingual("期限从提交起算", "the clock starts at submission"),
    When.PHOTO_LOST: Bilingual("照片文件丢失或损坏", "the file of the photo is lost or damaged"),
}

OPENINGS: Final[Mapping[Opening, Bilingual]] = {
    Opening.NONE: Bilingual("", ""),
    Opening.REGISTER: Bilingual("报名时间内", "while registration is open"),
    Opening.REVIEW: Bilingual("审核时间内", "while review is open"),
    Opening.PAYMENT: Bilingual("支付时间内", "while payment is open"),
    Opening.PRINTING: Bilingual("打印时间内", "while printing is open"),
}

ROLES: Final[Mapping[Role, Bilingual]] = {
    Role.CANDIDATE: Bilingual("考生", "candidate"),
    Role.REVIEWER: Bilingual("考点审核员", "site reviewer"),
    Role.SITE_ADMIN: Bilingual("考点管理员", "site administrator"),
    Role.OFFICE: Bilingual("考务办公室", "exam office"),
    Role.AUDITOR: Bilingual("审计员", "auditor"),
    Role.PAYMENT: Bilingual("支付平台", "payment platform"),
    Role.CLOCK: Bilingual("系统时钟", "clock"),
}

UNUSABLE: Final[Mapping[Unusable, Bilingual]] = {
    Unusable.DUPLICATE: Bilingual("重复支付", "paid twice"),
    Unusable.SUPERSEDED: Bilingual("报考信息修改后旧订单被支付", "an order from before a change was paid"),
    Unusable.WRONG_AMOUNT: Bilingual("金额不符", "wrong amount"),
    Unusable.LATE: Bilingual("超过缴费期限", "paid after the deadline"),
    Unusable.WITHDRAWN: Bilingual("报名已放弃或取消", "the registration was withdrawn or cancelled"),
    Unusable.CANCELLED: Bilingual(
        "考务办公室取消报名，决定退款", "the exam office cancelled it and refunds the fee"
    ),
    Unusable.NOT_PAYABLE: Bilingual("报名当前不能支付", "the registration could not be paid for"),
    Unusable.SEAT_GONE: Bilingual("名额已被占用", "the seat was gone"),
    Unusable.BANNED: Bilingual("停考期间不能报名", "banned from the exam"),
}

CHANNELS: Final[Mapping[str, Bilingual]] = {
    "alipay": Bilingual("支付宝", "Alipay"),
    "wechat": Bilingual("微信支付", "WeChat Pay"),
    "counter": Bilingual("现场缴费", "payment at the counter"),
    "free": Bilingual("免费", "no fee"),
}

DIFFERENCES: Final[Mapping[DifferenceKind, Bilingual]] = {
    DifferenceKind.PAYMENT_ONLY_BILLED: Bilingual(
        "对账单有、本系统没有的收款（已补记）", "a payment that only the bill had (now taken in)"
    ),
    DifferenceKind.PAYMENT_ONLY_BOOKED: Bilingual(
        "本系统有、对账单没有的收款", "a payment that only our ledger has"
    ),
    DifferenceKind.PAYMENT_AMOUNT: Bilingual("收款金额不一致", "a payment of another amount"),
    DifferenceKind.REFUND_ONLY_BILLED: Bilingual(
        "对账单有、本系统没有的退款（已补记）", "a refund that only the bill had (now taken in)"
    ),
    DifferenceKind.REFUND_ONLY_BOOKED: Bilingual(
        "本系统有、对账单没有的退款", "a refund that only our ledger has"
    ),
    DifferenceKind.REFUND_AMOUNT: Bilingual("退款金额不一致", "a refund of another amount"),
    DifferenceKind.UNKNOWN_ORDER: Bilingual("订单不是本系统的", "an order that is not ours"),
    DifferenceKind.UNKNOWN_KIND: Bilingual(
        "对账单中不认识的业务（未记账，请人工核对）",
        "a line of an unknown kind (not booked; a person must look)",
    ),
}

SOURCES: Final[Mapping[str, Bilingual]] = {
    "notice": Bilingual("支付平台通知", "told by the payment platform"),
    "query": Bilingual("查询得知", "found by asking"),
    "close": Bilingual("关闭订单时得知", "found when closing"),
    "refund": Bilingual("退款时得知", "found when refunding"),
    "bill": Bilingual("对账单得知", "found in the bill"),
    "counter": Bilingual("现场登记", "entered at the counter"),
    "nothing-due": Bilingual("无需支付", "nothing was due"),
}


def level_words(level: int) -> Bilingual:
    """一级 to 四级; a level that nothing is known of stays a number."""
    return Bilingual(f"{'零一二三四'[level] if level in range(1, 5) else level}级", f"Level {level}")


def channel_words(channel: str) -> Bilingual:
    """The name of a payment channel; one that was dropped since stands for itself."""
    return CHANNELS.get(channel, Bilingual(channel, channel))
