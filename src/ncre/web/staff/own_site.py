"""管理本考点: what administrators change of their own sites, within what the exam office left to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for

from ncre.domain.accounts.staff import LONGEST_WHY
from ncre.domain.exam.plan import Round, Site
from ncre.domain.exam.revision_wording import change_words, outcome_words
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.identity.form_drafts import LARGEST_OF_STAFF
from ncre.services.exam.revision_commands import Revision
from ncre.services.exam.site_administration import PARTS
from ncre.web.drafts.draft_form import DraftForm, OpenForm, thing
from ncre.web.office.draft_fields import ROOMS, DraftField, FieldGroup, Form
from ncre.web.office.draft_forms import as_time, fault_in_words, labels_of, rows_shown, typed_cells
from ncre.web.office.draft_site_fields import offers_group
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import command_id, fresh_id, has_field, line_field, seen, sent_form, typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language
from ncre.web.shared.rounds import current_round

pages = Blueprint("own_site", __name__)

DRAFT: Final = DraftForm("own-site", largest=LARGEST_OF_STAFF)
GIVING: Final = DraftForm("reviewer-give", ("name", "why"))
TAKING: Final = DraftForm("reviewer-take", ("why",))
"""Of each part its own; its fields are those of the part."""

FIELD_OF = {
    RefusalCode.WHY_MISSING: "why",
    RefusalCode.TEXT_TOO_LONG: "why",
    RefusalCode.STAFF_UNKNOWN: "name",
    RefusalCode.OWN_ACCOUNT: "name",
}


@pages.get("/staff/site")
@require_role(Role.SITE_ADMIN)
def home() -> Answer:
    """The sites of whoever is signed in."""
    round_ = container().queries.exams.current()
    sites = container().site_administration.sites(round_.code, account().actor) if round_ else []
    return render_template("staff/own_sites.html", round=round_, sites=sites)


@pages.get("/staff/site/<code>")
@require_role(Role.SITE_ADMIN)
def site(code: str) -> Answer:
    return _page(_site(code), {}, {})


@pages.post("/staff/site/<code>/<any(rooms, offers, notice):part>")
@require_role(Role.SITE_ADMIN)
@DRAFT.sent
def change(code: str, part: str) -> Answer:
    """Asked for once more, with what it changes and whom it touches; then carried out."""
    found, service = _site(code), container().site_administration
    cells = typed_cells(_form(found, part), sent_form())
    round_, why = current_round(), typed_field("why")
    try:
        typed = service.typed(round_.code, code, part, cells, seen(), account().actor)
        if typed.faults:
            labels = labels_of(_form(found, part))
            faults = {one.name: fault_in_words(one.words, labels) for one in reversed(typed.faults)}
            return _page(found, {part: cells}, faults, part), 422
        revision = service.preview(typed)
        if revision is None or not revision.points:
            flash(_("没有变动。"))
            return redirect(url_for("own_site.site", code=code), 303)
        if not has_field("confirmed") or revision.refused or has_field("edit"):
            if has_field("edit"):
                return _page(found, {part: cells}, {}, part)
            return _preview(found, part, cells, revision, {}, why)
        try:
            service.carry_out(typed, why, account().actor, command_id())
        except Refusal as refusal:
            at_field = {FIELD_OF.get(refusal.code, "why"): refusal_text(refusal)}
            return _preview(found, part, cells, revision, at_field, why), int(STATUS[refusal.code])
    except Refusal as refusal:
        if refusal.code is not RefusalCode.DRAFT_CHANGED:
            raise
        return _page(found, {part: cells}, {f"{part}-form": refusal_text(refusal)}, part), int(
            STATUS[refusal.code]
        )
    flash(_("已保存。"))
    return redirect(url_for("own_site.site", code=code), 303)


@pages.post("/staff/site/<code>/reviewers")
@require_role(Role.SITE_ADMIN)
@GIVING.sent
def give(code: str) -> Answer:
    """Somebody with an account reviews at the site from now on."""
    found, name = _site(code), line_field("name")
    why = line_field("why")
    try:
        known = container().site_administration.give(current_round().code, code, name, why, account().actor)
    except Refusal as refusal:
        if refusal.code not in FIELD_OF:
            raise
        return _page(found, {}, {FIELD_OF[refusal.code]: refusal_text(refusal)}), int(STATUS[refusal.code])
    flash(_("%(name)s 现在可以审核本考点的报名。", name=known.name))
    return redirect(url_for("own_site.site", code=code), 303)


@pages.post("/staff/site/<code>/reviewers/<uuid:identity>/take")
@require_role(Role.SITE_ADMIN)
@TAKING.sent
def take(code: str, identity: UUID) -> Answer:
    """Somebody does not review at the site any more."""
    found, why = _site(code), line_field("why")
    try:
        known = container().site_administration.take(
            current_round().code, code, identity, why, account().actor
        )
    except Refusal as refusal:
        if refusal.code is not RefusalCode.WHY_MISSING:
            raise
        fault = {f"take-{identity}": refusal_text(refusal)}
        return _page(found, {}, fault), int(STATUS[refusal.code])
    flash(_("%(name)s 不再审核本考点的报名。", name=known.name))
    return redirect(url_for("own_site.site", code=code), 303)


def _page(found: Site, typed: dict[str, dict[str, str]], faults: dict[str, str], part: str = "") -> str:
    """`typed` are the cells of a part as they were typed, `part` the one that `faults` speak of."""
    round_ = current_round()
    cells = container().site_administration.cells(round_.code, found.code)
    manages = found.plan.manages
    opened = {name: DRAFT.opened(thing("own-site", round_.code, found.code, name)) for name in PARTS}
    return render_template(
        "staff/own_site.html",
        site=found,
        forms=[
            (name, (form := _form(found, name)), typed.get(name) or _cells(form, opened[name], cells))
            for name in PARTS
            if name in manages
        ],
        opened=opened,
        manages=manages,
        reviewers=container().site_administration.reviewers(found) if "reviewers" in manages else [],
        faults=faults,
        at=part,
        rows_of=rows_shown,
        as_time=as_time,
        command_id=fresh_id,
        giving=GIVING.opened(thing("own-site", round_.code, found.code)),
        taking=TAKING,
        longest_why=LONGEST_WHY,
    )


def _cells(form: Form, opened: OpenForm, saved: Mapping[str, str]) -> Mapping[str, str]:
    """The part as it was left in its form, else as it is saved."""
    return typed_cells(form, opened.fields) if opened.draft else saved


def _preview(
    found: Site, part: str, cells: dict[str, str], revision: Revision, faults: dict[str, str], why: str
) -> str:
    points = [
        (
            change_words(one.change).say(language()),
            outcome_words(one.outcome, one.change.kind, one.touched).say(language()),
        )
        for one in revision.points
    ]
    return render_template(
        "staff/own_site_preview.html",
        site=found,
        part=part,
        cells=cells,
        points=points,
        refused=revision.refused,
        faults=faults,
        why=why,
        seen=typed_field("seen"),
        draft=typed_field("draft"),
        command_id=typed_field("command_id"),
        longest_why=LONGEST_WHY,
    )


def _form(found: Site, part: str) -> Form:
    if part == "rooms":
        return Form(
            _("机房和座位"), (FieldGroup(_("机房和座位"), table=ROOMS, hint=_("清空一行即去掉这个机房。")),)
        )
    if part == "offers":
        return Form(_("开考科目"), (offers_group(_subjects(current_round(), found)),))
    notice = DraftField("site.notice", _("考点提示"), hint=_("考生选择考点时看到。"))
    return Form(_("考点提示"), (FieldGroup(_("考点提示"), (notice,)),))


def _subjects(round_: Round, found: Site) -> list[tuple[str, str]]:
    codes = dict.fromkeys((*found.offers, *sorted(round_.subjects)))
    return [(code, round_.subject(code).name) for code in codes]


def _site(code: str) -> Site:
    """Raises Refusal for a site that is not theirs."""
    return container().site_administration.site(current_round().code, code, account().actor)
