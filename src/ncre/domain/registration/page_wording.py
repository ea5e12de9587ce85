"""What a candidate reads where a page of a registration cannot be opened as it stands, and the way on from there.

`OPEN` says in which statuses a page opens; for every other status `BLOCKED` has the words and the way. The policy of a
site, windows and seats may close a page that a status opens: their refusals have words of their own.
`docs/page-words.md` is drawn from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.registration.holds import each_hold
from ncre.domain.registration.lifecycle import PAID, PRINTABLE, statuses
from ncre.domain.registration.machine import rows_of
from ncre.domain.registration.vocabulary import ByStatus, Status, Step, When


class CandidatePage(StrEnum):
    """The pages and forms of one registration."""

    TASKS = "tasks"
    CHECK = "check"
    DETAILS = "details"
    SUBJECTS = "subjects"
    PHOTO = "photo"
    PHOTO_FILE = "photo-file"
    REQUEST_REVIEW = "request-review"
    WITHDRAW = "withdraw"
    PAY = "pay"
    PAID = "paid"
    RECEIPT = "receipt"
    FORM = "form"
    TICKET = "ticket"


PAGES: Final[Mapping[CandidatePage, Bilingual]] = {
    CandidatePage.TASKS: Bilingual("我的报名", "My registration"),
    CandidatePage.CHECK: Bilingual("核对报名信息", "Check your registration"),
    CandidatePage.DETAILS: Bilingual("填写基本信息", "Personal details"),
    CandidatePage.SUBJECTS: Bilingual("选择考点和科目", "Site and subjects"),
    CandidatePage.PHOTO: Bilingual("上传照片", "Photo"),
    CandidatePage.PHOTO_FILE: Bilingual("照片预览", "Preview of the photo"),
    CandidatePage.REQUEST_REVIEW: Bilingual("申请信息审核", "Request review"),
    CandidatePage.WITHDRAW: Bilingual("放弃报名", "Withdraw"),
    CandidatePage.PAY: Bilingual("核对并支付", "Check and pay"),
    CandidatePage.PAID: Bilingual("支付结果", "Result of the payment"),
    CandidatePage.RECEIPT: Bilingual("缴费凭证", "Receipt"),
    CandidatePage.FORM: Bilingual("报名登记表", "Registration form"),
    CandidatePage.TICKET: Bilingual("准考证", "Admission ticket"),
}

STANDING: Final = tuple(status for status in Status if status is not Status.NEW)


def _where(*steps: Step) -> frozenset[Status]:
    return frozenset(status for status in STANDING if any(rows_of(step, status) for step in steps))


_ALWAYS: Final = frozenset(STANDING)
_LOST_PHOTO: Final = frozenset(
    status
    for status in STANDING
    if (rows := rows_of(Step.REPLACE_PHOTO, status)) and all(row.when is When.PHOTO_LOST for row in rows)
)
"""Where a photo is taken only because its file was lost."""

OPEN: Final[Mapping[CandidatePage, frozenset[Status]]] = {
    CandidatePage.TASKS: _ALWAYS,
    CandidatePage.CHECK: _ALWAYS,
    CandidatePage.DETAILS: _where(Step.FILL_INFO, Step.AMEND_INFO),
    CandidatePage.SUBJECTS: _where(Step.SUBMIT, Step.CHANGE_SUBJECTS),
    CandidatePage.PHOTO: _where(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO) - _LOST_PHOTO,
    CandidatePage.PHOTO_FILE: statuses(lambda standing: standing.pictured),
    CandidatePage.REQUEST_REVIEW: _where(Step.REQUEST_REVIEW),
    CandidatePage.WITHDRAW: _where(Step.WITHDRAW),
    CandidatePage.PAY: statuses(lambda standing: standing.payable),
    CandidatePage.PAID: _ALWAYS,
    CandidatePage.RECEIPT: PRINTABLE,
    CandidatePage.FORM: PRINTABLE,
    CandidatePage.TICKET: PRINTABLE,
}

LEADS: Final[Mapping[CandidatePage, Bilingual]] = {
    CandidatePage.DETAILS: Bilingual("现在不能修改基本信息。", "The details cannot be changed now."),
    CandidatePage.SUBJECTS: Bilingual("现在不能选择考点和科目。", "Site and subjects cannot be chosen now."),
    CandidatePage.PHOTO: Bilingual(
        "现在不能上传或修改照片。", "The photo cannot be uploaded or replaced now."
    ),
    CandidatePage.PHOTO_FILE: Bilingual("这份报名还没有照片。", "This registration has no photo yet."),
    CandidatePage.REQUEST_REVIEW: Bilingual("现在不能申请信息审核。", "Review cannot be requested now."),
    CandidatePage.WITHDRAW: Bilingual("现在不能放弃报名。", "The registration cannot be withdrawn now."),
    CandidatePage.PAY: Bilingual("现在不能支付。", "Nothing can be paid now."),
    CandidatePage.RECEIPT: Bilingual("支付完成后才有缴费凭证。", "There is a receipt once the fee is paid."),
    CandidatePage.FORM: Bilingual(
        "支付完成后才能打印报名登记表。", "The registration form can be printed once the fee is paid."
    ),
    CandidatePage.TICKET: Bilingual(
        "支付完成并编排考场后才能打印准考证。",
        "The admission ticket can be printed once the fee is paid and seats are assigned.",
    ),
}
"""What cannot be done, first; the reason follows."""


@dataclass(frozen=True)
class Blocked:
    """Why a page does not open, and the page where it goes on."""

    words: Bilingual
    way: CandidatePage


_WHY: Final[ByStatus[Blocked]] = ByStatus(
    new=Blocked(Bilingual("请先阅读报名协议。", "Read the agreement first."), CandidatePage.TASKS),
    agreed=Blocked(Bilingual("请先填写基本信息。", "Fill in the details first."), CandidatePage.DETAILS),
    info_filled=Blocked(
        Bilingual(
            "请先选择考点和科目，并提交报考信息。",
            "Choose site and subjects first, and submit the registration.",
        ),
        CandidatePage.SUBJECTS,
    ),
    submitted=Blocked(Bilingual("请先上传照片。", "Upload the photo first."), CandidatePage.PHOTO),
    photo_uploaded=Blocked(
        Bilingual(
            "请先核对；考点审核的，申请信息审核，不审核的，直接缴费。",
            "Check everything first; where the site reviews, request review, where it does not, pay.",
        ),
        CandidatePage.CHECK,
    ),
    pending_review=Blocked(
        Bilingual(
            "考点正在审核，结果会显示在“我的报名”。",
            "The site is reviewing; the result will stand in “My registration”.",
        ),
        CandidatePage.TASKS,
    ),
    approved=Blocked(
        Bilingual(
            "审核已通过，信息和照片不再更改，请核对后缴费。",
            "It is approved, and nothing can be changed any more. Please check and pay.",
        ),
        CandidatePage.PAY,
    ),
    rejected=Blocked(
        Bilingual(
            "审核未通过，请先按“我的报名”里的原因修改。",
            "It was not approved. First correct what “My registration” names.",
        ),
        CandidatePage.TASKS,
    ),
    paid=Blocked(
        Bilingual(
            "已经缴费，报名成功，报考信息不再更改。",
            "The fee is paid and you are registered. Nothing can be changed any more.",
        ),
        CandidatePage.TASKS,
    ),
    confirmed=Blocked(
        Bilingual(
            "已经缴费并完成现场确认，报考信息不再更改。",
            "The fee is paid and you are confirmed on site. Nothing can be changed any more.",
        ),
        CandidatePage.TASKS,
    ),
    lapsed=Blocked(
        Bilingual(
            "报名已失效。报名时间内可以重新提交报考信息。",
            "The registration lapsed. While registration is open it can be submitted again.",
        ),
        CandidatePage.TASKS,
    ),
    withdrawn=Blocked(
        Bilingual(
            "您已放弃这份报名。报名时间内可以从“我的报名”重新报名。",
            "You withdrew this registration. While registration is open you may register again from “My "
            "registration”.",
        ),
        CandidatePage.TASKS,
    ),
    cancelled=Blocked(
        Bilingual(
            "考务办公室取消了这份报名，原因见“我的报名”。",
            "The exam office cancelled this registration; “My registration” says why.",
        ),
        CandidatePage.TASKS,
    ),
    on_hold=each_hold(lambda hold: Blocked(hold.blocked, CandidatePage.TASKS)),
)

_ELSE: Final[Mapping[tuple[CandidatePage, Status], Blocked]] = {
    (CandidatePage.WITHDRAW, Status.PENDING_REVIEW): Blocked(
        Bilingual(
            "考点正在审核；审核有了结果以后可以放弃。",
            "The site is reviewing; you may withdraw it after its decision.",
        ),
        CandidatePage.TASKS,
    ),
    **{
        (CandidatePage.WITHDRAW, status): Blocked(
            Bilingual(
                "已经缴费的报名不能自行放弃，需要取消请联系考点或考务办公室。",
                "You cannot withdraw a paid registration yourself; ask your site or the exam office.",
            ),
            CandidatePage.TASKS,
        )
        for status in PAID
    },
    **{
        (CandidatePage.PAY, status): Blocked(
            Bilingual(
                "这份报名已经缴费，不用再付。", "The fee of this registration is paid; do not pay again."
            ),
            CandidatePage.PAID,
        )
        for status in PAID
    },
}
"""Where the reason of the status alone would mislead."""


def _blocked(page: CandidatePage, status: Status) -> Blocked:
    why = _ELSE.get((page, status), _WHY[status])
    lead = LEADS[page]
    return Blocked(Bilingual(lead.zh + why.words.zh, f"{lead.en} {why.words.en}"), why.way)


BLOCKED: Final[Mapping[tuple[CandidatePage, Status], Blocked]] = {
    (page, status): _blocked(page, status)
    for page in CandidatePage
    for status in STANDING
    if status not in OPEN[page]
}
"""Every page in every status that does not open it."""
