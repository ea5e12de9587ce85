"""Signing in and out. Whoever guesses at an account waits a little longer each time; nobody is ever locked out."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ncre.domain.registration.vocabulary import Role
from ncre.identity.sign_in_delays import Risk, counted_as
from ncre.web.account import captcha
from ncre.web.account.known_browser import device_of, is_known
from ncre.web.account.session_start import complete_sign_in, waiting_words
from ncre.web.shared.auth import Answer, client_network, container, sign_out
from ncre.web.shared.forms import typed_field
from ncre.web.shared.language import gettext as _

pages = Blueprint("sign_in", __name__)


UNSENT: Final = "ncre-unsent"
"""A cookie that the offline desk sets while acts of this device wait to be sent; it says how many, and opens nothing."""

FAILURES: Final = 2
"""From which on an adaptive installation asks for the 验证码."""


@pages.get("/sign-in")
def page() -> str:
    return _form({}, container().sign_in_delays.risk("", client_network()), is_known())


@pages.post("/sign-in")
def sign_in() -> Answer:
    name, password = typed_field("name"), typed_field("password")
    account_service, here = container().account_service, client_network()
    account = account_service.accounts.named(name)
    device = device_of(account)
    who = counted_as(account, name, device)
    risk = container().sign_in_delays.risk(who, here)
    if captcha.another():
        return _form({}, risk, bool(device))
    if risk.wait:
        return _form({"name": waiting_words(risk.wait)}, risk, bool(device)), 429
    faults = captcha.fault("sign-in", _asks(risk, bool(device)), _hard(risk, bool(device)))
    if faults:
        return _form(faults, risk, bool(device)), 422
    known = account_service.proved(name, password, here, device)
    after = container().sign_in_delays.risk(who, here)
    if known is None:
        return _form({"name": _("账号或密码不正确，请检查后再试。")}, after, bool(device)), 422
    if after.wait:  # of many guesses sent at once, those that end after the first failures tell nothing
        return _form({"name": waiting_words(after.wait)}, after, bool(device)), 429
    return complete_sign_in(known, "password", request.args.get("next"))


@pages.post("/sign-out")
def leave() -> Response:
    """Out. A device with acts that were not sent yet is led to its offline desk first, for signing out wipes them.

    `unsent` says what its owner wants: "keep" another's acts on the device, encrypted, or "discard" all.
    """
    unsent = typed_field("unsent")
    staff = g.account is not None and g.account.role is not Role.CANDIDATE
    if staff and UNSENT in request.cookies and unsent not in ("keep", "discard"):
        return redirect(url_for("offline.page", _anchor="unsent"), 303)
    sign_out(keeps_storage=unsent == "keep")
    answer = redirect(url_for("home.front"), 303)
    if unsent == "discard":
        answer.delete_cookie(UNSENT)
    return answer


def _form(faults: dict[str, str], risk: Risk, known: bool) -> str:
    question = captcha.question("sign-in", _asks(risk, known), _hard(risk, known))
    return render_template(
        "account/entry/sign_in.html", faults=faults, question=question, next=request.args.get("next", "")
    )


def _asks(risk: Risk, known: bool) -> bool:
    """Whether the 验证码 is asked here: always, or once somebody failed at this account or very many did anywhere."""
    if container().settings.captcha != "adaptive":
        return True
    return risk.failures >= FAILURES or (not known and (risk.block or risk.service))


def _hard(risk: Risk, known: bool) -> bool:
    """Whether the 验证码 is a harder one: where many from this block of addresses failed, but not in known browsers."""
    return risk.block and not known
