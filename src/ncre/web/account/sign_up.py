"""用户注册 and 找回密码: by a mailed link or a code, which prove the address; the same answer whoever asks."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from ncre.identity.account_refusals import NameTaken, PasswordRefused
from ncre.identity.accounts import Account
from ncre.identity.passwords import LEAST, Weakness
from ncre.identity.proofs import Purpose
from ncre.web.account import captcha
from ncre.web.account.sending import address, sent
from ncre.web.account.session_start import complete_sign_in
from ncre.web.shared.auth import PENDING_LINK, Answer, client_network, container, next_path
from ncre.web.shared.forms import code_field, typed_field
from ncre.web.shared.hosts import absolute
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import lazy_gettext as later

pages = Blueprint("sign_up", __name__)

WEAKNESSES = {
    Weakness.SHORT: later("密码至少 %(least)s 个字符。"),
    Weakness.LONG: later("密码太长，请不要超过 1024 个字符。"),
    Weakness.COMMON: later("这个密码太常见，很容易被猜到，请换一个。"),
    Weakness.OWN: later("密码不能由账号、邮箱或手机号组成，请换一个。"),
}


@pages.before_request
def only_where_passports_are_ours() -> None:
    """Where the passport is elsewhere nobody registers or recovers a password here."""
    if container().settings.passport == "elsewhere":
        raise NotFound


@pages.get("/register")
def register_page() -> str:
    by_phone = request.args.get("by") == "phone" and container().mailer.reaches_phones
    return _register_form({}, "phone" if by_phone else "email")


@pages.post("/register")
def register() -> Answer:
    """Send a link or a code to the address; what is said is the same whether it has an account or not."""
    if typed_field("by") == "phone" and container().mailer.reaches_phones:
        return _register_by_phone()
    if captcha.another():
        return _register_form({}, "email")
    email, wrong = address("email", typed_field("email"))
    faults = captcha.fault("register") | ({"email": wrong} if wrong else {})
    if faults:
        return _register_form(faults, "email"), 422
    account_service, sign_in = container().account_service, _sign_in_address()
    _keep_pending()
    fault, status = sent(
        lambda: account_service.ask_to_join(email, _address("sign_up.finish_page"), sign_in, next_path()),
        "email",
        email,
    )
    if fault:
        return _register_form(fault, "email"), status
    return render_template("account/entry/sent.html", to=email, purpose="join", next=next_path())


@pages.get("/register/<token>")
def finish_page(token: str) -> Answer:
    return _finishing(token, Purpose.JOIN, {})


@pages.post("/register/<token>")
def finish(token: str) -> Answer:
    """The proved address and a password make the account, and its owner is signed in."""
    return _set(token, Purpose.JOIN, lambda password: container().account_service.join(token, password))


@pages.get("/register/code")
def code_page() -> Answer:
    if "joining" not in session:
        return redirect(url_for("sign_up.register_page", by="phone"))
    return _code_form({})


@pages.post("/register/code")
def code() -> Answer:
    token, given = session.get("joining", ""), code_field("code")
    onward = _onward(token, Purpose.JOIN)
    faults = _password_faults()
    if not given:
        faults["code"] = _("请填写短信中的 6 位验证码。")
    if not faults:
        try:
            account = container().account_service.join(token, typed_field("password"), given)
            if account is not None:
                container().sending_limits.proved(client_network())
                return complete_sign_in(account, "phone", onward)
            faults["code"] = _("验证码不正确或已过期。请核对，或返回重新获取。")
        except PasswordRefused as refused:
            faults["password"] = weak(refused)
        except NameTaken:
            faults["code"] = _("这个手机号已有账号，请直接登录。")
    return _code_form(faults), 422


@pages.get("/recover")
def recover_page() -> str:
    return _recover_form({})


@pages.post("/recover")
def recover() -> Answer:
    if captcha.another():
        return _recover_form({})
    email, wrong = address("email", typed_field("email"))
    faults = captcha.fault("recover") | ({"email": wrong} if wrong else {})
    if faults:
        return _recover_form(faults), 422
    _keep_pending()
    fault, status = sent(
        lambda: container().account_service.ask_to_recover(
            email, _address("sign_up.reset_page"), next_path()
        ),
        "email",
        email,
    )
    if fault:
        return _recover_form(fault), status
    return render_template("account/entry/sent.html", to=email, purpose="recover", next=next_path())


@pages.get("/recover/<token>")
def reset_page(token: str) -> Answer:
    return _finishing(token, Purpose.RECOVER, {})


@pages.post("/recover/<token>")
def reset(token: str) -> Answer:
    """A new password; every session of the account has ended, and a new one begins here."""
    return _set(token, Purpose.RECOVER, lambda password: container().account_service.recover(token, password))


@pages.after_request
def keep_tokens(response: Response) -> Response:
    """The address of such a page opens an account: it goes to no other page."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def weak(refused: PasswordRefused) -> str:
    """Why a password is refused, in words."""
    return str(WEAKNESSES[refused.weakness]) % {"least": LEAST}


def _register_form(faults: dict[str, str], by: str) -> str:
    return render_template(
        "account/entry/register.html",
        faults=faults,
        by=by,
        question=captcha.question("register"),
        next=next_path(),
    )


def _recover_form(faults: dict[str, str]) -> str:
    return render_template(
        "account/entry/recover.html", faults=faults, question=captcha.question("recover"), next=next_path()
    )


def _code_form(faults: dict[str, str]) -> str:
    proof = container().account_service.proofs.look(session.get("joining", ""), Purpose.JOIN)
    return render_template(
        "account/entry/code.html",
        faults=faults,
        least=LEAST,
        to=proof.target if proof else "",
        next=proof.onward if proof else "",
    )


def _register_by_phone() -> Answer:
    if captcha.another():
        return _register_form({}, "phone")
    phone, wrong = address("phone", typed_field("phone"))
    faults = captcha.fault("register") | ({"phone": wrong} if wrong else {})
    if faults:
        return _register_form(faults, "phone"), 422
    token: list[str] = []
    sign_in = _sign_in_address()
    _keep_pending()
    fault, status = sent(
        lambda: token.append(container().account_service.ask_to_join_by_phone(phone, sign_in, next_path())),
        "phone",
        phone,
    )
    if fault:
        return _register_form(fault, "phone"), status
    session["joining"] = token[0]
    return redirect(url_for("sign_up.code_page"), 303)


def _keep_pending() -> None:
    """A sign-on at another provider waits as long as the letter that its owner now waits for."""
    if PENDING_LINK in session:
        container().single_sign_on.prolong_pending(session[PENDING_LINK])


def _sign_in_address() -> str:
    return absolute("sign_in.page", next=next_path() or None)


def _address(endpoint: str) -> Callable[[str], str]:
    return lambda token: absolute(endpoint, token=token)


def _finishing(token: str, purpose: Purpose, faults: dict[str, str]) -> Answer:
    proof = container().account_service.proofs.look(token, purpose)
    if proof is None:
        return render_template("account/entry/link_expired.html", purpose=purpose.value), 410
    page = render_template(
        "account/entry/choose_password.html",
        faults=faults,
        least=LEAST,
        target=proof.target,
        purpose=purpose.value,
    )
    return (page, 422) if faults else page


def _set(token: str, purpose: Purpose, act: Callable[[str], Account | None]) -> Answer:
    faults = _password_faults()
    if faults:
        return _finishing(token, purpose, faults)
    onward = _onward(token, purpose)
    try:
        account = act(typed_field("password"))
    except PasswordRefused as refused:
        return _finishing(token, purpose, {"password": weak(refused)})
    except NameTaken:
        account = None
    if account is None:
        return _finishing("", purpose, {})
    container().sending_limits.proved(client_network())
    return complete_sign_in(account, purpose.value, onward)


def _onward(token: str, purpose: Purpose) -> str:
    """The page that somebody was on the way to when they asked for the letter."""
    proof = container().account_service.proofs.look(token, purpose)
    return proof.onward if proof else ""


def _password_faults() -> dict[str, str]:
    password = typed_field("password")
    if not password:
        return {"password": _("请填写密码。")}
    return {} if password == typed_field("again") else {"again": _("两次输入的密码不一致。")}
