"""两步验证: staff show a code of their telephone after the password, or one of ten codes kept on paper."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from markupsafe import Markup

from ncre.domain.registration.vocabulary import Role
from ncre.identity.accounts import Account
from ncre.identity.second_factor import provisioning_uri, qr_svg
from ncre.web.account.session_start import start_session, throttled_attempt
from ncre.web.shared.auth import (
    UNENROLLED,
    Answer,
    account,
    client_network,
    confirm_again,
    container,
    local_path,
    require_recent_authentication,
    require_role,
)
from ncre.web.shared.forms import typed_field
from ncre.web.shared.language import gettext as _

pages = Blueprint("second_factor", __name__)
STAFF = (Role.REVIEWER, Role.SITE_ADMIN, Role.OFFICE, Role.AUDITOR)
ISSUER = "NCRE"


@pages.get("/sign-in/code")
def code_page() -> Answer:
    """The password was right; now the second step."""
    if container().second_factor_service.pending_second_factor(session.get("half", "")) is None:
        return redirect(url_for("sign_in.page"), 303)
    return render_template(
        "account/entry/second_factor_code.html", faults={}, next=request.args.get("next", "")
    )


@pages.post("/sign-in/code")
def code() -> Answer:
    known = container().second_factor_service.pending_second_factor(session.get("half", ""))
    if known is None:
        return redirect(url_for("sign_in.page"), 303)
    given, step = typed_field("code"), container().second_factor_service
    passed, said, status = throttled_attempt(
        _counted(known), lambda: step.passes(known, given, client_network()), _used()
    )
    if not passed:
        page = render_template(
            "account/entry/second_factor_code.html", faults={"code": said}, next=request.args.get("next", "")
        )
        return page, status
    way = session.get("way", "password")
    step.end_half_way(session["half"])
    start_session(known, way)
    return redirect(local_path(request.args.get("next")), 303)


@pages.get("/passport/factor")
@require_role(*STAFF)
@require_recent_authentication
def enrol_page() -> Answer:
    return _enrolling({})


@pages.post("/passport/factor")
@require_role(*STAFF)
@require_recent_authentication
def enrol() -> Answer:
    """The first code confirms it; the recovery codes are shown once."""
    codes = container().second_factor_service.confirm(account(), typed_field("code"))
    if codes is None:
        return _enrolling({"code": _("验证码不正确。请核对手机时间，填写当前显示的 6 位数字。")})
    session.pop(UNENROLLED, None)
    confirm_again()
    return render_template(
        "account/recovery_codes.html", codes=codes, target=local_path(request.args.get("next"))
    )


@pages.post("/passport/factor/remove")
@require_role(*STAFF)
@require_recent_authentication
def remove() -> Answer:
    """By a code, so that nobody at an unlocked screen does it."""
    known, given = account(), typed_field("code")
    removed, said, status = throttled_attempt(
        _counted(known),
        lambda: container().second_factor_service.remove(known, given, client_network()),
        _used(),
    )
    if not removed:
        return _enrolling({"code": said}, status)
    confirm_again()
    flash(_("两步验证已关闭。"))
    return redirect(url_for("passport.home"), 303)


def _counted(known: Account) -> str:
    """Under which name wrong codes of an account are counted."""
    return f"factor:{known.id}"


def _used() -> str:
    return _("验证码不正确，或已经用过。请等下一个验证码，或用一个恢复码。")


def _enrolling(faults: dict[str, str], status: int = 422) -> Answer:
    factor = container().second_factor_service.to_enrol(account())
    uri = provisioning_uri(factor, account().name, ISSUER)
    page = render_template(
        "account/second_factor.html",
        faults=faults,
        confirmed=factor.confirmed,
        next=request.args.get("next", ""),
        left=len(factor.recovery),
        picture="" if factor.confirmed else Markup(qr_svg(uri)),  # noqa: S704 -- squares, drawn here
        secret="" if factor.confirmed else factor.secret,
    )
    return (page, status) if faults else page
