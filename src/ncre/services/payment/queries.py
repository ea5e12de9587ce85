"""What pages ask about money: where that of one registration stands, and what waits for somebody."""

from __future__ import annotations

from dataclasses import dataclass

from ncre.domain.registration.vocabulary import Status
from ncre.handlers.command_handler import CommandHandler
from ncre.operational.refused_notices import RefusedNotices
from ncre.projections.base import Row
from ncre.projections.payment import ledger, orders, reconciliations, unbooked
from ncre.projections.rows import OrderRow, PaymentRow
from ncre.services.payment.situations import PaymentSituation, RegistrationMoney, standings
from ncre.services.registration.case import Case
from ncre.services.registration.queries import CaseQueries


@dataclass(frozen=True)
class OpenMoney:
    """What the office's page of payments lists, read together; the counts go beyond what is listed."""

    open: list[OrderRow]
    open_count: int
    owed: list[PaymentRow]
    owed_count: int
    orphans: list[PaymentRow]
    unbooked: list[Row]
    unexplained: list[PaymentRow]
    compared: list[Row]
    refused: list[Row]


class PaymentQueries:
    """Money as it stands now."""

    def __init__(self, command_handler: CommandHandler, cases: CaseQueries, refused: RefusedNotices) -> None:
        self._command_handler = command_handler
        self._database = command_handler.database
        self._cases = cases
        self._refused = refused

    def of_case(self, case: Case) -> list[PaymentSituation]:
        """Every situation of the money of a registration, the one that matters most first; never empty."""
        ended = self._cases.cancellation(case.id) if case.status is Status.CANCELLED else None
        why = ended.money_reason if ended and isinstance(ended.money_reason, str) else ""
        with self._database.reading() as connection:
            payments = ledger.of_registration(connection, case.id)
            open_ = orders.payable_of(connection, case.id)
        books = RegistrationMoney(payments, open_, why, kept=bool(ended and ended.money == "keep"))
        return standings(case.row, case.round, case.site, books, self._command_handler.clock())

    def waiting(self) -> OpenMoney:
        """What waits for an answer, for its way back, or for somebody who decides."""
        with self._database.reading() as connection:
            return OpenMoney(
                orders.payable(connection, limit=50),
                orders.payable_count(connection),
                ledger.owed(connection),
                ledger.owed_count(connection),
                ledger.orphans(connection),
                unbooked.waiting(connection),
                ledger.unexplained(connection),
                reconciliations.newest(connection),
                self._refused.newest(connection),
            )

    def attention(self) -> tuple[int, int]:
        """How many payments are owed back, and how many items somebody has to look into."""
        with self._database.reading() as connection:
            unclear = len(ledger.orphans(connection)) + len(unbooked.waiting(connection))
            return ledger.owed_count(connection), unclear + len(ledger.unexplained(connection))
