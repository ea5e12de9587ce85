"""The counter of a site: cash taken and handed back on a case, and what each clerk took on a day."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.payment.settlement import fen_typed, yuan
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.vocabulary import Role
from ncre.events import bounds
from ncre.projections.payment.sentences import why_unusable
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import trimmed_field, typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language
from ncre.web.shared.registration_view import at_my_sites, case_request
from ncre.web.shared.rounds import names_of_sites
from ncre.web.staff.case_drafts import CASH
from ncre.web.staff.case_forms import back_to, with_faults
from ncre.web.staff.return_link import came_from
from ncre.web.staff.second_look import blind

pages = Blueprint("cash", __name__)

AT_COUNTER: Final = {
    RefusalCode.RECEIPT_MISSING: "receipt",
    RefusalCode.RECEIPT_OF_A_TICKET: "receipt",
    RefusalCode.RECEIPT_USED: "receipt",
    RefusalCode.WRONG_AMOUNT: "amount",
    RefusalCode.AMOUNT_UNREADABLE: "amount",
}


"""Refusals that belong to a field of the counter's form; the others stand above the case."""


@pages.get("/staff/takings")
@require_role(Role.REVIEWER, Role.OFFICE)
def day() -> Answer:
    """当日现金: what each clerk took and handed back, to be compared with the drawer and the receipts."""
    chosen, faults = container().clock().astimezone(EXAM_TIME).date(), {}
    try:
        typed = request.args.get("day", "")
        chosen = bounds.day(typed) if typed else chosen
    except bounds.OutOfBounds:
        faults = {"day": _("请填写 2000 年至 2099 年的日期，例如 2027-03-01。")}
    sites = account().sites
    drawers = container().revenue_report.drawers(chosen, None if sites == EVERY_SITE else sites)
    page = render_template(
        "office/takings.html", day=chosen, drawers=drawers, names=names_of_sites(), faults=faults
    )
    return (page, 422) if faults else page


@pages.post("/staff/cases/<uuid:registration>/counter")
@require_role(Role.REVIEWER, Role.OFFICE)
@blind
@CASH.sent
def counter(registration: UUID) -> Answer:
    """现场缴费: money that was taken at the counter, under the number of its receipt."""
    row = at_my_sites(registration)
    receipt, amount = trimmed_field("receipt"), typed_field("amount")
    try:
        asked, taken = case_request(registration), fen_typed(amount)
        back = container().registrations.take_counter_payment(asked, receipt, taken)
    except Refusal as refusal:
        faults = {AT_COUNTER.get(refusal.code, "case"): refusal_text(refusal)}
        return with_faults(registration, faults, receipt=receipt, amount=amount), int(STATUS[refusal.code])
    if back:
        flash(
            _(
                "这笔 %(amount)s 元用不上（%(why)s）。请当场退还给考生，然后点击“已在现场退还”。",
                amount=yuan(taken),
                why=why_unusable(back).say(language()),
            ),
            "warn",
        )
    else:
        flash(_("报名号 %(number)s：现场缴费已登记。", number=row["number"]))
        if came_from("desk.search"):
            return redirect(url_for("desk.search"), 303)
    return back_to(registration)


@pages.post("/staff/cases/<uuid:registration>/handed-back")
@require_role(Role.REVIEWER, Role.OFFICE)
@blind
def handed_back(registration: UUID) -> Answer:
    """Cash that could not be used was handed back at the counter of the site."""
    at_my_sites(registration)
    try:
        container().registrations.hand_back_counter_payment(case_request(registration), typed_field("trade"))
    except Refusal as refusal:
        return with_faults(registration, {"case": refusal_text(refusal)}), int(STATUS[refusal.code])
    flash(_("退款已登记。"))
    return back_to(registration)
