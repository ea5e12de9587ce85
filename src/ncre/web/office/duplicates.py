"""跨省重复报名: the office takes the exchange file out, brings others in, and says what becomes of each duplicate."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from ncre.domain.duplicates.exchange_file import ExchangeUnreadable
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.rejection_reasons import LONGEST_NOTE
from ncre.domain.registration.vocabulary import Role
from ncre.handlers.command_handler import Act
from ncre.services.duplicates.duplicates import DuplicateOutcome
from ncre.services.registration.case_request import CaseRequest
from ncre.web.drafts.draft_form import DraftForm
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared import traffic
from ncre.web.shared.auth import Answer, account, container, require_recent_authentication, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import command_id, fresh_id, seen, typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language

pages = Blueprint("duplicates", __name__)
office = require_role(Role.OFFICE)

DRAFT: Final = DraftForm("duplicate", ("outcome", "why"))
"""About the registration; a part for each province."""

AT_THE_WHY = frozenset({RefusalCode.WHY_MISSING, RefusalCode.TEXT_TOO_LONG, RefusalCode.TEXT_UNREADABLE})


@pages.get("/office/duplicates")
@office
def home() -> Answer:
    return _page({})


@pages.post("/office/duplicates/export")
@office
@require_recent_authentication
def export() -> Answer:
    """Recorded before it is handed out."""
    province = typed_field("province")
    data = container().duplicates.export(Act(account().actor, command_id()), province)
    headers = {
        "Content-Disposition": f'attachment; filename="ncre-duplicates-{province}.txt"',
        "Cache-Control": "private, no-store",
    }
    return Response(data, content_type="text/plain; charset=us-ascii", headers=headers)


@pages.post("/office/duplicates/file")
@office
@require_recent_authentication
def import_file() -> Answer:
    """Takes the place of the file of the same province before it."""
    sent, act = request.files.get("file"), Act(account().actor, command_id())
    raw = sent.read() if sent is not None else b""
    if not raw:
        return _page({"file": _("请选择比对文件。")}), 422
    try:
        file, hits = container().duplicates.import_file(act, raw)
    except ExchangeUnreadable as unreadable:
        why = unreadable.words.say(language())
        return _page({"file": _("这个文件不能使用：%(why)s。没有导入任何内容。", why=why)}), 422
    flash(
        _(
            "已导入省 %(province)s 的 %(people)s 人，新发现 %(hits)s 份重复报名。",
            province=file.province,
            people=len(file.people),
            hits=hits,
        )
    )
    return redirect(url_for("duplicates.home"), 303)


@pages.post("/office/duplicates/<uuid:registration>/<province>")
@office
@require_recent_authentication
@DRAFT.sent
def resolve(registration: UUID, province: str) -> Answer:
    asked = CaseRequest(
        registration=registration, actor=account().actor, seen=seen(), command_id=command_id()
    )
    chosen, form = typed_field("outcome"), f"{registration}-{province}"
    if chosen not in set(DuplicateOutcome):
        return _page({f"outcome-{form}": _("请选择怎样处理。")}), 422
    try:
        container().duplicates.resolve(asked, province, DuplicateOutcome(chosen), typed_field("why"))
    except Refusal as refusal:
        if refusal.code not in AT_THE_WHY:
            raise
        return _page({f"why-{form}": refusal_text(refusal)}), int(STATUS[refusal.code])
    flash(_("已办理。"))
    return redirect(url_for("duplicates.home"), 303)


def _page(faults: dict[str, str]) -> str:
    shown = container().duplicates
    return render_template(
        "office/duplicates.html",
        takes_part=shown.takes_part,
        by_service=container().exchange_sync.takes_part,
        exchanged_at=container().beats.exchanged_at(),
        provinces=shown.provinces() if container().queries.exams.current() else [],
        waiting=shown.waiting(),
        kept=DRAFT,
        faults=faults,
        longest=LONGEST_NOTE,
        most=traffic.FORM // 1_000,
        command_id=fresh_id,
    )
