"""账号档案: what happened to an account, for auditors and the exam office: who came in, what changed, who gave a role."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from ncre.domain.lifecycle import Role
from ncre.events.passport import stream_of
from ncre.projections import timeline
from ncre.web.story import NAMED, newest_first
from ncre.web.who import Answer, house, need

pages = Blueprint("accounts", __name__)


@pages.get("/audit/accounts")
@need(Role.AUDITOR, Role.OFFICE)
def search() -> Answer:
    return render_template("accounts.html", typed="", faults={})


@pages.post("/audit/accounts")
@need(Role.AUDITOR, Role.OFFICE)
def find() -> Answer:
    """By account name, e-mail address or phone number; what is searched for never stands in an address."""
    typed = request.form.get("name", "").strip()
    known = house().accounts.named(typed) if typed else None
    if known is None:
        faults = {"name": _("没有这个账号。请核对账号名、邮箱或手机号。")}
        return render_template("accounts.html", typed=typed, faults=faults), 422
    return redirect(url_for("accounts.history", identity=known.id), 303)


@pages.get("/audit/accounts/<uuid:identity>")
@need(Role.AUDITOR, Role.OFFICE)
def history(identity: UUID) -> Answer:
    """The security history. Where somebody was, and a candidate's addresses, stay private."""
    known = house().accounts.find(identity)
    if known is None:
        raise NotFound
    with house().database.reading() as connection:
        story = timeline.story(connection, stream_of(identity))
    return render_template(
        "account.html",
        known=known,
        name=known.name if known.role in NAMED else "",
        closed=house().accounts.is_closed(identity),
        second_step=house().second_step.asked_of(known),
        story=newest_first(story),
    )
