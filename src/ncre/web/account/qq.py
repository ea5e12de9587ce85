"""QQ 登录: to QQ and back. An unknown QQ is linked only when its owner confirms it, never by itself."""

from __future__ import annotations

import logging
from typing import Final

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from werkzeug.exceptions import NotFound

from ncre.clients.identity_provider import (
    Identity,
    ProviderUnavailable,
    SignInFailure,
    SignOnFailed,
    SignOnRefused,
)
from ncre.clients.qq import QQ
from ncre.domain.registration.vocabulary import Role
from ncre.identity.external_identities import LinkedElsewhere
from ncre.web.account.session_start import complete_sign_in
from ncre.web.shared.auth import (
    PENDING_LINK,
    Answer,
    account,
    confirm_again,
    container,
    local_path,
    next_path,
    require_recent_authentication,
    require_role,
)
from ncre.web.shared.forms import typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import lazy_gettext as later

pages = Blueprint("qq", __name__)
log = logging.getLogger("ncre.web")

LINK, SIGN_IN = "link", "sign-in"

LONGEST_NEXT: Final = 120
"""Characters of the page to go on to: it stands once more in the address of the page that confirms."""

REFUSED: Final = {
    SignInFailure.STATE: later("这次 QQ 登录不是从本页面开始的，或已过期。请重新开始。"),
    SignInFailure.DENIED: later("QQ 没有同意登录，您可以重试或用账号密码登录。"),
}


@pages.get("/qq")
def start() -> Answer:
    """To QQ, to sign in."""
    return _away(SIGN_IN, next_path(LONGEST_NEXT))


@pages.get("/qq/link")
@require_role(Role.CANDIDATE)
@require_recent_authentication
def start_link() -> Answer:
    """To QQ, to link it to the account that is signed in."""
    return _away(LINK, next_path(LONGEST_NEXT))


@pages.get("/qq/back")
def back() -> Answer:
    """From QQ. What it says counts once, for the browser that began and for what it began."""
    begun = container().single_sign_on.take_begun(session.pop("qq", ""))
    if begun is None:
        return _failed(SignOnRefused(SignInFailure.STATE))
    try:
        identity = _qq().finish(begun["state"], request.args)
    except SignOnFailed as failed:
        log.info("QQ: %s", failed)
        return _failed(failed)
    if begun["purpose"] == LINK:
        return _linked(identity, begun["account"], begun["next"])
    known = container().single_sign_on.known(identity)
    if known is not None:
        return complete_sign_in(known, "qq", begun["next"])
    session[PENDING_LINK] = container().single_sign_on.keep_pending(identity)
    confirming = url_for("qq.confirm_page", next=begun["next"] or None)
    return render_template("account/entry/qq_unknown.html", name=identity.name, confirming=confirming)


@pages.get("/qq/confirm")
@require_role(Role.CANDIDATE)
@require_recent_authentication
def confirm_page() -> Answer:
    """An account is signed in and a QQ waits: shall they belong together?

    Whoever registered in another browser than the one where QQ was has to show the QQ once more, in this one.
    """
    token = session.get(PENDING_LINK, "")
    identity = container().single_sign_on.pending(token)
    if identity is None and token:
        session.pop(PENDING_LINK, None)
        flash(_("刚才的 QQ 登录已超过时限，还没有绑定。请在这里重新绑定。"))
        return redirect(url_for("passport.home"), 303)
    name = identity.name if identity else ""
    return render_template("account/entry/qq_confirm.html", name=name, next=next_path())


@pages.post("/qq/confirm")
@require_role(Role.CANDIDATE)
@require_recent_authentication
def confirm() -> Answer:
    token = session.pop(PENDING_LINK, "")
    if typed_field("answer") != "yes":
        container().single_sign_on.drop_pending(token)
        return redirect(local_path(next_path()), 303)
    identity = container().single_sign_on.take_pending(token)
    if identity is None:
        return _failed(SignOnRefused(SignInFailure.STATE))
    return _linked(identity, str(account().id), next_path())


@pages.post("/qq/unlink")
@require_role(Role.CANDIDATE)
@require_recent_authentication
def unlink() -> Answer:
    """The password stays as a way in, so that nobody locks themselves out."""
    container().single_sign_on.unlink(account(), "qq")
    confirm_again()
    flash(_("QQ 已解除绑定。"))
    return redirect(url_for("passport.home"), 303)


def _qq() -> QQ:
    qq = container().qq
    if qq is None:
        raise NotFound
    return qq


def _away(purpose: str, target: str = "") -> Answer:
    begun = _qq().begin()
    about = {
        "state": begun.state,
        "purpose": purpose,
        "account": str(account().id) if purpose == LINK else "",
        "next": target,
    }
    session["qq"] = container().single_sign_on.keep_begun(about)
    return redirect(begun.address)


def _linked(identity: Identity, owner: str, target: str) -> Answer:
    """Only for the account that asked for it, and only where the QQ is nobody else's."""
    if _signed_in() != owner:
        return _failed(SignOnRefused(SignInFailure.STATE))
    try:
        container().single_sign_on.link(account(), identity)
    except LinkedElsewhere:
        return render_template(
            "account/entry/sign_on_failed.html", said=_("这个 QQ 已绑定另一个账号。请先用那个账号解除绑定。")
        ), 409
    confirm_again()
    flash(_("QQ 已绑定，以后可以用 QQ 登录。"))
    return redirect(local_path(target) if target else url_for("passport.home"), 303)


def _signed_in() -> str:
    return str(g.account.id) if g.account is not None else ""


def _failed(failed: SignOnFailed) -> Answer:
    if isinstance(failed, ProviderUnavailable):
        said = _("QQ 暂时没有回应，请稍后再试，或用账号密码登录。")
        return render_template("account/entry/sign_on_failed.html", said=said), 503
    why = failed.why if isinstance(failed, SignOnRefused) else SignInFailure.IDENTITY
    said = str(REFUSED.get(why, later("QQ 登录没有成功，请重试或用账号密码登录。")))
    return render_template("account/entry/sign_on_failed.html", said=said), 403
