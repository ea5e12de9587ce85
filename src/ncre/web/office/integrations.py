"""其他系统: the exam office makes integrations, scopes them, gives and revokes secrets, and looks after what is sent to them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for

from ncre.domain.integration.scopes import LONGEST_NAME, LONGEST_WHY, SCOPES
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.vocabulary import Role
from ncre.events.bounds import OutOfBounds, integer
from ncre.handlers.command_handler import Act
from ncre.services.integration.webhooks import LONGEST_URL
from ncre.web.drafts.draft_form import DraftForm, OpenForm, taken, thing
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_recent_authentication, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import (
    FormIncomplete,
    code_list_field,
    command_id,
    field_values,
    fresh_id,
    line_field,
    typed_field,
)
from ncre.web.shared.history_view import newest_first
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language

pages = Blueprint("integrations", __name__)

DRAFT: Final = DraftForm("integration", ("name", "scopes", "sites", "why"))
CHANGE: Final = DraftForm("system", ("scopes", "sites", "url", "why"))
"""About the integration or one of its secrets, a part for each change."""

FIELD_OF = {
    RefusalCode.WHY_MISSING: "why",
    RefusalCode.TEXT_TOO_LONG: "why",
    RefusalCode.SITES_MISSING: "sites",
    RefusalCode.STAFF_SITE_UNKNOWN: "sites",
    RefusalCode.SCOPE_UNKNOWN: "scopes",
    RefusalCode.WEBHOOK_ADDRESS: "url",
    RefusalCode.SECRETS_TWO: "issue",
    RefusalCode.INTEGRATION_OVER: "case",
}
"""Refusals that a form shows, so that nothing typed is lost."""


@pages.get("/office/integrations")
@require_role(Role.OFFICE)
@require_recent_authentication
def home() -> Answer:
    return _list({})


@pages.post("/office/integrations")
@require_role(Role.OFFICE)
@require_recent_authentication
@DRAFT.sent
def make() -> Answer:
    """Its first secret is shown once, on the page that follows."""
    name = line_field("name")
    if not name or len(name) > LONGEST_NAME:
        return _list({"name": _("请填写名称，最多 %(most)s 个字符。", most=LONGEST_NAME)}), 422
    try:
        made, secret = container().integrations.make(_act(), name, _scopes(), _sites(), _why())
    except Refusal as refusal:
        return _list(_fault(refusal)), int(STATUS[refusal.code])
    if not secret:
        return redirect(url_for("integrations.one", identity=made), 303)
    taken()
    return _one(made, {}, secret)


@pages.get("/office/integrations/<uuid:identity>")
@require_role(Role.OFFICE)
@require_recent_authentication
def one(identity: UUID) -> Answer:
    return _one(identity, {})


@pages.post(
    "/office/integrations/<uuid:identity>/<any(scope, issue, revoke_secret, revoke, webhook, pause, resume, rotate, resend):change>"
)
@require_role(Role.OFFICE)
@require_recent_authentication
@CHANGE.sent
def change(identity: UUID, change: str) -> Answer:
    """One act; what is so already changes nothing."""
    secret = ""
    try:
        if change == "issue":
            secret = container().integrations.issue(_act(), identity)
        else:
            _change(identity, change)
    except Refusal as refusal:
        faults = {_place(change, field): words for field, words in _fault(refusal).items()}
        return _one(identity, faults), int(STATUS[refusal.code])
    if secret:
        taken()
        return _one(identity, {}, secret)
    flash(_("已办理。"))
    return redirect(url_for("integrations.one", identity=identity), 303)


def _change(identity: UUID, change: str) -> None:
    keeps, sends = container().integrations, container().webhooks
    match change:
        case "scope":
            keeps.scope(_act(), identity, _scopes(), _sites(), _why())
        case "revoke_secret":
            keeps.revoke_secret(_act(), identity, typed_field("prefix"), _why())
        case "revoke":
            keeps.revoke(_act(), identity, _why())
        case "webhook":
            sends.set(_act(), identity, typed_field("url"), _why())
        case "pause" | "resume":
            sends.pause(_act(), identity, change == "pause")
        case "rotate":
            sends.rotate(_act(), identity)
        case _:
            sends.resend(_act(), identity, _position())


def _act() -> Act:
    return Act(account().actor, command_id())


def _why() -> str:
    return line_field("why")


def _scopes() -> tuple[str, ...]:
    return tuple(field_values("scopes"))


def _sites() -> frozenset[str]:
    """Codes with commas between them, or * for all."""
    codes = frozenset(code_list_field("sites"))
    return EVERY_SITE if "*" in codes else codes


def _position() -> int:
    """Raises FormIncomplete."""
    try:
        return integer(typed_field("position"), least=1)
    except OutOfBounds:
        raise FormIncomplete from None


def _fault(refusal: Refusal) -> dict[str, str]:
    """At the field it is about. Raises the refusal where it is about none: then a page of its own says it."""
    if refusal.code not in FIELD_OF:
        raise refusal
    return {FIELD_OF[refusal.code]: refusal_text(refusal)}


def _place(change: str, field: str) -> str:
    return f"{change}-{field}" if field == "why" else field


def _list(faults: dict[str, str]) -> str:
    return render_template(
        "office/integrations.html",
        found=container().integrations.integrations.all(),
        scopes=_words(),
        opened=DRAFT.opened(),
        faults=faults,
        longest_name=LONGEST_NAME,
        longest_why=LONGEST_WHY,
        command_id=fresh_id,
    )


def _one(identity: UUID, faults: dict[str, str], secret: str = "") -> str:
    known, secrets = container().integrations.one(identity)
    webhook, deliveries, counts = container().webhooks.of(identity)
    story = container().queries.cases.story(identity)
    return render_template(
        "office/integration.html",
        known=known,
        secrets=secrets,
        secret=secret,
        scopes=_words(),
        webhook=webhook,
        signing_secret=container().webhooks.signing_secret(webhook) if webhook else "",
        deliveries=deliveries,
        counts=counts,
        story=newest_first(story),
        opened_change=lambda change, prefix="": _opened(identity, change, prefix),
        faults=faults,
        longest_why=LONGEST_WHY,
        longest_url=LONGEST_URL,
        command_id=fresh_id,
    )


def _opened(identity: UUID, change: str, prefix: str) -> OpenForm:
    if prefix:
        return CHANGE.opened(thing(str(identity), prefix), "secret")
    return CHANGE.opened(identity, change)


def _words() -> list[tuple[str, str]]:
    return [(scope.value, words.say(language())) for scope, words in SCOPES.items()]
