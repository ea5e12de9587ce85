"""缴费: everything checked once more, then to the payment channel and back. The channel's word counts."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import segno
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from ncre.domain.lifecycle import Role
from ncre.domain.orders import OrderState
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.gateways.channel import ChannelRefused, ChannelSilent, Device, State
from ncre.projections import refunds
from ncre.web.access_log import refuse
from ncre.web.asking import fresh_id, require_asked, seen_of
from ncre.web.cases import Case, own_case
from ncre.web.hosts import absolute
from ncre.web.person import shown
from ncre.web.safeguards import signed_by_machine
from ncre.web.tasks import Task, task_list, time_left
from ncre.web.who import Answer, house, need

pages = Blueprint("payment", __name__)

CHECKED: Final = ("name", "document_type", "document_number")
"""What the manual wants checked again before paying (point 9), with the photo and the subjects."""


@pages.get("/registrations/<uuid:registration>/pay")
@need(Role.CANDIDATE)
def form(registration: UUID) -> Answer:
    return _page(own_case(registration))


@pages.post("/registrations/<uuid:registration>/pay")
@need(Role.CANDIDATE)
def pay(registration: UUID) -> Answer:
    """Open the order; a second click finds it again. It is recorded before anybody leaves for the channel."""
    case = own_case(registration)
    require_asked()
    seen_of(case.version)
    ways = house().paying.ways(case.row)
    order = house().paying.open(case.id, request.form.get("channel") or (ways[0] if ways else ""))
    if not order.amount:
        return redirect(url_for("payment.paid", registration=case.id), 303)
    return redirect(url_for("payment.leave", registration=case.id, order=order.number), 303)


@pages.get("/registrations/<uuid:registration>/pay/<order>")
@need(Role.CANDIDATE)
def leave(registration: UUID, order: str) -> Answer:
    """正在跳转: a page of ours that leads on to the channel's, or shows its QR code.

    A page of its own, for the content-security policy lets no form be sent to another origin.
    """
    case = own_case(registration)
    row = house().paying.found(order)
    if row is None or row["registration"] != case.id:
        refuse("not-yours")
        raise NotFound
    if row["state"] == OrderState.PAID:
        return redirect(url_for("payment.paid", registration=case.id), 303)
    back = absolute("payment.paid", registration=case.id)
    try:
        checkout = house().paying.checkout(order, _device(), back, request.remote_addr or "127.0.0.1")
    except ChannelSilent:
        return _page(case, _("支付平台暂时没有回应，没有扣款。请过几分钟再点击“支付”。")), 503
    except ChannelRefused:
        return redirect(url_for("payment.paid", registration=case.id), 303)
    return render_template(
        "leave.html",
        case=case,
        entries=task_list(case, house().clock()),
        here=Task.PAYMENT,
        order=row,
        address=checkout.address,
        picture=_qr(checkout.code),
        left=time_left(row["expires"], house().clock()),
    )


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


@pages.get("/registrations/<uuid:registration>/receipt.pdf")
@need(Role.CANDIDATE)
def receipt(registration: UUID) -> Answer:
    """缴费凭证: what was paid, for whom and when."""
    case = own_case(registration)
    pdf = house().papers.receipt(case.id).pdf
    named = {"Content-Disposition": f'inline; filename="NCRE-{case.row["number"]}-receipt.pdf"'}
    return Response(pdf, mimetype="application/pdf", headers=named)


@pages.post("/notices/<channel>")
@signed_by_machine
def notice(channel: str) -> Answer:
    """A channel tells us something. The answer goes out after the commit; no session, no cookie."""
    if channel not in house().money.channels:
        raise NotFound
    status, kind, text = house().money.hear(channel, dict(request.headers), request.get_data())
    return Response(text, status, content_type=kind)


def _device() -> Device:
    return Device.PHONE if "Mobi" in request.user_agent.string else Device.DESKTOP


def _qr(code: str) -> Markup:
    """The code as a drawing to scan from another device; "" without one."""
    if not code:
        return Markup("")
    drawn = segno.make(code, error="m").svg_inline(
        scale=6, border=4, dark="#000", light="#fff", omitsize=True
    )
    return Markup(drawn)  # noqa: S704 -- a drawing of squares, made here


def _ask(case: Case) -> str:
    """Ask the channel where nothing has settled the case yet; what to tell the reader, or ""."""
    if case.row["payment"]:
        return ""
    try:
        asked = house().paying.ask(case.id)
    except ChannelSilent:
        return _("支付平台暂时没有回应，付款结果还不清楚。如已付款，请不要重复支付，过几分钟再更新支付信息。")
    if asked.wait:
        wait = asked.wait
        return _("刚刚向支付平台查询过，请 %(seconds)s 秒后再点击“我已支付，更新支付信息”。", seconds=wait)
    return _said(asked.state)


def _said(state: State | None) -> str:
    """What the channel answered, in words."""
    match state:
        case State.PAID:
            return ""
        case State.CLOSED:
            return _("支付平台回答：这笔订单已关闭，没有收款。如要支付，请点击“重新支付”。")
        case State.WAITING:
            return _("支付平台回答：订单已打开，还没有付款。如刚刚付款，请稍等片刻再更新支付信息。")
        case State.UNKNOWN:
            return _("支付平台回答：还没有收到这笔款项。如刚刚付款，请稍等片刻再更新支付信息。")
        case None:
            return _("您还没有打开过支付订单。")


def _can_pay(case: Case) -> bool:
    """Whether paying is possible at this hour."""
    expires = case.row["pay_by"] or case.round.plan.windows.payment.closes
    return case.payable and case.row["order_version"] is not None and house().clock() <= expires


def _page(case: Case, fault: str = "") -> str:
    if not _can_pay(case):
        raise Refusal(RefusalCode.NO_PAYMENT_DUE)
    now = house().clock()
    expires = case.row["pay_by"] or case.round.plan.windows.payment.closes
    details = house().people.details(case.id, case.row["details_version"])
    return render_template(
        "pay.html",
        case=case,
        command_id=fresh_id(),
        entries=task_list(case, now),
        here=Task.PAYMENT,
        shown=[(one, text) for one, text in shown(details) if one.name in CHECKED],
        expires=expires,
        left=time_left(expires, now),
        ways=house().paying.ways(case.row),
        fault=fault,
    )
