"""我的通行证: the password, the verified addresses, the sessions, the history, and the end of an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from ncre.domain import typed
from ncre.domain.lifecycle import Role
from ncre.events.passport import stream_of
from ncre.passport.accounts import NameTaken, PasswordRefused, as_email, as_phone
from ncre.passport.passwords import LEAST
from ncre.projections import timeline
from ncre.services.passports import EMAIL, KINDS, PHONE, RegistrationUnderWay
from ncre.web.entering import tried
from ncre.web.hosts import absolute
from ncre.web.joining import sent, weak
from ncre.web.language import language
from ncre.web.story import newest_first
from ncre.web.who import (
    Answer,
    account,
    confirm_again,
    house,
    local_path,
    need,
    need_fresh,
    present,
    sign_out,
)

Found = TypeVar("Found")

pages = Blueprint("passport", __name__)
everybody = need(Role.CANDIDATE, Role.REVIEWER, Role.OFFICE, Role.AUDITOR)


@pages.get("/passport")
@everybody
def home() -> Answer:
    return _page({})


@pages.post("/passport/password")
@everybody
def change_password() -> Answer:
    new, faults = request.form.get("password", ""), {}
    if not new:
        faults["password"] = _("请填写密码。")
    elif new != request.form.get("again", ""):
        faults["again"] = _("两次输入的密码不一致。")
    if faults:
        return _page(faults)
    here, old = present(), request.form.get("present", "")
    try:
        changed, said, status = _tried(
            lambda: house().passports.change_password(here, old, new), _("当前密码不正确。")
        )
    except PasswordRefused as refused:
        return _page({"password": weak(refused)})
    if not changed:
        return _page({"present": said}, status)
    confirm_again()
    flash(_("密码已修改，其他登录已全部退出。"))
    return redirect(url_for("passport.home"), 303)


@pages.get("/passport/confirm")
@everybody
def confirm_page() -> Answer:
    """Sensitive changes ask for the password again."""
    return render_template("confirm.html", faults={}, next=request.args.get("next", ""))


@pages.post("/passport/confirm")
@everybody
def confirm() -> Answer:
    known, password = account(), request.form.get("password", "")
    right, said, status = _tried(lambda: house().accounts.check(known.name, password), _("密码不正确。"))
    if not right:
        faults = {"password": said}
        return render_template("confirm.html", faults=faults, next=request.args.get("next", "")), status
    confirm_again()
    return redirect(local_path(request.args.get("next")), 303)


@pages.get("/passport/<any(email, phone):kind>")
@everybody
@need_fresh
def contact_page(kind: str) -> Answer:
    _require_reachable(kind)
    return render_template("contact.html", kind=kind, faults={})


@pages.post("/passport/<any(email, phone):kind>")
@everybody
@need_fresh
def ask_contact(kind: str) -> Answer:
    """Send a link or a code to the new address; it counts only once proved."""
    _require_reachable(kind)
    given = request.form.get("target", "")
    target = as_email(given) if kind == EMAIL else as_phone(given)
    if target is None:
        told = (
            _("请填写有效的邮箱地址，例如 name@example.com。") if kind == EMAIL else _("请填写有效的手机号。")
        )
        return render_template("contact.html", kind=kind, faults={"target": told}), 422
    known, token = account(), list[str]()
    faults, status = sent(
        lambda: token.append(house().passports.ask_to_change(known, kind, target, _prove_address)),
        "target",
        target,
    )
    if faults:
        return render_template("contact.html", kind=kind, faults=faults), status
    if kind == PHONE:
        session["proving"] = token[0]
        return redirect(url_for("passport.prove_code_page"), 303)
    return render_template("sent.html", to=target, purpose="contact")


@pages.get("/passport/prove/<token>")
@everybody
def prove_page(token: str) -> Answer:
    """A page with a button, for a mail scanner opens links too."""
    return render_template("prove.html", token=token, coded=False, faults={})


@pages.post("/passport/prove/<token>")
@everybody
def prove(token: str) -> Answer:
    return _proved(token, "")


@pages.get("/passport/prove-code")
@everybody
def prove_code_page() -> Answer:
    return render_template("prove.html", token="", coded=True, faults={})


@pages.post("/passport/prove-code")
@everybody
def prove_code() -> Answer:
    return _proved(session.get("proving", ""), typed.code(request.form.get("code", "")))


@pages.post("/passport/sessions/end")
@everybody
def end_session() -> Answer:
    house().passports.end_session(account(), request.form.get("key", ""))
    flash(_("该登录已退出。"))
    return redirect(url_for("passport.home"), 303)


@pages.post("/passport/sessions/end-others")
@everybody
def end_others() -> Answer:
    count = house().passports.end_others(present())
    flash(_("已退出其他 %(count)s 处登录。", count=count))
    return redirect(url_for("passport.home"), 303)


@pages.get("/passport/close")
@everybody
@need_fresh
def close_page() -> Answer:
    return render_template("close.html", faults={})


@pages.post("/passport/close")
@everybody
@need_fresh
def close() -> Answer:
    here, password = present(), request.form.get("password", "")
    try:
        closed, said, status = _tried(lambda: house().passports.close(here, password), _("密码不正确。"))
    except RegistrationUnderWay:
        said = _("还有进行中的报名。未支付的请先放弃报名；已支付的请在打印准考证的时间结束后再注销账号。")
        return render_template("close.html", faults={}, under_way=said), 422
    if not closed:
        return render_template("close.html", faults={"password": said}), status
    sign_out()
    flash(_("账号已注销。"))
    return redirect(url_for("front.front"), 303)


def _prove_address(token: str) -> str:
    return absolute("passport.prove_page", token=token)


def _require_reachable(kind: str) -> None:
    """Where no message reaches a phone, no number can be verified, and the page does not offer it."""
    if kind == PHONE and not house().post.reaches_phones:
        raise NotFound


def _proved(token: str, code: str) -> Answer:
    try:
        kind = house().passports.change_contact(account(), token, code)
    except NameTaken:
        faults = {"code": _("这个地址已属于另一个账号。")}
        return render_template("prove.html", token=token, coded=bool(code), faults=faults), 409
    if kind is None:
        faults = {"code": _("验证码或链接不正确，或已过期，请重新获取。")}
        return render_template("prove.html", token=token, coded=bool(code), faults=faults), 422
    flash(_("%(kind)s已验证并生效。", kind=KINDS[kind].say(language())))
    return redirect(url_for("passport.home"), 303)


def _tried(attempt: Callable[[], Found | None], wrong: str) -> tuple[Found | None, str, int]:
    """Whoever sits at an open session guesses its owner's password as slowly as anybody else."""
    return tried(f"password:{account().id}", attempt, wrong)


def _page(faults: dict[str, str], status: int = 422) -> Answer:
    with house().database.reading() as connection:
        story = timeline.story(connection, stream_of(account().id))
    page = render_template(
        "passport.html",
        faults=faults,
        least=LEAST,
        places=house().passports.sessions.of(account().id),
        linked=house().sign_ons.identities.of(account().id),
        completed=house().profiles.of(account()) is not None,
        here=present().key,
        story=newest_first(story)[:30],
    )
    return (page, status) if faults else page
