"""Quality control of the review: decisions that were drawn for a second look, what the second reviewer found, and the rates.

None of it changes a registration: it measures the work of staff. Which decisions were drawn follows from their case,
their version, a secret key and the rate in force (`services.review.sampling`), and can be drawn again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.sql import ColumnElement

from ncre.store.columns import ONE, Moment
from ncre.store.deadlines import SKEW
from ncre.store.schema import metadata

LONGEST_NOTE: Final = 200

HELD: Final = timedelta(hours=1)
"""How long whoever took a second look has for it, until another may."""


class LookState(StrEnum):
    WAITING = "waiting"
    AGREED = "agreed"
    DISAGREED = "disagreed"
    CLOSED = "closed"


second_look_rates: Final = Table(
    "second_look_rates",
    metadata,
    Column("site", String(6), primary_key=True),
    Column("since", Moment, primary_key=True),
    Column("per_mille", Integer, nullable=False),
    Column("account", Uuid, nullable=False),
)
"""Of 1000 decisions of a site so many are drawn from a moment on; earlier rates stay, to draw again what was drawn."""

second_looks: Final = Table(
    "second_looks",
    metadata,
    Column("registration", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("round", String(8), nullable=False),
    Column("site", String(6), nullable=False),
    Column("candidate", Uuid, nullable=False),
    Column("first_by", Uuid, nullable=False),
    Column("first_verdict", String(10), nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Column("taken_by", Uuid),
    Column("taken_at", Moment),
    Column("second_verdict", String(10)),
    Column("second_reasons", JSON, nullable=False),
    Column("looked_at", Moment),
    Column("outcome", String(10)),
    Column("outcome_by", Uuid),
    Column("outcome_box", LargeBinary),
    Index("second_looks_waiting", "state", "site", "decided_at"),
    Index("second_looks_taken", "taken_by", "state"),
    Index("second_looks_of_round", "round", "first_by", "state"),
)
"""`version` is that of the decision; the case as it stood before is what is looked at again; `outcome_box` the note of the office, sealed for the candidate."""


@dataclass(frozen=True)
class SecondLook:
    registration: UUID
    version: int
    round: str
    site: str
    candidate: UUID
    first_by: UUID
    first_verdict: str
    decided_at: datetime
    state: str
    second_reasons: list[str]
    taken_by: UUID | None = None
    taken_at: datetime | None = None
    second_verdict: str | None = None
    looked_at: datetime | None = None
    outcome: str | None = None
    outcome_by: UUID | None = None
    outcome_box: bytes | None = None


@dataclass(frozen=True)
class Agreement:
    """How often two reviewers said what of the decisions of the first one in a round."""

    first_by: UUID
    first_verdict: str
    second_verdict: str
    looks: int


def rate_at(connection: Connection, site: str, moment: datetime) -> int:
    """Of 1000 decisions of a site so many are drawn; 0 where no rate was ever set."""
    asked = (
        select(second_look_rates.c.per_mille)
        .where(second_look_rates.c.site == site, second_look_rates.c.since <= moment)
        .order_by(second_look_rates.c.since.desc())
        .limit(ONE)
    )
    return connection.execute(asked).scalar_one_or_none() or 0


def rates(connection: Connection, sites: Collection[str], moment: datetime) -> dict[str, int]:
    """The rates in force at these sites."""
    asked = (
        select(second_look_rates.c.site, second_look_rates.c.per_mille)
        .where(second_look_rates.c.site.in_(sorted(sites)), second_look_rates.c.since <= moment)
        .order_by(second_look_rates.c.since)
    )
    return {row.site: row.per_mille for row in connection.execute(asked)}


def set_rate(connection: Connection, site: str, per_mille: int, since: datetime, account: UUID) -> None:
    """From this moment on; a rate that was set at the very same moment is replaced."""
    key = (second_look_rates.c.site == site, second_look_rates.c.since == since)
    values = {"per_mille": per_mille, "account": account}
    if not connection.execute(update(second_look_rates).where(*key).values(values)).rowcount:
        connection.execute(insert(second_look_rates), {"site": site, "since": since, **values})


def add(connection: Connection, look: SecondLook) -> None:
    """Nothing where it was drawn already."""
    if one(connection, look.registration, look.version) is None:
        connection.execute(insert(second_looks), vars(look))


def one(connection: Connection, registration: UUID, version: int) -> SecondLook | None:
    asked = select(second_looks).where(_is(registration, version))
    row = connection.execute(asked).mappings().first()
    return SecondLook(**row) if row else None


def taken(connection: Connection, account: UUID, now: datetime) -> SecondLook | None:
    """What this account has taken and not decided."""
    asked = select(second_looks).where(
        second_looks.c.taken_by == account,
        second_looks.c.state == LookState.WAITING.value,
        second_looks.c.taken_at > now - HELD,
        second_looks.c.taken_at <= now + SKEW,
    )
    row = connection.execute(asked.limit(ONE)).mappings().first()
    return SecondLook(**row) if row else None


def open_for(
    connection: Connection, account: UUID, sites: Collection[str] | None, now: datetime, most: int
) -> list[SecondLook]:
    """Up to `most` at these sites, None for all, that somebody else decided, of somebody else's registration, and nobody is at; the oldest first."""
    found = connection.execute(
        select(second_looks)
        .where(*_open(account, sites, now))
        .order_by(second_looks.c.decided_at, second_looks.c.registration)
        .limit(most)
    )
    return [SecondLook(**row) for row in found.mappings()]


def take(connection: Connection, look: SecondLook, account: UUID, now: datetime) -> bool:
    """Whether it is this account's now; False where somebody else was quicker."""
    was = second_looks.c.taken_at
    same = was.is_(None) if look.taken_at is None else was == look.taken_at
    taking = update(second_looks).where(_is(look.registration, look.version), same)
    return bool(connection.execute(taking.values(taken_by=account, taken_at=now)).rowcount)


def change(connection: Connection, registration: UUID, version: int, **values: Any) -> None:
    connection.execute(update(second_looks).where(_is(registration, version)).values(values))


def forget_notes(connection: Connection, registrations: Collection[UUID]) -> None:
    """In the transaction of an erasure: what the office wrote; the verdicts stay, for they measure staff."""
    theirs = second_looks.c.registration.in_(registrations)
    connection.execute(update(second_looks).where(theirs).values(outcome_box=None))


def in_state(
    connection: Connection, state: LookState, sites: Collection[str], limit: int, oldest: bool = True
) -> list[SecondLook]:
    asked = select(second_looks).where(
        second_looks.c.state == state.value, second_looks.c.site.in_(sorted(sites))
    )
    at = second_looks.c.decided_at
    rows = connection.execute(asked.order_by(at if oldest else at.desc()).limit(limit)).mappings()
    return [SecondLook(**row) for row in rows]


def agreements(connection: Connection, round_code: str) -> list[Agreement]:
    """By first reviewer and both verdicts, of what was looked at twice in a round."""
    held = second_looks.c
    asked = (
        select(held.first_by, held.first_verdict, held.second_verdict, func.count().label("looks"))
        .where(held.round == round_code, held.state != LookState.WAITING.value)
        .group_by(held.first_by, held.first_verdict, held.second_verdict)
        .order_by(held.first_by)
    )
    return [Agreement(**row) for row in connection.execute(asked).mappings()]


def _is(registration: UUID, version: int) -> ColumnElement[bool]:
    return (second_looks.c.registration == registration) & (second_looks.c.version == version)


def _open(account: UUID, sites: Collection[str] | None, now: datetime) -> tuple[ColumnElement[bool], ...]:
    held = second_looks.c
    over = or_(held.taken_at <= now - HELD, held.taken_at > now + SKEW)
    free = or_(held.taken_at.is_(None), over, held.taken_by == account)
    here = held.site != "" if sites is None else held.site.in_(sorted(sites))
    return (
        held.state == LookState.WAITING.value,
        here,
        held.first_by != account,
        held.candidate != account,
        free,
    )
