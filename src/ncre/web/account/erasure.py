"""删除个人信息: the owner of an account asks that everything about them is erased, or takes the request back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for

from ncre.domain.registration.vocabulary import Role
from ncre.web.shared.auth import Answer, account, container, require_recent_authentication, require_role
from ncre.web.shared.language import gettext as _

pages = Blueprint("erasure", __name__)
candidates = require_role(Role.CANDIDATE)


@pages.get("/passport/erasure")
@candidates
@require_recent_authentication
def page() -> Answer:
    return render_template("account/erasure.html", asked=container().erasures.requests.of(account()))


@pages.post("/passport/erasure/ask")
@candidates
@require_recent_authentication
def ask() -> Answer:
    container().erasures.requests.ask(account())
    flash(_("已提交申请，由考务办公室办理。"))
    return redirect(url_for("erasure.page"), 303)


@pages.post("/passport/erasure/take-back")
@candidates
@require_recent_authentication
def take_back() -> Answer:
    container().erasures.requests.take_back(account())
    flash(_("申请已撤回，没有删除任何内容。"))
    return redirect(url_for("erasure.page"), 303)
