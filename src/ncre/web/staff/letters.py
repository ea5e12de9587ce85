"""通知记录: what was sent about a registration, when, and to which masked address, for staff of its site."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template

from ncre.domain.registration.vocabulary import Role
from ncre.services.letters.log_wording import told
from ncre.web.shared.auth import Answer, container, require_role
from ncre.web.shared.language import language
from ncre.web.shared.registration_view import at_my_sites
from ncre.web.staff.second_look import blind

pages = Blueprint("case_letters", __name__)


@pages.get("/staff/letters/<uuid:registration>")
@require_role(Role.REVIEWER, Role.OFFICE)
@blind
def page(registration: UUID) -> Answer:
    row = at_my_sites(registration)
    letters = told(container().letters.log.of_registration(registration), language())
    return render_template("staff/letters.html", row=row, letters=letters)
