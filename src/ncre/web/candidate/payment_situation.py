"""What the pages of a candidate say about the money of a registration."""

from __future__ import annotations

from typing import TypeVar

from ncre.events.base import Fact
from ncre.events.registration import Cancelled
from ncre.services.payment.situations import PaymentSituation
from ncre.web.shared.auth import container
from ncre.web.shared.registration_view import Case

Found = TypeVar("Found", bound=Fact)


def money_of(case: Case) -> list[PaymentSituation]:
    """Every situation of the money, the one that matters most first; never empty."""
    return container().queries.payments.of_case(case)


def cancellation(case: Case) -> Cancelled | None:
    """The fact with which the office cancelled it, or None."""
    return newest_fact(case, Cancelled)


def newest_fact(case: Case, kind: type[Found]) -> Found | None:
    """The newest fact of this kind in the history of the case, or None."""
    return container().queries.cases.newest_fact(case.id, kind)
