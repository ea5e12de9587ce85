"""考点审核: the queue of a site, one case with its decision, the confirmation in person."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden, NotFound

from ncre.domain.exam.plan import in_words
from ncre.domain.refusals import Refusal
from ncre.domain.registration.commands import Approve, Cancel, Command, Confirm, Move, PaidFee, Reject
from ncre.domain.registration.disclosure import reason_of_work
from ncre.domain.registration.vocabulary import Role, Status, Step
from ncre.events.bounds import OutOfBounds, integer
from ncre.projections.audit.snapshots import Version
from ncre.projections.base import Row
from ncre.projections.registration import registration_counts
from ncre.projections.registration import review_queue as review_queue
from ncre.services.registration.decided_before import decided_before
from ncre.web.candidate.task_list import time_left
from ncre.web.shared.auth import Answer, account, container, require_role, require_step
from ncre.web.shared.disclosure import open_details, opened
from ncre.web.shared.errors import STATUS, refusal_text
from ncre.web.shared.history_view import name_of
from ncre.web.shared.pictures import picture_of
from ncre.web.shared.registration_view import at_my_sites
from ncre.web.staff.case_forms import FIELD_OF, LONG_TEXT, TEXTS, asked_of, back_to, carry_out
from ncre.web.staff.case_page import PURPOSE, Typed, case_page
from ncre.web.staff.return_link import remember
from ncre.web.staff.review_case import history_of, pictures

pages = Blueprint("review", __name__)

PAGE: Final = 25
"""Cases on one page of the queue."""

MOST_PAGES: Final = 99_999


@pages.get("/staff/queue")
@require_role(Role.REVIEWER, Role.OFFICE)
def queue() -> Answer:
    """待审核, the longest waiting first."""
    here, now = _page_number(), container().clock()
    mine = account().sites
    with container().database.reading() as connection:
        round_ = container().command_handler.exams.current(connection)
        code = round_.code if round_ else ""
        known = container().command_handler.exams.sites(connection, code) if round_ else []
        chosen = _site_of([site.code for site in known if account().actor.covers(site.code)])
        sites = frozenset({chosen}) if chosen else mine
        count = review_queue.waiting_count(connection, code, sites)
        pages_ = max(1, -(-count // PAGE))
        here = min(here, pages_)
        rows = review_queue.waiting(connection, code, sites, PAGE, (here - 1) * PAGE)
        waiting_at = registration_counts.by_site(connection, code)
    waits = {row["id"]: time_left(now, row["requested_at"]) for row in rows}
    remember("review.queue", page=here if here > 1 else "", site=chosen)
    names = {site.code: site.plan.name for site in known if account().actor.covers(site.code)}
    return render_template(
        "staff/queue.html",
        round=round_,
        rows=rows,
        count=count,
        waits=waits,
        here=here,
        pages=pages_,
        names=names,
        filters=[
            (code, name, waiting_at.get(code, {}).get(Status.PENDING_REVIEW, 0))
            for code, name in sorted(names.items())
        ],
        chosen=chosen,
    )


@pages.get("/staff/cases/<uuid:registration>")
@require_role(Role.REVIEWER, Role.OFFICE)
def case(registration: UUID) -> Answer:
    return case_page(registration, Typed())


@pages.post("/staff/cases/<uuid:registration>/open")
@require_role(Role.REVIEWER, Role.OFFICE)
def open_case(registration: UUID) -> Answer:
    """Show the private details in this session from now on: the look and its reason are recorded first."""
    row = at_my_sites(registration)
    try:
        open_details(row, PURPOSE, reason_of_work(request.form.get("opening", "")))
    except Refusal as refusal:
        return case_page(registration, Typed(faults={"opening": refusal_text(refusal)})), int(
            STATUS[refusal.code]
        )
    return redirect(url_for("review.case", registration=registration), 303)


@pages.get("/staff/cases/<uuid:registration>/photo/<digest>.jpg")
@require_role(Role.REVIEWER, Role.OFFICE)
def photo(registration: UUID, digest: str) -> Answer:
    """A photo that this case has or had, where it was opened; any other digest is as good as none."""
    row = at_my_sites(registration)
    if not opened(row, PURPOSE):
        raise Forbidden
    if digest not in {picture["digest"] for picture in pictures(history_of(registration))}:
        raise NotFound
    return picture_of(row, digest)


@pages.post("/staff/cases/<uuid:registration>/approve")
@require_step(Step.APPROVE)
def approve(registration: UUID) -> Answer:
    row = at_my_sites(registration)
    asked = Approve(**asked_of(registration))
    refused = carry_out(asked, Typed())
    return refused or _to_next(
        row, _of_others(asked) or _("报名号 %(number)s：审核通过。", number=row["number"])
    )


@pages.post("/staff/cases/<uuid:registration>/reject")
@require_step(Step.REJECT)
def reject(registration: UUID) -> Answer:
    row = at_my_sites(registration)
    typed = Typed(frozenset(request.form.getlist("reasons")), request.form.get("note", ""))
    asked = Reject(**asked_of(registration), reasons=tuple(sorted(typed.reasons)), note=typed.note)
    refused = carry_out(asked, typed)
    done = _("报名号 %(number)s：审核不通过，原因已告知考生。", number=row["number"])
    return refused or _to_next(row, _of_others(asked) or done)


@pages.post("/staff/cases/<uuid:registration>/next")
@require_role(Role.REVIEWER, Role.OFFICE)
def pass_on(registration: UUID) -> Answer:
    """下一份: this one keeps its place in the queue."""
    return _to_next(at_my_sites(registration), "")


@pages.post("/staff/cases/<uuid:registration>/<any(form, ticket, receipt):kind>.pdf")
@require_role(Role.REVIEWER, Role.OFFICE)
def paper(registration: UUID, kind: str) -> Answer:
    """A paper of the candidate as staff open and print it, recorded first; by POST, for it opens private details."""
    row = at_my_sites(registration)
    if row["account"] == account().id:
        raise Forbidden
    container().command_handler.record_access(registration, account().actor, kind)
    headers = {"Content-Disposition": f'inline; filename="ncre-{kind}-{row["number"]}.pdf"'}
    return Response(_drawn(row, kind), mimetype="application/pdf", headers=headers)


def _drawn(row: Row, kind: str) -> bytes:
    """A paper of a case as it stands. Raises Refusal where there is none to print."""
    papers = container().documents
    if kind == "receipt":
        return papers.receipt(row["id"]).pdf
    draw = papers.form_then if kind == "form" else papers.ticket_then
    return draw(row["id"], Version(row["version"]), False).pdf


@pages.post("/staff/cases/<uuid:registration>/confirm")
@require_step(Step.CONFIRM)
def confirm(registration: UUID) -> Answer:
    """现场确认; the desk is ready for the next candidate afterwards."""
    row = at_my_sites(registration)
    asked = Confirm(**asked_of(registration))
    refused = carry_out(asked, Typed())
    if refused is None:
        flash(_of_others(asked) or _("报名号 %(number)s：现场确认完成。", number=row["number"]))
    return refused or redirect(url_for("desk.search"), 303)


@pages.post("/staff/cases/<uuid:registration>/cancel")
@require_step(Step.CANCEL)
def cancel(registration: UUID) -> Answer:
    at_my_sites(registration)
    form = request.form
    typed = Typed(why=form.get("why", ""), money=form.get("money", ""), money_why=form.get("money_why", ""))
    money = PaidFee(typed.money) if typed.money in set(PaidFee) else None
    asked = Cancel(**asked_of(registration), reason=typed.why, money=money, money_reason=typed.money_why)
    refused = carry_out(asked, typed)
    if refused is None:
        flash(_("报名已取消，费用将原路退回。") if money is PaidFee.REFUND else _("报名已取消。"))
    return refused or back_to(registration)


@pages.post("/staff/cases/<uuid:registration>/move")
@require_step(Step.MOVE)
def move(registration: UUID) -> Answer:
    """转到本人另一账号: upon evidence, told to both accounts."""
    at_my_sites(registration)
    typed = Typed(to=request.form.get("to", "").strip(), evidence=request.form.get("evidence", ""))
    transfer = container().transfer
    try:
        transfer.move(
            Move(**asked_of(registration), to=transfer.target(typed.to).id, evidence=typed.evidence),
        )
    except Refusal as refusal:
        place = LONG_TEXT[Step.MOVE] if refusal.code in TEXTS else FIELD_OF.get(refusal.code, "case")
        return case_page(registration, replace(typed, faults={place: refusal_text(refusal)})), int(
            STATUS[refusal.code]
        )
    flash(
        _(
            "报名已转到账号 %(name)s。两个账号的安全记录都已写明，已绑定的邮箱和手机号已收到通知。",
            name=typed.to,
        )
    )
    return back_to(registration)


def _to_next(decided: Row, notice: str) -> Answer:
    """To the case that waits behind this one, else to the oldest, else to the empty queue."""
    if notice:
        flash(notice)
    after = (decided["requested_at"] or container().clock(), decided["id"])
    with container().database.reading() as connection:
        row = review_queue.next_after(connection, decided["round"], account().sites, after, account().id)
    if row is None:
        return redirect(url_for("review.queue"), 303)
    if opened(decided, PURPOSE):
        open_details(row, PURPOSE, "review")
    return redirect(url_for("review.case", registration=row["id"]), 303)


def _of_others(command: Command) -> str:
    """Whose decision it was, where somebody else had decided the same before."""
    before = decided_before(container().command_handler, command)
    if before is None:
        return ""
    return _(
        "这份报名已由 %(who)s 在 %(when)s 作出同样的决定，您这次没有改动任何内容。",
        who=name_of(before.actor),
        when=in_words(before.recorded_at),
    )


def _site_of(mine: list[str]) -> str:
    """The site of the address, "" for all; another's is as good as none."""
    asked = request.args.get("site", "")
    return asked if asked in mine else ""


def _page_number() -> int:
    """The page of the address; beyond what there can be is the last one."""
    typed = request.args.get("page", "1")
    try:
        return integer(typed, least=1, most=MOST_PAGES)
    except OutOfBounds:
        return MOST_PAGES if typed.isdecimal() and typed.strip("0") else 1
