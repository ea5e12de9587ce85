"""The questions of the pages, together: each opens its own reading, or joins that of the request."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ncre.handlers.command_handler import CommandHandler
from ncre.ledger.verifier import VerifierKey
from ncre.operational.refused_notices import RefusedNotices
from ncre.services.accounts.queries import AccountQueries
from ncre.services.audit.queries import AuditQueries
from ncre.services.exam.queries import ExamQueries
from ncre.services.payment.queries import PaymentQueries
from ncre.services.photo.photos import PhotoService
from ncre.services.registration.queries import CaseQueries


@dataclass(frozen=True)
class Queries:
    """What is only read, by subject."""

    cases: CaseQueries
    exams: ExamQueries
    payments: PaymentQueries
    accounts: AccountQueries
    audit: AuditQueries


def queries_over(
    command_handler: CommandHandler,
    photos: PhotoService,
    refused: RefusedNotices,
    witnesses: Collection[VerifierKey],
) -> Queries:
    """The questions over the tables behind this command handler."""
    cases = CaseQueries(command_handler, photos)
    return Queries(
        cases,
        ExamQueries(command_handler),
        PaymentQueries(command_handler, cases, refused),
        AccountQueries(command_handler.database),
        AuditQueries(command_handler, witnesses),
    )
