"""暂停与恢复: a registration that waits for the end of an investigation."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash

from ncre.domain.refusals import Refusal
from ncre.domain.registration.vocabulary import Step
from ncre.web.shared.auth import Answer, container, require_step
from ncre.web.shared.forms import typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.registration_view import at_my_sites, case_request
from ncre.web.staff.case_drafts import SUSPENSION
from ncre.web.staff.case_forms import back_to, refused
from ncre.web.staff.second_look import blind
from ncre.web.staff.typed import Typed

pages = Blueprint("suspension", __name__)


@pages.post("/staff/cases/<uuid:registration>/suspend")
@require_step(Step.SUSPEND)
@SUSPENSION.sent
@blind
def suspend(registration: UUID) -> Answer:
    at_my_sites(registration)
    typed = Typed(suspend_why=typed_field("suspend_why"))
    try:
        container().registrations.suspend(case_request(registration), typed.suspend_why)
    except Refusal as refusal:
        return refused(registration, typed, refusal, "suspend_why")
    flash(_("报名已暂停，名额和座位保留，考生会看到原因。"))
    return back_to(registration)


@pages.post("/staff/cases/<uuid:registration>/resume")
@require_step(Step.RESUME)
@blind
def resume(registration: UUID) -> Answer:
    at_my_sites(registration)
    try:
        container().registrations.resume(case_request(registration))
    except Refusal as refusal:
        return refused(registration, Typed(), refusal)
    flash(_("报名已恢复。"))
    return back_to(registration)
