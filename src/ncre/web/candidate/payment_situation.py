"""What the pages of a candidate say about the money of a registration."""

from __future__ import annotations

from ncre.events.registration import Cancelled
from ncre.services.payment.situations import PaymentSituation
from ncre.web.shared.auth import container
from ncre.web.shared.registration_view import Case


def money_of(case: Case) -> list[PaymentSituation]:
    """Every situation of the money, the one that matters most first; never empty."""
    return container().queries.payments.of_case(case)


def cancellation(case: Case) -> Cancelled | None:
    """The fact with which the office cancelled it, or None."""
    return container().queries.cases.cancellation(case.id)
