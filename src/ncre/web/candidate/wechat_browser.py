"""WeChat's own browser: it opens neither Alipay nor WeChat's H5 page and keeps no download.

Where the merchant has it, one pays inside by JSAPI, which wants to know the payer's openid first. Otherwise
the page says so and gives the address to copy into the phone's browser.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from secrets import compare_digest, token_urlsafe
from typing import Final
from uuid import UUID

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, session, url_for
from werkzeug.exceptions import NotFound

from ncre.clients.payment_channel import ChannelUnavailable, Device, KnowsPayers
from ncre.domain.registration.vocabulary import Role
from ncre.web.shared.auth import Answer, container, require_role
from ncre.web.shared.hosts import absolute
from ncre.web.shared.language import gettext as _
from ncre.web.shared.registration_view import own_case

log = logging.getLogger("ncre.web")

pages = Blueprint("wechat", __name__)

OPENID: Final = "openid"
BEGUN: Final = "wechat"
DOWNLOADS: Final = ("application/pdf", "application/zip", "application/vnd.openxmlformats", "text/csv")


def install(site: Flask) -> None:
    site.after_request(_no_download)


def device_of_payer() -> Device:
    browser = request.user_agent.string
    if "MicroMessenger" in browser:
        return Device.WECHAT
    return Device.PHONE if "Mobi" in browser else Device.DESKTOP


def to_identify(registration: UUID) -> Answer | None:
    """The way on to where WeChat says who pays, for its own browser; None where that is known or of no use.

    Before the form and not after it: the content-security policy lets no form lead to another origin.
    """
    if device_of_payer() is not Device.WECHAT or session.get(OPENID) or "asked" in request.args:
        return None
    for name, way in container().payments.channels.items():
        if way.inside_wechat and isinstance(way, KnowsPayers):
            return redirect(url_for("wechat.identify", registration=registration, channel=name), 303)
    return None


def dies_in_wechat(channel: str) -> bool:
    """Whether the payer is in WeChat's browser and the channel does not work there."""
    if device_of_payer() is not Device.WECHAT or channel not in container().payments.channels:
        return False
    way = container().payments.channels[channel]
    return not way.inside_wechat or (isinstance(way, KnowsPayers) and not session.get(OPENID))


def elsewhere(address: str) -> str:
    return render_template("account/entry/elsewhere.html", address=address)


@pages.get("/registrations/<uuid:registration>/pay/wechat/<channel>")
@require_role(Role.CANDIDATE)
def identify(registration: UUID, channel: str) -> Answer:
    """To WeChat and back, without a question to the payer: it says as whom they pay."""
    case, way = own_case(registration), container().payments.channels.get(channel)
    if not isinstance(way, KnowsPayers):
        raise NotFound
    state = token_urlsafe(24)
    session[BEGUN] = {"state": state, "registration": str(case.id), "channel": channel}
    return redirect(way.identify_at(absolute("wechat.identified"), state), 303)


@pages.get("/pay/wechat/back")
@require_role(Role.CANDIDATE)
def identified() -> Answer:
    """From WeChat. It counts once, for the browser that began."""
    begun = session.pop(BEGUN, None)
    if not begun or not compare_digest(begun["state"].encode(), request.args.get("state", "").encode()):
        raise NotFound
    case, way = own_case(UUID(begun["registration"])), container().payments.channels.get(begun["channel"])
    if not isinstance(way, KnowsPayers):
        raise NotFound
    try:
        session[OPENID] = way.openid_of(request.args.get("code", ""))
    except ChannelUnavailable as silent:
        log.warning("WeChat does not say who pays: %s", silent)
        flash(_("微信暂时没有回应，没有扣款。请过几分钟再点击“支付”。"))
    return redirect(url_for("payment.form", registration=case.id, asked=1), 303)


def _no_download(response: Response) -> Response:
    """A file dies in WeChat's browser without a word; a page with its address takes its place."""
    asks = request.method == "GET" and "MicroMessenger" in request.user_agent.string
    if (
        not asks
        or response.status_code != HTTPStatus.OK
        or not (response.mimetype or "").startswith(DOWNLOADS)
    ):
        return response
    page = Response(elsewhere(request.url), content_type="text/html; charset=utf-8")
    page.headers["Cache-Control"] = "no-store"
    return page
