"""Who is at which case of the queue right now, and what was handed over to whom: working notes, no history.

A claim keeps two reviewers from looking at one case at once. It decides nothing: what is decided is bound to the
version that was seen, claimed or not.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Index,
    LargeBinary,
    Table,
    Uuid,
    delete,
    insert,
    select,
    update,
)

from ncre.store.columns import Moment
from ncre.store.deadlines import is_held
from ncre.store.schema import metadata

LONGEST_NOTE: Final = 200
"""Characters of the note that goes with a case; it is stored sealed."""

LASTS: Final = timedelta(minutes=15)
"""A case that nobody decided in this time is anybody's again; opening it anew extends it."""

MOST: Final = 1000
"""Claims that are looked at together: more are held at once by no office."""

review_claims: Final = Table(
    "review_claims",
    metadata,
    Column("registration", Uuid, primary_key=True),
    Column("account", Uuid, nullable=False),
    Column("taken_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("review_claims_of", "account", "expires_at"),
    Index("review_claims_until", "expires_at"),
)

review_handovers: Final = Table(
    "review_handovers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("registration", Uuid, nullable=False),
    Column("giver", Uuid, nullable=False),
    Column("receiver", Uuid, nullable=False),
    Column("handed_at", Moment, nullable=False),
    Column("box", LargeBinary),
    Index("review_handovers_of", "registration", "handed_at"),
    Index("review_handovers_at", "handed_at"),
)


@dataclass(frozen=True)
class ReviewClaim:
    registration: UUID
    account: UUID
    taken_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class HandoverRow:
    """`box` is the note, sealed for the person of the case."""

    id: UUID
    registration: UUID
    giver: UUID
    receiver: UUID
    handed_at: datetime
    box: bytes | None


def of(connection: Connection, cases: Collection[UUID], now: datetime) -> dict[UUID, ReviewClaim]:
    """The claims on these cases that hold now."""
    asked = select(review_claims).where(
        review_claims.c.registration.in_(sorted(cases)), is_held(review_claims.c.expires_at, now, LASTS)
    )
    found = connection.execute(asked).mappings() if cases else ()
    return {row["registration"]: ReviewClaim(**row) for row in found}


def held(connection: Connection, now: datetime, account: UUID | None = None) -> list[ReviewClaim]:
    """The claims that hold now, of one account or of everybody, up to `MOST`."""
    asked = select(review_claims).where(is_held(review_claims.c.expires_at, now, LASTS))
    if account is not None:
        asked = asked.where(review_claims.c.account == account)
    rows = connection.execute(asked.order_by(review_claims.c.expires_at.desc()).limit(MOST)).mappings()
    return [ReviewClaim(**row) for row in rows]


def put(connection: Connection, claim: ReviewClaim) -> None:
    """This claim instead of whatever there was; the caller holds the lock of the case."""
    changed = connection.execute(
        update(review_claims)
        .where(review_claims.c.registration == claim.registration)
        .values(account=claim.account, taken_at=claim.taken_at, expires_at=claim.expires_at)
    )
    if not changed.rowcount:
        connection.execute(insert(review_claims), vars(claim))


def drop(connection: Connection, registration: UUID) -> None:
    connection.execute(delete(review_claims).where(review_claims.c.registration == registration))


def note_handover(connection: Connection, handover: HandoverRow) -> None:
    connection.execute(insert(review_handovers), vars(handover))


def handovers_of(connection: Connection, registration: UUID) -> list[HandoverRow]:
    """The newest first."""
    asked = select(review_handovers).where(review_handovers.c.registration == registration)
    rows = connection.execute(asked.order_by(review_handovers.c.handed_at.desc()).limit(20)).mappings()
    return [HandoverRow(**row) for row in rows]


def forget(connection: Connection, registrations: Collection[UUID]) -> None:
    """In the transaction of an erasure: who was at these cases, and what colleagues wrote to each other of them."""
    for table in (review_claims, review_handovers):
        connection.execute(delete(table).where(table.c.registration.in_(registrations)))


def tidy(connection: Connection, expired_before: datetime, handed_before: datetime) -> None:
    connection.execute(delete(review_claims).where(review_claims.c.expires_at < expired_before))
    connection.execute(delete(review_handovers).where(review_handovers.c.handed_at < handed_before))
