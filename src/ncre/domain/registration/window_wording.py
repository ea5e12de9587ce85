"""What is said about the windows of a round: what closes when, what follows, and what each status has to do in time.

Every page and refusal that speaks of a window asks here. `TURNS` has a row for every status, at sites that review
and at sites that do not; a test holds it complete.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.registration.holds import HOLDS
from ncre.domain.registration.lifecycle import statuses
from ncre.domain.registration.vocabulary import Opening, Status

WINDOWS: Final[Mapping[Opening, Bilingual]] = {
    Opening.NONE: Bilingual("", ""),
    Opening.REGISTER: Bilingual("网上报名", "Registration"),
    Opening.REVIEW: Bilingual("信息审核", "Review"),
    Opening.PAYMENT: Bilingual("网上支付", "Payment"),
    Opening.PRINTING: Bilingual("打印准考证", "Printing of admission tickets"),
}

FOLLOWS: Final[Mapping[Opening, Bilingual]] = {
    Opening.NONE: Bilingual("", ""),
    Opening.REGISTER: Bilingual(
        "不能再开始报名、填写、提交、上传照片或申请信息审核；可以缴费的报名仍可在期限内缴费。",
        "Nothing can be begun, filled in, submitted, uploaded or sent to review any more; what may be paid for can "
        "still be paid in time.",
    ),
    Opening.REVIEW: Bilingual(
        "考点不再审核，审核未通过的报名不能再修改。如有疑问，请联系考点。",
        "Sites decide no more, and what was not approved cannot be corrected any more. If in doubt, ask your "
        "site.",
    ),
    Opening.PAYMENT: Bilingual(
        "没有缴费的报名失效。如已支付，请更新支付信息。",
        "Unpaid registrations lapse. If you paid, update your payment.",
    ),
    Opening.PRINTING: Bilingual("请联系考点领取准考证。", "Please ask your site for the admission ticket."),
}
"""What follows when a window is over."""

CLOSED: Final = Bilingual("{window}已于 {closed} 截止。", "{window} closed at {closed} (Beijing time).")
"""In short, where what follows is said elsewhere on the page."""

UNDER_WAY: Final = statuses(lambda standing: standing.under_way)
"""Where the end of a window is the news; elsewhere it is said after how the registration ended."""


@dataclass(frozen=True)
class Turn:
    """What a status has to do before `window` closes, and what is said when it closed over it.

    `before` has {closes}, `after` {closed}. `ends` says that nothing is left to do for the registration after that.
    """

    window: Opening
    before: Bilingual
    after: Bilingual
    ends: bool = False


_LEFT = "请在 {closes} 前（网上报名截止）"
_SITE_OR_OFFICE = "如有疑问，请联系考点或考务办公室。"


def _unfinished(zh: str, en: str, zh_missing: str, en_missing: str) -> Turn:
    return Turn(
        Opening.REGISTER,
        Bilingual(
            f"{_LEFT}{zh}，逾期报名失效。",
            f"By {{closes}} (Beijing time), when registration closes, {en}; after that the registration lapses.",
        ),
        Bilingual(
            f"网上报名已于 {{closed}} 截止，这份报名{zh_missing}，不能继续，名额不再保留。",
            f"Registration closed at {{closed}} (Beijing time). This registration {en_missing}: it cannot go on, and its "
            f"seats are not kept.",
        ),
        ends=True,
    )


_AGREED = _unfinished(
    "填写基本信息、提交报考信息、上传照片并完成后面的步骤",
    "fill in the details, submit, upload the photo and go through the steps that follow",
    "还没有填写基本信息",
    "has no details yet",
)
_FILLED = _unfinished(
    "提交报考信息、上传照片并完成后面的步骤",
    "submit, upload the photo and go through the steps that follow",
    "还没有提交报考信息",
    "was not submitted",
)
_SUBMITTED_REVIEWED = _unfinished(
    "上传照片并申请信息审核", "upload the photo and request review", "还没有照片", "has no photo"
)
_SUBMITTED_OPEN = _unfinished(
    "上传照片，并按期限缴费", "upload the photo, and pay in time", "还没有照片", "has no photo"
)
_REVIEW_TO_REQUEST = _unfinished(
    "申请信息审核", "request review", "没有申请信息审核", "was never sent to review"
)
_TO_PAY = Turn(
    Opening.PAYMENT,
    Bilingual("网上支付 {closes} 截止。", "Payment closes at {closes} (Beijing time)."),
    Bilingual(
        "网上支付已于 {closed} 截止。如已支付，请更新支付信息；没有支付的，报名失效。",
        "Payment closed at {closed} (Beijing time). If you paid, update your payment; if not, the registration "
        "lapses.",
    ),
)
_WAITING = Turn(
    Opening.REVIEW,
    Bilingual("考点在 {closes} 前审核。", "The site decides by {closes} (Beijing time)."),
    Bilingual(
        "信息审核已于 {closed} 截止，考点没有作出决定。请尽快联系考点或考务办公室；到网上支付截止时仍未审核的，报名失效。",
        "Review closed at {closed} (Beijing time) and the site has not decided. Please ask your site or the "
        "exam office soon; not reviewed when payment closes, the registration lapses.",
    ),
)
_TO_MEND = Turn(
    Opening.REVIEW,
    Bilingual(
        "请在 {closes} 前（信息审核截止）修改并再次申请信息审核，逾期报名失效。",
        "By {closes} (Beijing time), when review closes, correct it and request review again; after that the "
        "registration lapses.",
    ),
    Bilingual(
        f"信息审核已于 {{closed}} 截止，这份报名仍未通过审核，不能再修改，名额不再保留。{_SITE_OR_OFFICE}",
        "Review closed at {closed} (Beijing time) and this registration was not approved: it cannot be "
        "corrected any more, and its seats are not kept. If in doubt, ask your site or the exam office.",
    ),
    ends=True,
)
_GOOD = Turn(
    Opening.PRINTING,
    Bilingual(
        "打印准考证的时间 {closes} 截止。", "Admission tickets can be printed until {closes} (Beijing time)."
    ),
    Bilingual(
        "打印准考证的时间已于 {closed} 截止，请联系考点领取准考证。",
        "Printing closed at {closed} (Beijing time). Please ask your site for the admission ticket.",
    ),
)
_LAPSED = Turn(
    Opening.REGISTER,
    Bilingual(
        "在 {closes} 前（网上报名截止）可以重新提交报考信息。",
        "Until {closes} (Beijing time), when registration closes, it can be submitted again.",
    ),
    Bilingual(
        "网上报名已于 {closed} 截止，这份报名不能再提交。",
        "Registration closed at {closed} (Beijing time): this registration cannot be submitted any more.",
    ),
    ends=True,
)
_OVER = Turn(
    Opening.REGISTER,
    Bilingual(
        "在 {closes} 前（网上报名截止）可以重新报名。",
        "Until {closes} (Beijing time), when registration closes, you may register again.",
    ),
    Bilingual(
        "网上报名已于 {closed} 截止，不能再重新报名。",
        "Registration closed at {closed} (Beijing time): you cannot register again any more.",
    ),
)
_NEW = Turn(
    Opening.REGISTER,
    Bilingual("网上报名 {closes} 截止。", "Registration closes at {closes} (Beijing time)."),
    Bilingual(
        "网上报名已于 {closed} 截止，不能再报名。",
        "Registration closed at {closed} (Beijing time): nobody can register any more.",
    ),
)

TURNS: Final[Mapping[tuple[Status, bool], Turn]] = {
    **{(Status.NEW, reviews): _NEW for reviews in (True, False)},
    **{(Status.AGREED, reviews): _AGREED for reviews in (True, False)},
    **{(Status.INFO_FILLED, reviews): _FILLED for reviews in (True, False)},
    (Status.SUBMITTED, True): _SUBMITTED_REVIEWED,
    (Status.SUBMITTED, False): _SUBMITTED_OPEN,
    (Status.PHOTO_UPLOADED, True): _REVIEW_TO_REQUEST,
    (Status.PHOTO_UPLOADED, False): _TO_PAY,
    **{(Status.PENDING_REVIEW, reviews): _WAITING for reviews in (True, False)},
    **{(Status.APPROVED, reviews): _TO_PAY for reviews in (True, False)},
    (Status.REJECTED, True): _TO_MEND,
    (Status.REJECTED, False): _TO_PAY,
    **{(Status.PAID, reviews): _GOOD for reviews in (True, False)},
    **{(Status.CONFIRMED, reviews): _GOOD for reviews in (True, False)},
    **{(Status.LAPSED, reviews): _LAPSED for reviews in (True, False)},
    **{(Status.WITHDRAWN, reviews): _OVER for reviews in (True, False)},
    **{(Status.CANCELLED, reviews): _OVER for reviews in (True, False)},
    **{
        (status, reviews): Turn(Opening.PAYMENT, hold.before, hold.after)
        for status, hold in HOLDS.items()
        for reviews in (True, False)
    },
}
"""By status, and by whether the site reviews; before a site is chosen most sites do."""


@dataclass(frozen=True)
class Deadline:
    """The turn of a registration at a moment: until when, whether it is over, and the sentence."""

    turn: Turn
    closes: datetime
    over: bool
    told: str

    @property
    def ended(self) -> bool:
        """Whether nothing is left to do for the registration."""
        return self.over and self.turn.ends

    def say(self, language: str) -> str:
        """What is said of the window now, in a language, `zh` or `en`."""
        words = self.turn.after if self.over else self.turn.before
        return words.say(language, closes=self.told, closed=self.told)
