"""考点审核: the queue of a site, one case with its decision, the confirmation in person."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from werkzeug.exceptions import Forbidden, NotFound

from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.refusals import Refusal
from ncre.domain.registration.commands import PaidFee
from ncre.domain.registration.disclosure import reason_of_work
from ncre.domain.registration.vocabulary import Role, Step
from ncre.projections.rows import RegistrationRow
from ncre.services.registration.registrations import Decision
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_role, require_step
from ncre.web.shared.disclosure import is_opened, open_details
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import field_values, trimmed_field, typed_field
from ncre.web.shared.history_view import name_of
from ncre.web.shared.language import gettext as _
from ncre.web.shared.pictures import photo_response
from ncre.web.shared.registration_view import at_my_sites, case_request
from ncre.web.staff import queue_page
from ncre.web.staff.case_drafts import CANCELLATION, REJECTION, TRANSFER, drafts_of_case
from ncre.web.staff.case_forms import back_to, fits, refused
from ncre.web.staff.case_page import case_page, page_of
from ncre.web.staff.second_look import blind
from ncre.web.staff.typed import PURPOSE, Typed

pages = Blueprint("review", __name__)

PAGE: Final = 25
"""Cases on one page of the queue."""


@pages.get("/staff/queue")
@require_role(Role.REVIEWER, Role.OFFICE)
def queue() -> Answer:
    """待审核, the longest waiting first unless asked for otherwise."""
    return queue_page.table(PAGE)


@pages.get("/staff/sheet")
@require_role(Role.REVIEWER, Role.OFFICE)
def sheet() -> Answer:
    return queue_page.sheet()


@pages.post("/staff/sheet/open")
@require_role(Role.REVIEWER, Role.OFFICE)
def open_sheet() -> Answer:
    return queue_page.open_sheet()


@pages.get("/staff/cases/<uuid:registration>")
@require_role(Role.REVIEWER, Role.OFFICE)
@blind
def case(registration: UUID) -> Answer:
    """The case; whoever gives it a second look sees it without its first verdict until they decided."""
    row = at_my_sites(registration)
    return page_of(row, drafts_of_case(row))


@pages.post("/staff/cases/<uuid:registration>/open")
@require_role(Role.REVIEWER, Role.OFFICE)
@blind
def open_case(registration: UUID) -> Answer:
    """Show the private details in this session from now on: the look and its reason are recorded first."""
    row = at_my_sites(registration)
    try:
        open_details(row, PURPOSE, reason_of_work(typed_field("opening")))
        container().review_claims.take(row, account())
    except Refusal as refusal:
        return case_page(registration, Typed(faults={"opening": refusal_text(refusal)})), int(
            STATUS[refusal.code]
        )
    return redirect(url_for("review.case", registration=registration), 303)


@pages.get("/staff/cases/<uuid:registration>/photo/<digest>.jpg")
@require_role(Role.REVIEWER, Role.OFFICE)
@blind
def photo(registration: UUID, digest: str) -> Answer:
    """A photo that this case has or had, where it was opened; any other digest is as good as none."""
    row = at_my_sites(registration)
    if not is_opened(row, PURPOSE):
        raise Forbidden
    if not container().queries.cases.has_photo(registration, digest):
        raise NotFound
    return photo_response(row, digest)


@pages.post("/staff/cases/<uuid:registration>/approve")
@require_step(Step.APPROVE)
@blind
def approve(registration: UUID) -> Answer:
    row, decide = at_my_sites(registration), container().registrations.approve
    try:
        decision = decide(case_request(registration))
    except Refusal as refusal:
        return refused(registration, Typed(), refusal)
    return _to_next(row, _of_others(decision) or _("报名号 %(number)s：审核通过。", number=row["number"]))


@pages.post("/staff/cases/<uuid:registration>/reject")
@require_step(Step.REJECT)
@REJECTION.sent
@blind
def reject(registration: UUID) -> Answer:
    row, decide = at_my_sites(registration), container().registrations.reject
    typed = Typed(frozenset(field_values("reasons")), typed_field("note"))
    try:
        decision = decide(case_request(registration), tuple(typed.reasons), typed.note)
    except Refusal as refusal:
        return refused(registration, typed, refusal, "note")
    done = _("报名号 %(number)s：审核不通过，原因已告知考生。", number=row["number"])
    return _to_next(row, _of_others(decision) or done)


@pages.post("/staff/cases/<uuid:registration>/next")
@require_role(Role.REVIEWER, Role.OFFICE)
@blind
def pass_on(registration: UUID) -> Answer:
    """下一份: this one keeps its place in the queue, and is anybody's again."""
    row = at_my_sites(registration)
    container().review_claims.release(row, account())
    return _to_next(row, "")


@pages.post("/staff/cases/<uuid:registration>/<any(form, ticket, receipt):kind>.pdf")
@require_role(Role.REVIEWER, Role.OFFICE)
@blind
def paper(registration: UUID, kind: str) -> Answer:
    """A paper of the candidate as staff open and print it, recorded first; by POST, for it opens private details."""
    row = at_my_sites(registration)
    container().registrations.open_paper(registration, account().actor, kind)
    headers = {"Content-Disposition": f'inline; filename="ncre-{kind}-{row["number"]}.pdf"'}
    return Response(container().documents.for_staff(row, kind), mimetype="application/pdf", headers=headers)


@pages.post("/staff/cases/<uuid:registration>/confirm")
@require_step(Step.CONFIRM)
@blind
def confirm(registration: UUID) -> Answer:
    """现场确认; the desk is ready for the next candidate afterwards."""
    row, decide = at_my_sites(registration), container().registrations.confirm
    try:
        decision = decide(case_request(registration))
    except Refusal as refusal:
        return refused(registration, Typed(), refusal)
    flash(_of_others(decision) or _("报名号 %(number)s：现场确认完成。", number=row["number"]))
    return redirect(url_for("desk.search"), 303)


@pages.post("/staff/cases/<uuid:registration>/cancel")
@require_step(Step.CANCEL)
@CANCELLATION.sent
@blind
def cancel(registration: UUID) -> Answer:
    at_my_sites(registration)
    typed = Typed(why=typed_field("why"), money=typed_field("money"), money_why=typed_field("money_why"))
    money = PaidFee(typed.money) if typed.money in set(PaidFee) else None
    try:
        container().registrations.cancel(case_request(registration), typed.why, money, typed.money_why)
    except Refusal as refusal:
        return refused(registration, typed, refusal, "money_why" if fits(typed.why) else "why")
    flash(_("报名已取消，费用将原路退回。") if money is PaidFee.REFUND else _("报名已取消。"))
    return back_to(registration)


@pages.post("/staff/cases/<uuid:registration>/move")
@require_step(Step.MOVE)
@TRANSFER.sent
@blind
def move(registration: UUID) -> Answer:
    """转到本人另一账号: upon evidence, told to both accounts."""
    at_my_sites(registration)
    typed = Typed(to=trimmed_field("to"), evidence=typed_field("evidence"))
    try:
        container().registrations.move(case_request(registration), typed.to, typed.evidence)
    except Refusal as refusal:
        return refused(registration, typed, refusal, "evidence")
    flash(
        _(
            "报名已转到账号 %(name)s。两个账号的安全记录都已写明，已绑定的邮箱和手机号已收到通知。",
            name=typed.to,
        )
    )
    return back_to(registration)


def _to_next(decided: RegistrationRow, notice: str) -> Answer:
    """To the case that waits behind this one and no colleague is at, else to the oldest, else to the empty queue."""
    if notice:
        flash(notice)
    claims = container().review_claims
    claimed = [one.registration for one in claims.held() if one.account != account().id]
    row = container().queries.cases.next_after(decided, account().actor, container().clock(), claimed)
    if row is None:
        return redirect(url_for("review.queue"), 303)
    if is_opened(decided, PURPOSE):
        open_details(row, PURPOSE, "review")
        claims.take(row, account())
    return redirect(url_for("review.case", registration=row["id"]), 303)


def _of_others(decision: Decision) -> str:
    """Whose decision it was, where somebody else had decided the same before."""
    before = decision.before
    if before is None:
        return ""
    return _(
        "这份报名已由 %(who)s 在 %(when)s 作出同样的决定，您这次没有改动任何内容。",
        who=name_of(before.actor),
        when=exam_time_in_words(before.recorded_at),
    )
