"""Registrations whose time to pay is over, and those that can no longer go on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Connection,
    bindparam,
    select,
)

from ncre.domain.registration.lifecycle import LIFE
from ncre.domain.registration.vocabulary import Opening, Step
from ncre.projections.base import typed
from ncre.projections.registration.registrations import registrations
from ncre.projections.rows import RegistrationRow

_MAY_LAPSE = sorted({source for row in LIFE if row.step is Step.LAPSE for source in row.sources})


_DUE = (
    select(registrations)
    .where(registrations.c.pay_by < bindparam("moment"), registrations.c.status.in_(_MAY_LAPSE))
    .order_by(registrations.c.pay_by, registrations.c.id)
)


_STRANDED = (
    select(registrations)
    .where(
        registrations.c.status.in_(bindparam("statuses", expanding=True)),
        registrations.c.round == bindparam("code"),
    )
    .order_by(registrations.c.id)
)


def due(connection: Connection, now: datetime, limit: int = 200, offset: int = 0) -> list[RegistrationRow]:
    """Unpaid registrations whose time to pay is over, longest overdue first.

    Whether such a one lapses is for the site's policy to say, which may have changed since.
    """
    return typed(
        RegistrationRow, connection.execute(_DUE.limit(limit).offset(offset), {"moment": now}).mappings()
    )


def stranded(
    connection: Connection, round_code: str, after: Opening, limit: int = 200, offset: int = 0
) -> list[RegistrationRow]:
    """Registrations of a round that cannot go on after this window of it closed, by id.

    Whether such a one lapses is for the site's policy to say.
    """
    rows = [row for row in LIFE if row.step is Step.EXPIRE and row.after is after]
    statuses = sorted({source.value for row in rows for source in row.sources})
    if not statuses:
        return []
    asked = {"statuses": statuses, "code": round_code}
    return typed(RegistrationRow, connection.execute(_STRANDED.limit(limit).offset(offset), asked).mappings())
