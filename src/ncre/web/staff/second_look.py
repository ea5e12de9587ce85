"""复核: decisions of colleagues, drawn by lot and decided once more without knowing what was decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, session, url_for
from werkzeug.exceptions import Forbidden, NotFound

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS
from ncre.domain.registration.vocabulary import Role
from ncre.events import registration as facts
from ncre.events.registration_values import Details
from ncre.projections.rows import RegistrationRow
from ncre.services.review.second_looks import SecondLook
from ncre.web.candidate.task_list import GROUPS
from ncre.web.drafts.draft_form import DraftForm
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import code_field, field_values, typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.pictures import photo_response
from ncre.web.shared.registration_view import any_row
from ncre.web.shared.rounds import names_of_sites
from ncre.web.staff.review_case import answers, applied_for, pictures

pages = Blueprint("second_look", __name__)

PURPOSE: Final = "second-look"

DRAFT: Final = DraftForm("second-look", ("verdict", "reasons"))
"""About the registration; a part for each version."""

LOOKERS: Final = (Role.REVIEWER, Role.OFFICE)
"""The exam office gives the second look where no reviewer of the site may."""

OPENED: Final = "second-look"
"""Which second look this session opened, as `case.version`."""


def taken_look() -> SecondLook | None:
    """The second look that the visitor has taken and not decided: until then nothing tells them how its case stands."""
    return container().second_looks.taken(account()) if account().role in LOOKERS else None


def without_look(rows: list[RegistrationRow]) -> list[RegistrationRow]:
    """Without the case of the visitor's second look: that it waits for review again says what was decided."""
    look = taken_look() if rows else None
    return [row for row in rows if look is None or row["id"] != look.registration]


def blind(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """A view of one case at the desk, which tells what was decided: who gives it a second look is led back to that."""

    @wraps(view)
    def seen(registration: UUID, **more: Any) -> Answer:
        look = taken_look()
        if look is not None and look.registration == registration:
            return redirect(url_for("second_look.case", registration=registration, version=look.version), 303)
        return view(registration=registration, **more)

    return seen


@pages.get("/staff/second-looks")
@require_role(*LOOKERS)
def page() -> Answer:
    looks, names = container().second_looks, names_of_sites()
    waiting = looks.waiting(account())
    return render_template(
        "staff/second_looks.html",
        waiting=waiting.total(),
        at_sites=[(code, names.get(code, ""), waiting[code]) for code in sorted(waiting)],
        taken=looks.taken(account()),
        for_office=account().role is Role.OFFICE,
    )


@pages.post("/staff/second-looks")
@require_role(*LOOKERS)
def take() -> Answer:
    """The oldest that is free, at a site or at any, and with it the look at its private details, recorded before they are shown."""
    look = container().second_looks.take(account(), code_field("site"))
    if look is None:
        flash(_("没有等待复核的报名了，可能刚被同事领取。"))
        return redirect(url_for("second_look.page"), 303)
    container().registrations.open_details(look.registration, account().actor, PURPOSE, "review")
    session[OPENED] = f"{look.registration.hex}.{look.version}"
    return redirect(url_for("second_look.case", registration=look.registration, version=look.version), 303)


@pages.get("/staff/second-looks/<uuid:registration>/<int:version>")
@require_role(*LOOKERS)
def case(registration: UUID, version: int) -> Answer:
    """The case as it stood before it was decided."""
    look = _mine(registration, version)
    typed = DRAFT.opened(registration, str(version)).fields
    return _case(look, {}, frozenset(typed.getlist("reasons")), typed.get("verdict", ""))


@pages.get("/staff/second-looks/<uuid:registration>/<int:version>/<digest>.jpg")
@require_role(*LOOKERS)
def photo(registration: UUID, version: int, digest: str) -> Answer:
    """A photo that the case had by then."""
    look = _mine(registration, version)
    shown = {one["digest"] for one in pictures(container().second_looks.before(look))}
    if digest not in shown:
        raise NotFound
    return photo_response(any_row(registration), digest)


@pages.post("/staff/second-looks/<uuid:registration>/<int:version>")
@require_role(*LOOKERS)
@DRAFT.sent
def decide(registration: UUID, version: int) -> Answer:
    look = _mine(registration, version)
    verdict, reasons = typed_field("verdict"), tuple(field_values("reasons"))
    try:
        agreed = container().second_looks.decide(account(), registration, version, verdict, reasons)
    except Refusal as refusal:
        if refusal.code is RefusalCode.LOOK_NOT_TAKEN:
            raise
        place = "verdict" if refusal.code is RefusalCode.VERDICT_MISSING else "reasons"
        faults = {place: refusal_text(refusal)}
        return _case(look, faults, frozenset(reasons), verdict), int(STATUS[refusal.code])
    session.pop(OPENED, None)
    flash(_("已记录，与第一次的结论一致。") if agreed else _("已记录，与第一次的结论不同，已交考务办公室。"))
    return redirect(url_for("second_look.page"), 303)


def _mine(registration: UUID, version: int) -> SecondLook:
    """What the visitor has taken, opened in this session. Raises Refusal, or Forbidden."""
    look = container().second_looks.mine(account(), registration, version)
    if session.get(OPENED) != f"{registration.hex}.{version}":
        raise Forbidden
    return look


def _case(look: SecondLook, faults: Mapping[str, str], ticked: frozenset[str], verdict: str = "") -> str:
    history = container().second_looks.before(look)
    details = next(
        (
            fact.details
            for fact in reversed(history)
            if isinstance(fact, facts.InfoFilled | facts.InfoAmended) and isinstance(fact.details, Details)
        ),
        None,
    )
    reasons = {group: [one for one in REVIEW_REASONS.values() if one.group == group] for group in GROUPS}
    return render_template(
        "staff/second_look.html",
        look=look,
        opened=DRAFT.opened(look.registration, str(look.version)),
        pictures=[
            {**one, "lost": container().photos.is_lost(one["digest"])} for one in pictures(history)[::-1][:1]
        ],
        applied=applied_for(history),
        answers=answers(details, history),
        reasons=reasons,
        groups=GROUPS,
        ticked=ticked,
        verdict=verdict,
        faults=faults,
    )
