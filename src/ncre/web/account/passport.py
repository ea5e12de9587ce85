"""我的通行证: the password, the verified addresses, the sessions, the history, and the end of an account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for

from ncre.domain.registration.vocabulary import Role
from ncre.events.account import account_stream
from ncre.identity.account_refusals import PasswordRefused
from ncre.identity.passwords import LEAST
from ncre.services.accounts.account_service import RegistrationUnderWay
from ncre.web.account.session_start import tried_password
from ncre.web.account.sign_up import weak
from ncre.web.shared.auth import (
    Answer,
    account,
    confirm_again,
    container,
    current_session,
    local_path,
    require_recent_authentication,
    require_role,
    sign_out,
)
from ncre.web.shared.forms import typed_field
from ncre.web.shared.history_view import newest_first
from ncre.web.shared.language import gettext as _

pages = Blueprint("passport", __name__)
everybody = require_role(Role.CANDIDATE, Role.REVIEWER, Role.SITE_ADMIN, Role.OFFICE, Role.AUDITOR)


@pages.get("/passport")
@everybody
def home() -> Answer:
    return _page({})


@pages.post("/passport/password")
@everybody
def change_password() -> Answer:
    new, faults = typed_field("password"), {}
    if not new:
        faults["password"] = _("请填写密码。")
    elif new != typed_field("again"):
        faults["again"] = _("两次输入的密码不一致。")
    if faults:
        return _page(faults)
    here, old = current_session(), typed_field("present")
    try:
        changed, said, status = tried_password(
            lambda: container().account_service.change_password(here, old, new), _("当前密码不正确。")
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
    return _confirm({})


@pages.post("/passport/confirm")
@everybody
def confirm() -> Answer:
    known, password = account(), typed_field("password")
    right, said, status = tried_password(
        lambda: container().accounts.check(known.name, password), _("密码不正确。")
    )
    if not right:
        return _confirm({"password": said}), status
    confirm_again()
    return redirect(local_path(request.args.get("next")), 303)


@pages.post("/passport/sessions/end")
@everybody
def end_session() -> Answer:
    container().account_service.end_session(account(), typed_field("key"))
    flash(_("该登录已退出。"))
    return redirect(url_for("passport.home"), 303)


@pages.post("/passport/sessions/end-others")
@everybody
def end_others() -> Answer:
    count = container().account_service.end_others(current_session())
    flash(_("已退出其他 %(count)s 处登录。", count=count))
    return redirect(url_for("passport.home"), 303)


@pages.get("/passport/close")
@everybody
@require_recent_authentication
def close_page() -> Answer:
    return render_template("account/close.html", faults={})


@pages.post("/passport/close")
@everybody
@require_recent_authentication
def close() -> Answer:
    here, password = current_session(), typed_field("password")
    try:
        closed, said, status = tried_password(
            lambda: container().account_service.close(here, password), _("密码不正确。")
        )
    except RegistrationUnderWay:
        said = _("还有进行中的报名。未支付的请先放弃报名；已支付的请在打印准考证的时间结束后再注销账号。")
        return render_template("account/close.html", faults={}, under_way=said), 422
    if not closed:
        return render_template("account/close.html", faults={"password": said}), status
    sign_out()
    flash(_("账号已注销。"))
    return redirect(url_for("home.front"), 303)


def _confirm(faults: dict[str, str]) -> str:
    """By the password, or at the provider where somebody signs in."""
    issuers = {one.issuer for one in container().single_sign_on.identities.of(account().id)}
    providers = [one for one in container().providers if one.sign_on.issuer in issuers]
    target = request.args.get("next", "")
    return render_template("account/confirm.html", faults=faults, next=target, providers=providers)


def _page(faults: dict[str, str], status: int = 422) -> Answer:
    story = container().queries.cases.story(account_stream(account().id))
    page = render_template(
        "account/passport.html",
        faults=faults,
        least=LEAST,
        places=container().account_service.sessions.of(account().id),
        linked=container().single_sign_on.identities.of(account().id),
        completed=container().profiles.of(account()) is not None,
        here=current_session().key,
        unreachable_addresses=container().letters.log.unreachable(account()),
        story=newest_first(story)[:30],
    )
    return (page, status) if faults else page
