"""工作人员账号: the exam office makes, changes, disables and re-enables accounts of staff, and resets second factors."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for

from ncre.domain import typed_text
from ncre.domain.accounts.staff import LONGEST_WHY, OF_SITES, StaffChange, Wanted
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.identity.account_refusals import NameTaken
from ncre.identity.accounts import LONGEST_ACCOUNT_NAME, Account
from ncre.projections.accounts.sentences import staff_change_words
from ncre.services.accounts.staff_accounts import StaffAccountResult
from ncre.web.drafts.draft_form import DraftForm, taken
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_recent_authentication, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import code_list_field, line_field, typed_field
from ncre.web.shared.history_view import name_of
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language

pages = Blueprint("staff_accounts", __name__)

ROLES = (Role.REVIEWER, Role.SITE_ADMIN, Role.AUDITOR, Role.OFFICE)
DRAFT: Final = DraftForm("staff-account", ("name", "role", "sites", "why"))
CHANGE: Final = DraftForm("account", ("role", "sites", "why"))
"""About the account, a part for each change. Passwords are made here and typed nowhere."""

FIELD_OF = {
    RefusalCode.WHY_MISSING: "why",
    RefusalCode.TEXT_TOO_LONG: "why",
    RefusalCode.SITES_MISSING: "sites",
    RefusalCode.STAFF_SITE_UNKNOWN: "sites",
}
"""Refusals that a form shows at a field, so that nothing typed is lost."""


@pages.get("/office/accounts")
@require_role(Role.OFFICE)
@require_recent_authentication
def home() -> Answer:
    return _list({})


@pages.post("/office/accounts")
@require_role(Role.OFFICE)
@require_recent_authentication
@DRAFT.sent
def make() -> Answer:
    """A new account; its password is shown once, to be handed over and changed by its owner."""
    name, password = line_field("name"), token_urlsafe(12)
    if not typed_text.account_name(name) or len(name) > LONGEST_ACCOUNT_NAME:
        return _list({"name": _("请填写账号名，最多 254 个字符。")}), 422
    try:
        wanted = _wanted(StaffChange.ROLE)
        made, outcome = container().staff_accounts.make(name, password, wanted, account().actor)
    except NameTaken:
        return _list({"name": _("这个账号名已有人使用，请换一个。")}), 409
    except Refusal as refusal:
        return _list(_fault(refusal)), int(STATUS[refusal.code])
    taken()
    return _one(made.id, {}, StaffAccountResult(outcome.done, password))


@pages.get("/office/accounts/<uuid:identity>")
@require_role(Role.OFFICE)
@require_recent_authentication
def one(identity: UUID) -> Answer:
    return _one(identity, {})


@pages.post("/office/accounts/<uuid:identity>/<any(role, disable, enable, factor, password):change>")
@require_role(Role.OFFICE)
@require_recent_authentication
@CHANGE.sent
def ask(identity: UUID, change: str) -> Answer:
    """Done at once, or kept for a second person where it is one of the office's own."""
    try:
        wanted = _wanted(StaffChange(change))
        outcome = container().staff_accounts.change(identity, wanted, account().actor)
    except Refusal as refusal:
        faults = {f"{change}-{field}": words for field, words in _fault(refusal).items()}
        return _one(identity, faults), int(STATUS[refusal.code])
    return _after(identity, outcome)


@pages.post("/office/accounts/<uuid:identity>/confirm")
@require_role(Role.OFFICE)
@require_recent_authentication
def confirm(identity: UUID) -> Answer:
    return _after(identity, container().staff_accounts.confirm(identity, account().actor))


@pages.post("/office/accounts/<uuid:identity>/decline")
@require_role(Role.OFFICE)
@require_recent_authentication
def decline(identity: UUID) -> Answer:
    container().staff_accounts.decline(identity, account().actor)
    flash(_("申请已撤回。"))
    return redirect(url_for("staff_accounts.one", identity=identity), 303)


def _after(identity: UUID, outcome: StaffAccountResult) -> Answer:
    if outcome.password:
        taken()
        return _one(identity, {}, outcome)
    flash(_("已办理。") if outcome.done else _("已提交，等待考务办公室的另一位同事确认。"))
    known = container().accounts.find(identity)
    if known is None or known.role is Role.CANDIDATE:
        return redirect(url_for("staff_accounts.home"), 303)
    return redirect(url_for("staff_accounts.one", identity=identity), 303)


def _wanted(change: StaffChange) -> Wanted:
    """Raises Refusal for a role that there is not."""
    why = line_field("why")
    if change is not StaffChange.ROLE:
        return Wanted(change, why)
    sites = frozenset(code_list_field("sites"))
    try:
        role = Role(typed_field("role"))
    except ValueError:
        raise Refusal(RefusalCode.STAFF_UNKNOWN) from None
    if role not in (*ROLES, Role.CANDIDATE):
        raise Refusal(RefusalCode.STAFF_UNKNOWN)
    return Wanted(change, why, role, sites if role in OF_SITES else frozenset())


def _fault(refusal: Refusal) -> dict[str, str]:
    """At the field it is about. Raises the refusal where it is about none: then a page of its own says it."""
    if refusal.code not in FIELD_OF:
        raise refusal
    return {FIELD_OF[refusal.code]: refusal_text(refusal)}


def _list(faults: dict[str, str]) -> str:
    return render_template(
        "office/staff_accounts.html",
        found=container().staff_accounts.all(),
        roles=ROLES,
        change_words=_words,
        opened=DRAFT.opened(),
        faults=faults,
        longest_why=LONGEST_WHY,
    )


def _one(identity: UUID, faults: dict[str, str], outcome: StaffAccountResult | None = None) -> str:
    found = container().staff_accounts.one(identity)
    return render_template(
        "office/staff_account.html",
        found=found,
        known=found.account,
        own=_is_own(found.account),
        asked_by=name_of(found.request.asked_by) if found.request else "",
        may_confirm=found.request is not None and found.request.asked_by != str(account().id),
        roles=(*ROLES, Role.CANDIDATE),
        change_words=_words,
        opened_change=lambda change: CHANGE.opened(identity, change),
        faults=faults,
        outcome=outcome,
        longest_why=LONGEST_WHY,
    )


def _is_own(known: Account) -> bool:
    return known.id == account().id


def _words(change: StaffChange) -> str:
    return staff_change_words(change.value).say(language())
