"""统一身份登录 of staff: to the office's own provider (OpenID Connect) and back, with the role its claims give."""

from __future__ import annotations

import logging
from dataclasses import asdict

from flask import Blueprint, g, redirect, render_template, request, session
from werkzeug.exceptions import NotFound

from ncre.clients.identity_provider import ProviderUnavailable, SignInFailure, SignOnFailed, SignOnRefused
from ncre.clients.openid import BegunSignOn
from ncre.domain.registration.vocabulary import Role
from ncre.identity.accounts import Account
from ncre.services.accounts.single_sign_on import Provider
from ncre.web.account.session_start import complete_sign_in, start_session
from ncre.web.shared.auth import (
    Answer,
    account,
    confirm_again,
    container,
    local_path,
    next_path,
    require_role,
)
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import lazy_gettext as later

pages = Blueprint("single_sign_on", __name__)
log = logging.getLogger("ncre.web")

REFUSED = {
    SignInFailure.STATE: later("这次登录不是从本页面开始的，或已过期。请重新开始。"),
    SignInFailure.DENIED: later("统一身份登录没有同意。请重试，或联系考务办公室。"),
    SignInFailure.STALE: later(
        "统一身份登录没有重新确认您的身份。请重试，并在那里重新登录；仍不行时请联系考务办公室。"
    ),
    SignInFailure.NO_ROLE: later("您在统一身份登录中没有本系统的权限。如有需要，请联系考务办公室。"),
}


@pages.get("/sso/<name>")
def start(name: str) -> Answer:
    provider = _provider(name)
    return _away(provider)


@pages.get("/sso/<name>/again")
@require_role(*Role.__members__.values())
def start_again(name: str) -> Answer:
    """To the provider, to prove anew who is signed in here: for whoever has no password with us."""
    return _away(_provider(name), str(account().id))


@pages.get("/sso/<name>/back")
def back(name: str) -> Answer:
    """What the provider says counts once, for the browser that began."""
    provider = _provider(name)
    begun = container().single_sign_on.take_begun(session.pop("sso", ""))
    if begun is None or begun.pop("provider") != name:
        return _failed(SignOnRefused(SignInFailure.STATE))
    target, owner = begun.pop("next"), begun.pop("account")
    try:
        staff = provider.sign_on.finish(BegunSignOn(**begun), request.args)
    except SignOnFailed as failed:
        log.info("single sign-on %s: %s", name, failed)
        return _failed(failed)
    known = container().single_sign_on.account_of(provider, staff)
    if known is None:
        return _failed(SignOnRefused(SignInFailure.NO_ROLE))
    if owner:
        return _proved_again(known, owner, target)
    if staff.second_factor:
        start_session(known, "sso")
        return redirect(local_path(target), 303)
    return complete_sign_in(known, "sso", target)


def _proved_again(known: Account, owner: str, target: str) -> Answer:
    """Whoever is signed in here is who just proved it there, and nobody else."""
    if g.account is None or owner != str(g.account.id) or known.id != g.account.id:
        return _failed(SignOnRefused(SignInFailure.STATE))
    confirm_again()
    return redirect(local_path(target), 303)


def _away(provider: Provider, owner: str = "") -> Answer:
    """`owner`: the account of whoever proves anew who they are."""
    try:
        begun = provider.sign_on.begin(again=bool(owner))
    except SignOnFailed as failed:
        return _failed(failed)
    about = {"provider": provider.name, "next": next_path(), "account": owner, **asdict(begun)}
    session["sso"] = container().single_sign_on.keep_begun(about)
    return redirect(begun.address)


def _provider(name: str) -> Provider:
    found = next((one for one in container().providers if one.name == name), None)
    if found is None:
        raise NotFound
    return found


def _failed(failed: SignOnFailed) -> Answer:
    if isinstance(failed, ProviderUnavailable):
        return render_template(
            "account/entry/sign_on_failed.html",
            title=_("统一身份登录"),
            said=_("统一身份登录暂时没有回应，请稍后再试。"),
        ), 503
    why = failed.why if isinstance(failed, SignOnRefused) else SignInFailure.IDENTITY
    said = str(REFUSED.get(why, later("统一身份登录没有成功，请重试，或联系考务办公室。")))
    return render_template("account/entry/sign_on_failed.html", title=_("统一身份登录"), said=said), 403
