"""What waits for review at a site, oldest first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, func, literal, or_, select
from sqlalchemy.sql import Select

from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.vocabulary import Status
from ncre.projections.base import typed, typed_or_none
from ncre.projections.registration import registration_counts
from ncre.projections.registration.registrations import registrations
from ncre.projections.rows import RegistrationRow
from ncre.store.columns import ONE


def waiting(
    connection: Connection, round_code: str, sites: frozenset[str], limit: int = 50, offset: int = 0
) -> list[RegistrationRow]:
    """Registrations pending review at the sites, the longest waiting first."""
    asked = (
        _at(select(registrations), round_code, sites)
        .order_by(registrations.c.requested_at, registrations.c.id)
        .limit(limit)
        .offset(offset)
    )
    return typed(RegistrationRow, connection.execute(asked).mappings())


def waiting_count(connection: Connection, round_code: str, sites: frozenset[str]) -> int:
    return registration_counts.standing(connection, round_code, Status.PENDING_REVIEW, sites)


def place(
    connection: Connection, round_code: str, sites: frozenset[str], requested_at: datetime, case: UUID
) -> int:
    """Which place in the queue a case has, from 1; counted no further than `FARTHEST`."""
    before = (
        _at(select(literal(1)), round_code, sites)
        .where(registrations.c.requested_at <= requested_at)
        .where(or_(registrations.c.requested_at < requested_at, registrations.c.id < case))
        .limit(FARTHEST)
        .subquery("part_of_queue")
    )
    return int(connection.execute(select(func.count()).select_from(before)).scalar_one()) + 1


def next_after(
    connection: Connection,
    round_code: str,
    sites: frozenset[str],
    after: tuple[datetime, UUID],
    without: UUID,
    claimed: Collection[UUID] = (),
) -> RegistrationRow | None:
    """The case that waits behind this one, else the oldest other; never one of the account `without`, or of `claimed`."""
    requested_at, case = after
    others = (
        _at(select(registrations), round_code, sites)
        .where(registrations.c.account != without, registrations.c.id.not_in([case, *claimed]))
        .order_by(registrations.c.requested_at, registrations.c.id)
        .limit(ONE)
    )
    behind = others.where(registrations.c.requested_at >= requested_at).where(
        or_(registrations.c.requested_at > requested_at, registrations.c.id > case)
    )
    for asked in (behind, others):
        if row := connection.execute(asked).mappings().first():
            return typed_or_none(RegistrationRow, row)
    return None


def newest_rejections(connection: Connection, round_code: str) -> list[list[str]]:
    """The reasons of the newest cases that stand rejected, up to `COUNTED`."""
    asked = (
        select(registrations.c.reasons)
        .where(registrations.c.status == Status.REJECTED, registrations.c.round == round_code)
        .order_by(registrations.c.requested_at.desc())
        .limit(COUNTED)
    )
    return [list(reasons) for reasons in connection.execute(asked).scalars()]


FARTHEST: Final = 999
"""Cases counted before one: nobody looks through more at a sitting."""

COUNTED: Final = 200
"""Rejections from which the commonest reasons are taken."""


def _at(asked: Select[Any], round_code: str, sites: frozenset[str]) -> Select[Any]:
    asked = asked.where(registrations.c.status == Status.PENDING_REVIEW, registrations.c.round == round_code)
    return asked if sites == EVERY_SITE else asked.where(registrations.c.site.in_(sorted(sites)))
