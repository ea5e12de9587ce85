"""Signing in and out, and making an account."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ncre.domain.lifecycle import Role
from ncre.passport.accounts import LEAST_PASSWORD, NameTaken, PasswordTooShort
from ncre.web.who import Answer, house, local_path, sign_in, sign_out

pages = Blueprint("signin", __name__)

LONGEST = 80


@pages.get("/sign-in")
def page() -> str:
    return _form()


@pages.post("/sign-in")
def enter() -> Answer:
    name, password = request.form.get("name", ""), request.form.get("password", "")
    known = house().accounts.check(name, password)
    if known is None:
        return _form({"name": _("账号或密码不正确，请检查后再试。")}), 422
    sign_in(known)
    return redirect(local_path(request.args.get("next")), 303)


@pages.post("/sign-out")
def leave() -> Response:
    sign_out()
    return redirect(url_for("front.front"), 303)


@pages.get("/register")
def register_page() -> str:
    return render_template("register.html", faults={}, least=LEAST_PASSWORD)


@pages.post("/register")
def register() -> Answer:
    name, password = request.form.get("name", "").strip(), request.form.get("password", "")
    faults = _faults(name, password, request.form.get("again", ""))
    if not faults:
        try:
            sign_in(house().accounts.add(name, password, Role.CANDIDATE))
            return redirect(url_for("front.welcome"), 303)
        except NameTaken:
            faults["name"] = _("这个账号名已被使用，请换一个。")
        except PasswordTooShort:
            faults["password"] = _("密码至少 %(least)s 个字符。", least=LEAST_PASSWORD)
    return render_template("register.html", faults=faults, least=LEAST_PASSWORD), 422


def _faults(name: str, password: str, again: str) -> dict[str, str]:
    faults = {}
    if not name or len(name) > LONGEST:
        faults["name"] = _("请填写账号名，最多 %(most)s 个字符。", most=LONGEST)
    if len(password) < LEAST_PASSWORD:
        faults["password"] = _("密码至少 %(least)s 个字符。", least=LEAST_PASSWORD)
    elif password != again:
        faults["again"] = _("两次输入的密码不一致。")
    return faults


def _form(faults: dict[str, str] | None = None) -> str:
    return render_template("signin.html", faults=faults or {}, next=request.args.get("next", ""))
