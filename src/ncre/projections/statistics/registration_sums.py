"""Sums over registrations: begun and submitted by the hour, subjects by site, and who has chosen no site yet.

What every candidate of a round would add to at the same moment is cut into shares (`share_of`), so that rivals on
PostgreSQL seldom wait for each other's row; who reads adds the shares up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, Integer, String, Table

from ncre.domain.registration.lifecycle import HOLDS_SEATS, PAID
from ncre.projections.base import Key, Row
from ncre.projections.registration.registrations import registrations
from ncre.projections.summaries import Summary
from ncre.store.columns import Moment
from ncre.store.schema import metadata

SHARES: Final = 16

registration_hours: Final = Table(
    "registration_hours",
    metadata,
    Column("round", String(8), primary_key=True),
    Column("part", String(6), primary_key=True),
    Column("hour", Moment, primary_key=True),
    Column("begun", Integer, nullable=False),
    Column("submitted", Integer, nullable=False),
)
"""`part` is a site, which counts what was submitted there, or one of the shares of the whole round."""

unplaced_counts: Final = Table(
    "unplaced_counts",
    metadata,
    Column("round", String(8), primary_key=True),
    Column("part", String(6), primary_key=True),
    Column("status", String(20), primary_key=True),
    Column("people", Integer, nullable=False),
)
"""Registrations without a site, by status and share; those with one stand in `registration_counts`."""

subject_counts: Final = Table(
    "subject_counts",
    metadata,
    Column("round", String(8), primary_key=True),
    Column("site", String(6), primary_key=True),
    Column("subject", String(8), primary_key=True),
    Column("held", Integer, nullable=False),
    Column("paid", Integer, nullable=False),
    Column("fees", BigInteger, nullable=False),
)
"""Subjects of registrations that hold seats, those of them that are paid, and their fees in fen."""

_PAID: Final = frozenset(status.value for status in PAID)
_HELD: Final = frozenset(status.value for status in HOLDS_SEATS)


def share_of(registration: UUID) -> str:
    """The share of the round's own sums to which a registration adds; no site has such a code."""
    return f"-{registration.int % SHARES:x}"


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


class HoursSummary(Summary):
    table = registration_hours
    of = registrations
    reads = (
        registrations.c.id,
        registrations.c.round,
        registrations.c.site,
        registrations.c.agreed_at,
        registrations.c.submitted_at,
    )

    def parts(self, row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
        yield (row["round"], share_of(row["id"]), hour_of(row["agreed_at"])), (1, 0)
        if row["submitted_at"] is not None:
            hour = hour_of(row["submitted_at"])
            yield (row["round"], share_of(row["id"]), hour), (0, 1)
            yield (row["round"], row["site"], hour), (0, 1)


class UnplacedSummary(Summary):
    table = unplaced_counts
    of = registrations
    reads = (registrations.c.id, registrations.c.round, registrations.c.site, registrations.c.status)

    def parts(self, row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
        if row["site"] is None:
            yield (row["round"], share_of(row["id"]), row["status"]), (1,)


class SubjectsSummary(Summary):
    table = subject_counts
    of = registrations
    reads = (
        registrations.c.round,
        registrations.c.site,
        registrations.c.status,
        registrations.c.lines,
        registrations.c.suspended_from,
    )

    def parts(self, row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
        if row["status"] not in _HELD:
            return
        paid = (row["suspended_from"] or row["status"]) in _PAID
        for line in row["lines"]:
            counts = (1, int(paid), line["fee"] if paid else 0)
            yield (row["round"], row["site"], line["subject"]), counts
