"""The case behind a page, for whoever may see it; for others there is none."""

from __future__ import annotations

from uuid import UUID

from werkzeug.exceptions import NotFound

from ncre.projections.rows import RegistrationRow
from ncre.services.registration.case import Case as Case
from ncre.services.registration.case_request import CaseRequest
from ncre.web.shared.access_log import refuse
from ncre.web.shared.auth import account, container
from ncre.web.shared.forms import command_id, seen


def own(registration: UUID) -> RegistrationRow:
    """The candidate's own registration; another's is as good as none: 404."""
    row = any_row(registration)
    _require_mine(row)
    return row


def _require_mine(row: RegistrationRow) -> None:
    if row["account"] != account().id:
        refuse("not-yours")
        raise NotFound


def at_my_sites(registration: UUID) -> RegistrationRow:
    """A registration at a site of the signed-in staff; others are as good as none: 404."""
    row = any_row(registration)
    if not account().actor.covers(row["site"] or ""):
        refuse("not-your-site")
        raise NotFound
    return row


def own_case(registration: UUID) -> Case:
    """The candidate's own case with its round and site; 404 for another's."""
    case = container().queries.cases.case(registration)
    if case is None:
        raise NotFound
    _require_mine(case.row)
    return case


def with_rules(row: RegistrationRow) -> Case:
    """A registration with the round and the site whose rules it lives under."""
    case = container().queries.cases.with_rules(row)
    if case is None:
        raise NotFound
    return case


def any_row(registration: UUID) -> RegistrationRow:
    """The registration, whoever's it is; 404 where there is none."""
    row = container().queries.cases.row(registration)
    if row is None:
        raise NotFound
    return row


def case_request(registration: UUID) -> CaseRequest:
    """Who sends the form, about which registration, from which version of its page. Raises FormIncomplete."""
    return CaseRequest(registration=registration, actor=account().actor, seen=seen(), command_id=command_id())
