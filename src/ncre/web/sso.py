"""单点登录 of staff: to the office's own provider (OpenID Connect) and back, with the role its claims give."""

from __future__ import annotations

import logging
from dataclasses import asdict

from flask import Blueprint, redirect, render_template, request, session
from flask_babel import gettext as _
from flask_babel import lazy_gettext as later
from werkzeug.exceptions import NotFound

from ncre.passport.sign_on import SignOnFailed, SignOnRefused, SignOnSilent, Why
from ncre.passport.single_sign_on import BegunSignOn
from ncre.services.sign_ons import Provider
from ncre.web.entering import admit
from ncre.web.who import Answer, house, local_path, onwards

pages = Blueprint("sso", __name__)
log = logging.getLogger("ncre.web")

REFUSED = {
    Why.STATE: later("这次登录不是从本页面开始的，或已过期。请重新开始。"),
    Why.DENIED: later("单点登录没有同意。请重试，或联系考务办公室。"),
    Why.NO_ROLE: later("您在单点登录中没有本系统的权限。如有需要，请联系考务办公室。"),
}


@pages.get("/sso/<name>")
def start(name: str) -> Answer:
    provider = _provider(name)
    try:
        begun = provider.sign_on.begin()
    except SignOnFailed as failed:
        return _failed(failed)
    session["sso"] = house().sign_ons.keep_begun({"provider": name, "next": onwards(), **asdict(begun)})
    return redirect(begun.address)


@pages.get("/sso/<name>/back")
def back(name: str) -> Answer:
    """What the provider says counts once, for the browser that began."""
    provider = _provider(name)
    begun = house().sign_ons.take_begun(session.pop("sso", ""))
    if begun is None or begun.pop("provider") != name:
        return _failed(SignOnRefused(Why.STATE))
    target = begun.pop("next")
    try:
        staff = provider.sign_on.finish(BegunSignOn(**begun), request.args)
    except SignOnFailed as failed:
        log.info("single sign-on %s: %s", name, failed)
        return _failed(failed)
    account = house().sign_ons.account_of(provider, staff)
    if account is None:
        return _failed(SignOnRefused(Why.NO_ROLE))
    admit(account, "sso")
    return redirect(local_path(target), 303)


def _provider(name: str) -> Provider:
    found = next((one for one in house().providers if one.name == name), None)
    if found is None:
        raise NotFound
    return found


def _failed(failed: SignOnFailed) -> Answer:
    if isinstance(failed, SignOnSilent):
        return render_template(
            "sign_on_failed.html", title=_("单点登录"), said=_("单点登录暂时没有回应，请稍后再试。")
        ), 503
    why = failed.why if isinstance(failed, SignOnRefused) else Why.IDENTITY
    said = str(REFUSED.get(why, later("单点登录没有成功，请重试，或联系考务办公室。")))
    return render_template("sign_on_failed.html", title=_("单点登录"), said=said), 403
