"""The candidate's hub: the task list of a registration, the check before review, giving up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ncre.domain.payment.wording import Situation
from ncre.domain.refusals import Refusal
from ncre.domain.registration.holds import each_hold
from ncre.domain.registration.lifecycle import PAID, TERMINATED
from ncre.domain.registration.vocabulary import ByStatus, Role, Step
from ncre.domain.registration.window_wording import UNDER_WAY
from ncre.services.documents.issuing import require_paid, require_ticket
from ncre.web.candidate import task_list as journey
from ncre.web.candidate.agreement import registering_closed
from ncre.web.candidate.changes_told import with_changes
from ncre.web.candidate.deadlines import in_short
from ncre.web.candidate.payment_situation import money_of
from ncre.web.shared.auth import Answer, account, container, require_role, require_step
from ncre.web.shared.details_form import details_shown
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import fresh_id
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language, said_later
from ncre.web.shared.language import lazy_gettext as later
from ncre.web.shared.registration_view import Case, case_request, own_case

pages = Blueprint("registration", __name__)

NEWEST_FIRST: Final = 3
"""How many sentences of the history the task list shows; the others fold away."""

NEXT: Final = ByStatus(
    new=("", later("请先阅读报名协议。")),
    agreed=("", later("请填写基本信息。")),
    info_filled=("", later("请选择考点和科目，并提交报考信息。")),
    submitted=("warn", later("请上传照片，否则报名无效。")),
    photo_uploaded=("", later("照片已上传。请核对全部内容，然后继续下一步。")),
    pending_review=("", later("已申请信息审核，考点正在审核。审核期间不能修改，结果会显示在这里。")),
    approved=("good", later("审核已通过，信息和照片不能再更改。请在期限内完成支付。")),
    rejected=("bad", later("审核未通过。请按原因修改，再申请信息审核。")),
    paid=("good", later("支付完成，报名成功。报考信息不能再修改。")),
    confirmed=("good", later("支付和现场确认都已完成，报名成功。")),
    lapsed=(
        "bad",
        later("超过期限没有完成，报名已失效，名额已释放。"),
    ),
    withdrawn=("", later("您已放弃这份报名，名额已释放。")),
    cancelled=("bad", later("考务办公室取消了这份报名。如有疑问，请联系考点或考务办公室。")),
    on_hold=each_hold(lambda hold: ("warn", said_later(hold.next))),
)
"""What each status asks of the candidate: the look of the note, and its words."""

SAID_ELSEWHERE: Final = frozenset({Situation.NONE, Situation.ASKING, Situation.SETTLED, Situation.FREE})
"""Situations of the money that the words of the status tell already."""

MOVED_AWAY: Final = (
    "warn",
    later("审核未通过后，您改报了不审核的考点。请先按下面的原因检查修改，再核对并支付；支付后不能修改。"),
)
"""For a rejected registration that now stands at a site without review, where nobody would ask again."""


@pages.get("/current")
@require_role(Role.CANDIDATE)
def current() -> Answer:
    """当前考次: to the newest registration of the round, or to the agreement that begins one."""
    round_ = container().queries.exams.current()
    mine = container().queries.cases.newest_of(account().id, round_.code) if round_ else None
    if mine is None:
        return redirect(url_for("agreement.read"))
    return redirect(url_for("registration.tasks", registration=mine["id"]))


@pages.get("/registrations/<uuid:registration>")
@require_role(Role.CANDIDATE)
def tasks(registration: UUID) -> Answer:
    case, now = own_case(registration), container().clock()
    story = container().queries.cases.story(registration)
    seats = container().queries.cases.seats(registration) if case.status in PAID else []
    entries = journey.task_list(case, now, story)
    reasons = journey.reasons_by_group(case)
    place = journey.current(entries)
    form_refused = _refused(partial(require_paid, case.row))
    ticket_refused = _refused(partial(require_ticket, case.row, case.round, now))
    tone, sentence = MOVED_AWAY if reasons and case.payable else NEXT[case.status]
    money = money_of(case)
    due = case.due(now)
    if money[0].situation is Situation.ASKING:
        tone, sentence = "warn", money[0].say(language())
    elif due.over and case.status in UNDER_WAY:
        tone, sentence = "bad", due.say(language())
    return render_template(
        "candidate/task_list.html",
        case=case,
        entries=entries,
        place=place,
        onward=_onward(case, None if place is None else entries[place], not form_refused, not ticket_refused),
        closed=_closed(case, now),
        tone=tone,
        sentence=sentence,
        until="" if due.over and case.status in UNDER_WAY else due.say(language()),
        left=_left_to_pay(case, now),
        pages={entry.task: entry.page for entry in entries if entry.page},
        reason=container().queries.cases.reason_of_staff(case),
        banned=refusal_text(ban) if (ban := container().bans.of(case.row)) else "",
        money=[one for one in money if one.situation not in SAID_ELSEWHERE],
        paid=case.status in PAID,
        confirmed=case.is_confirmed,
        story=with_changes(case.id, story)[::-1],
        newest=NEWEST_FIRST,
        seats=seats,
        may_take_back=_may_take_back(case, now),
        command_id=fresh_id(),
        begin_again=case.status in TERMINATED and not registering_closed(case.round),
        form_refused=form_refused,
        ticket_refused=ticket_refused,
        printing=case.round.plan.windows.printing,
        unreachable_addresses=container().letters.log.unreachable(account()),
    )


@pages.get("/registrations/<uuid:registration>/check")
@require_role(Role.CANDIDATE)
def check(registration: UUID) -> Answer:
    """核对: everything once more, with the way back to each page while it may be changed."""
    case, now = own_case(registration), container().clock()
    details = container().people.details(case.id, case.row["details_version"])
    story = container().queries.cases.story(registration)
    entries = journey.task_list(case, now, story)
    return render_template(
        "candidate/check.html",
        case=case,
        entries=entries,
        shown=details_shown(details),
        pages={entry.task: entry.page for entry in entries if entry.page},
        unmended=journey.to_mend(case, story),
        labels=journey.LABELS,
        command_id=fresh_id(),
    )


@pages.post("/registrations/<uuid:registration>/request-review")
@require_step(Step.REQUEST_REVIEW)
def request_review(registration: UUID) -> Answer:
    """申请信息审核."""
    case = own_case(registration)
    container().registrations.request_review(case_request(case.id))
    return _back(case)


@pages.post("/registrations/<uuid:registration>/take-back")
@require_step(Step.TAKE_BACK)
def take_back(registration: UUID) -> Answer:
    """撤回审核申请, while nobody has opened it."""
    case = own_case(registration)
    container().registrations.take_back(case_request(case.id))
    flash(_("审核申请已撤回。现在可以修改，修改后请再次申请信息审核。"))
    return _back(case)


@pages.get("/registrations/<uuid:registration>/withdraw")
@require_step(Step.WITHDRAW)
def withdraw_page(registration: UUID) -> Answer:
    case = own_case(registration)
    case.require(Step.WITHDRAW)
    return render_template("candidate/withdraw.html", case=case, command_id=fresh_id())


@pages.post("/registrations/<uuid:registration>/withdraw")
@require_step(Step.WITHDRAW)
def withdraw(registration: UUID) -> Answer:
    case = own_case(registration)
    container().registrations.withdraw(case_request(case.id))
    return _back(case)


def _back(case: Case) -> Response:
    return redirect(url_for("registration.tasks", registration=case.id), 303)


@dataclass(frozen=True)
class Onward:
    """What the candidate does next: the one button of the page that stays in reach."""

    address: str
    label: str


def _onward(case: Case, entry: journey.TaskEntry | None, has_form: bool, has_ticket: bool) -> Onward | None:
    """The page of the task whose turn it is; after the last one, the paper that can be printed."""
    if entry is None:
        return None
    if entry.page:
        return Onward(url_for(entry.page, registration=case.id), _("下一步：%(what)s", what=entry.label))
    if has_ticket:
        return Onward(url_for("documents.ticket", registration=case.id), _("打印下载准考证"))
    if has_form:
        return Onward(url_for("documents.form", registration=case.id), _("打印下载报名登记表"))
    return None


def _may_take_back(case: Case, now: datetime) -> bool:
    """Whether the request for review could be taken back at this moment."""
    if Step.TAKE_BACK not in case.steps or case.window_fault(Step.TAKE_BACK, now):
        return False
    return container().registrations.may_take_back(case.id, account().actor)


def _closed(case: Case, now: datetime) -> dict[journey.Task, str]:
    """Why a task whose turn it is cannot be done at this hour, in words."""
    closed = {}
    for task, steps in journey.STEPS_OF.items():
        faults = [case.window_fault(step, now) for step in steps if step in case.steps]
        words = [in_short(fault) for fault in faults if fault is not None]
        if words:
            closed[task] = words[0]
    return closed


def _refused(require: Callable[[], None]) -> str:
    """Why a paper cannot be printed now, in words, or ""."""
    try:
        require()
    except Refusal as refusal:
        return refusal_text(refusal)
    return ""


def _left_to_pay(case: Case, now: datetime) -> str:
    """The time left to pay in words; "" where no clock runs or it has run out."""
    deadline = case.row["pay_by"]
    if deadline is None or Step.LAPSE not in case.steps or deadline <= now:
        return ""
    return journey.time_left(deadline, now)
