"""The life of a registration: one table, from which everything else about steps is read.

The guard of every decision, the fold of the history, the buttons and rights of the pages,
`docs/state-diagram.md` and the exhaustive test all ask this table, through the machine built of it (`machine.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.registration import commands as c
from ncre.domain.registration.holds import HOLDS
from ncre.domain.registration.vocabulary import (
    CANDIDATE,
    CLOCK,
    OFFICE,
    PAYMENT,
    STAFF,
    Back,
    ByStatus,
    Opening,
    Role,
    Status,
    Step,
    When,
)
from ncre.events import registration as facts
from ncre.events.base import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a status says about a registration, wherever that is asked.

    `place`: it holds its person's single place in the round. `seats`: it holds the seats of its subjects.
    `submitted`: it was submitted, so that money may come for it. `pictured`: it may have a photo.
    `open`: its candidate may still work on it before a first review. `under_way`: the end of a window is news to it.
    `payable`: its candidate may go and pay, where the rows of the life say so too.
    `may_be_settled`: a payment may have settled it.
    `paid`: its fee was settled and it stands, so that seats are given. `printable`: its papers may be printed.
    `final`: it ended for good, and its person may register anew under the next ordinal.
    """

    place: bool = True
    seats: bool = False
    submitted: bool = True
    pictured: bool = True
    open: bool = False
    under_way: bool = False
    payable: bool = False
    may_be_settled: bool = False
    paid: bool = False
    printable: bool = False
    final: bool = False


_GONE: Final = Standing(place=False, final=True)
_PAID: Final = Standing(seats=True, may_be_settled=True, paid=True, printable=True)

STANDINGS: Final = ByStatus(
    new=Standing(place=False, submitted=False, pictured=False),
    agreed=Standing(submitted=False, pictured=False, open=True, under_way=True),
    info_filled=Standing(submitted=False, pictured=False, open=True, under_way=True),
    submitted=Standing(seats=True, pictured=False, open=True, under_way=True),
    photo_uploaded=Standing(seats=True, open=True, under_way=True, payable=True),
    pending_review=Standing(seats=True, under_way=True),
    approved=Standing(seats=True, under_way=True, payable=True),
    rejected=Standing(seats=True, under_way=True, payable=True),
    paid=_PAID,
    confirmed=_PAID,
    lapsed=Standing(),
    withdrawn=_GONE,
    cancelled=Standing(place=False, may_be_settled=True, final=True),
    on_hold=dict.fromkeys(HOLDS, Standing(seats=True, may_be_settled=True)),
)
"""The columns of a status: one row each, complete by type. Groups of statuses are read from here and nowhere named."""


def statuses(column: Callable[[Standing], bool]) -> frozenset[Status]:
    """The statuses in which a column holds."""
    return frozenset(status for status, standing in STANDINGS.items() if column(standing))


PAID: Final = statuses(lambda standing: standing.paid)
PRINTABLE: Final = statuses(lambda standing: standing.printable)
HOLDS_SEATS: Final = statuses(lambda standing: standing.seats)
TERMINATED: Final = statuses(lambda standing: standing.final)

SAME: Final = None
"""In the last column: the step leaves the status as it is."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the life: `by` may ask with a `command` in `sources`; it yields a `fact` and leads `to`.

    A step that can end in several facts (approve or not, settle or send back) has several rows or
    lists the rarer facts as rows of their own; `reason` says in one sentence why the row is there.
    `window` must be open for the step, `after` must be over.
    """

    command: type[c.Command]
    by: frozenset[Role]
    sources: tuple[Status, ...]
    fact: type[Fact]
    to: Status | Back | None
    reason: Bilingual
    when: When = When.ALWAYS
    window: Opening = Opening.NONE
    after: Opening = Opening.NONE

    @property
    def step(self) -> Step:
        """The step that its command takes."""
        return self.command.step


EVERY: Final = tuple(status for status in Status if status is not Status.NEW)
EDITABLE: Final = (Status.SUBMITTED, Status.PHOTO_UPLOADED)

LIFE: Final[tuple[Transition, ...]] = (
    Transition(
        c.Agree,
        CANDIDATE,
        (Status.NEW,),
        facts.AgreementAccepted,
        Status.AGREED,
        Bilingual(
            "同意报名协议后报名才开始；不同意则不留下任何记录。",
            "A registration begins when the agreement is accepted; declining leaves nothing behind.",
        ),
        window=Opening.REGISTER,
    ),
    Transition(
        c.FillInfo,
        CANDIDATE,
        (Status.AGREED,),
        facts.InfoFilled,
        Status.INFO_FILLED,
        Bilingual(
            "证件号码确定考生身份，一人一考次只有一个报名名额。",
            "The document number says who the candidate is: one person has one place in a round.",
        ),
        window=Opening.REGISTER,
    ),
    Transition(
        c.AmendInfo,
        CANDIDATE,
        (Status.INFO_FILLED, *EDITABLE, Status.LAPSED),
        facts.InfoAmended,
        SAME,
        Bilingual(
            "申请审核之前，考生可以随时更正自己的信息。",
            "Until review is requested, candidates may correct what they wrote.",
        ),
        window=Opening.REGISTER,
    ),
    Transition(
        c.AmendInfo,
        CANDIDATE,
        (Status.REJECTED,),
        facts.InfoAmended,
        SAME,
        Bilingual(
            "审核未通过后可修改，直到审核时间结束。",
            "What was rejected may be corrected until the review window closes.",
        ),
        window=Opening.REVIEW,
    ),
    Transition(
        c.Submit,
        CANDIDATE,
        (Status.INFO_FILLED, Status.LAPSED),
        facts.Submitted,
        Status.SUBMITTED,
        Bilingual(
            "提交时占用所选科目的名额，并作出真实性保证；逾期失效的报名可重新提交。",
            "Submitting takes the seats and makes the declaration; a lapsed registration may submit again.",
        ),
        window=Opening.REGISTER,
    ),
    Transition(
        c.ChangeSubjects,
        CANDIDATE,
        EDITABLE,
        facts.SubjectsChanged,
        SAME,
        Bilingual(
            "申请审核之前可改报考点和科目，名额随之调整。",
            "Until review is requested, site and subjects may change; the seats move along.",
        ),
        window=Opening.REGISTER,
    ),
    Transition(
        c.ChangeSubjects,
        CANDIDATE,
        (Status.REJECTED,),
        facts.SubjectsChanged,
        SAME,
        Bilingual(
            "审核未通过后可改报，直到审核时间结束。",
            "After a rejection site and subjects may change until the review window closes.",
        ),
        window=Opening.REVIEW,
    ),
    Transition(
        c.UploadPhoto,
        CANDIDATE,
        (Status.SUBMITTED,),
        facts.PhotoUploaded,
        Status.PHOTO_UPLOADED,
        Bilingual(
            "没有照片的报名无效。",
            "A registration without a photo is not valid.",
        ),
        window=Opening.REGISTER,
    ),
    Transition(
        c.ReplacePhoto,
        CANDIDATE,
        (
            Status.PHOTO_UPLOADED,
            Status.PENDING_REVIEW,
            Status.REJECTED,
            Status.APPROVED,
            Status.PAID,
            Status.CONFIRMED,
        ),
        facts.PhotoReplaced,
        SAME,
        Bilingual(
            "照片文件丢失或损坏时，任何时候都请考生重新上传。",
            "Where the file of a photo is lost or damaged, the candidate is asked for another at any time.",
        ),
        when=When.PHOTO_LOST,
    ),
    Transition(
        c.ReplacePhoto,
        CANDIDATE,
        (Status.PHOTO_UPLOADED,),
        facts.PhotoReplaced,
        SAME,
        Bilingual(
            "申请审核之前可修改照片。",
            "Until review is requested the photo may be replaced.",
        ),
        window=Opening.REGISTER,
    ),
    Transition(
        c.ReplacePhoto,
        CANDIDATE,
        (Status.REJECTED,),
        facts.PhotoReplaced,
        SAME,
        Bilingual(
            "审核未通过后可修改照片，直到审核时间结束。",
            "After a rejection the photo may be replaced until the review window closes.",
        ),
        window=Opening.REVIEW,
    ),
    Transition(
        c.RequestReview,
        CANDIDATE,
        (Status.PHOTO_UPLOADED,),
        facts.ReviewRequested,
        Status.PENDING_REVIEW,
        Bilingual(
            "开启信息审核的考点，须由考生申请后才审核。",
            "Where the site reviews, it does so when the candidate asks.",
        ),
        when=When.SITE_REVIEWS,
        window=Opening.REGISTER,
    ),
    Transition(
        c.RequestReview,
        CANDIDATE,
        (Status.REJECTED,),
        facts.ReviewRequested,
        Status.PENDING_REVIEW,
        Bilingual(
            "修改后可再次申请审核，直到审核时间结束。",
            "After correcting, review may be requested again until the review window closes.",
        ),
        when=When.SITE_REVIEWS,
        window=Opening.REVIEW,
    ),
    Transition(
        c.TakeBack,
        CANDIDATE,
        (Status.PENDING_REVIEW,),
        facts.ReviewTakenBack,
        Status.PHOTO_UPLOADED,
        Bilingual(
            "还没有工作人员打开之前，考生可撤回审核申请，修改后再申请。",
            "While nobody has opened it, a request for review may be taken back, and made again.",
        ),
        when=When.SITE_REVIEWS,
        window=Opening.REGISTER,
    ),
    Transition(
        c.Approve,
        STAFF,
        (Status.PENDING_REVIEW,),
        facts.Approved,
        Status.APPROVED,
        Bilingual(
            "审核通过后不可再改，并开始计算缴费期限。",
            "Approval freezes the data and starts the time to pay.",
        ),
        window=Opening.REVIEW,
    ),
    Transition(
        c.Reject,
        STAFF,
        (Status.PENDING_REVIEW,),
        facts.Rejected,
        Status.REJECTED,
        Bilingual(
            "不通过必须写明原因，考生据此修改。",
            "A rejection names its reasons, so that the candidate can correct them.",
        ),
        window=Opening.REVIEW,
    ),
    Transition(
        c.Settle,
        PAYMENT,
        (Status.APPROVED,),
        facts.PaymentSettled,
        Status.PAID,
        Bilingual(
            "按时足额支付即报名成功。",
            "The right amount in time makes the registration good.",
        ),
    ),
    Transition(
        c.Settle,
        PAYMENT,
        (Status.PHOTO_UPLOADED, Status.REJECTED),
        facts.PaymentSettled,
        Status.PAID,
        Bilingual(
            "未开启审核的考点，上传照片后即可支付；审核未通过后改报到这样的考点也一样。",
            "Where the site does not review, payment follows the photo, also after moving there from a rejection.",
        ),
        when=When.SITE_DOES_NOT_REVIEW,
    ),
    Transition(
        c.Settle,
        PAYMENT,
        (Status.LAPSED,),
        facts.PaymentSettled,
        Status.PAID,
        Bilingual(
            "按时支付、通知迟到的，只要名额还在，报名恢复有效。",
            "Paid in time but told late: the registration revives if its seats can still be had.",
        ),
    ),
    Transition(
        c.Settle,
        PAYMENT,
        tuple(HOLDS),
        facts.PaymentSettled,
        SAME,
        Bilingual(
            "暂停期间收到的款项照常记为已支付，报名仍然暂停；恢复后即为已支付。",
            "Money that comes while it is suspended settles it: it stays suspended, and resumes as paid.",
        ),
    ),
    Transition(
        c.Settle,
        PAYMENT,
        EVERY,
        facts.PaymentUnusable,
        SAME,
        Bilingual(
            "款项从不拒收：用不上的（重复、迟到、金额不符、名额已无）记录后退回。",
            "Money is never refused: what cannot be used (double, late, wrong amount, no seat) is owed back.",
        ),
    ),
    Transition(
        c.ReturnPayment,
        PAYMENT,
        EVERY,
        facts.PaymentReturned,
        SAME,
        Bilingual(
            "支付平台确认退款后记录，款项有始有终。",
            "Recorded once the payment platform confirms the refund, so that every yuan has an end.",
        ),
    ),
    Transition(
        c.Lapse,
        CLOCK,
        (Status.APPROVED,),
        facts.PaymentLapsed,
        Status.LAPSED,
        Bilingual(
            "逾期未支付，报名失效，名额释放。",
            "Unpaid when the time is over: the registration lapses and its seats are free.",
        ),
    ),
    Transition(
        c.Lapse,
        CLOCK,
        EDITABLE,
        facts.PaymentLapsed,
        Status.LAPSED,
        Bilingual(
            "期限从提交起算的考点，逾期同样失效。",
            "Where the clock starts at submission, the same holds from there.",
        ),
        when=When.CLOCK_AT_SUBMISSION,
    ),
    Transition(
        c.Lapse,
        CLOCK,
        (Status.REJECTED,),
        facts.PaymentLapsed,
        Status.LAPSED,
        Bilingual(
            "审核未通过后改报到不审核的考点，逾期同样失效。",
            "The same holds for a rejected registration that moved to a site without review.",
        ),
        when=When.SITE_DOES_NOT_REVIEW,
    ),
    Transition(
        c.Expire,
        CLOCK,
        (Status.INFO_FILLED, Status.SUBMITTED),
        facts.WindowLapsed,
        Status.LAPSED,
        Bilingual(
            "报名截止时还没有提交或没有照片的，报名失效，名额释放。",
            "Not submitted, or without a photo, when registration closes: it lapses and its seats are free.",
        ),
        after=Opening.REGISTER,
    ),
    Transition(
        c.Expire,
        CLOCK,
        (Status.PHOTO_UPLOADED,),
        facts.WindowLapsed,
        Status.LAPSED,
        Bilingual(
            "报名截止时还没有申请信息审核的，报名失效，名额释放。",
            "Review was not requested when registration closes: it lapses and its seats are free.",
        ),
        when=When.SITE_REVIEWS,
        after=Opening.REGISTER,
    ),
    Transition(
        c.Expire,
        CLOCK,
        (Status.REJECTED,),
        facts.WindowLapsed,
        Status.LAPSED,
        Bilingual(
            "审核截止时仍未通过的，报名失效，名额释放。",
            "Still rejected when review closes: it lapses and its seats are free.",
        ),
        when=When.SITE_REVIEWS,
        after=Opening.REVIEW,
    ),
    Transition(
        c.Expire,
        CLOCK,
        (Status.PENDING_REVIEW,),
        facts.WindowLapsed,
        Status.LAPSED,
        Bilingual(
            "支付截止时考点仍未审核的，报名失效；在此之前考务办公室还可以延长审核。",
            "Not reviewed when payment closes: it lapses; until then the exam office may prolong review.",
        ),
        after=Opening.PAYMENT,
    ),
    Transition(
        c.Confirm,
        STAFF,
        (Status.PAID,),
        facts.ConfirmedOnSite,
        Status.CONFIRMED,
        Bilingual(
            "要求现场确认的考点，核对本人证件后确认。",
            "Where the site asks for confirmation on site, staff check the document and confirm.",
        ),
        when=When.SITE_CONFIRMS,
    ),
    Transition(
        c.Seat,
        OFFICE,
        (Status.PAID, Status.CONFIRMED),
        facts.SeatAssigned,
        SAME,
        Bilingual(
            "编排考场后每科才有准考证号、考场和座位。",
            "Only seating gives each subject its ticket number, hall and seat.",
        ),
    ),
    Transition(
        c.Withdraw,
        CANDIDATE,
        (
            Status.AGREED,
            Status.INFO_FILLED,
            Status.SUBMITTED,
            Status.PHOTO_UPLOADED,
            Status.APPROVED,
            Status.REJECTED,
            Status.LAPSED,
        ),
        facts.Withdrawn,
        Status.WITHDRAWN,
        Bilingual(
            "支付之前考生可放弃报名（审核中除外），名额释放，可重新报名。",
            "Before paying, except under review, a candidate may withdraw; place and seats are free again.",
        ),
    ),
    Transition(
        c.Cancel,
        OFFICE,
        tuple(status for status in EVERY if status is not Status.CANCELLED),
        facts.Cancelled,
        Status.CANCELLED,
        Bilingual(
            "考务办公室可说明理由取消报名。",
            "The exam office may cancel a registration, giving its reason.",
        ),
    ),
    Transition(
        c.Cancel,
        OFFICE,
        (Status.PAID, Status.CONFIRMED, *HOLDS),
        facts.PaymentUnusable,
        SAME,
        Bilingual(
            "取消已支付的报名时，考务办公室决定退款的，费用记为应退。",
            "When a paid registration is cancelled and the office returns the fee, the fee is owed back.",
        ),
    ),
    Transition(
        c.Move,
        OFFICE,
        tuple(status for status in EVERY if status not in TERMINATED),
        facts.Moved,
        SAME,
        Bilingual(
            "找不回原账号的考生，考务办公室可凭证据把报名转到其本人的另一账号。",
            "Where somebody cannot get back into an account, the exam office may move the registration to "
            "another account of theirs, upon evidence.",
        ),
    ),
    Transition(
        c.Postpone,
        OFFICE,
        (Status.PAID, Status.CONFIRMED),
        facts.Postponed,
        Status.PAID,
        Bilingual(
            "考点停办延期时，考务办公室可把已支付的报名转到下一考次：科目和费用不变，须重新确认和编排。",
            "Where a site postpones its exam, the exam office may carry a paid registration over to the next "
            "round: subjects and fee stay, confirmation and seats are made again.",
        ),
    ),
    Transition(
        c.Postpone,
        OFFICE,
        (Status.PAID, Status.CONFIRMED),
        facts.SeatReleased,
        SAME,
        Bilingual(
            "考试延期时，已编排的座位作废。",
            "Where the exam is postponed, the seats that were assigned for it are void.",
        ),
    ),
    Transition(
        c.Suspend,
        STAFF,
        (
            Status.SUBMITTED,
            Status.PHOTO_UPLOADED,
            Status.PENDING_REVIEW,
            Status.APPROVED,
            Status.REJECTED,
            Status.PAID,
            Status.CONFIRMED,
        ),
        facts.Suspended,
        Status.SUSPENDED,
        Bilingual(
            "需要调查时（例如考点被调查），工作人员可说明理由暂停报名：名额和座位保留，不会逾期失效。",
            "Where something is investigated, as at a site, staff may suspend a registration, giving the reason: its "
            "place and seats are kept, and nothing lapses.",
        ),
    ),
    Transition(
        c.Resume,
        OFFICE,
        tuple(HOLDS),
        facts.Resumed,
        Back.WHERE_IT_WAS,
        Bilingual(
            "调查结束后由考务办公室恢复到暂停前的状态，缴费期限按暂停的时间顺延，但不超过支付截止时间。被调查的考点"
            "不能自行恢复。",
            "The exam office ends it, for a site does not end its own investigation: back to where it was, the time to "
            "pay prolonged by the time it was suspended, at most to the end of payment.",
        ),
    ),
)


HOLD_FACTS: Final[dict[Status, type[facts.Suspended]]] = {
    row.to: row.fact for row in LIFE if isinstance(row.to, Status) and issubclass(row.fact, facts.Suspended)
}
"""The fact that begins each hold."""


@cache
def roles_of(*steps: Step) -> frozenset[Role]:
    """Who may ask for one of these steps: the guard of decisions and the rights of the pages."""
    return frozenset().union(*(row.by for row in LIFE if row.step in steps))
