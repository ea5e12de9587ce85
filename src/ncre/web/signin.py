"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ncre.web.who import Answer, browser, carry, house, local_path, place, sign_out

pages = Blueprint("signin", __name__)


@pages.get("/sign-in")
def page() -> str:
    return _form()


@pages.post("/sign-in")
def enter() -> Answer:
    name, password = request.form.get("name", ""), request.form.get("password", "")
    entered = house().passports.sign_in(name, password, place(), browser())
    if entered is None:
        return _form({"name": _("账号或密码不正确，请检查后再试。")}), 422
    carry(entered[1])
    return redirect(local_path(request.args.get("next")), 303)


@pages.post("/sign-out")
def leave() -> Response:
    sign_out()
    return redirect(url_for("front.front"), 303)


def _form(faults: dict[str, str] | None = None) -> str:
    return render_template("signin.html", faults=faults or {}, next=request.args.get("next", ""))
