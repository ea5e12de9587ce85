"""Verified addresses of an account: giving a new one, proving it, and undoing a change by the address before."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, session, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from ncre.domain.registration.vocabulary import Role
from ncre.identity.account_refusals import NameTaken
from ncre.services.accounts.contacts import KINDS, PHONE
from ncre.web.account.sending import address, sent
from ncre.web.account.session_start import throttled_attempt, tried_password
from ncre.web.shared.auth import (
    Answer,
    account,
    client_network,
    container,
    current_session,
    require_role,
    this_page,
)
from ncre.web.shared.forms import code_field, typed_field
from ncre.web.shared.hosts import absolute
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language

pages = Blueprint("contacts", __name__)
everybody = require_role(Role.CANDIDATE, Role.REVIEWER, Role.SITE_ADMIN, Role.OFFICE, Role.AUDITOR)


@pages.get("/passport/<any(email, phone):kind>")
@everybody
def page(kind: str) -> Answer:
    _require_reachable(kind)
    return _page(kind, {}) if _proof() or _is_fresh() else _confirm()


@pages.post("/passport/<any(email, phone):kind>")
@everybody
def ask(kind: str) -> Answer:
    """Send a link or a code to the new address; it counts only once proved.

    It asks for the password, or a code of the second factor: an open session alone hands no account over.
    """
    _require_reachable(kind)
    if not _proof() and not _is_fresh():
        return _confirm()
    target, wrong = address(kind, typed_field("target"))
    if wrong:
        return _page(kind, {"target": wrong}), 422
    proved, said, status = _prove_owner()
    if not proved:
        return _page(kind, {_proof(): said}), status
    token: list[str] = []
    faults, status = sent(
        lambda: token.append(container().contacts.ask(account(), target, _prove_address)), "target", target
    )
    if faults:
        return _page(kind, faults), status
    if kind == PHONE:
        session["proving"] = token[0]
        return redirect(url_for("contacts.prove_code_page"), 303)
    return render_template("account/entry/sent.html", to=target, purpose="contact")


@pages.get("/passport/prove/<token>")
@everybody
def prove_page(token: str) -> Answer:
    """A page with a button, for a mail scanner opens links too."""
    target = container().contacts.waiting(account(), token)
    return _proving(token, target, {} if target else {"code": _of_another()})


@pages.post("/passport/prove/<token>")
@everybody
def prove(token: str) -> Answer:
    return _proved(token, "")


@pages.get("/passport/prove-code")
@everybody
def prove_code_page() -> Answer:
    return _proving("", container().contacts.waiting(account(), session.get("proving", "")), {})


@pages.post("/passport/prove-code")
@everybody
def prove_code() -> Answer:
    return _proved(session.get("proving", ""), code_field("code"), coded=True)


@pages.get("/passport/undo/<token>")
def undo_page(token: str) -> Answer:
    """For whoever reads the address before: no sign-in, for somebody else may hold the account by now."""
    change = container().contacts.undoable(token)
    if change is None:
        return render_template("account/undo.html", change=None, faults={}), 410
    return render_template(
        "account/undo.html", change=change, kind=KINDS[change.kind].say(language()), faults={}
    )


@pages.post("/passport/undo/<token>")
def undo(token: str) -> Answer:
    try:
        change = container().contacts.undo(token)
    except NameTaken:
        said = _("这个地址现在属于另一个账号，不能自动恢复。请带证件联系考务办公室。")
        return render_template("account/undo.html", change=None, faults={"undo": said}), 409
    if change is None:
        return render_template("account/undo.html", change=None, faults={}), 410
    session.clear()
    link = container().contacts.set_password_link(change)
    if link is not None:
        flash(_("修改已撤销，所有登录已退出。请马上设置新密码。"))
        return redirect(url_for("sign_up.reset_page", token=link), 303)
    flash(_("修改已撤销，所有登录已退出。请登录后马上修改密码；不能登录时，请带证件联系考务办公室。"))
    return redirect(url_for("sign_in.page"), 303)


@pages.after_request
def keep_tokens(response: Response) -> Response:
    """The address of such a page changes an account: it goes to no other page."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _proof() -> str:
    """The field in which somebody proves who they are: a password, or a code; "" for those who have neither."""
    if account().has_password:
        return "present"
    return "factor" if container().second_factor_service.asked_of(account()) else ""


def _prove_owner() -> tuple[bool, str, int]:
    known, given = account(), typed_field(_proof()) if _proof() else ""
    if _proof() == "present":
        right, said, status = tried_password(
            lambda: container().accounts.check(known.name, given), _("当前密码不正确。")
        )
        return bool(right), said, status
    if _proof() == "factor":
        passed, said, status = throttled_attempt(
            f"factor:{known.id}",
            lambda: container().second_factor_service.passes(known, given, client_network()),
            _("验证码不正确，或已经用过。请等下一个验证码，或用一个恢复码。"),
        )
        return bool(passed), said, status
    return True, "", 200


def _is_fresh() -> bool:
    return current_session().fresh(container().clock())


def _confirm() -> Answer:
    """Whoever has neither password nor second factor proves it anew at the provider."""
    return redirect(url_for("passport.confirm_page", next=this_page()), 303)


def _page(kind: str, faults: dict[str, str]) -> str:
    return render_template("account/contact.html", kind=kind, proof=_proof(), faults=faults)


def _proving(token: str, target: str, faults: dict[str, str], *, coded: bool | None = None) -> str:
    """`target` is the address that is proved, shown masked: the link may have been opened by another."""
    coded = not token if coded is None else coded
    return render_template(
        "account/confirm_identity.html", token=token, coded=coded, target=target, faults=faults
    )


def _proved(token: str, code: str, *, coded: bool = False) -> Answer:
    target = container().contacts.waiting(account(), token)
    try:
        kind = container().contacts.change(account(), token, _undo_address, code)
    except NameTaken:
        faults = {"code": _("这个地址已属于另一个账号。")}
        return _proving(token, target, faults, coded=coded), 409
    if kind is None:
        faults = {"code": _("验证码或链接不正确，或已过期，请重新获取。")}
        return _proving(token, target, faults, coded=coded), 422
    container().sending_limits.proved(client_network())
    flash(_("%(kind)s已验证并生效。", kind=KINDS[kind].say(language())))
    return redirect(url_for("passport.home"), 303)


def _of_another() -> str:
    return _("这个链接已过期，或不属于现在登录的账号。请用申请修改的账号登录，或重新获取。")


def _prove_address(token: str) -> str:
    return absolute("contacts.prove_page", token=token)


def _undo_address(token: str) -> str:
    return absolute("contacts.undo_page", token=token)


def _require_reachable(kind: str) -> None:
    """Where no message reaches a phone, no number can be verified, and the page does not offer it."""
    if kind == PHONE and not container().mailer.reaches_phones:
        raise NotFound
