"""What the pages of a candidate say about the money of a registration."""

from __future__ import annotations

from typing import TypeVar

from ncre.events.base import Fact
from ncre.events.registration import Cancelled
from ncre.projections.audit import timeline
from ncre.projections.payment import ledger, orders
from ncre.services.payment.situations import Books, PaymentSituation, standings
from ncre.web.shared.auth import container
from ncre.web.shared.registration_view import Case

Found = TypeVar("Found", bound=Fact)


def money_of(case: Case) -> list[PaymentSituation]:
    """Every situation of the money, the one that matters most first; never empty."""
    ended = cancellation(case)
    why = ended.money_reason if ended and isinstance(ended.money_reason, str) else ""
    with container().database.reading() as connection:
        payments = ledger.of_registration(connection, case.id)
        open_ = orders.payable_of(connection, case.id)
    books = Books(payments, open_, why, kept=bool(ended and ended.money == "keep"))
    return standings(case.row, case.round, case.site, books, container().clock())


def cancellation(case: Case) -> Cancelled | None:
    """The fact with which the office cancelled it, or None."""
    return newest_fact(case, Cancelled)


def newest_fact(case: Case, kind: type[Found]) -> Found | None:
    """The newest fact of this kind in the history of the case, or None."""
    with container().database.reading() as connection:
        story = timeline.story(connection, case.id)
        versions = [told["version"] for told in story if told["topic"] == kind.TOPIC]
        fact = container().command_handler.store.fact(connection, case.id, versions[-1]) if versions else None
    return fact if isinstance(fact, kind) else None
