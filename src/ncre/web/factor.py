"""两步验证: staff show a code of their telephone after the password, or one of ten codes kept on paper."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from ncre.domain.lifecycle import Role
from ncre.passport.accounts import Account
from ncre.passport.second_factor import provisioning_uri, qr_svg
from ncre.web.entering import admit, tried
from ncre.web.who import (
    UNENROLLED,
    Answer,
    account,
    confirm_again,
    house,
    local_path,
    need,
    need_fresh,
    place,
)

pages = Blueprint("factor", __name__)
STAFF = (Role.REVIEWER, Role.OFFICE, Role.AUDITOR)
ISSUER = "NCRE"


@pages.get("/sign-in/code")
def code_page() -> Answer:
    """The password was right; now the second step."""
    if house().second_step.half_way(session.get("half", "")) is None:
        return redirect(url_for("signin.page"), 303)
    return render_template("factor_code.html", faults={}, next=request.args.get("next", ""))


@pages.post("/sign-in/code")
def code() -> Answer:
    known = house().second_step.half_way(session.get("half", ""))
    if known is None:
        return redirect(url_for("signin.page"), 303)
    given, step = request.form.get("code", ""), house().second_step
    passed, said, status = tried(_counted(known), lambda: step.passes(known, given, place()), _used())
    if not passed:
        page = render_template("factor_code.html", faults={"code": said}, next=request.args.get("next", ""))
        return page, status
    way = session.get("way", "password")
    step.end_half_way(session["half"])
    admit(known, way)
    return redirect(local_path(request.args.get("next")), 303)


@pages.get("/passport/factor")
@need(*STAFF)
@need_fresh
def enrol_page() -> Answer:
    return _enrolling({})


@pages.post("/passport/factor")
@need(*STAFF)
@need_fresh
def enrol() -> Answer:
    """The first code confirms it; the recovery codes are shown once."""
    codes = house().second_step.confirm(account(), request.form.get("code", ""))
    if codes is None:
        return _enrolling({"code": _("验证码不正确。请核对手机时间，填写当前显示的 6 位数字。")})
    session.pop(UNENROLLED, None)
    confirm_again()
    return render_template("factor_codes.html", codes=codes, target=local_path(request.args.get("next")))


@pages.post("/passport/factor/remove")
@need(*STAFF)
@need_fresh
def remove() -> Answer:
    """By a code, so that nobody at an unlocked screen does it."""
    known, given = account(), request.form.get("code", "")
    removed, said, status = tried(
        _counted(known), lambda: house().second_step.remove(known, given, place()), _used()
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
    factor = house().second_step.to_enrol(account())
    uri = provisioning_uri(factor, account().name, ISSUER)
    page = render_template(
        "factor.html",
        faults=faults,
        confirmed=factor.confirmed,
        next=request.args.get("next", ""),
        left=len(factor.recovery),
        picture="" if factor.confirmed else Markup(qr_svg(uri)),  # noqa: S704 -- squares, drawn here
        secret="" if factor.confirmed else factor.secret,
    )
    return (page, status) if faults else page
