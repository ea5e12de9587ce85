"""Registrations whose time to pay is over and that may lapse."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from ncre.domain.registration.machine import open_steps
from ncre.domain.registration.vocabulary import Status, Step
from ncre.projections.exam.exams import ExamRepository
from ncre.projections.registration import registrations
from ncre.projections.rows import RegistrationRow


def overdue(
    connection: Connection, exams: ExamRepository, before: datetime, limit: int
) -> list[RegistrationRow]:
    """About `limit` of those that had to pay before a moment, longest overdue first.

    Looked for past whatever is overdue and may not lapse: the policy may have changed since the clock was set.
    """
    found: list[RegistrationRow] = []
    seen = 0
    while len(found) < limit and (page := registrations.due(connection, before, limit, seen)):
        found += [
            row
            for row in page
            if Step.LAPSE in open_steps(Status(row["status"]), exams.site_of(connection, row))
        ]
        seen += len(page)
    return found
