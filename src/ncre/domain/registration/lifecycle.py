"""The life of a registration: one table, from which everything else about steps is read.

The guard of every decision, the fold of the history, the buttons on the pages,
`docs/state-diagram.md` and the exhaustive test all ask this table. The `transitions` machine is
built from it once, at import, and only asked questions; no registration is ever attached to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final, Protocol

from transitions import Machine

from ncre.domain.bilingual import Bilingual
from ncre.events import registration as facts
from ncre.events.base import Fact


class Status(StrEnum):
    """Where a registration stands. The nine of the manual's flow, their start, three side exits."""

    NEW = "new"
    AGREED = "agreed"
    INFO_FILLED = "info-filled"
    SUBMITTED = "submitted"
    PHOTO_UPLOADED = "photo-uploaded"
    PENDING_REVIEW = "pending-review"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAID = "paid"
    CONFIRMED = "confirmed"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


PAID: Final = frozenset({Status.PAID, Status.CONFIRMED})
"""Where the money was settled and the registration stands: papers are printed, seats are given."""


TERMINATED: Final = frozenset({Status.WITHDRAWN, Status.CANCELLED})
"""Where a registration ended for good: its person may register anew, under the next ordinal."""


class Step(StrEnum):
    """What can be asked of a registration."""

    AGREE = "agree"
    FILL_INFO = "fill_info"
    AMEND_INFO = "amend_info"
    SUBMIT = "submit"
    CHANGE_SUBJECTS = "change_subjects"
    UPLOAD_PHOTO = "upload_photo"
    REPLACE_PHOTO = "replace_photo"
    REQUEST_REVIEW = "request_review"
    TAKE_BACK = "take_back"
    APPROVE = "approve"
    REJECT = "reject"
    SETTLE = "settle"
    RETURN_PAYMENT = "return_payment"
    LAPSE = "lapse"
    EXPIRE = "expire"
    CONFIRM = "confirm"
    SEAT = "seat"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    MOVE = "move"


class Role(StrEnum):
    """In what capacity somebody acts. Payment and clock are machines."""

    CANDIDATE = "candidate"
    REVIEWER = "reviewer"
    OFFICE = "office"
    AUDITOR = "auditor"
    PAYMENT = "payment"
    CLOCK = "clock"


STAFF: Final = frozenset({Role.REVIEWER, Role.OFFICE})
OFFICE: Final = frozenset({Role.OFFICE})
CANDIDATE: Final = frozenset({Role.CANDIDATE})
PAYMENT: Final = frozenset({Role.PAYMENT})
CLOCK: Final = frozenset({Role.CLOCK})


class When(StrEnum):
    """What the site's policy for a registration must say for a row to count."""

    ALWAYS = "always"
    SITE_REVIEWS = "site_reviews"
    SITE_DOES_NOT_REVIEW = "site_does_not_review"
    SITE_CONFIRMS = "site_confirms"
    CLOCK_AT_SUBMISSION = "clock_at_submission"
    PHOTO_LOST = "photo_lost"


class Opening(StrEnum):
    """The windows of a round: which one must be open, or over, for a step."""

    NONE = "none"
    REGISTER = "register"
    REVIEW = "review"
    PAYMENT = "payment"
    PRINTING = "printing"


class SitePolicy(Protocol):
    """The part of a site's policy for a registration that decides which rows count."""

    @property
    def reviews(self) -> bool: ...
    @property
    def confirms(self) -> bool: ...
    @property
    def clock(self) -> str: ...
    @property
    def photo_lost(self) -> bool: ...


SAME: Final = None
"""In the last column: the step leaves the status as it is."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the life: `by` may ask for `step` in `sources`; it yields a `fact` and leads `to`.

    A step that can end in several facts (approve or not, settle or send back) has several rows or
    lists the rarer facts as rows of their own; `reason` says in one sentence why the row is there.
    `window` must be open for the step, `after` must be over.
    """

    step: Step
    by: frozenset[Role]
    sources: tuple[Status, ...]
    fact: type[Fact]
    to: Status | None
    reason: Bilingual
    when: When = When.ALWAYS
    window: Opening = Opening.NONE
    after: Opening = Opening.NONE


EVERY: Final = tuple(status for status in Status if status is not Status.NEW)
EDITABLE: Final = (Status.SUBMITTED, Status.PHOTO_UPLOADED)

LIFE: Final[tuple[Transition, ...]] = (
    Transition(
        Step.AGREE,
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
        Step.FILL_INFO,
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
        Step.AMEND_INFO,
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
        Step.AMEND_INFO,
        CANDIDATE,
        (Status.REJECTED,),
        facts.InfoAmended,
        SAME,
        Bilingual(
            "审核未通过后可修改，直到审核时间结束。",
            "What was rejected may be mended until the review window closes.",
        ),
        window=Opening.REVIEW,
    ),
    Transition(
        Step.SUBMIT,
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
        Step.CHANGE_SUBJECTS,
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
        Step.CHANGE_SUBJECTS,
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
        Step.UPLOAD_PHOTO,
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
        Step.REPLACE_PHOTO,
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
        Step.REPLACE_PHOTO,
        CANDIDATE,
        (Status.PHOTO_UPLOADED,),
        facts.PhotoReplaced,
        SAME,
        Bilingual(
            "申请审核之前可更换照片。",
            "Until review is requested the photo may be replaced.",
        ),
        window=Opening.REGISTER,
    ),
    Transition(
        Step.REPLACE_PHOTO,
        CANDIDATE,
        (Status.REJECTED,),
        facts.PhotoReplaced,
        SAME,
        Bilingual(
            "审核未通过后可更换照片，直到审核时间结束。",
            "After a rejection the photo may be replaced until the review window closes.",
        ),
        window=Opening.REVIEW,
    ),
    Transition(
        Step.REQUEST_REVIEW,
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
        Step.REQUEST_REVIEW,
        CANDIDATE,
        (Status.REJECTED,),
        facts.ReviewRequested,
        Status.PENDING_REVIEW,
        Bilingual(
            "修改后可再次申请审核，直到审核时间结束。",
            "After mending, review may be requested again until the review window closes.",
        ),
        when=When.SITE_REVIEWS,
        window=Opening.REVIEW,
    ),
    Transition(
        Step.TAKE_BACK,
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
        Step.APPROVE,
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
        Step.REJECT,
        STAFF,
        (Status.PENDING_REVIEW,),
        facts.Rejected,
        Status.REJECTED,
        Bilingual(
            "不通过必须写明原因，考生据此修改。",
            "A rejection names its reasons, so that the candidate can mend them.",
        ),
        window=Opening.REVIEW,
    ),
    Transition(
        Step.SETTLE,
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
        Step.SETTLE,
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
        Step.SETTLE,
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
        Step.SETTLE,
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
        Step.RETURN_PAYMENT,
        PAYMENT,
        EVERY,
        facts.PaymentReturned,
        SAME,
        Bilingual(
            "渠道确认退款后记录，款项有始有终。",
            "Recorded once the channel confirms the refund, so that every yuan has an end.",
        ),
    ),
    Transition(
        Step.LAPSE,
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
        Step.LAPSE,
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
        Step.LAPSE,
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
        Step.EXPIRE,
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
        Step.EXPIRE,
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
        Step.EXPIRE,
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
        Step.EXPIRE,
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
        Step.CONFIRM,
        STAFF,
        (Status.PAID,),
        facts.ConfirmedOnSite,
        Status.CONFIRMED,
        Bilingual(
            "要求现场确认的考点，核对本人证件后确认。",
            "Where the site confirms in person, staff check the document and confirm.",
        ),
        when=When.SITE_CONFIRMS,
    ),
    Transition(
        Step.SEAT,
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
        Step.WITHDRAW,
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
            "Before paying, except under review, a candidate may give up; place and seats are free again.",
        ),
    ),
    Transition(
        Step.CANCEL,
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
        Step.CANCEL,
        OFFICE,
        (Status.PAID, Status.CONFIRMED),
        facts.PaymentUnusable,
        SAME,
        Bilingual(
            "取消已支付的报名时，考务办公室决定退费的，费用记为应退。",
            "When a paid registration is cancelled and the office returns the fee, the fee is owed back.",
        ),
    ),
    Transition(
        Step.MOVE,
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
)


def _machine() -> Machine:
    """The table as a `transitions` machine: a trigger per step, a condition name per policy."""
    rows = [
        {
            "trigger": row.step.value,
            "source": [source.value for source in row.sources],
            "dest": row.to.value if row.to else "=",
            "conditions": row.when.value,
        }
        for row in LIFE
    ]
    return Machine(
        model=None,
        states=[status.value for status in Status],
        initial=Status.NEW.value,
        transitions=rows,
        auto_transitions=False,
    )


MACHINE: Final = _machine()


def holds(when: When, policy: SitePolicy | None) -> bool:
    """Whether a row's condition is met; without a site chosen only ALWAYS is."""
    if when is When.ALWAYS:
        return True
    if policy is None:
        return False
    return {
        When.SITE_REVIEWS: policy.reviews,
        When.SITE_DOES_NOT_REVIEW: not policy.reviews,
        When.SITE_CONFIRMS: policy.confirms,
        When.CLOCK_AT_SUBMISSION: policy.clock == "submitted" or not policy.reviews,
        When.PHOTO_LOST: policy.photo_lost,
    }[when]


@cache
def rows_of(step: Step, status: Status) -> tuple[Transition, ...]:
    """The rows by which `step` can leave `status`, in the order of the table.

    That the step leaves the status at all is asked of the machine; the rows carry the rest.
    """
    if not MACHINE.get_transitions(step.value, status.value):
        return ()
    return tuple(row for row in LIFE if row.step is step and status in row.sources)


def open_rows(status: Status, policy: SitePolicy | None) -> list[Transition]:
    """The rows that count in this status under this policy."""
    return [row for step in Step for row in rows_of(step, status) if holds(row.when, policy)]


def open_steps(status: Status, policy: SitePolicy | None) -> frozenset[Step]:
    """The steps that may be asked for; buttons on pages and the guard of decisions read this."""
    return frozenset(row.step for row in open_rows(status, policy))


def arrival(status: Status, fact: type[Fact]) -> Status:
    """The status after `fact`. It asks no leave: what happened, happened, from wherever it did."""
    return _ARRIVALS.get(fact, status)


_ARRIVALS: Final[dict[type[Fact], Status]] = {row.fact: row.to for row in LIFE if row.to is not None}
