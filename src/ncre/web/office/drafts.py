"""考次设置: the drafts of rounds, edited part by part, looked at and published."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.exceptions import NotFound

from ncre.domain import typed_text
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.services.exam.draft import RoundDraft
from ncre.web.office.draft_forms import typed_cells
from ncre.web.office.draft_pages import (
    DRAFT,
    NEXT,
    PUBLICATION,
    SITE,
    begun_part,
    form_of,
    list_page,
    overview_page,
    part_page,
    preview_page,
    title_of,
)
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import code_field, command_id, has_field, seen, sent_form, typed_field
from ncre.web.shared.language import gettext as _

pages = Blueprint("round_drafts", __name__)

FIELD_OF = {
    RefusalCode.ROUND_CODE_UNFIT: "code",
    RefusalCode.ROUND_EXISTS: "code",
    RefusalCode.SITE_CODE_UNFIT: "site",
    RefusalCode.SITE_CODE_TAKEN: "site",
    RefusalCode.WHY_MISSING: "why",
    RefusalCode.TEXT_TOO_LONG: "why",
}
"""Refusals that a form shows at a field, so that nothing typed is lost."""


@pages.get("/office/rounds")
@require_role(Role.OFFICE)
def home() -> Answer:
    return list_page({})


@pages.post("/office/rounds/next")
@require_role(Role.OFFICE)
@NEXT.sent
def begin_next() -> Answer:
    """A draft of a new round, from the plan of another."""
    source, code = typed_field("source"), code_field("code")
    begins = _day(typed_field("begins"))
    if begins is None:
        return list_page({"begins": _("请填写新考次开始报名的日期，如 2027-06-20。")}), 422
    try:
        draft = container().round_drafts.begin_next(source, code, begins, account().actor, command_id())
    except Refusal as refusal:
        return list_page(_at_field(refusal, "code")), int(STATUS[refusal.code])
    return redirect(url_for("round_drafts.overview", draft=draft), 303)


@pages.post("/office/rounds/<code>/revise")
@require_role(Role.OFFICE)
def begin_revision(code: str) -> Answer:
    """A draft of changes to a round that is open."""
    draft = container().round_drafts.begin_revision(code, account().actor, command_id())
    return redirect(url_for("round_drafts.overview", draft=draft), 303)


@pages.get("/office/drafts/<uuid:draft>")
@require_role(Role.OFFICE)
def overview(draft: UUID) -> Answer:
    return overview_page(_draft(draft), {})


@pages.get("/office/drafts/<uuid:draft>/parts/<part>")
@require_role(Role.OFFICE)
def part(draft: UUID, part: str) -> Answer:
    found = _draft(draft)
    if part not in found.parts:
        raise NotFound
    return begun_part(found, part)


@pages.post("/office/drafts/<uuid:draft>/parts/<part>")
@require_role(Role.OFFICE)
@DRAFT.sent
def save(draft: UUID, part: str) -> Answer:
    """Whatever was typed is kept; what is wrong with it stands beside it until it is mended."""
    found = _draft(draft)
    if part not in found.parts:
        raise NotFound
    typed = typed_cells(form_of(found, part), sent_form())
    try:
        container().round_drafts.save(draft, part, typed, seen(), account().actor)
    except Refusal as refusal:
        if refusal.code is RefusalCode.DRAFT_CHANGED:
            version = found.parts[part].version
            return part_page(found, part, typed, version, changed=True), int(STATUS[refusal.code])
        return part_page(found, part, typed, seen(), told=refusal_text(refusal)), int(STATUS[refusal.code])
    after = container().round_drafts.find(draft)
    if faults := after.faults_of(part):
        flash(_("已保存。这一页还有 %(count)s 处须改正。", count=len(faults)), "warn")
    else:
        flash(_("已保存。"))
    if has_field("close") and not faults:
        return redirect(url_for("round_drafts.overview", draft=draft), 303)
    return redirect(url_for("round_drafts.part", draft=draft, part=part), 303)


@pages.post("/office/drafts/<uuid:draft>/sites")
@require_role(Role.OFFICE)
def add_site(draft: UUID) -> Answer:
    code, like = code_field("site"), typed_field("like")
    try:
        name = container().round_drafts.add_site(draft, code, like, account().actor)
    except Refusal as refusal:
        if refusal.code not in FIELD_OF:
            raise
        return overview_page(_draft(draft), _at_field(refusal, "site")), int(STATUS[refusal.code])
    return redirect(url_for("round_drafts.part", draft=draft, part=name), 303)


@pages.post("/office/drafts/<uuid:draft>/sites/<code>/<any(remove, restore):what>")
@require_role(Role.OFFICE)
def take_out(draft: UUID, code: str, what: str) -> Answer:
    container().round_drafts.take_out(
        draft, f"{SITE}{code}", seen(), removed=what == "remove", by=account().actor
    )
    flash(
        _("已从草稿中去掉考点 %(code)s。", code=code)
        if what == "remove"
        else _("已恢复考点 %(code)s。", code=code)
    )
    return redirect(url_for("round_drafts.overview", draft=draft), 303)


@pages.get("/office/drafts/<uuid:draft>/preview")
@require_role(Role.OFFICE)
def preview(draft: UUID) -> Answer:
    """What publishing would change, and whom that touches."""
    return preview_page(_draft(draft), {})


@pages.post("/office/drafts/<uuid:draft>/publish")
@require_role(Role.OFFICE)
@PUBLICATION.sent
def publish(draft: UUID) -> Answer:
    why = typed_field("why")
    try:
        made = container().round_drafts.publish(draft, seen(), why, account().actor, command_id())
    except Refusal as refusal:
        found = _draft(draft)
        if not found.is_open:
            raise
        return preview_page(found, _at_field(refusal, "publish")), int(STATUS[refusal.code])
    flash(_("已发布：%(count)s 处变动。", count=len(made.points)))
    return redirect(url_for("round_history.revisions", round_code=made.round), 303)


@pages.post("/office/drafts/<uuid:draft>/catch-up")
@require_role(Role.OFFICE)
def catch_up(draft: UUID) -> Answer:
    """Take over what was published since the draft was made."""
    both = container().round_drafts.catch_up(draft, account().actor)
    for name in sorted(both):
        title = title_of(name)
        flash(_("%(part)s：双方都改过，保留了草稿的内容，请核对。", part=title), "warn")
    if not both:
        flash(_("已并入最新的考次内容。"))
    return redirect(url_for("round_drafts.overview", draft=draft), 303)


@pages.post("/office/drafts/<uuid:draft>/discard")
@require_role(Role.OFFICE)
def discard(draft: UUID) -> Answer:
    container().round_drafts.discard(draft, account().actor)
    flash(_("草稿已废弃。"))
    return redirect(url_for("round_drafts.home"), 303)


def _draft(draft: UUID) -> RoundDraft:
    return container().round_drafts.find(draft)


def _at_field(refusal: Refusal, other: str) -> dict[str, str]:
    return {FIELD_OF.get(refusal.code, other): refusal_text(refusal)}


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed_text.line(typed).replace("/", "-"))
    except ValueError:
        return None
