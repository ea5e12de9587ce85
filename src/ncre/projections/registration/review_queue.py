"""What waits for review at a site, oldest first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.sql import Select

from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.lifecycle import Status
from ncre.projections.base import Row
from ncre.projections.registration import registration_counts
from ncre.projections.registration.registrations import registrations


def waiting(
    connection: Connection, round_code: str, sites: frozenset[str], limit: int = 50, offset: int = 0
) -> list[Row]:
    """Registrations pending review at the sites, the longest waiting first."""
    asked = (
        _at(select(registrations), round_code, sites)
        .order_by(registrations.c.requested_at, registrations.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [dict(row) for row in connection.execute(asked).mappings()]


def waiting_count(connection: Connection, round_code: str, sites: frozenset[str]) -> int:
    return registration_counts.standing(connection, round_code, Status.PENDING_REVIEW, sites)


def _at(asked: Select[Any], round_code: str, sites: frozenset[str]) -> Select[Any]:
    asked = asked.where(registrations.c.status == Status.PENDING_REVIEW, registrations.c.round == round_code)
    return asked if sites == EVERY_SITE else asked.where(registrations.c.site.in_(sorted(sites)))
