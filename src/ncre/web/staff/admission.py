"""入场核验: at the door, by a scanned code or a typed number: may this person enter, and whose face is it.

An admission is recorded as it is said, so that the next scan of the same ticket is told when it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, session, url_for
from werkzeug.exceptions import Forbidden, NotFound

from ncre.domain.admission import ADMITS, HALTS, Ruling, TicketVerdict
from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.vocabulary import Role
from ncre.domain.scanned_code import LONGEST
from ncre.projections.rows import RegistrationRow
from ncre.services.admission.verification import PURPOSE, Expected, Verification, verify_ticket
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.disclosure import is_opened, open_details
from ncre.web.shared.forms import command_id, fresh_id, sent_form, typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language
from ncre.web.shared.pictures import photo_response
from ncre.web.shared.registration_view import at_my_sites
from ncre.web.shared.rounds import sites_of_round
from ncre.web.staff.second_look import blind

pages = Blueprint("admission", __name__)

ROOM: Final = "door-room"
"""What the session remembers: at which room's door it stands."""


@pages.get("/staff/door")
@require_role(Role.REVIEWER, Role.OFFICE)
def page() -> Answer:
    return _page(None)


@pages.post("/staff/door")
@require_role(Role.REVIEWER, Role.OFFICE)
def check() -> Answer:
    """What was scanned travels in the form, never in an address. Who may enter is recorded as let in."""
    book = _Here()
    typed, room = typed_field("code"), _room()
    finding = verify_ticket(typed, book) if len(typed) <= LONGEST else Verification(TicketVerdict.UNREADABLE)
    if book.row is None:
        return _page(_Said(finding, Ruling(finding.verdict), None))
    ruled = container().ticket_verifier.let_in(finding, book.row["id"], account().actor, room, command_id())
    return _page(_Said(finding, ruled, book.row))


@pages.post("/staff/door/<uuid:registration>/entry")
@require_role(Role.REVIEWER, Role.OFFICE)
@blind
def let_in(registration: UUID) -> Answer:
    """A member of staff lets in whom the door leaves to them; the verdict is recorded with the entry."""
    row = at_my_sites(registration)
    if not is_opened(row, PURPOSE):
        raise Forbidden
    manner = TicketVerdict.OUTDATED if typed_field("manner") == "scanned" else TicketVerdict.TYPED
    finding = Verification(manner, container().ticket_verifier.expected(registration))
    ruled = container().ticket_verifier.let_in(
        finding, registration, account().actor, _room(), command_id(), by_a_person=True
    )
    if ruled.verdict in ADMITS or ruled.may_be_let_in:
        flash(_("报名号 %(number)s：已记录入场。", number=row["number"]))
        return redirect(url_for("admission.page"), 303)
    return _page(_Said(finding, ruled, row))


@pages.post("/staff/door/<uuid:registration>/revoke")
@require_role(Role.REVIEWER, Role.OFFICE)
@blind
def revoke(registration: UUID) -> Answer:
    """The person did not go in after all. Raises Refusal where no such entry is recorded."""
    row = at_my_sites(registration)
    container().ticket_verifier.revoke(registration, typed_field("ticket"), account().actor, command_id())
    flash(_("报名号 %(number)s：入场记录已撤销。", number=row["number"]), "warn")
    return redirect(url_for("admission.page"), 303)


@pages.get("/staff/door/<uuid:registration>/photo.jpg")
@require_role(Role.REVIEWER, Role.OFFICE)
@blind
def photo(registration: UUID) -> Answer:
    """The face to compare, of whoever was just checked: the look was recorded then."""
    row = at_my_sites(registration)
    if not is_opened(row, PURPOSE):
        raise Forbidden
    if not row["photo"]:
        raise NotFound
    return photo_response(row, row["photo"]["digest"])


@dataclass(frozen=True)
class _Said:
    """One verdict with the person it is about; `row` is None where nobody is meant."""

    finding: Verification
    ruling: Ruling
    row: RegistrationRow | None

    @property
    def tone(self) -> str:
        if self.ruling.verdict in ADMITS:
            return "good"
        return "bad" if self.ruling.verdict in HALTS else "warn"


def _page(said: _Said | None) -> str:
    return render_template(
        "staff/admission.html",
        said=said,
        says=said.ruling.say(language()) if said else "",
        entered=said is not None and said.ruling.verdict in {*ADMITS, TicketVerdict.ENTERED_BEFORE},
        rooms=_rooms(),
        room=_room(),
        longest=LONGEST,
        command_id=fresh_id,
    )


def _room() -> str:
    """The room at whose door the session stands, "" for the door of the site or where there is no such room."""
    chosen = sent_form().get("room", session.get(ROOM, ""))
    session[ROOM] = chosen if chosen in _rooms() else ""
    return str(session[ROOM])


def _rooms() -> list[str]:
    """The rooms of the sites of whoever is signed in; none for who acts for all sites."""
    if account().sites == EVERY_SITE:
        return []
    return sorted(
        {room.name for site in sites_of_round() if site.code in account().sites for room in site.plan.rooms}
    )


class _Here:
    """The record, as far as the sites of whoever is signed in; remembers which registration it was."""

    def __init__(self) -> None:
        self.row: RegistrationRow | None = None

    @property
    def public(self) -> str:
        return container().ticket_verifier.public

    def find(self, number: str) -> Expected | None:
        self.row = container().ticket_verifier.named(number, account().sites)
        if self.row is None:
            return None
        open_details(self.row, PURPOSE)
        return container().ticket_verifier.expected(self.row["id"])
