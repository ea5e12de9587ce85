"""Who acts in a call of the office, and upon what: the integration, for the exam office."""

from __future__ import annotations

from uuid import UUID

from ncre.domain.registration.vocabulary import Role
from ncre.handlers.command_handler import Act
from ncre.services.registration.case_request import CaseRequest
from ncre.web.api.access import command_id_of_key, me, seen_version


def office_act() -> Act:
    """Of a command, under the id that its Idempotency-Key maps to."""
    return Act(me().acting_as(Role.OFFICE), command_id_of_key())


def office_look() -> Act:
    """Of what is only read and recorded: every look is one of its own."""
    return Act(me().acting_as(Role.OFFICE))


def office_request(registration: UUID) -> CaseRequest:
    """Of a command upon a registration, at the version that the caller saw."""
    act = office_act()
    return CaseRequest(
        registration=registration, actor=act.actor, seen=seen_version(), command_id=act.command_id
    )
