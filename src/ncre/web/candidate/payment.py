"""缴费: everything checked once more, then to the payment channel and back. The channel's word counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any, Final
from uuid import UUID

import segno
from flask import Blueprint, Response, make_response, redirect, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from ncre.clients.payment_channel import ChannelRefused, ChannelUnavailable, Checkout, Device, State
from ncre.domain.payment.orders import OrderState
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.lifecycle import PAID
from ncre.domain.registration.vocabulary import Role, Step
from ncre.projections.rows import OrderRow
from ncre.web.candidate.paper_words import bilingual
from ncre.web.candidate.payment_situation import money_of
from ncre.web.candidate.task_list import Task, task_list, time_left
from ncre.web.candidate.wechat_browser import OPENID, device_of_payer, dies_in_wechat, elsewhere, to_identify
from ncre.web.shared.access_log import refuse
from ncre.web.shared.auth import Answer, container, require_role
from ncre.web.shared.details_form import details_shown
from ncre.web.shared.forms import fresh_id, require_asked, seen, typed_field
from ncre.web.shared.hosts import absolute
from ncre.web.shared.language import gettext as _
from ncre.web.shared.registration_view import Case, own_case
from ncre.web.shared.security_headers import signed_by_machine

pages = Blueprint("payment", __name__)

MASK: Final = 3
"""Of the eight patterns over a code's modules. The token of a link looks random under any; to try all takes most of a page."""

DRAWN: Final[dict[str, Any]] = {"scale": 6, "border": 4, "dark": "#000", "light": "#fff", "omitsize": True}
"""How a code looks, in a page and as a file."""

CHECKED: Final = ("name", "document_type", "document_number")
"""What the manual wants checked again before paying (point 9), with the photo and the subjects."""


@pages.get("/registrations/<uuid:registration>/pay")
@require_role(Role.CANDIDATE)
def form(registration: UUID) -> Answer:
    case = own_case(registration)
    if banned := container().bans.of(case.row):
        raise banned
    return to_identify(case.id) or _page(case)


@pages.post("/registrations/<uuid:registration>/pay")
@require_role(Role.CANDIDATE)
def pay(registration: UUID) -> Answer:
    """Open the order; a second click finds it again. It is recorded before anybody leaves for the channel."""
    case = own_case(registration)
    require_asked()
    ways = container().checkout.ways(case.row)
    channel = typed_field("channel") or (ways[0] if ways else "")
    if dies_in_wechat(channel):
        return _elsewhere(case)
    device = device_of_payer()
    order = container().checkout.open(case.id, channel, device, payer_of(device), seen())
    if not order.amount:
        return redirect(url_for("payment.paid", registration=case.id), 303)
    return redirect(url_for("payment.leave", registration=case.id, order=order.number), 303)


@pages.get("/registrations/<uuid:registration>/pay/<order>")
@require_role(Role.CANDIDATE)
def leave(registration: UUID, order: str) -> Answer:
    """正在跳转: a page of ours that leads on to the channel's, or shows its QR code.

    A page of its own, for the content-security policy lets no form be sent to another origin.
    """
    case = own_case(registration)
    found = order_of(case, order)
    if dies_in_wechat(found["channel"]):
        return _elsewhere(case)
    try:
        out = way_out(
            case,
            found,
            partial(url_for, "payment.leave", registration=case.id),
            url_for("payment.paid", registration=case.id),
            absolute("payment.paid", registration=case.id),
        )
    except NoWayOut as none:
        return redirect(none.address, 303)
    except ChannelUnavailable:
        return _page(case, _("支付平台暂时没有回应，没有扣款。请过几分钟再点击“支付”。")), 503
    row, checkout = out.order, out.checkout
    page = render_template(
        "candidate/leaving.html",
        case=case,
        entries=task_list(case, container().clock()),
        here=Task.PAYMENT,
        order=row,
        address=checkout.address,
        call=checkout.call,
        picture=qr_drawing(checkout.code),
        left=time_left(row["expires"], container().clock()),
    )
    answer = make_response(page)
    if checkout.address:
        answer.headers["Referrer-Policy"] = "origin"  # WeChat's H5 page opens only for the domain it knows
    return answer


@dataclass(frozen=True)
class WayOut:
    """An order that may be paid now, and how one comes to the channel with it."""

    order: OrderRow
    checkout: Checkout


class NoWayOut(Exception):
    """It goes on at another address of ours: it is paid, refused, or has another number for this device."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


def order_of(case: Case, number: str) -> OrderRow:
    """The order of this number, where it is for this registration. Raises NotFound."""
    order = container().checkout.found(number)
    if order is None or order["registration"] != case.id:
        refuse("not-yours")
        raise NotFound
    return order


def way_out(case: Case, order: OrderRow, leave_at: Callable[..., str], paid_at: str, back: str) -> WayOut:
    """How whoever pays comes from us to the channel. Raises NoWayOut, ChannelUnavailable."""
    if order["state"] == OrderState.PAID or case.row["payment"]:
        raise NoWayOut(paid_at)
    device = device_of_payer()
    payer = payer_of(device)
    number = container().checkout.number_for(order, case, device, payer)
    if number != order["number"]:  # another device or network than that which began: it would be refused
        raise NoWayOut(leave_at(order=number))
    try:
        return WayOut(order, container().checkout.checkout_of(order, case, device, back, payer))
    except ChannelRefused:
        raise NoWayOut(paid_at) from None


@pages.get("/registrations/<uuid:registration>/paid")
@require_role(Role.CANDIDATE)
def paid(registration: UUID) -> Answer:
    """Back from the channel. The address proves nothing: what the channel answers is what is shown."""
    case = own_case(registration)
    answered = ""
    if not case.row["payment"]:
        answered = _ask(case)
        case = own_case(registration)
    return render_template(
        "candidate/paid.html",
        case=case,
        entries=task_list(case, container().clock()),
        here=Task.PAYMENT,
        answered=answered,
        money=money_of(case),
        paid=case.status in PAID,
        can_pay=_can_pay(case),
    )


@pages.post("/registrations/<uuid:registration>/ask")
@require_role(Role.CANDIDATE)
def ask(registration: UUID) -> Answer:
    """我已支付，更新支付信息: the return page asks the channel."""
    return redirect(url_for("payment.paid", registration=own_case(registration).id), 303)


@pages.get("/registrations/<uuid:registration>/receipt.pdf")
@require_role(Role.CANDIDATE)
def receipt(registration: UUID) -> Answer:
    """缴费凭证: what was paid, for whom and when."""
    case = own_case(registration)
    pdf = container().documents.receipt(case.id, bilingual()).pdf
    named = {"Content-Disposition": f'inline; filename="NCRE-{case.row["number"]}-receipt.pdf"'}
    return Response(pdf, mimetype="application/pdf", headers=named)


@pages.post("/notices/<channel>")
@signed_by_machine
def notice(channel: str) -> Answer:
    """A channel tells us something. The answer goes out after the commit; no session, no cookie."""
    if channel not in container().payments.channels:
        raise NotFound
    status, kind, text = container().payments.handle_notification(
        channel, dict(request.headers), request.get_data()
    )
    return Response(text, status, content_type=kind)


def _elsewhere(case: Case) -> str:
    return elsewhere(absolute("payment.form", registration=case.id))


def payer_of(device: Device) -> str:
    """As whom the channel knows the payer: by the address of their network, inside WeChat by their openid."""
    if device is Device.WECHAT:
        return str(session.get(OPENID, ""))
    return request.remote_addr or "127.0.0.1"


def qr_drawing(code: str) -> Markup:
    """The code as a drawing to scan from another device; "" without one."""
    drawn = segno.make(code, error="m", mask=MASK).svg_inline(**DRAWN) if code else ""
    return Markup(drawn)  # noqa: S704 -- a drawing of squares, made here


def qr_file(code: str) -> bytes:
    """The same as a file, for a page that shows it only where somebody unfolds it."""
    file = BytesIO()
    segno.make(code, error="m", mask=MASK).save(file, kind="svg", xmldecl=False, **DRAWN)
    return file.getvalue()


def _ask(case: Case) -> str:
    """Ask the channel about a case that nothing has settled yet; what to tell the reader, or ""."""
    try:
        asked = container().checkout.ask(case.id)
    except ChannelUnavailable:
        return _("支付平台暂时没有回应，支付结果还不清楚。如已支付，请不要重复支付，过几分钟再更新支付信息。")
    if asked.wait:
        wait = asked.wait
        again = _("刚刚向支付平台查询过，请 %(seconds)s 秒后再点击“我已支付，更新支付信息”。", seconds=wait)
        return f"{_said(asked.state)} {again}".strip() if asked.state else again
    return _said(asked.state)


def _said(state: State | None) -> str:
    """What the channel answered, in words."""
    match state:
        case State.PAID:
            return ""
        case State.CLOSED:
            return _("支付平台回答：这笔订单已关闭，没有收款。如要支付，请点击“重新支付”。")
        case State.WAITING:
            return _("支付平台回答：订单已打开，还没有支付。如刚刚支付，请稍等片刻再更新支付信息。")
        case State.UNKNOWN:
            return _("支付平台回答：还没有收到这笔款项。如刚刚支付，请稍等片刻再更新支付信息。")
        case None:
            return _("您还没有打开过支付订单。")


def _handed_over(case: Case) -> dict[str, object]:
    """The link by which somebody else pays, the file of its code to scan, and the moment it ends."""
    if not case.row["amount"] or not container().checkout.ways(case.row):
        return {"link": ""}
    link = container().payment_links.link_of(case, container().clock())
    address = absolute("payer.page", token=link.token)
    code = url_for("payer.code", token=link.token)
    return {"link": address, "link_code": code, "link_ends": link.expires}


def _can_pay(case: Case) -> bool:
    """Whether paying is possible at this hour."""
    return case.payable_at(container().clock())


def _page(case: Case, fault: str = "") -> str:
    if not _can_pay(case):
        raise Refusal(RefusalCode.NO_PAYMENT_DUE, why=money_of(case)[0])
    now = container().clock()
    expires = case.deadline
    details = container().people.details(case.id, case.row["details_version"])
    return render_template(
        "candidate/pay.html",
        case=case,
        command_id=fresh_id(),
        entries=task_list(case, now),
        here=Task.PAYMENT,
        shown=[(one, text) for one, text in details_shown(details) if one.name in CHECKED],
        expires=expires,
        left=time_left(expires, now),
        ways=container().checkout.ways(case.row),
        **_handed_over(case),
        fault=fault,
        may_mend=Step.AMEND_INFO in case.steps and case.window_fault(Step.AMEND_INFO, now) is None,
    )
