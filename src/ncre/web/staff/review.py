"""考点审核: the queue of a site, one case with its decision, the confirmation in person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden, NotFound

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Approve, Cancel, Command, Confirm, Move, PaidFee, Reject
from ncre.domain.registration.disclosure import REASONS, reason_of_work
from ncre.domain.registration.lifecycle import Role, Status, Step
from ncre.domain.registration.rejection_reasons import LONGEST_NOTE
from ncre.events import registration as facts
from ncre.events.bounds import OutOfBounds, integer
from ncre.projections.audit import timeline
from ncre.projections.base import Row
from ncre.projections.payment import ledger
from ncre.projections.registration import photo_files
from ncre.projections.registration import review_queue as review_queue
from ncre.services.documents.issuing import missing_glyphs
from ncre.web.candidate.task_list import GROUPS, time_left
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.disclosure import go_on, open_details, opened
from ncre.web.shared.errors import STATUS, refusal_text
from ncre.web.shared.forms import command_id, fresh_id, seen
from ncre.web.shared.history_view import newest_first
from ncre.web.shared.language import language
from ncre.web.shared.pictures import picture_of
from ncre.web.shared.registration_view import at_my_sites, with_rules
from ncre.web.staff.review_case import (
    answers,
    changes_since_rejection,
    closed_steps,
    history_of,
    pictures,
    reasons_by_group,
    steps_of,
)

pages = Blueprint("review", __name__)

PURPOSE: Final = "review"

AT_DESK: Final = "at-desk"
"""Which case the session came to from the desk: there the next person is one scan away."""

PAGE: Final = 25
"""Cases on one page of the queue."""

MOST_PAGES: Final = 99_999

FIELD_OF: Final = {
    RefusalCode.REASON_MISSING: "reasons",
    RefusalCode.REASON_UNKNOWN: "reasons",
    RefusalCode.MONEY_UNDECIDED: "money",
    RefusalCode.MONEY_REASON_MISSING: "money_why",
    RefusalCode.EVIDENCE_MISSING: "evidence",
    RefusalCode.ACCOUNT_UNKNOWN: "to",
    RefusalCode.ACCOUNT_BUSY: "to",
    RefusalCode.OTHER_PERSON: "to",
}
"""Refusals that belong to a field of a form; the others stand above the case."""

TEXTS: Final = frozenset({RefusalCode.REASON_TEXT_MISSING, RefusalCode.TEXT_TOO_LONG})
LONG_TEXT: Final = {Step.REJECT: "note", Step.CANCEL: "why", Step.MOVE: "evidence"}
"""Refusals of a text, and the field of each step in which one is written."""


USUAL: Final = {
    Status.PENDING_REVIEW: "review",
    Status.APPROVED: "counter",
    Status.PAID: "confirmation",
}
"""For what a case in this status is opened most often: the choice that the page begins with."""


@pages.get("/staff/queue")
@require_role(Role.REVIEWER, Role.OFFICE)
def queue() -> Answer:
    """待审核, the longest waiting first."""
    here, now = _page_number(), container().clock()
    with container().database.reading() as connection:
        round_ = container().command_handler.exams.current(connection)
        code, sites = round_.code if round_ else "", account().sites
        rows = review_queue.waiting(connection, code, sites, PAGE, (here - 1) * PAGE)
        count = review_queue.waiting_count(connection, code, sites)
    waits = {row["id"]: time_left(now, row["requested_at"]) for row in rows}
    pages_ = max(1, -(-count // PAGE))
    return render_template(
        "staff/queue.html", round=round_, rows=rows, count=count, waits=waits, here=here, pages=pages_
    )


@pages.get("/staff/cases/<uuid:registration>")
@require_role(Role.REVIEWER, Role.OFFICE)
def case(registration: UUID) -> Answer:
    return _page(registration, _Typed())


@pages.post("/staff/cases/<uuid:registration>/open")
@require_role(Role.REVIEWER, Role.OFFICE)
def open_case(registration: UUID) -> Answer:
    """Show the private details in this session from now on: the look and its reason are recorded first."""
    row = at_my_sites(registration)
    try:
        open_details(row, PURPOSE, reason_of_work(request.form.get("opening", "")))
    except Refusal as refusal:
        return _page(registration, _Typed(faults={"opening": refusal_text(refusal)})), int(
            STATUS[refusal.code]
        )
    return redirect(url_for("review.case", registration=registration), 303)


@pages.get("/staff/cases/<uuid:registration>/photo/<digest>.jpg")
@require_role(Role.REVIEWER, Role.OFFICE)
def photo(registration: UUID, digest: str) -> Answer:
    """A photo that this case has or had, where it was opened; any other digest is as good as none."""
    row = at_my_sites(registration)
    if not opened(row, PURPOSE):
        raise Forbidden
    if digest not in {picture["digest"] for picture in pictures(history_of(registration))}:
        raise NotFound
    return picture_of(row, digest)


@pages.post("/staff/cases/<uuid:registration>/approve")
@require_role(Role.REVIEWER, Role.OFFICE)
def approve(registration: UUID) -> Answer:
    row = at_my_sites(registration)
    refused = _carry_out(Approve(**_asked(registration)), _Typed())
    return refused or _to_next(row, _("报名号 %(number)s：审核通过。", number=row["number"]))


@pages.post("/staff/cases/<uuid:registration>/reject")
@require_role(Role.REVIEWER, Role.OFFICE)
def reject(registration: UUID) -> Answer:
    row = at_my_sites(registration)
    typed = _Typed(frozenset(request.form.getlist("reasons")), request.form.get("note", ""))
    asked = Reject(**_asked(registration), reasons=tuple(sorted(typed.reasons)), note=typed.note)
    refused = _carry_out(asked, typed)
    return refused or _to_next(
        row, _("报名号 %(number)s：审核不通过，原因已告知考生。", number=row["number"])
    )


@pages.post("/staff/cases/<uuid:registration>/confirm")
@require_role(Role.REVIEWER, Role.OFFICE)
def confirm(registration: UUID) -> Answer:
    """现场确认; the desk is ready for the next candidate afterwards."""
    row = at_my_sites(registration)
    refused = _carry_out(Confirm(**_asked(registration)), _Typed())
    if refused is None:
        flash(_("报名号 %(number)s：现场确认完成。", number=row["number"]))
    return refused or redirect(url_for("desk.search"), 303)


@pages.post("/staff/cases/<uuid:registration>/cancel")
@require_role(Role.OFFICE)
def cancel(registration: UUID) -> Answer:
    at_my_sites(registration)
    form = request.form
    typed = _Typed(why=form.get("why", ""), money=form.get("money", ""), money_why=form.get("money_why", ""))
    money = PaidFee(typed.money) if typed.money in set(PaidFee) else None
    asked = Cancel(**_asked(registration), reason=typed.why, money=money, money_reason=typed.money_why)
    refused = _carry_out(asked, typed)
    if refused is None:
        flash(_("报名已取消，费用将原路退回。") if money is PaidFee.REFUND else _("报名已取消。"))
    return refused or back_to(registration)


@pages.post("/staff/cases/<uuid:registration>/move")
@require_role(Role.OFFICE)
def move(registration: UUID) -> Answer:
    """转到本人另一账号: upon evidence, told to both accounts."""
    at_my_sites(registration)
    typed = _Typed(to=request.form.get("to", "").strip(), evidence=request.form.get("evidence", ""))
    transfer = container().transfer
    try:
        transfer.move(
            Move(**_asked(registration), to=transfer.target(typed.to).id, evidence=typed.evidence),
        )
    except Refusal as refusal:
        place = LONG_TEXT[Step.MOVE] if refusal.code in TEXTS else FIELD_OF.get(refusal.code, "case")
        return _page(registration, replace(typed, faults={place: refusal_text(refusal)})), int(
            STATUS[refusal.code]
        )
    flash(
        _(
            "报名已转到账号 %(name)s。两个账号的安全记录都已写明，已绑定的邮箱和手机号已收到通知。",
            name=typed.to,
        )
    )
    return back_to(registration)


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
            container().changes.carry_out(command)
        else:
            container().command_handler.handle(command)
    except Refusal as refusal:
        faulty = replace(typed, faults={_place(command, refusal): refusal_text(refusal)})
        return _page(command.registration, faulty), int(STATUS[refusal.code])
    return None


def _place(command: Command, refusal: Refusal) -> str:
    """The field of the form that a refusal belongs to."""
    if refusal.code not in TEXTS:
        return FIELD_OF.get(refusal.code, "case")
    if isinstance(command, Cancel) and command.reason.strip() and len(command.reason) <= LONGEST_NOTE:
        return "money_why"
    return LONG_TEXT[command.step]


def back_to(registration: UUID) -> Answer:
    """To the case as it now stands; whoever had opened it goes on with it."""
    go_on(at_my_sites(registration), PURPOSE)
    return redirect(url_for("review.case", registration=registration), 303)


def _to_next(decided: Row, notice: str) -> Answer:
    """To the case that waits behind the decided one, else to the oldest, else to the empty queue."""
    flash(notice)
    with container().database.reading() as connection:
        rows = review_queue.waiting(connection, decided["round"], account().sites, 200)
    others = [row for row in rows if row["account"] != account().id and row["id"] != decided["id"]]
    behind = [row for row in others if row["requested_at"] > (decided["requested_at"] or container().clock())]
    for row in (*behind, *others):
        if opened(decided, PURPOSE):
            open_details(row, PURPOSE, "review")
        return redirect(url_for("review.case", registration=row["id"]), 303)
    return redirect(url_for("review.queue"), 303)


def with_faults(registration: UUID, faults: Mapping[str, str], receipt: str = "", amount: str = "") -> str:
    """The case with what the form of the counter held and what was wrong with it."""
    return _page(registration, _Typed(receipt=receipt, amount=amount, faults=faults))


def _page(registration: UUID, typed: _Typed) -> str:
    """The case; what is private of it only where this session opened it."""
    row = at_my_sites(registration)
    open_ = go_on(row, PURPOSE) if request.method == "POST" else opened(row, PURPOSE)
    case_, now = with_rules(row), container().clock()
    history = history_of(registration) if open_ else []
    with container().database.reading() as connection:
        story = timeline.story(connection, registration)
        others = photo_files.of_other_people(connection, registration)
        payments = ledger.of_registration(connection, registration)
    steps, own = steps_of(case_), row["account"] == account().id
    closed = closed_steps(case_, steps, now)
    takes_money = case_.payable and row["order_version"] is not None and not own
    details = container().people.details(case_.id, row["details_version"]) if open_ else None
    return render_template(
        "staff/case.html",
        case=case_,
        answers=answers(details, history),
        undrawable=[f"{one}（U+{ord(one):04X}）" for one in missing_glyphs(details.name)] if details else [],
        pictures=[
            {**one, "lost": container().photos.is_lost(one["digest"])} for one in pictures(history)[::-1]
        ],
        same_file=list(dict.fromkeys(other["number"] or _("（尚无）") for other in others)) if open_ else [],
        opened=open_,
        openings=[(code, words.say(language())) for code, words in REASONS.items() if code != "continued"],
        usual=USUAL.get(case_.status, "inquiry"),
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
        at_desk=session.get(AT_DESK) == case_.id.hex,
    )


def _hidden(closed: Mapping[Step, str]) -> frozenset[Step]:
    """Steps whose forms give way to a sentence: both decisions, where their window is closed."""
    return frozenset({Step.APPROVE, Step.REJECT}) if Step.APPROVE in closed else frozenset()


def _page_number() -> int:
    try:
        return integer(request.args.get("page", "1"), least=1, most=MOST_PAGES)
    except OutOfBounds:
        return 1
