"""A case that a colleague is at: taken over in the open, or handed to a colleague of the site with a note."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.registration_view import at_my_sites
from ncre.web.staff.case_drafts import HANDOVER
from ncre.web.staff.case_forms import TEXTS
from ncre.web.staff.case_page import case_page
from ncre.web.staff.second_look import blind
from ncre.web.staff.typed import Typed

pages = Blueprint("claims", __name__)


@pages.post("/staff/cases/<uuid:registration>/take-over")
@require_role(Role.REVIEWER, Role.OFFICE)
@blind
def take_over(registration: UUID) -> Answer:
    row = at_my_sites(registration)
    container().review_claims.take(row, account(), over=True)
    return redirect(url_for("review.case", registration=registration), 303)


@pages.post("/staff/cases/<uuid:registration>/hand-over")
@require_role(Role.REVIEWER, Role.OFFICE)
@blind
@HANDOVER.sent
def hand_over(registration: UUID) -> Answer:
    row = at_my_sites(registration)
    typed = Typed(colleague=typed_field("colleague"), handover_note=typed_field("handover_note"))
    try:
        to = container().review_claims.hand_over(row, account(), _id(typed.colleague), typed.handover_note)
    except Refusal as refusal:
        places = {RefusalCode.COLLEAGUE_UNKNOWN: "colleague", **dict.fromkeys(TEXTS, "handover_note")}
        faults = {places.get(refusal.code, "case"): refusal_text(refusal)}
        return case_page(registration, replace(typed, faults=faults)), int(STATUS[refusal.code])
    flash(_("报名号 %(number)s 已转交 %(name)s。", number=row["number"], name=to.name))
    return redirect(url_for("review.queue"), 303)


def _id(typed: str) -> UUID:
    """The account that was chosen. Raises Refusal."""
    try:
        return UUID(typed)
    except ValueError:
        raise Refusal(RefusalCode.COLLEAGUE_UNKNOWN) from None
