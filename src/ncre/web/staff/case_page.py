"""The page of one case at the desk: photo, details and findings first, then what may be done, then its history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask import render_template, request, session

from ncre.domain.registration.disclosure import REASONS
from ncre.domain.registration.lifecycle import PRINTABLE
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS, measured_reasons
from ncre.domain.registration.vocabulary import Status, Step
from ncre.events import registration as facts
from ncre.projections.registration import review_queue
from ncre.projections.rows import RegistrationRow, SeatRow, known
from ncre.services.documents.issuing import missing_glyphs
from ncre.web.candidate.task_list import GROUPS, time_left
from ncre.web.shared.auth import account, container
from ncre.web.shared.disclosure import go_on, is_opened
from ncre.web.shared.forms import fresh_id
from ncre.web.shared.history_view import newest_first
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language
from ncre.web.shared.registration_view import Case, at_my_sites, with_rules
from ncre.web.staff.case_drafts import opened_forms
from ncre.web.staff.return_link import way_back
from ncre.web.staff.review_case import (
    answers,
    changes_since_rejection,
    closed_steps,
    history_of,
    newest_line_of_staff,
    pictures,
    reasons_by_group,
)
from ncre.web.staff.typed import PURPOSE, Typed

AT_DESK: Final = "at-desk"
"""Which case the session came to from the desk: there the next person is one scan away."""

USUAL: Final = {
    Status.PENDING_REVIEW: "review",
    Status.APPROVED: "counter",
    Status.PAID: "confirmation",
}
"""For what a case in this status is opened most often: the choice that the page begins with."""

SHORT: Final = 5
"""Lines of the history that stand open; the older ones are folded."""


def case_page(registration: UUID, typed: Typed) -> str:
    """The case as it is now; what is private of it only where this session opened it."""
    return page_of(at_my_sites(registration), typed)


def page_of(row: RegistrationRow, typed: Typed) -> str:
    """`case_page` of a row that was read just now."""
    registration = row["id"]
    open_ = go_on(row, PURPOSE) if request.method == "POST" else is_opened(row, PURPOSE)
    case, now = with_rules(row), container().clock()
    history = history_of(registration) if open_ else []
    record = container().queries.cases.record(registration)
    steps, own = case.steps_for(account().actor), case.is_of(account().actor)
    closed = closed_steps(case, steps, now)
    takes_money = case.payable and row["order_version"] is not None and not own
    details = container().people.details(case.id, row["details_version"]) if open_ else None
    told = newest_first(record.history)
    return render_template(
        "staff/case.html",
        case=case,
        back=way_back(),
        answers=answers(details, history),
        undrawable=[f"{one}（U+{ord(one):04X}）" for one in missing_glyphs(details.name)] if details else [],
        pictures=[
            {**one, "lost": container().photos.is_lost(one["digest"])} for one in pictures(history)[::-1]
        ],
        same_file=list(dict.fromkeys(other["number"] or _("（尚无）") for other in record.same_file))
        if open_
        else [],
        opened=open_,
        openings=[(code, words.say(language())) for code, words in REASONS.items() if code != "continued"],
        usual=USUAL.get(case.status, "inquiry"),
        changes=changes_since_rejection(history),
        rejections=[fact for fact in history if isinstance(fact, facts.Rejected)][::-1],
        story=told[:SHORT],
        older=told[SHORT:],
        decided=newest_line_of_staff(told) if "case" in typed.faults else None,
        steps=steps,
        closed=closed,
        own=own,
        turn=_turn(row) if Step.APPROVE in steps else None,
        reasons=reasons_by_group(),
        first_reasons=_first_reasons(row, typed) if Step.REJECT in steps else None,
        groups=GROUPS,
        payments=record.payments,
        seats=record.seats,
        printable=_printable(case, record.seats) if open_ and not own else [],
        paid_fee=row["payment"]["amount"] if row["payment"] else 0,
        takes_money=takes_money,
        typed=typed,
        drafts=opened_forms(case.id) if open_ else {},
        unsaved=typed.homeless(steps - _hidden(closed), takes_money) if typed.faults else Typed(),
        faults=typed.faults,
        wait=time_left(now, known(row["requested_at"])) if Step.APPROVE in steps else "",
        command_id=fresh_id,
        at_desk=session.get(AT_DESK) == case.id.hex,
        **_claims(row, steps),
    )


def _claims(row: RegistrationRow, steps: frozenset[Step]) -> Mapping[str, Any]:
    """Who is at a waiting case, to whom it may be handed, and from whom it came."""
    if Step.APPROVE not in steps:
        return {"claim": None, "colleagues": [], "handovers": []}
    claims = container().review_claims
    claim = claims.of([row["id"]]).get(row["id"])
    others = claim is not None and claim.account != account().id
    return {
        "claim": claim,
        "claimed_by_other": others,
        "colleagues": []
        if others
        else [(str(one.id), one.name) for one in claims.colleagues(row, account())],
        "handovers": claims.handovers(row),
    }


def _turn(row: RegistrationRow) -> tuple[str, int]:
    """The place of a waiting case in the queue, as it is shown, and how many wait."""
    place, count = container().queries.cases.turn(row, account().sites)
    return (f"{review_queue.FARTHEST}+" if place > review_queue.FARTHEST else str(place)), count


def _first_reasons(row: RegistrationRow, typed: Typed) -> Mapping[str, Any]:
    """The reasons at hand, and those that are ticked: what was measured, unless somebody chose already."""
    photo = row["photo"] or {}
    measured = measured_reasons(photo.get("measured") or {}, photo.get("codes") or ())
    first = container().queries.cases.first_reasons(row["round"], measured)
    chosen = typed.reasons if typed.faults or typed.resumed else frozenset(measured)
    at_hand = [
        REVIEW_REASONS[code] for code in dict.fromkeys((*first, *sorted(chosen & REVIEW_REASONS.keys())))
    ]
    return {"at_hand": at_hand, "ticked": chosen, "measured": frozenset(measured)}


def _printable(case: Case, seats: list[SeatRow]) -> list[tuple[str, str]]:
    """(kind, label) of the papers that staff may open and print of this case."""
    if case.status not in PRINTABLE:
        return []
    seated = len(seats) == len(case.row["lines"]) > 0
    papers = [("form", _("报名登记表")), ("receipt", _("缴费凭证"))]
    return papers + ([("ticket", _("准考证"))] if seated else [])


def _hidden(closed: Mapping[Step, str]) -> frozenset[Step]:
    """Steps whose forms give way to a sentence: both decisions, where their window is closed."""
    return frozenset({Step.APPROVE, Step.REJECT}) if Step.APPROVE in closed else frozenset()
