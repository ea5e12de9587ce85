"""代付: whoever has the link sees amount, exam and masked name, and can pay. Nothing else is told or done."""

from __future__ import annotations

from functools import partial
from typing import Final

from flask import Blueprint, Response, redirect, render_template, url_for

from ncre.clients.payment_channel import ChannelUnavailable
from ncre.domain.refusals import Refusal
from ncre.domain.registration.lifecycle import PAID
from ncre.services.payment.payment_links import LinkOver
from ncre.web.candidate.payment import NoWayOut, order_of, payer_of, qr_drawing, qr_file, way_out
from ncre.web.candidate.wechat_browser import device_of_payer, dies_in_wechat, elsewhere
from ncre.web.shared.access_log import refuse
from ncre.web.shared.auth import Answer, container
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import fresh_id, require_asked, seen, typed_field
from ncre.web.shared.hosts import absolute
from ncre.web.shared.language import gettext as _
from ncre.web.shared.registration_view import Case

pages = Blueprint("payer", __name__)

PATH: Final = "/p/<token>"


@pages.errorhandler(LinkOver)
def _over(_error: LinkOver) -> Answer:
    """The same for a link that never was: nobody learns which registrations there are."""
    refuse("payment-link")
    return render_template("payer/over.html"), 404


@pages.after_request
def _private(answer: Response) -> Response:
    """Whoever pays leaves no trace of the link: not in a cache, not in a search engine."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@pages.get(PATH)
def page(token: str) -> Answer:
    return _page(token, container().payment_links.case_of(token))


@pages.get(f"{PATH}/code.svg")
def code(token: str) -> Answer:
    """The address of the link as a code to scan: drawn once somebody unfolds it, which few do."""
    container().payment_links.case_of(token)
    return Response(qr_file(absolute("payer.page", token=token)), content_type="image/svg+xml; charset=utf-8")


@pages.post(PATH)
def pay(token: str) -> Answer:
    """Open the order that the candidate would open; the next step leads to the channel."""
    case = container().payment_links.case_of(token)
    require_asked()
    if not _payable(case):
        return _page(token, case), 409
    if wait := container().sign_in_delays.one_more(f"payment-link:{case.id}"):
        fault = _("这个链接刚刚打开过多次，请 %(seconds)s 秒后再试。没有扣款。", seconds=wait)
        return _page(token, case, fault), 429
    ways = container().checkout.ways(case.row)
    channel = typed_field("channel") or (ways[0] if ways else "")
    if dies_in_wechat(channel):
        return elsewhere(absolute("payer.page", token=token))
    device = device_of_payer()
    try:
        order = container().checkout.open(case.id, channel, device, payer_of(device), seen())
    except Refusal as refusal:
        return _page(token, container().payment_links.case_of(token), refusal_text(refusal)), 409
    return redirect(url_for("payer.leave", token=token, order=order.number), 303)


@pages.get(f"{PATH}/<order>")
def leave(token: str, order: str) -> Answer:
    """To the channel, or its QR code."""
    case = container().payment_links.case_of(token)
    try:
        out = way_out(
            case,
            order_of(case, order),
            partial(url_for, "payer.leave", token=token),
            url_for("payer.paid", token=token),
            absolute("payer.paid", token=token),
        )
    except NoWayOut as none:
        return redirect(none.address, 303)
    except ChannelUnavailable:
        return _page(token, case, _("支付平台暂时没有回应，没有扣款。请过几分钟再点击“支付”。")), 503
    if dies_in_wechat(out.order["channel"]):
        return elsewhere(absolute("payer.page", token=token))
    shown = render_template(
        "payer/leaving.html", token=token, out=out, order=out.order, picture=qr_drawing(out.checkout.code)
    )
    answer = Response(shown)
    if out.checkout.address:
        answer.headers["Referrer-Policy"] = "origin"  # WeChat's H5 page opens only for the domain it knows
    return answer


@pages.get(f"{PATH}/paid")
def paid(token: str) -> Answer:
    """Back from the channel: whether the fee is paid, by the channel's word."""
    case = container().payment_links.case_of(token)
    silent = False
    if not case.row["payment"]:
        try:
            container().checkout.ask(case.id)
        except ChannelUnavailable:
            silent = True
    return _page(
        token,
        container().payment_links.case_of(token),
        _("支付平台暂时没有回应，请过几分钟再看结果。") if silent else "",
        back=True,
    )


def _page(token: str, case: Case, fault: str = "", *, back: bool = False) -> str:
    return render_template(
        "payer/pay.html",
        token=token,
        round=case.round,
        name=case.row["name_masked"] or _("考生"),
        amount=case.row["amount"],
        version=case.version,
        command_id=fresh_id(),
        is_paid=case.status in PAID,
        payable=_payable(case),
        expires=case.deadline,
        ways=container().checkout.ways(case.row) if _payable(case) else [],
        fault=fault,
        back=back,
    )


def _payable(case: Case) -> bool:
    return bool(case.row["amount"]) and case.payable_at(container().clock()) and case.status not in PAID
