"""基本信息: the form of the personal details, told about every fault at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound

from ncre.domain.candidate import parse_details
from ncre.domain.candidate_fields import FORM_FIELDS
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Step
from ncre.events.registration_values import Details
from ncre.projections.rows import RegistrationRow
from ncre.web.candidate.task_list import Task, task_list
from ncre.web.drafts.draft_form import DraftForm, OpenForm
from ncre.web.refusal_statuses import NOT_THEIR_FAULT, STATUS
from ncre.web.shared.auth import Answer, account, container, require_step
from ncre.web.shared.details_form import (
    as_sent,
    as_typed,
    choices,
    chosen_fields,
    faults_in_words,
    from_account,
    said_by_number,
    saved,
    unchosen,
    with_told,
)
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import fresh_id, has_field, seen, sent_form
from ncre.web.shared.language import gettext as _
from ncre.web.shared.person_check import NOTHING_TO_CHECK, PersonCheck, check_faulty, check_parsed
from ncre.web.shared.registration_view import Case, case_request, own_case

pages = Blueprint("details", __name__)

DRAFT: Final = DraftForm("details", (one.name for one in FORM_FIELDS))

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
    profile = container().profiles.of(account()) if known is None and Step.FILL_INFO in case.steps else None
    known = known or profile
    opened, names = DRAFT.opened(case.id), [one.name for one in FORM_FIELDS]
    typed = with_told(opened.over(as_typed(known) or from_account(account()), names))
    changed = opened.draft is not None and (case.row["details_version"] or 0) > opened.draft.seen
    return _page(case, typed, {}, saved(known, typed) if changed else None, profile=profile)


@pages.post("/registrations/<uuid:registration>/details")
@require_step(Step.FILL_INFO, Step.AMEND_INFO)
@DRAFT.sent
def save(registration: UUID) -> Answer:
    case = own_case(registration)
    step = case.require(Step.FILL_INFO, Step.AMEND_INFO)
    documents = case.round.plan.documents
    typed, today = as_sent(FORM_FIELDS), container().clock().astimezone(EXAM_TIME).date()
    known = container().people.details(case.id, case.row["details_version"])
    if has_field("differs") and seen() == case.version:
        picked = chosen_fields(sent_form(), typed, known)
        if picked.open:
            return _page(case, picked.typed, unchosen(picked), saved(known, picked.typed)), 409
        typed = with_told(picked.typed)
    parsed = parse_details(typed, today, documents)
    if isinstance(parsed, list):
        return _page(case, typed, faults_in_words(parsed), check=check_faulty(typed, parsed, documents)), 422
    check = check_parsed(typed, parsed, today, documents)
    if check.questions:
        return _page(case, {**typed, "name": parsed.name}, {}, check=check), 422
    try:
        _carry_out(case, step, parsed)
    except Refusal as refusal:
        if refusal.code not in FIELD_OF:
            raise
        return _refused(own_case(registration), typed, refusal), int(STATUS[refusal.code])
    # A second tap finds done what the first one did, and leads where that one led.
    second_tap = seen() < case.version
    chooses_next = step is Step.FILL_INFO or (second_tap and Step.SUBMIT in case.steps)
    following = "subjects.form" if chooses_next else "registration.tasks"
    return redirect(url_for(following, registration=case.id), 303)


@pages.post("/registrations/<uuid:registration>/details/former")
@require_step(Step.FILL_INFO)
def use_former(registration: UUID) -> Answer:
    """用上次报名的信息: what the candidate said last time becomes the draft of this form, upon this tap."""
    case = own_case(registration)
    case.require(Step.FILL_INFO)
    former = container().queries.cases.former_of(account().id, case.id)
    known = container().registrations.details_of_former(former["id"], account().actor) if former else None
    if known is None:
        raise NotFound
    DRAFT.begin(as_typed(known))
    flash(_("已用上次报名的信息填好，请逐项核对后保存。"))
    return redirect(url_for("details.form", registration=case.id), 303)


def _former(case: Case, opened: OpenForm, profile: Details | None) -> RegistrationRow | None:
    """The registration that offers to fill an empty form."""
    if Step.FILL_INFO not in case.steps or opened.draft or profile or request.method != "GET":
        return None
    return container().queries.cases.former_of(account().id, case.id)


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
    check: PersonCheck = NOTHING_TO_CHECK,
    profile: Details | None = None,
) -> str:
    """`profile`: what the account says of its owner, with which an empty form begins."""
    opened = DRAFT.opened(case.id)
    return render_template(
        "candidate/details.html",
        case=case,
        opened=opened,
        former=_former(case, opened, profile),
        entries=task_list(case, container().clock()),
        here=Task.DETAILS,
        fields=FORM_FIELDS,
        choices=choices(case.round.plan.documents),
        typed=typed,
        by_number=said_by_number(typed),
        faults=faults,
        check=check,
        beside=beside or {},
        from_passport=profile is not None and not opened.draft and case.row["details_version"] is None,
        command_id=fresh_id(),
    )
