"""The shipped text of every letter. The office may put its own in its place, and come back to these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.letters.kinds import LetterKind
from ncre.domain.letters.text_rules import LetterText

SHIPPED: Final[Mapping[LetterKind, LetterText]] = {
    LetterKind.APPROVED: LetterText(
        "审核通过，请在 {deadline} 前支付",
        "Approved: please pay before {deadline}",
        "您的报名（报名号 {number}，{site}）已通过审核。\n\n报考科目：{subjects}。\n\n请在 {deadline}（北京时间）前支付考试费 {amount} 元。逾期未支付，"
        "报名自动失效，名额会让给别人。",
        "Your registration ({number}, {site}) was approved.\n\nSubjects: {subjects}.\n\n"
        "Please pay the fee of {amount} yuan before {deadline} (Beijing time). Unpaid by then it lapses, and the seats go to others.",
        "报名 {number} 已通过审核，请在 {deadline} 前支付 {amount} 元。",
        "Registration {number} was approved. Pay {amount} yuan before {deadline}.",
    ),
    LetterKind.REJECTED: LetterText(
        "审核未通过，请修改",
        "Your registration was not approved: please correct it",
        "您的报名（报名号 {number}，{site}）审核未通过。\n\n原因：{reasons}。\n\n请登录后按原因修改，再次申请信息审核。考点的补充说明在报名页面上。",
        "The site did not approve your registration ({number}, {site}).\n\nReasons: {reasons}.\n\nPlease sign "
        "in, correct it and request review again. What the site adds in its own words stands on the page of "
        "your registration.",
        "报名 {number} 审核未通过，请登录查看原因并修改。",
        "Registration {number} was not approved. Sign in to read why and correct it.",
    ),
    LetterKind.LAPSES_IN_6_HOURS: LetterText(
        "缴费期限还剩 6 小时：{deadline}",
        "6 hours left to pay: {deadline}",
        "您的报名（报名号 {number}，{site}）还没有支付。\n\n请在 {deadline}（北京时间）前支付 {amount} 元，逾期报名自动失效。已经支付的，请在报名页面点击“我已支付”。",
        "Your registration ({number}, {site}) is not paid yet.\n\n"
        "Please pay {amount} yuan before {deadline} (Beijing time); unpaid by then it lapses. If you have paid, say so on its page.",
        "报名 {number} 还没有支付，期限 {deadline}。",
        "Registration {number} is not paid yet; pay before {deadline}.",
    ),
    LetterKind.LAPSES_IN_1_HOUR: LetterText(
        "缴费期限只剩 1 小时：{deadline}",
        "1 hour left to pay: {deadline}",
        "您的报名（报名号 {number}，{site}）还没有支付，只剩 1 小时。\n\n请在 {deadline}（北京时间）前支付 {amount} 元，逾期报名自动失效。已经支付的，"
        "请在报名页面点击“我已支付”。",
        "Your registration ({number}, {site}) is not paid yet, and one hour is left.\n\n"
        "Please pay {amount} yuan before {deadline} (Beijing time); unpaid by then it lapses. If you have paid, say so on its page.",
        "报名 {number} 还没有支付，只剩 1 小时，期限 {deadline}。",
        "Registration {number} is not paid yet; one hour is left, until {deadline}.",
    ),
    LetterKind.LAPSED: LetterText(
        "报名已失效",
        "Your registration has lapsed",
        "您的报名（报名号 {number}，{site}）没有在期限内完成，已失效，名额已释放。\n\n{way_back}",
        "Your registration ({number}, {site}) was not completed in time and has lapsed; its seats are free again.\n\n{way_back}",
        "报名 {number} 已失效。{way_back}",
        "Registration {number} has lapsed. {way_back}",
    ),
    LetterKind.PAID: LetterText(
        "考试费已收到",
        "Your fee was received",
        "您的报名（报名号 {number}，{site}）已支付 {amount} 元，报名有效。\n\n报考科目：{subjects}。\n\n"
        "考场和座位编排好后会再通知您。缴费凭证在报名页面下载。",
        "The fee of {amount} yuan for your registration ({number}, {site}) was received; the registration "
        "stands.\n\nSubjects: {subjects}.\n\nYou are told when hall and seat are assigned. The receipt is on "
        "the page of your registration.",
        "报名 {number} 已支付 {amount} 元，报名有效。",
        "The fee of {amount} yuan for registration {number} was received.",
    ),
    LetterKind.REFUNDED: LetterText(
        "款项已退回",
        "Your refund was made",
        "您为报名（报名号 {number}）支付的 {amount} 元已退回。网上支付的款项原路退回，到账时间以银行为准，一般不超过 3 个工作日；"
        "在考点交的现金由考点退还。",
        "The {amount} yuan that you paid for registration {number} were refunded. What was paid online goes "
        "back the way it came, within about 3 working days; cash paid at the site is handed back there.",
        "报名 {number} 的 {amount} 元已退回。",
        "{amount} yuan for registration {number} were refunded.",
    ),
    LetterKind.SEATED: LetterText(
        "考场和座位已编排",
        "Your hall and seat",
        "您的报名（报名号 {number}）已编排考场和座位：\n\n{seats}\n\n打印准考证的时间：{printing}（北京时间）。",
        "Hall and seat of your registration ({number}) are assigned:\n\n{seats}\n\nThe admission ticket can be "
        "printed: {printing} (Beijing time).",
        "报名 {number} 已编排座位，打印准考证的时间 {printing}。",
        "Registration {number} has its seats. Print the admission ticket: {printing}.",
    ),
    LetterKind.MOVED: LetterText(
        "报名已转到另一账号",
        "A registration was moved to another account",
        "考务办公室核对证据后，{moved}（报名号 {number}）。\n\n如果您没有申请，请立即联系考务办公室。",
        "Upon evidence the exam office {moved} ({number}).\n\n"
        "If you did not ask for this, please contact the exam office at once.",
        "考务办公室{moved}（报名号 {number}）。不是您申请的，请立即联系考务办公室。",
        "The exam office {moved} ({number}). If you did not ask for this, contact it at once.",
    ),
    LetterKind.ROUND_CHANGED: LetterText(
        "考次安排有变动",
        "Something about your exam was changed",
        "{round} 的安排有变动，与您的报名（报名号 {number}，{site}）有关：\n\n{changes}\n\n请登录查看您的报名。",
        "Something of {round} was changed that touches your registration ({number}, {site}):\n\n{changes}\n\n"
        "Please sign in and look at your registration.",
        "与报名 {number} 有关的安排有变动，请登录查看。",
        "Something was changed that touches registration {number}. Please sign in.",
    ),
    LetterKind.EXAM_TOMORROW: LetterText(
        "明天（{day}）考试",
        "Your exam is tomorrow ({day})",
        "您明天（{day}）考试：\n\n{seats}\n\n请带准考证和有效身份证件，提前到达考点 {site}。",
        "Your exam is tomorrow ({day}):\n\n{seats}\n\n"
        "Bring the admission ticket and your identity document, and be early at {site}.",
        "明天（{day}）考试：{seats}。请带准考证和身份证件。",
        "Exam tomorrow ({day}): {seats}. Bring your admission ticket and identity document.",
    ),
    LetterKind.SITE_CANCELLED: LetterText(
        "考点停办，您的报名已取消",
        "Your site is called off and your registration cancelled",
        "考点 {site} 不举行 {round} 的考试，您的报名（报名号 {number}）已取消。\n\n原因：{why}\n\n{money}\n\n{way_back}",
        "The exam of {round} does not take place at {site}, and your registration ({number}) was cancelled.\n\n"
        "Reason: {why}\n\n{money}\n\n{way_back}",
        "考点停办，报名 {number} 已取消。{money}",
        "Your site is called off; registration {number} was cancelled. {money}",
    ),
    LetterKind.POSTPONED: LetterText(
        "考点停办，您的报名转到下一考次",
        "Your site is called off: your registration counts for the next round",
        "考点 {site} 不举行 {round_before} 的考试，您的报名（报名号 {number}）已转到 {round}。\n\n原因：{why}\n\n"
        "考点、科目和已支付的考试费都不变，不用重新报名，也不用再支付。原来的考场、座位和准考证作废；"
        "新的考试时间和座位编排好后会再通知您。\n\n不能参加 {round} 的，请联系考务办公室。",
        "The exam of {round_before} does not take place at {site}; your registration ({number}) now counts for "
        "{round}.\n\nReason: {why}\n\nSite, subjects and the fee that you paid stay: there is nothing to "
        "register or pay again. Former seats and admission tickets are void; you are told when the new times "
        "and seats are assigned.\n\nIf you cannot take part in {round}, please contact the exam office.",
        "考点停办，报名 {number} 已转到 {round}，不用再支付。",
        "Your site is called off; registration {number} now counts for {round}, with nothing more to pay.",
    ),
    LetterKind.CANCELLED: LetterText(
        "您的报名已取消",
        "Your registration was cancelled",
        "您的报名（报名号 {number}，{site}）已被考务办公室或考点取消，原因请登录在报名页面查看。\n\n{money}\n\n{way_back}",
        "Your registration ({number}, {site}) was cancelled by the exam office or the site; please sign in to read why on its "
        "page.\n\n{money}\n\n{way_back}",
        "报名 {number} 已取消。{money}",
        "Registration {number} was cancelled. {money}",
    ),
}

LEFT: Final = Bilingual(
    "把您的报名转到了您的另一账号", "moved your registration from this account to another account of yours"
)
CAME: Final = Bilingual(
    "把您在另一账号的报名转到了本账号", "moved your registration from another account of yours to this one"
)

AGAIN: Final = Bilingual(
    "报名时间内可以登录后重新提交。", "While registration is open you may sign in and submit it again."
)
ANEW: Final = Bilingual(
    "报名时间内可以登录后重新报名，另选考点。",
    "While registration is open you may sign in and register again, at another site too.",
)
OVER: Final = Bilingual(
    "本次报名已结束，请留意下一次考试的报名公告。",
    "Registration for this round is over; please watch for the notice of the next one.",
)

MUST_BE_TOLD: Final = Bilingual(
    "这类通知关系到费用或期限，不能关闭。",
    "Letters of this kind are about money or a deadline and cannot be switched off.",
)
CHOOSE: Final = Bilingual("接收哪些通知：", "Which letters you get: ")

NOTHING_PAID: Final = Bilingual(
    "您没有支付过考试费，不用办理退款。", "You paid nothing, so nothing is to be paid back."
)
GOES_BACK: Final = Bilingual(
    "您支付的 {amount} 元会退还：网上支付的原路退回，在考点交的现金由考点退还。不用申请，退还后再通知您。",
    "The {amount} yuan that you paid go back: paid online, the way they came; cash, at the site. You need not ask for it, "
    "and are told when it is done.",
)
IS_KEPT: Final = Bilingual(
    "您支付的 {amount} 元按规定不予退还；有疑问，请联系考务办公室。",
    "The {amount} yuan that you paid are kept by the rule; with questions please contact the exam office.",
)
