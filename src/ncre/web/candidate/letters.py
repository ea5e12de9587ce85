"""通知记录: the letters about the candidate's own registration; the calendar of its sittings."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template
from werkzeug.exceptions import NotFound

from ncre.clients.wallets.apple import AppleWallet
from ncre.domain.registration.vocabulary import Role
from ncre.services.letters.log_wording import told
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.language import language
from ncre.web.shared.registration_view import own, own_case

pages = Blueprint("letters", __name__)


@pages.get("/registrations/<uuid:registration>/letters")
@require_role(Role.CANDIDATE)
def page(registration: UUID) -> Answer:
    """What was sent to this account; letters to an account it had before belong to that one."""
    row = own(registration)
    letters = container().letters.log
    return render_template(
        "candidate/letters.html",
        row=row,
        letters=told(letters.of_registration(registration, account().id), language()),
        unreachable_addresses=letters.unreachable(account()),
    )


@pages.get("/registrations/<uuid:registration>/ticket.pkpass")
@require_role(Role.CANDIDATE)
def apple_pass(registration: UUID) -> Answer:
    """The ticket for Apple's wallet; 404 where the installation makes none, a refusal before it can be printed."""
    case, wallets = own_case(registration), container().wallets
    if wallets.apple is None:
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="ncre-{case.row["number"]}.pkpass"'}
    return Response(wallets.apple.file(wallets.card(case)), mimetype=AppleWallet.mimetype, headers=headers)


@pages.get("/registrations/<uuid:registration>/google-wallet")
@require_role(Role.CANDIDATE)
def google_pass(registration: UUID) -> Answer:
    """To Google, with the ticket in the address; only upon the candidate's own click."""
    case, wallets = own_case(registration), container().wallets
    if wallets.google is None:
        raise NotFound
    return redirect(wallets.google.link(wallets.card(case)), 303)


@pages.get("/registrations/<uuid:registration>/calendar.ics")
@require_role(Role.CANDIDATE)
def calendar(registration: UUID) -> Answer:
    """Sittings and the time to pay, for a calendar."""
    case = own_case(registration)
    text = container().calendars.of(case, language())
    headers = {"Content-Disposition": f'attachment; filename="ncre-{case.row["number"] or registration}.ics"'}
    return Response(text, mimetype="text/calendar", headers=headers)
