"""停考管理: the exam office enters and lifts bans, brings them from a file, and says what becomes of who has paid."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from ncre.domain.bans.ban import LONGEST_DECISION
from ncre.domain.identity_documents import DOCUMENT_TYPES, RESIDENT_ID
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.rejection_reasons import LONGEST_NOTE
from ncre.domain.registration.vocabulary import Role
from ncre.events.bounds import OutOfBounds, integer
from ncre.handlers.command_handler import Act
from ncre.services.bans.ban_file import BanFileUnreadable, BanRow, new_ban, read_bans
from ncre.services.bans.bans import BanOutcome, RowState
from ncre.services.registration.case_request import CaseRequest
from ncre.web.drafts.draft_form import DraftForm
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_recent_authentication, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import (
    FormIncomplete,
    command_id,
    fresh_id,
    has_field,
    seen,
    sent_form,
    trimmed_field,
    typed_field,
    typed_fields,
)
from ncre.web.shared.history_view import newest_first
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language

pages = Blueprint("bans", __name__)
office = require_role(Role.OFFICE)

KIND = "bans"

DRAFT: Final = DraftForm("ban", ("kind", "starts", "ends", "decision", "reason"))
"""Without the number of the document, which is kept nowhere."""

LIFTING: Final = DraftForm("ban-lift", ("why",))
RESOLUTION: Final = DraftForm("ban-resolution", ("outcome", "why"))

FIELD_OF = {
    RefusalCode.BAN_DOCUMENT_UNFIT: "number",
    RefusalCode.BAN_DAYS_UNFIT: "starts",
    RefusalCode.BAN_DECISION_MISSING: "decision",
    RefusalCode.BAN_EXISTS: "decision",
    RefusalCode.REASON_TEXT_MISSING: "reason",
    RefusalCode.TEXT_TOO_LONG: "reason",
    RefusalCode.TEXT_UNREADABLE: "reason",
}
"""Refusals that the form shows at a field, so that nothing typed is lost."""

AT_THE_WHY = frozenset({RefusalCode.WHY_MISSING, RefusalCode.TEXT_TOO_LONG, RefusalCode.TEXT_UNREADABLE})


@pages.get("/office/bans")
@office
def home() -> Answer:
    return _list({})


@pages.post("/office/bans")
@office
@require_recent_authentication
@DRAFT.sent
def impose() -> Answer:
    said = typed_fields(("kind", "number", "starts", "ends", "decision", "reason"))
    act = _act()
    try:
        ban = container().bans.impose(act, new_ban(**said))
    except Refusal as refusal:
        if refusal.code not in FIELD_OF:
            raise
        return _list({FIELD_OF[refusal.code]: refusal_text(refusal)}), int(STATUS[refusal.code])
    flash(_("已录入停考。"))
    return redirect(url_for("bans.one", ban=ban), 303)


@pages.post("/office/bans/search")
@office
def search() -> Answer:
    """The number travels in the form, never in an address, and is kept nowhere."""
    typed = trimmed_field("q")
    if not typed or len(typed) > 40:
        return _list({"q": _("请填写证件号码。")}), 422
    found = container().bans.search(typed)
    if not found:
        return _list({"q": _("这个证件号码没有停考记录。请核对号码。")}), 422
    return _list({}, found)


@pages.get("/office/bans/<uuid:ban>")
@office
def one(ban: UUID) -> Answer:
    return _one(ban, {})


@pages.post("/office/bans/<uuid:ban>/reason")
@office
@require_recent_authentication
def reason(ban: UUID) -> Answer:
    """Shown once, on the answer itself; that it was read is recorded first."""
    return _one(ban, {}, container().bans.reason(_act(), ban))


@pages.post("/office/bans/<uuid:ban>/lift")
@office
@require_recent_authentication
@LIFTING.sent
def lift(ban: UUID) -> Answer:
    act = _act()
    try:
        container().bans.lift(act, ban, typed_field("why"))
    except Refusal as refusal:
        return _again(ban, "lift", refusal)
    flash(_("已解除停考。"))
    return redirect(url_for("bans.one", ban=ban), 303)


@pages.post("/office/bans/<uuid:ban>/registrations/<uuid:registration>")
@office
@require_recent_authentication
@RESOLUTION.sent
def resolve(ban: UUID, registration: UUID) -> Answer:
    asked = CaseRequest(
        registration=registration, actor=account().actor, seen=seen(), command_id=command_id()
    )
    chosen = typed_field("outcome")
    if chosen not in set(BanOutcome):
        faults = {f"outcome-{registration}": _("请选择怎样处理。")}
        return _one(ban, faults), 422
    try:
        container().bans.resolve(asked, ban, BanOutcome(chosen), typed_field("why"))
    except Refusal as refusal:
        return _again(ban, str(registration), refusal)
    flash(_("已办理。"))
    return redirect(url_for("bans.one", ban=ban), 303)


@pages.post("/office/bans/file")
@office
@require_recent_authentication
def upload() -> Answer:
    """The file is kept for a day, sealed, until its preview is confirmed; nothing is entered yet."""
    sent, upload = request.files.get("file"), command_id()
    raw = sent.read() if sent is not None else b""
    if not raw:
        return _list({"file": _("请选择一个 CSV 文件。")}), 422
    try:
        read_bans(raw)
    except BanFileUnreadable as unreadable:
        why = unreadable.words.say(language())
        return _list({"file": _("这个文件不能使用：%(why)s。没有录入任何内容。", why=why)}), 422
    container().uploads.keep(upload, KIND, account().id, raw)
    return redirect(url_for("bans.preview", upload=upload), 303)


@pages.get("/office/bans/file/<uuid:upload>")
@office
@require_recent_authentication
def preview(upload: UUID) -> Answer:
    outcomes = container().bans.preview(_rows(upload))
    counts = {state: sum(one.state is state for one in outcomes) for state in RowState}
    return render_template(
        "office/bans_preview.html",
        upload=upload,
        outcomes=outcomes,
        counts=counts,
        paid=sum(one.paid for one in outcomes if one.state is RowState.NEW),
        registered=sum(one.registered for one in outcomes if one.state is RowState.NEW),
        RowState=RowState,
        command_id=fresh_id,
        faults={},
    )


@pages.post("/office/bans/file/<uuid:upload>")
@office
@require_recent_authentication
def import_file(upload: UUID) -> Answer:
    """All that is new in it at once, or nothing; the same page then says of every line what became of it."""
    count = container().bans.import_rows(_act(), _rows(upload))
    flash(_("这次录入了 %(count)s 条停考，每一行的结果见下表。", count=count))
    return redirect(url_for("bans.preview", upload=upload), 303)


def _rows(upload: UUID) -> list[BanRow]:
    """Raises Refusal where the file is kept no more, or is somebody else's."""
    raw = container().uploads.read(upload, KIND, account().id)
    if raw is None:
        raise Refusal(RefusalCode.UPLOAD_GONE)
    return read_bans(raw)


def _act() -> Act:
    return Act(account().actor, command_id())


def _again(ban: UUID, form: str, refusal: Refusal) -> Answer:
    """The page with the refusal at the reason of this form. Raises one that is about something else."""
    if refusal.code not in AT_THE_WHY:
        raise refusal
    return _one(ban, {f"why-{form}": refusal_text(refusal)}), int(STATUS[refusal.code])


def _list(faults: dict[str, str], found: list[dict[str, object]] | None = None) -> str:
    number = _page_number()
    rows, more = container().bans.page(number)
    opened = DRAFT.opened()
    return render_template(
        "office/bans.html",
        opened=opened,
        typed=sent_form() if has_field("decision") else opened.fields,
        rows=rows if found is None else found,
        found=found is not None,
        number=number,
        more=more,
        waiting=container().bans.waiting(),
        is_in_force=container().bans.is_in_force,
        kinds=[(code, kind.words.say(language())) for code, kind in DOCUMENT_TYPES.items()],
        usual=RESIDENT_ID,
        faults=faults,
        longest_decision=LONGEST_DECISION,
        longest=LONGEST_NOTE,
        command_id=fresh_id,
    )


def _page_number() -> int:
    try:
        return integer(request.args.get("page", "1"), least=1)
    except OutOfBounds:
        raise FormIncomplete from None


def _one(ban: UUID, faults: dict[str, str], reason: str | None = None) -> str:
    row, waiting, story = container().bans.one(ban)
    return render_template(
        "office/ban.html",
        opened=LIFTING.opened(ban),
        kept=RESOLUTION,
        row=row,
        waiting=waiting,
        story=newest_first(story),
        in_force=container().bans.is_in_force(row),
        kind=DOCUMENT_TYPES[row["document_type"]].words.say(language()),
        reason=reason,
        faults=faults,
        longest=LONGEST_NOTE,
        command_id=fresh_id,
    )
