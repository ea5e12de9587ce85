"""缴费: everything checked once more, then to the payment channel and back. The channel's word counts."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, render_template, session, url_for
from flask_babel import gettext as _

from ncre.domain.lifecycle import Role
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.gateways.payment import ChannelSilent
from ncre.projections import refunds
from ncre.web.cases import Case, own_case
from ncre.web.details import shown
from ncre.web.tasks import Task, task_list, time_left
from ncre.web.who import Answer, house, need

pages = Blueprint("payment", __name__)

CHECKED: Final = ("name", "document_type", "document_number")
"""What the manual wants checked again before paying (point 9), with the photo and the subjects."""

BETWEEN_QUESTIONS: Final = 10
"""Seconds between two questions to the channel about one registration."""


@pages.get("/registrations/<uuid:registration>/pay")
@need(Role.CANDIDATE)
def form(registration: UUID) -> Answer:
    return _page(own_case(registration), "")


@pages.post("/registrations/<uuid:registration>/pay")
@need(Role.CANDIDATE)
def pay(registration: UUID) -> Answer:
    """Open the order (a second click finds it again) and go to the channel's page."""
    case = own_case(registration)
    try:
        return redirect(house().money.pay(case.id), 303)
    except ChannelSilent:
        return _page(case, _("支付平台暂时没有回应，没有扣款。请过几分钟再点击“支付”。")), 503


@pages.get("/registrations/<uuid:registration>/paid")
@need(Role.CANDIDATE)
def paid(registration: UUID) -> Answer:
    """Back from the channel. The address proves nothing: what the channel answers is what is shown."""
    answered = _ask(own_case(registration))
    case = own_case(registration)
    with house().database.reading() as connection:
        owed = refunds.of_registration(connection, registration)
    return render_template(
        "paid.html",
        case=case,
        entries=task_list(case, house().clock()),
        here=Task.PAYMENT,
        answered=answered,
        owed=owed,
        can_pay=_can_pay(case),
    )


@pages.post("/registrations/<uuid:registration>/ask")
@need(Role.CANDIDATE)
def ask(registration: UUID) -> Answer:
    """我已支付，更新支付信息: the return page asks the channel."""
    return redirect(url_for("payment.paid", registration=own_case(registration).id), 303)


def _ask(case: Case) -> str:
    """Ask the channel where nothing has settled the case yet; what to tell the reader, or ""."""
    if case.row["payment"]:
        return ""
    wait = _seconds_to_wait(case.id)
    if wait:
        return _("刚刚向支付平台查询过，请 %(seconds)s 秒后再点击“我已支付，更新支付信息”。", seconds=wait)
    try:
        found = house().money.ask(case.id)
    except ChannelSilent:
        return _("支付平台暂时没有回应，付款结果还不清楚。如已付款，请不要重复支付，过几分钟再更新支付信息。")
    return "" if found else _("支付平台还没有收到这笔款项。如刚刚付款，请稍等片刻再更新支付信息。")


def _seconds_to_wait(registration: UUID) -> int:
    """0 when a question may be asked now, and then it is noted; kept in the session of the asker."""
    now = int(house().clock().timestamp())
    about, asked = session.get("asked", ("", 0))
    if about == str(registration) and 0 <= now - asked < BETWEEN_QUESTIONS:
        return int(BETWEEN_QUESTIONS - (now - asked))
    session["asked"] = (str(registration), now)
    return 0


def _can_pay(case: Case) -> bool:
    """Whether paying is possible at this hour."""
    expires = case.row["pay_by"] or case.round.plan.windows.payment.closes
    return case.payable and case.row["order_version"] is not None and house().clock() <= expires


def _page(case: Case, fault: str) -> str:
    if not _can_pay(case):
        raise Refusal(RefusalCode.NO_PAYMENT_DUE)
    now = house().clock()
    expires = case.row["pay_by"] or case.round.plan.windows.payment.closes
    details = house().people.details(case.id, case.row["details_version"])
    return render_template(
        "pay.html",
        case=case,
        entries=task_list(case, now),
        here=Task.PAYMENT,
        shown=[(one, text) for one, text in shown(details) if one.name in CHECKED],
        expires=expires,
        left=time_left(expires, now),
        fault=fault,
    )
