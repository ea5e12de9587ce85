"""基本信息: the form of the personal details, told about every fault at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from ncre.domain.candidate import FORM_FIELDS, FormField, parse_details
from ncre.domain.commands import AmendInfo, FillInfo
from ncre.domain.exam import EXAM_TIME
from ncre.domain.faults import Fault
from ncre.domain.lifecycle import Role, Step
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.registration import Details
from ncre.web.asking import command_id, fresh_id, seen
from ncre.web.cases import Case, own_case
from ncre.web.errors import STATUS, said
from ncre.web.language import language
from ncre.web.tasks import Task, task_list
from ncre.web.who import Answer, account, house, need

pages = Blueprint("details", __name__)

COMMANDS: Final = {Step.FILL_INFO: FillInfo, Step.AMEND_INFO: AmendInfo}

FIELD_OF: Final = {
    RefusalCode.PLACE_TAKEN: "document_number",
    RefusalCode.OUT_OF_DATE: "name",
    RefusalCode.BUSY: "name",
}
"""Refusals that the form itself shows, at a field, so that nothing typed is lost."""


@pages.get("/registrations/<uuid:registration>/details")
@need(Role.CANDIDATE)
def form(registration: UUID) -> Answer:
    case = own_case(registration)
    case.require(Step.FILL_INFO, Step.AMEND_INFO)
    return _page(case, _as_typed(house().people.details(case.id, case.row["details_version"])), {})


@pages.post("/registrations/<uuid:registration>/details")
@need(Role.CANDIDATE)
def save(registration: UUID) -> Answer:
    case = own_case(registration)
    typed = {one.name: request.form.get(one.name, "") for one in FORM_FIELDS}
    parsed = parse_details(typed, house().clock().astimezone(EXAM_TIME).date())
    if isinstance(parsed, list):
        return _page(case, typed, _in_words(parsed)), 422
    step = case.require(Step.FILL_INFO, Step.AMEND_INFO)
    try:
        _carry_out(case, step, parsed)
    except Refusal as refusal:
        if refusal.code not in FIELD_OF:
            raise
        return _page(own_case(registration), typed, {FIELD_OF[refusal.code]: said(refusal)}), int(
            STATUS[refusal.code]
        )
    following = "subjects.form" if step is Step.FILL_INFO else "candidate.tasks"
    return redirect(url_for(following, registration=case.id), 303)


def shown(details: Details | None) -> list[tuple[FormField, str]]:
    """Every field with what was given, as it is read; choices in words. [] if there is nothing."""
    typed = _as_typed(details)
    return [(one, _read(one, typed[one.name])) for one in FORM_FIELDS] if details else []


def _carry_out(case: Case, step: Step, details: Details) -> None:
    house().application.handle(
        COMMANDS[step](
            registration=case.id,
            actor=account().actor,
            seen=seen(),
            command_id=command_id(),
            details=details,
            person=house().people.person(details.document_type, details.document_number),
        )
    )


def _as_typed(details: Details | None) -> dict[str, str]:
    """The details as the form holds them; the document number as it was typed."""
    if details is None:
        return {}
    typed = {name: str(value) for name, value in asdict(details).items()}
    return {**typed, "document_number": details.document_typed, "birth": details.birth.strftime("%Y%m%d")}


def _read(one: FormField, value: str) -> str:
    if one.choices is not None and value in one.choices:
        return one.choices[value].say(language())
    if one.kind == "date" and len(value) == 8:
        return f"{value[:4]}-{value[4:6]}-{value[6:]}"
    return value


def _choices() -> dict[str, list[tuple[str, str]]]:
    """(code, words) of every field that is chosen from a list, in the reader's language."""
    return {
        one.name: [(code, words.say(language())) for code, words in one.choices.items()]
        for one in FORM_FIELDS
        if one.choices is not None
    }


def _in_words(faults: Iterable[Fault]) -> dict[str, str]:
    """The first fault of each field, in the reader's language."""
    words: dict[str, str] = {}
    for fault in faults:
        words.setdefault(fault.field, fault.say(language()))
    return words


def _page(case: Case, typed: dict[str, str], faults: dict[str, str]) -> str:
    return render_template(
        "details.html",
        case=case,
        entries=task_list(case, house().clock()),
        here=Task.DETAILS,
        fields=FORM_FIELDS,
        choices=_choices(),
        typed=typed,
        faults=faults,
        command_id=fresh_id(),
    )
