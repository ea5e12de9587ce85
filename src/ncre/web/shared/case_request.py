"""What a form says of itself: who sends it, about which registration, from which version of its page."""

from __future__ import annotations

from uuid import UUID

from ncre.services.registration.case_request import CaseRequest
from ncre.web.shared.auth import account
from ncre.web.shared.forms import command_id, seen


def case_request(registration: UUID) -> CaseRequest:
    """Raises FormIncomplete."""
    return CaseRequest(registration=registration, actor=account().actor, seen=seen(), command_id=command_id())
