"""Exports: asked for with columns, made in the background or every day, downloaded within a day."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from flask import Response, request
from pydantic import Field, StringConstraints
from werkzeug.exceptions import NotFound

from ncre.domain.integration.scopes import Scope
from ncre.services.exports.columns import COLUMNS, chosen_columns
from ncre.services.exports.exports import ExportRequest
from ncre.web.api.access import me, require_scope, require_site_of_caller
from ncre.web.api.answers import answer
from ncre.web.api.bodies import Asked, Code, Text
from ncre.web.api.models import Answered
from ncre.web.api.office.acting import office_act, office_look
from ncre.web.api.spec import operation, pages
from ncre.web.shared.auth import container
from ncre.web.shared.language import language

Kind = Literal["candidates", "sittings", "money", "history"]


class ExportAsked(Asked):
    """Of the current round, all of the caller's sites or one. `why` is asked for where a column is private."""

    what: Kind
    form: Literal["csv", "xlsx", "parquet"]
    site: Annotated[str, StringConstraints(pattern=r"^([0-9]{6})?$")] = ""
    columns: Annotated[list[Code], Field(min_length=1, max_length=100)]
    why: Text = ""


class ScheduleAsked(ExportAsked):
    """Made every day `at` this time of the exam's own, HH:MM; of columns that are not private."""

    at: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class ExportColumnShape(Answered):
    """`kind`: text, number, money (yuan), moment or day."""

    code: str
    name: str
    kind: str
    private: bool


class ExportColumnsShape(Answered):
    """`chosen` are those that the caller took last, or the usual ones."""

    items: list[ExportColumnShape]
    chosen: list[str]


class ExportShape(Answered):
    """`state`: waiting, running, done, failed or removed; `done` of `total` registrations are gone through."""

    id: UUID
    what: str
    form: str
    round: str
    site: str
    columns: list[str]
    state: str
    total: int
    done: int
    rows: int
    size: int
    sha256: str
    asked_at: datetime
    made_at: datetime | None


class DailyExportShape(Answered):
    id: UUID
    what: str
    form: str
    site: str
    columns: list[str]
    at: str


class ExportsShape(Answered):
    """The caller's own, the newest first, and what is made for it every day."""

    items: list[ExportShape]
    daily: list[DailyExportShape]


@pages.get("/exports")
@operation("listExports", ExportsShape, Scope.EXPORTS, tag="exports")
def list_exports() -> Response:
    """Exports of the caller

    And what is made for it every day.
    """
    return _exports()


@pages.get("/export-columns/<what>")
@operation("listExportColumns", ExportColumnsShape, Scope.EXPORTS, tag="exports")
def export_columns(what: str) -> Response:
    """What can be exported

    The columns of candidates, sittings, money or history.
    """
    if what not in COLUMNS:
        raise NotFound
    items = [
        ExportColumnShape(code=one.code, name=one.words.say(language()), kind=one.kind, private=one.private)
        for one in COLUMNS[what]
    ]
    return answer(ExportColumnsShape(items=items, chosen=container().exports.choice(me().id, what)))


@pages.post("/exports")
@operation("requestExport", ExportShape, Scope.EXPORTS, json=ExportAsked, command=True, tag="exports")
def request_export() -> Response:
    """Have a file made

    In the background; the columns are remembered. Private columns need the scope `private:read` too.
    """
    asked: ExportAsked = request.context.json  # type: ignore[attr-defined]
    made = container().exports.request(office_act(), _allowed(asked))
    return answer(_export(container().exports.one(me().id, made)))


@pages.get("/exports/<uuid:export_id>")
@operation("getExport", ExportShape, Scope.EXPORTS, tag="exports")
def export_(export_id: UUID) -> Response:
    """How far a file is

    Of the caller's own.
    """
    return answer(_export(container().exports.one(me().id, export_id)))


@pages.post("/exports/<uuid:export_id>/downloads")
@operation("downloadExport", None, Scope.EXPORTS, media="application/octet-stream", tag="exports")
def download_export(export_id: UUID) -> Response:
    """Download a file

    Within a day. That it was taken is recorded before the first byte.
    """
    job = container().exports.one(me().id, export_id)
    require_site_of_caller(job["site"])
    if any(column.private for column in chosen_columns(job["what"], job["columns"])):
        require_scope(Scope.PRIVATE)
    act = office_look()
    job, pieces = container().exports.download(act, export_id)
    headers = {"Content-Length": str(job["size"])}
    return Response(pieces, content_type="application/octet-stream", headers=headers)


@pages.post("/exports/<uuid:export_id>/removal")
@operation("removeExport", ExportShape, Scope.EXPORTS, command=True, tag="exports")
def remove_export(export_id: UUID) -> Response:
    """Remove a file

    At once, its key and what it opened.
    """
    container().exports.remove(office_act(), export_id)
    return answer(_export(container().exports.one(me().id, export_id)))


@pages.post("/daily-exports")
@operation("scheduleExport", ExportsShape, Scope.EXPORTS, json=ScheduleAsked, command=True, tag="exports")
def schedule_export() -> Response:
    """Have a file made every day

    At a time of the exam's own.
    """
    asked: ScheduleAsked = request.context.json  # type: ignore[attr-defined]
    container().exports.schedule(office_act(), _allowed(asked), asked.at)
    return _exports()


@pages.post("/daily-exports/<uuid:schedule_id>/end")
@operation("endDailyExport", ExportsShape, Scope.EXPORTS, command=True, tag="exports")
def end_daily_export(schedule_id: UUID) -> Response:
    """End a daily export

    Of the caller's own; one that is gone is so already.
    """
    container().exports.unschedule(office_act(), schedule_id)
    return _exports()


def _allowed(asked: ExportAsked) -> ExportRequest:
    """Raises Refusal where a site or a private column is not the caller's to export."""
    require_site_of_caller(asked.site)
    if any(column.private for column in chosen_columns(asked.what, asked.columns)):
        require_scope(Scope.PRIVATE)
    return ExportRequest(asked.what, asked.form, asked.site, tuple(asked.columns), asked.why)


def _exports() -> Response:
    jobs, daily = container().exports.of(me().id)
    rows = [DailyExportShape(**{name: one[name] for name in DailyExportShape.model_fields}) for one in daily]
    return answer(ExportsShape(items=[_export(one) for one in jobs], daily=rows))


def _export(job: dict[str, object]) -> ExportShape:
    same = {name: job[name] for name in ExportShape.model_fields if name != "sha256"}
    return ExportShape(**same, sha256=job["digest"])  # type: ignore[arg-type]
