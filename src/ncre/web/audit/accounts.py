"""账号档案: what happened to an account, for auditors and the exam office: who came in, what changed, who gave a role."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.exceptions import NotFound

from ncre.domain.registration.vocabulary import Role
from ncre.events.account import account_stream
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.forms import trimmed_field
from ncre.web.shared.history_view import NAMED, newest_first
from ncre.web.shared.language import gettext as _

pages = Blueprint("audit_accounts", __name__)


@pages.get("/audit/accounts")
@require_role(Role.AUDITOR, Role.OFFICE)
def search() -> Answer:
    return render_template("audit/accounts.html", typed="", faults={})


@pages.post("/audit/accounts")
@require_role(Role.AUDITOR, Role.OFFICE)
def find() -> Answer:
    """By account name, e-mail address or phone number; what is searched for never stands in an address."""
    typed = trimmed_field("name")
    known = container().accounts.named(typed) if typed else None
    if known is None:
        faults = {"name": _("没有这个账号。请核对账号名、邮箱或手机号。")}
        return render_template("audit/accounts.html", typed=typed, faults=faults), 422
    return redirect(url_for("audit_accounts.history", identity=known.id), 303)


@pages.get("/audit/accounts/<uuid:identity>")
@require_role(Role.AUDITOR, Role.OFFICE)
def history(identity: UUID) -> Answer:
    """The security history. Where somebody was, and a candidate's addresses, stay private."""
    known = container().accounts.find(identity)
    if known is None:
        raise NotFound
    container().audit_bundles.record_audit("account", str(identity), account().actor)
    story = container().queries.cases.story(account_stream(identity))
    return render_template(
        "audit/account.html",
        known=known,
        name=known.name if known.role in NAMED else "",
        closed=container().accounts.is_closed(identity),
        second_step=container().second_factor_service.asked_of(known),
        story=newest_first(story),
    )
