"""暂停与恢复: a registration that waits for the end of an investigation."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, request
from flask_babel import gettext as _

from ncre.domain.registration.commands import Resume, Suspend
from ncre.domain.registration.vocabulary import Step
from ncre.web.shared.auth import Answer, require_step
from ncre.web.shared.registration_view import at_my_sites
from ncre.web.staff.case_forms import asked_of, back_to, carry_out
from ncre.web.staff.case_page import Typed

pages = Blueprint("suspension", __name__)


@pages.post("/staff/cases/<uuid:registration>/suspend")
@require_step(Step.SUSPEND)
def suspend(registration: UUID) -> Answer:
    at_my_sites(registration)
    typed = Typed(suspend_why=request.form.get("suspend_why", ""))
    refused = carry_out(Suspend(**asked_of(registration), reason=typed.suspend_why), typed)
    if refused is None:
        flash(_("报名已暂停，名额和座位保留，考生会看到原因。"))
    return refused or back_to(registration)


@pages.post("/staff/cases/<uuid:registration>/resume")
@require_step(Step.RESUME)
def resume(registration: UUID) -> Answer:
    at_my_sites(registration)
    refused = carry_out(Resume(**asked_of(registration)), Typed())
    if refused is None:
        flash(_("报名已恢复。"))
    return refused or back_to(registration)
