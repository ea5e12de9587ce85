"""基本信息: the form of the personal details, told about every fault at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from ncre.domain.candidate import parse_details
from ncre.domain.candidate_fields import FORM_FIELDS
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Step
from ncre.events.registration import Details
from ncre.web.candidate.task_list import Task, task_list
from ncre.web.shared.auth import Answer, account, container, require_step
from ncre.web.shared.details_form import as_sent, as_typed, choices, chosen, in_words, saved, unchosen
from ncre.web.shared.errors import NOT_THEIR_FAULT, STATUS, refusal_text
from ncre.web.shared.forms import fresh_id, seen
from ncre.web.shared.person_check import NOTHING_TO_CHECK, Check, check_faulty, check_parsed
from ncre.web.shared.registration_view import Case, case_request, own_case

pages = Blueprint("details", __name__)


FIELD_OF: Final = {
    RefusalCode.PLACE_TAKEN: "document_number",
    RefusalCode.HOLDER_TAKEN: "name",
    RefusalCode.BANNED: "document_number",
    RefusalCode.DOCUMENT_NOT_ACCEPTED: "document_type",
    RefusalCode.OUT_OF_DATE: "name",
    RefusalCode.SENT_BEFORE: "name",
    **dict.fromkeys(NOT_THEIR_FAULT, "name"),
}
"""Refusals that the form itself shows, at a field, so that nothing typed is lost."""


@pages.get("/registrations/<uuid:registration>/details")
@require_step(Step.FILL_INFO, Step.AMEND_INFO)
def form(registration: UUID) -> Answer:
    case = own_case(registration)
    case.require(Step.FILL_INFO, Step.AMEND_INFO)
    known = container().people.details(case.id, case.row["details_version"])
    if known is None and Step.FILL_INFO in case.steps:
        known = container().profiles.of(account())
    return _page(case, as_typed(known), {})


@pages.post("/registrations/<uuid:registration>/details")
@require_step(Step.FILL_INFO, Step.AMEND_INFO)
def save(registration: UUID) -> Answer:
    case = own_case(registration)
    step = case.require(Step.FILL_INFO, Step.AMEND_INFO)
    documents = case.round.plan.documents
    typed, today = as_sent(FORM_FIELDS), container().clock().astimezone(EXAM_TIME).date()
    known = container().people.details(case.id, case.row["details_version"])
    if "differs" in request.form and seen() == case.version:
        picked = chosen(request.form, typed, known)
        if picked.open:
            return _page(case, picked.typed, unchosen(picked), saved(known, picked.typed)), 409
        typed = picked.typed
    parsed = parse_details(typed, today, documents)
    if isinstance(parsed, list):
        return _page(case, typed, in_words(parsed), check=check_faulty(typed, parsed, documents)), 422
    check = check_parsed(typed, parsed, today, documents)
    if check.questions:
        return _page(case, {**typed, "name": parsed.name}, {}, check=check), 422
    try:
        _carry_out(case, step, parsed)
    except Refusal as refusal:
        if refusal.code not in FIELD_OF:
            raise
        return _refused(own_case(registration), typed, refusal), int(STATUS[refusal.code])
    following = "subjects.form" if step is Step.FILL_INFO else "registration.tasks"
    return redirect(url_for(following, registration=case.id), 303)


def _carry_out(case: Case, step: Step, details: Details) -> None:
    registrations = container().registrations
    save = registrations.fill_info if step is Step.FILL_INFO else registrations.amend_info
    save(case_request(case.id), details)


def _refused(case: Case, typed: dict[str, str], refusal: Refusal) -> str:
    """The form with all that was typed, beside what is saved by now where that is something else."""
    known = container().people.details(case.id, case.row["details_version"])
    differs = refusal.code in (RefusalCode.SENT_BEFORE, RefusalCode.OUT_OF_DATE)
    beside = saved(known, typed) if differs else {}
    field = next(iter(beside), FIELD_OF[refusal.code])
    return _page(case, typed, {field: refusal_text(refusal)}, beside)


def _page(
    case: Case,
    typed: dict[str, str],
    faults: dict[str, str],
    beside: Mapping[str, str] | None = None,
    check: Check = NOTHING_TO_CHECK,
) -> str:
    return render_template(
        "candidate/details.html",
        case=case,
        entries=task_list(case, container().clock()),
        here=Task.DETAILS,
        fields=FORM_FIELDS,
        choices=choices(case.round.plan.documents),
        typed=typed,
        faults=faults,
        check=check,
        beside=beside or {},
        from_passport=request.method == "GET" and bool(typed) and case.row["details_version"] is None,
        command_id=fresh_id(),
    )
