"""考点停办: a site is cancelled or postponed as a whole, after a look at whom that concerns; and how far it has come."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound

from ncre.domain.accounts.staff import LONGEST_WHY
from ncre.domain.exam.plan import Round, Site
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import PaidFee
from ncre.domain.registration.vocabulary import Role
from ncre.services.exam.calling_off_request import CallOff
from ncre.web.drafts.draft_form import DraftForm, thing
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import command_id, fresh_id, sent_form, typed_field
from ncre.web.shared.history_view import names
from ncre.web.shared.language import gettext as _

pages = Blueprint("calling_off", __name__)

DRAFT: Final = DraftForm("call-off", ("way", "to", "why"))

FIELD_OF = {
    RefusalCode.WHY_MISSING: "why",
    RefusalCode.TEXT_TOO_LONG: "why",
    RefusalCode.MONEY_UNDECIDED: "money",
    RefusalCode.ROUND_TO_MISSING: "to",
}


@pages.get("/office/rounds/<round_code>/called-off")
@require_role(Role.OFFICE)
def home(round_code: str) -> Answer:
    """The sites of a round, each with what was called off."""
    round_ = _round(round_code)
    sites = container().queries.exams.sites(round_code)
    runs = container().calling_off.runs_by_site(round_code)
    return render_template("office/rounds/called_off.html", round=round_, sites=sites, runs=runs)


@pages.get("/office/rounds/<round_code>/called-off/<site>")
@require_role(Role.OFFICE)
def preview(round_code: str, site: str) -> Answer:
    """Whom it would concern, for each of the ways."""
    return _preview(_round(round_code), _site(round_code, site), {})


@pages.post("/office/rounds/<round_code>/called-off/<site>")
@require_role(Role.OFFICE)
@DRAFT.sent
def begin(round_code: str, site: str) -> Answer:
    round_, found = _round(round_code), _site(round_code, site)
    way, why = typed_field("way"), typed_field("why")
    money = {"refund": PaidFee.REFUND, "keep": PaidFee.KEEP}.get(way)
    to = typed_field("to") if way == "postpone" else ""
    if faults := _faults(way, to, why):
        return _preview(round_, found, faults), 422
    try:
        run = container().calling_off.begin(
            CallOff(
                actor=account().actor,
                round=round_code,
                site=site,
                to=to,
                money=money,
                why=why,
                seen=typed_field(f"mark-{to}" if to else "mark"),
                command_id=command_id(),
            )
        )
    except Refusal as refusal:
        field = FIELD_OF.get(refusal.code, "way")
        return _preview(round_, found, {field: refusal_text(refusal)}), int(STATUS[refusal.code])
    return redirect(url_for("calling_off.progress", run=run), 303)


def _faults(way: str, to: str, why: str) -> dict[str, str]:
    """What is missing, each at its field."""
    faults = {}
    if way not in ("refund", "keep", "postpone"):
        faults["way"] = _("请选择取消并退款、取消但不退款，或延期。")
    if way == "postpone" and not to:
        faults["to"] = _("请选择转到哪个考次；没有可选的，请先开放下一考次。")
    if not why.strip():
        faults["why"] = refusal_text(Refusal(RefusalCode.WHY_MISSING))
    return faults


@pages.get("/office/called-off/<uuid:run>")
@require_role(Role.OFFICE)
def progress(run: UUID) -> Answer:
    """How far it has come, and who was refused and why."""
    found = container().calling_off.progress(run)
    return render_template("office/rounds/called_off_run.html", found=found, name_of=names())


@pages.post("/office/called-off/<uuid:run>/go-on")
@require_role(Role.OFFICE)
def go_on(run: UUID) -> Answer:
    """The next cases, without waiting for the worker."""
    container().calling_off.progress(run)
    container().calling_off.go_on(run)
    return redirect(url_for("calling_off.progress", run=run), 303)


@pages.post("/office/called-off/<uuid:run>/again")
@require_role(Role.OFFICE)
def again(run: UUID) -> Answer:
    """Those that were refused, once more."""
    container().calling_off.progress(run)
    container().calling_off.try_again(run, account().actor)
    return redirect(url_for("calling_off.progress", run=run), 303)


def _preview(round_: Round, site: Site, faults: dict[str, str]) -> str:
    others = [one for one in container().queries.exams.rounds() if one.code != round_.code]
    carried = container().calling_off.previews(round_.code, site.code, ["", *(one.code for one in others)])
    shown = carried.pop("")
    opened = DRAFT.opened(thing("call-off", round_.code, site.code))
    return render_template(
        "office/rounds/call_off.html",
        opened=opened,
        round=round_,
        site=site,
        shown=shown,
        others=others,
        carried=carried,
        runs=container().calling_off.runs(round_.code, site.code),
        faults=faults,
        typed=sent_form() if request.method == "POST" else opened.fields,
        longest_why=LONGEST_WHY,
        command_id=fresh_id(),
    )


def _round(code: str) -> Round:
    found = container().queries.exams.round(code)
    if found is None:
        raise NotFound
    return found


def _site(round_code: str, code: str) -> Site:
    found = container().queries.exams.site(round_code, code)
    if found is None:
        raise NotFound
    return found
