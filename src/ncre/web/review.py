"""考点审核: the queue of a site, one case with its decision, the confirmation in person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from ncre.domain.commands import Approve, Cancel, Command, Confirm, Move, PaidFee, Reject
from ncre.domain.lifecycle import Role, Step, open_rows
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.projections import ledger, photo_files, timeline
from ncre.projections import queue as waiting_room
from ncre.projections.base import Row
from ncre.services.papers import undrawable
from ncre.web.asking import command_id, fresh_id, seen
from ncre.web.casefile import answers, changes_since_rejection, pictures, reasons_by_group
from ncre.web.cases import Case, at_my_sites
from ncre.web.errors import STATUS, said
from ncre.web.looks import look
from ncre.web.pictures import picture_of, site_for
from ncre.web.story import newest_first
from ncre.web.tasks import GROUPS, time_left
from ncre.web.who import Answer, account, house, need

pages = Blueprint("review", __name__)

PURPOSE: Final = "review"
PAGE: Final = 25
"""Cases on one page of the queue."""

FIELD_OF: Final = {
    RefusalCode.REASON_MISSING: "reasons",
    RefusalCode.REASON_UNKNOWN: "reasons",
    RefusalCode.REASON_TEXT_MISSING: "note",
    RefusalCode.MONEY_UNDECIDED: "money",
    RefusalCode.MONEY_REASON_MISSING: "money_why",
    RefusalCode.EVIDENCE_MISSING: "evidence",
    RefusalCode.ACCOUNT_UNKNOWN: "to",
    RefusalCode.ACCOUNT_BUSY: "to",
    RefusalCode.OTHER_PERSON: "to",
}
"""Refusals that belong to a field of a form; the others stand above the case."""


@pages.get("/staff/queue")
@need(Role.REVIEWER, Role.OFFICE)
def queue() -> Answer:
    """待审核, the longest waiting first."""
    here, now = _page_number(), house().clock()
    with house().database.reading() as connection:
        round_ = house().application.exams.current(connection)
        code, sites = round_.code if round_ else "", account().sites
        rows = waiting_room.waiting(connection, code, sites, PAGE, (here - 1) * PAGE)
        count = waiting_room.waiting_count(connection, code, sites)
    waits = {row["id"]: time_left(now, row["requested_at"]) for row in rows}
    pages_ = max(1, -(-count // PAGE))
    return render_template(
        "queue.html", round=round_, rows=rows, count=count, waits=waits, here=here, pages=pages_
    )


@pages.get("/staff/cases/<uuid:registration>")
@need(Role.REVIEWER, Role.OFFICE)
def case(registration: UUID) -> Answer:
    return _page(registration, _Typed())


@pages.get("/staff/cases/<uuid:registration>/photo/<digest>.jpg")
@need(Role.REVIEWER, Role.OFFICE)
def photo(registration: UUID, digest: str) -> Answer:
    """A photo that this case has or had; any other digest is as good as none."""
    row = at_my_sites(registration)
    look(row, PURPOSE)
    if digest not in {picture["digest"] for picture in pictures(_history(registration))}:
        raise NotFound
    return picture_of(row, digest)


@pages.post("/staff/cases/<uuid:registration>/approve")
@need(Role.REVIEWER, Role.OFFICE)
def approve(registration: UUID) -> Answer:
    row = at_my_sites(registration)
    refused = _carry_out(Approve(**_asked(registration)), _Typed())
    return refused or _to_next(row, _("报名号 %(number)s：审核通过。", number=row["number"]))


@pages.post("/staff/cases/<uuid:registration>/reject")
@need(Role.REVIEWER, Role.OFFICE)
def reject(registration: UUID) -> Answer:
    row = at_my_sites(registration)
    typed = _Typed(frozenset(request.form.getlist("reasons")), request.form.get("note", ""))
    asked = Reject(**_asked(registration), reasons=tuple(sorted(typed.reasons)), note=typed.note)
    refused = _carry_out(asked, typed)
    return refused or _to_next(
        row, _("报名号 %(number)s：审核不通过，原因已告知考生。", number=row["number"])
    )


@pages.post("/staff/cases/<uuid:registration>/confirm")
@need(Role.REVIEWER, Role.OFFICE)
def confirm(registration: UUID) -> Answer:
    """现场确认; the desk is ready for the next candidate afterwards."""
    row = at_my_sites(registration)
    refused = _carry_out(Confirm(**_asked(registration)), _Typed())
    if refused is None:
        flash(_("报名号 %(number)s：现场确认完成。", number=row["number"]))
    return refused or redirect(url_for("desk.search"), 303)


@pages.post("/staff/cases/<uuid:registration>/cancel")
@need(Role.OFFICE)
def cancel(registration: UUID) -> Answer:
    at_my_sites(registration)
    form = request.form
    typed = _Typed(why=form.get("why", ""), money=form.get("money", ""), money_why=form.get("money_why", ""))
    money = PaidFee(typed.money) if typed.money in set(PaidFee) else None
    asked = Cancel(**_asked(registration), reason=typed.why, money=money, money_reason=typed.money_why)
    refused = _carry_out(asked, typed)
    if refused is None:
        flash(_("报名已取消，费用将原路退回。") if money is PaidFee.REFUND else _("报名已取消。"))
    return refused or redirect(url_for("review.case", registration=registration), 303)


@pages.post("/staff/cases/<uuid:registration>/move")
@need(Role.OFFICE)
def move(registration: UUID) -> Answer:
    """转到本人另一账号: upon evidence, told to both accounts."""
    at_my_sites(registration)
    typed = _Typed(to=request.form.get("to", "").strip(), evidence=request.form.get("evidence", ""))
    moving = house().moving
    try:
        moving.move(
            Move(**_asked(registration), to=moving.target(typed.to).id, evidence=typed.evidence),
        )
    except Refusal as refusal:
        place = FIELD_OF.get(refusal.code, "case")
        return _page(registration, replace(typed, faults={place: said(refusal)})), int(STATUS[refusal.code])
    flash(
        _(
            "报名已转到账号 %(name)s。两个账号的安全记录都已写明，已绑定的邮箱和手机号已收到通知。",
            name=typed.to,
        )
    )
    return redirect(url_for("review.case", registration=registration), 303)


@dataclass(frozen=True)
class _Typed:
    """What a form held and what was wrong with it, so that nothing is lost."""

    reasons: frozenset[str] = frozenset()
    note: str = ""
    why: str = ""
    money: str = ""
    money_why: str = ""
    receipt: str = ""
    amount: str = ""
    to: str = ""
    evidence: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)

    def homeless(self, shown: frozenset[Step], takes_money: bool) -> _Typed:
        """What was typed into forms that the page no longer has."""
        gone = replace(self, faults={})
        if Step.REJECT in shown:
            gone = replace(gone, reasons=frozenset(), note="")
        if Step.CANCEL in shown:
            gone = replace(gone, why="", money_why="")
        if Step.MOVE in shown:
            gone = replace(gone, to="", evidence="")
        return replace(gone, receipt="", amount="") if takes_money else gone


def _asked(registration: UUID) -> dict[str, Any]:
    return {
        "registration": registration,
        "actor": account().actor,
        "seen": seen(),
        "command_id": command_id(),
    }


def _carry_out(command: Command, typed: _Typed) -> Answer | None:
    """None when it is done; else the case as it now stands, with what was typed and why it is not done."""
    try:
        if isinstance(command, Cancel):
            house().changes.carry_out(command)
        else:
            house().application.handle(command)
    except Refusal as refusal:
        place = FIELD_OF.get(refusal.code, "case")
        if command.step is Step.CANCEL and place == "note":
            place = "why"
        faulty = replace(typed, faults={place: said(refusal)})
        return _page(command.registration, faulty), int(STATUS[refusal.code])
    return None


def _to_next(decided: Row, notice: str) -> Answer:
    """To the case that waits behind the decided one, else to the oldest, else to the empty queue."""
    flash(notice)
    with house().database.reading() as connection:
        rows = waiting_room.waiting(connection, decided["round"], account().sites, 200)
    others = [row for row in rows if row["account"] != account().id and row["id"] != decided["id"]]
    behind = [row for row in others if row["requested_at"] > (decided["requested_at"] or house().clock())]
    for row in (*behind, *others):
        return redirect(url_for("review.case", registration=row["id"]), 303)
    return redirect(url_for("review.queue"), 303)


def with_faults(registration: UUID, faults: Mapping[str, str], receipt: str = "", amount: str = "") -> str:
    """The case with what the form of the counter held and what was wrong with it."""
    return _page(registration, _Typed(receipt=receipt, amount=amount, faults=faults))


def _page(registration: UUID, typed: _Typed) -> str:
    """The case. The look at its private details is recorded before anything of it is opened."""
    row = at_my_sites(registration)
    look(row, PURPOSE)
    case_, history, now = _case(row), _history(registration), house().clock()
    with house().database.reading() as connection:
        story = timeline.story(connection, registration)
        others = photo_files.of_other_people(connection, registration)
        payments = ledger.of_registration(connection, registration)
    steps, own = _steps(case_), row["account"] == account().id
    closed = _closed(case_, steps, now)
    takes_money = case_.payable and row["order_version"] is not None and not own
    details = house().people.details(case_.id, row["details_version"])
    return render_template(
        "case.html",
        case=case_,
        answers=answers(details),
        undrawable=[f"{one}（U+{ord(one):04X}）" for one in undrawable(details.name)] if details else [],
        pictures=[{**one, "lost": house().photos.is_lost(one["digest"])} for one in pictures(history)[::-1]],
        same_file=list(dict.fromkeys(other["number"] or _("（尚无）") for other in others)),
        changes=changes_since_rejection(history),
        rejections=[fact for fact in history if isinstance(fact, facts.Rejected)][::-1],
        story=newest_first(story),
        steps=steps,
        closed=closed,
        own=own,
        reasons=reasons_by_group(),
        groups=GROUPS,
        payments=payments,
        paid_fee=(row["payment"] or {}).get("amount", 0),
        takes_money=takes_money,
        typed=typed,
        unsaved=typed.homeless(steps - _hidden(closed), takes_money) if typed.faults else _Typed(),
        faults=typed.faults,
        wait=time_left(now, row["requested_at"]) if Step.APPROVE in steps else "",
        command_id=fresh_id,
    )


def _case(row: Row) -> Case:
    exams = house().application.exams
    with house().database.reading() as connection:
        round_ = exams.round(connection, row["round"])
        site = exams.site(connection, row["round"], row["site"]) if row["site"] else None
    if round_ is None:
        raise NotFound
    return Case(row, round_, site_for(row, site))


def _history(registration: UUID) -> list[Fact]:
    with house().database.reading() as connection:
        return house().application.store.history(connection, registration)


def _steps(case: Case) -> frozenset[Step]:
    """What the signed-in staff may do with the case: never anything with their own."""
    if case.row["account"] == account().id:
        return frozenset()
    rows = open_rows(case.status, case.site)
    return frozenset(row.step for row in rows if account().role in row.by)


def _closed(case: Case, steps: frozenset[Step], now: datetime) -> dict[Step, str]:
    """Steps whose window is not open at this hour, and why, in words."""
    faults = {step: case.window_fault(step, now) for step in steps}
    return {step: said(fault) for step, fault in faults.items() if fault is not None}


def _hidden(closed: Mapping[Step, str]) -> frozenset[Step]:
    """Steps whose forms give way to a sentence: both decisions, where their window is closed."""
    return frozenset({Step.APPROVE, Step.REJECT}) if Step.APPROVE in closed else frozenset()


def _page_number() -> int:
    text = request.args.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 1
