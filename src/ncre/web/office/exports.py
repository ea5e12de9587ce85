"""数据导出: the office chooses columns, has a file made at once or every day, watches it grow and takes it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.handlers.command_handler import Act
from ncre.projections.exports.sentences import WHAT
from ncre.services.exports.columns import COLUMNS, FORMS
from ncre.services.exports.exports import LONGEST_WHY, ExportRequest, JobState
from ncre.services.exports.writers import MIME, has_parquet
from ncre.web.drafts.draft_form import DraftForm
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_recent_authentication, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import command_id, field_values, fresh_id, has_field, trimmed_field, typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language
from ncre.web.shared.rounds import current_round

pages = Blueprint("exports", __name__)
office = require_role(Role.OFFICE)

DRAFT: Final = DraftForm("export", ("columns", "why", "site", "form", "at"))
"""A part for each kind of data, which has columns of its own."""

FIELD_OF = {
    RefusalCode.EXPORT_COLUMNS: "columns",
    RefusalCode.EXPORT_PRIVATE_SCHEDULED: "columns",
    RefusalCode.EXPORT_NO_PARQUET: "form",
    RefusalCode.OPENING_REASON: "why",
    RefusalCode.TEXT_UNREADABLE: "why",
    RefusalCode.EXPORT_TIME: "at",
    RefusalCode.EXPORTS_MANY: "columns",
    RefusalCode.STAFF_SITE_UNKNOWN: "site",
}
"""Refusals that the form shows at a field, so that nothing chosen is lost."""


@pages.get("/office/exports")
@office
def home() -> Answer:
    return _list({})


@pages.post("/office/exports")
@office
@require_recent_authentication
@DRAFT.sent
def make() -> Answer:
    """At once, or every day at a time, as the button says."""
    act, asked = Act(account().actor, command_id()), _asked()
    daily = has_field("daily")
    try:
        if daily:
            container().exports.schedule(act, asked, trimmed_field("at"))
        else:
            container().exports.request(act, asked)
    except Refusal as refusal:
        if refusal.code not in FIELD_OF:
            raise
        return _list({FIELD_OF[refusal.code]: refusal_text(refusal)}), int(STATUS[refusal.code])
    if daily:
        flash(_("已设定每天导出。"))
        return redirect(url_for("exports.home", what=asked.what), 303)
    return redirect(url_for("exports.one", export=act.command_id), 303)


@pages.get("/office/exports/<uuid:export>")
@office
def one(export: UUID) -> Answer:
    job = container().exports.one(account().id, export)
    columns = {column.code: column.words.say(language()) for column in COLUMNS[job["what"]]}
    return render_template(
        "office/export.html",
        job=job,
        words=WHAT[job["what"]].say(language()),
        columns=[columns.get(code, code) for code in job["columns"]],
        goes_on=job["state"] in (JobState.WAITING, JobState.RUNNING),
        State=JobState,
        command_id=fresh_id,
    )


@pages.post("/office/exports/<uuid:export>/file")
@office
@require_recent_authentication
def take(export: UUID) -> Answer:
    """That it was taken is recorded before the first byte."""
    job, pieces = container().exports.download(Act(account().actor, command_id()), export)
    name = f"ncre-{job['what']}-{job['round']}{'-' + job['site'] if job['site'] else ''}.{job['form']}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(job["size"]),
        "Cache-Control": "private, no-store",
    }
    return Response(pieces, content_type=MIME[job["form"]], headers=headers)


@pages.post("/office/exports/<uuid:export>/remove")
@office
def remove(export: UUID) -> Answer:
    container().exports.remove(Act(account().actor, command_id()), export)
    flash(_("导出文件已删除。"))
    return redirect(url_for("exports.home"), 303)


@pages.post("/office/exports/daily/<uuid:schedule>/end")
@office
def end(schedule: UUID) -> Answer:
    container().exports.unschedule(Act(account().actor, command_id()), schedule)
    flash(_("已取消每天导出。"))
    return redirect(url_for("exports.home"), 303)


def _asked() -> ExportRequest:
    return ExportRequest(
        what=typed_field("what"),
        form=typed_field("form"),
        site=trimmed_field("site"),
        columns=tuple(field_values("columns")),
        why=typed_field("why"),
    )


def _list(faults: dict[str, str]) -> str:
    what = request.values.get("what", "candidates")
    what = what if what in COLUMNS else "candidates"
    jobs, schedules = container().exports.of(account().id)
    opened = DRAFT.opened(part=what, path=url_for("exports.home", what=what))
    kept = opened.fields.getlist("columns")
    picked = kept if opened.is_begun else container().exports.choice(account().id, what)
    return render_template(
        "office/exports.html",
        what=what,
        kinds=[(code, words.say(language())) for code, words in WHAT.items()],
        words={code: words.say(language()) for code, words in WHAT.items()},
        columns=[(one.code, one.words.say(language()), one.private) for one in COLUMNS[what]],
        picked=set(picked),
        forms=[one for one in FORMS if one != "parquet" or has_parquet()],
        sites=[(one.code, one.plan.name) for one in container().queries.exams.sites(current_round().code)],
        opened=opened,
        jobs=jobs,
        schedules=schedules,
        State=JobState,
        faults=faults,
        longest=LONGEST_WHY,
        command_id=fresh_id,
    )
