"""入场核验: at the door, by a scanned code or a typed number: may this person enter, and whose face is it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.exceptions import Forbidden, NotFound

from ncre.domain.admission import ADMITS, HALTS, WORTH_WORDS, TicketVerdict
from ncre.domain.registration.lifecycle import Role
from ncre.projections.base import Row
from ncre.services.admission.verification import PURPOSE, Expected, Verification, verify_ticket
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.disclosure import open_details, opened
from ncre.web.shared.language import language
from ncre.web.shared.pictures import picture_of
from ncre.web.shared.registration_view import at_my_sites

pages = Blueprint("admission", __name__)

LONGEST: Final = 400


@pages.get("/staff/door")
@require_role(Role.REVIEWER, Role.OFFICE)
def page() -> Answer:
    return render_template("staff/admission.html", finding=None, row=None)


@pages.post("/staff/door")
@require_role(Role.REVIEWER, Role.OFFICE)
def check() -> Answer:
    """What was scanned travels in the form, never in an address."""
    book = _Here()
    typed = request.form.get("code", "")
    finding = verify_ticket(typed, book) if len(typed) <= LONGEST else Verification(TicketVerdict.UNREADABLE)
    return render_template(
        "staff/admission.html",
        finding=finding,
        says=WORTH_WORDS[finding.worth].say(language()),
        admits=finding.worth in ADMITS,
        halts=finding.worth in HALTS,
        row=book.row,
    )


@pages.get("/staff/door/<uuid:registration>/photo.jpg")
@require_role(Role.REVIEWER, Role.OFFICE)
def photo(registration: UUID) -> Answer:
    """The face to compare, of whoever was just checked: the look was recorded then."""
    row = at_my_sites(registration)
    if not opened(row, PURPOSE):
        raise Forbidden
    if not row["photo"]:
        raise NotFound
    return picture_of(row, row["photo"]["digest"])


class _Here:
    """The record, as far as the sites of whoever is signed in; remembers which registration it was."""

    def __init__(self) -> None:
        self.row: Row | None = None

    @property
    def public(self) -> str:
        return container().ticket_verifier.public

    def find(self, number: str) -> Expected | None:
        self.row = container().ticket_verifier.named(number, account().sites)
        if self.row is None:
            return None
        open_details(self.row, PURPOSE)
        return container().ticket_verifier.expected(self.row["id"])
