"""Signing in and out. Whoever fails waits a little longer each time; nobody is ever locked out."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from ncre.passport.accounts import Account
from ncre.web import human
from ncre.web.entering import enter
from ncre.web.who import Answer, house, place, sign_out

pages = Blueprint("signin", __name__)


FAILURES: Final = 2
"""From which on an adaptive installation asks for the 验证码."""

YEAR: Final = 365 * 24 * 3600


@pages.get("/sign-in")
def page() -> str:
    return _form({}, "")


@pages.post("/sign-in")
def sign_in() -> Answer:
    name, password = request.form.get("name", ""), request.form.get("password", "")
    throttle, here = house().throttle, place()
    wait = throttle.wait(name, here, _known(name))
    if wait:
        return _form({"name": _("尝试次数过多，请 %(seconds)s 秒后再试。", seconds=wait)}, name), 429
    faults = human.fault("sign-in", _asks(name))
    if faults:
        return _form(faults, name), 422
    known = house().passports.proved(name, password, here)
    if known is None:
        return _form({"name": _("账号或密码不正确，请检查后再试。")}, name), 422
    throttle.succeeded(name)
    answer = enter(known, "password", request.args.get("next"))
    _remember(answer, known)
    return answer


@pages.post("/sign-out")
def leave() -> Response:
    sign_out()
    return redirect(url_for("front.front"), 303)


def _form(faults: dict[str, str], name: str) -> str:
    question = human.question("sign-in", _asks(name))
    return render_template("signin.html", faults=faults, question=question, next=request.args.get("next", ""))


def _asks(name: str) -> bool:
    """Whether the 验证码 is asked here: always, or once somebody failed at this name."""
    if house().settings.captcha == "adaptive":
        return house().throttle.failures(name) >= FAILURES
    return True


def _known(name: str) -> bool:
    """Whether this browser signed in to the account of this name before."""
    try:
        said = _signer().loads(request.cookies.get(_known_cookie(), ""))
    except BadSignature:
        return False
    account = house().accounts.named(name)
    return account is not None and said == str(account.id)


def _remember(answer: Response, account: Account) -> None:
    answer.set_cookie(
        _known_cookie(),
        _signer().dumps(str(account.id)),
        max_age=YEAR,
        secure=house().settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def _known_cookie() -> str:
    """It says who signed in from this browser before: strangers' failures do not delay them."""
    return "__Host-ncre-known" if house().settings.secure_cookies else "ncre-known"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="known-browser")
