"""Bans as they hold, and the registrations of banned people that are paid: the work list of the office."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Index,
    Integer,
    String,
    Table,
    Uuid,
    bindparam,
    exists,
    func,
    or_,
    select,
    text,
    update,
)

from ncre.domain.bans.ban import Ban
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.registration.lifecycle import TERMINATED
from ncre.events import ban as facts
from ncre.events.base import Fact
from ncre.projections.base import Key, Projection, Row, changed, found_in
from ncre.projections.registration.registrations import registrations
from ncre.store.columns import ONE, Moment
from ncre.store.schema import metadata, person_keys

_LIFTED: Final = text("lifted_at IS NOT NULL")

bans: Final = Table(
    "bans",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("person", String(64), nullable=False),
    Column("document_type", String(20), nullable=False),
    Column("document_masked", String(40)),
    Column("starts", Date, nullable=False),
    Column("ends", Date, nullable=False),
    Column("decision", String(60), nullable=False),
    Column("imposed_at", Moment, nullable=False),
    Column("lifted_at", Moment),
    Index("bans_of_person", "person", "ends"),
    Index("bans_newest", "imposed_at", "id"),
    Index("bans_ended", "ends"),
    Index("bans_lifted", "lifted_at", sqlite_where=_LIFTED, postgresql_where=_LIFTED),
)
"""One row a ban. `person` is the keyed hash of the document; the days are those of the exam's time, both included."""

kept_registrations: Final = Table(
    "ban_kept_registrations",
    metadata,
    Column("ban", Uuid, primary_key=True),
    Column("registration", Uuid, primary_key=True),
    Column("kept_at", Moment, nullable=False),
    Index("ban_kept_registrations_of", "registration"),
)
"""Registrations of banned people that the office lets stand."""


class BanProjection(Projection):
    table = bans
    listens = (
        facts.BanImposed,
        facts.BanLifted,
        facts.BannedRegistrationKept,
        facts.BanReasonViewed,
        facts.BanForgotten,
    )
    opens = (facts.BanImposed,)
    by_stream = "id"

    def key(self, fact: Fact) -> Key:
        return (fact.metadata.stream,)

    def step(self, fact: Fact, row: Row | None) -> Row | None:
        stamp = fact.metadata
        match fact:
            case facts.BanImposed():
                return {
                    "id": stamp.stream,
                    "version": stamp.version,
                    "person": fact.person,
                    "document_type": fact.document_type,
                    "document_masked": fact.document if isinstance(fact.document, str) else None,
                    "starts": fact.starts,
                    "ends": fact.ends,
                    "decision": fact.decision,
                    "imposed_at": stamp.recorded_at,
                    "lifted_at": None,
                }
            case facts.BanLifted():
                return changed(row, version=stamp.version, lifted_at=stamp.recorded_at)
            case facts.BanForgotten():
                return None
            case _:
                return changed(row, version=stamp.version)


class KeptRegistrations(Projection):
    table = kept_registrations
    listens = (facts.BannedRegistrationKept,)
    by_stream = "ban"

    def key(self, fact: Fact) -> Key:
        assert isinstance(fact, facts.BannedRegistrationKept)
        return fact.metadata.stream, fact.registration

    def step(self, fact: Fact, row: Row | None) -> Row | None:
        assert isinstance(fact, facts.BannedRegistrationKept)
        return {
            "ban": fact.metadata.stream,
            "registration": fact.registration,
            "kept_at": fact.metadata.recorded_at,
        }


_OF_PERSON: Final = (
    select(bans.c.id, bans.c.decision, bans.c.ends)
    .where(
        bans.c.person == bindparam("who"),
        bans.c.ends >= bindparam("day"),
        bans.c.starts <= bindparam("day"),
        bans.c.lifted_at.is_(None),
    )
    .order_by(bans.c.ends.desc(), bans.c.id)
    .limit(ONE)
)
_PAGE: Final = select(bans).order_by(bans.c.imposed_at.desc(), bans.c.id.desc())
_CONCERNED: Final = (
    select(
        bans.c.id.label("ban"),
        bans.c.version.label("ban_version"),
        bans.c.decision,
        bans.c.ends,
        registrations.c.id.label("registration"),
        registrations.c.version,
        registrations.c.number,
        registrations.c.status,
        registrations.c.site,
        registrations.c.name_masked,
        registrations.c.amount,
        registrations.c.paid_at,
    )
    .join_from(bans, registrations, registrations.c.person == bans.c.person)
    .outerjoin(
        kept_registrations,
        (kept_registrations.c.ban == bans.c.id) & (kept_registrations.c.registration == registrations.c.id),
    )
    .where(
        bans.c.lifted_at.is_(None),
        bans.c.starts <= bindparam("day"),
        bans.c.ends >= bindparam("day"),
        registrations.c.paid_at.is_not(None),
        registrations.c.status.not_in(sorted(TERMINATED)),
        kept_registrations.c.ban.is_(None),
    )
    .order_by(bans.c.imposed_at, registrations.c.id)
)


def exam_day(now: datetime) -> date:
    return now.astimezone(EXAM_TIME).date()


def in_force(connection: Connection, person: str, now: datetime) -> Ban | None:
    """The ban of a person (keyed hash) that holds now and ends last, or None."""
    row = connection.execute(_OF_PERSON, {"who": person, "day": exam_day(now)}).first()
    return Ban(row.id, row.decision, row.ends) if row else None


def one(connection: Connection, ban: UUID) -> Row | None:
    return found_in(connection.execute(select(bans).where(bans.c.id == ban)).mappings().first())


def page(connection: Connection, limit: int, offset: int = 0) -> list[Row]:
    """Bans, the newest first."""
    return [dict(row) for row in connection.execute(_PAGE.limit(limit).offset(offset)).mappings()]


def of_people(connection: Connection, people: tuple[str, ...]) -> list[Row]:
    """Every ban of these people (keyed hashes), the newest first."""
    return [dict(row) for row in connection.execute(_PAGE.where(bans.c.person.in_(people))).mappings()]


def concerned(connection: Connection, now: datetime, ban: UUID | None = None, limit: int = 200) -> list[Row]:
    """Paid registrations of people who are banned by now and of which the office has not said what becomes of them."""
    asked = _CONCERNED.limit(limit)
    if ban is not None:
        asked = asked.where(bans.c.id == ban)
    return [dict(row) for row in connection.execute(asked, {"day": exam_day(now)}).mappings()]


def without_purpose(connection: Connection, now: datetime, limit: int = 200) -> list[UUID]:
    """Bans that are over, of people of whom no registration is left, whose number and reason can still be read."""
    day = exam_day(now)
    asked = (
        select(bans.c.id)
        .join(person_keys, person_keys.c.subject == bans.c.id)
        .where(
            person_keys.c.wrapped.is_not(None),
            or_(bans.c.ends < day, bans.c.lifted_at.is_not(None)),
            ~exists().where(registrations.c.person == bans.c.person),
        )
    )
    return list(connection.execute(asked.order_by(bans.c.id).limit(limit)).scalars())


def hide_document(connection: Connection, ban: UUID) -> None:
    """As the row reads once the key of the ban is destroyed."""
    connection.execute(update(bans).where(bans.c.id == ban).values(document_masked=None))


def is_kept(connection: Connection, registration: UUID) -> bool:
    """Whether the office lets the registration stand."""
    asked = (
        select(kept_registrations.c.ban).where(kept_registrations.c.registration == registration).limit(ONE)
    )
    return connection.execute(asked).first() is not None


def over_before(connection: Connection, day: date, moment: datetime, limit: int) -> list[Row]:
    """Bans whose last day was before a day, or that were lifted before a moment; the oldest first."""
    ended = select(bans).where(bans.c.ends < day).order_by(bans.c.ends).limit(limit)
    lifted = select(bans).where(bans.c.lifted_at < moment).order_by(bans.c.lifted_at).limit(limit)
    rows = [row for asked in (ended, lifted) for row in connection.execute(asked).mappings()]
    return list({row["id"]: dict(row) for row in rows}.values())


def registered(connection: Connection, people: list[str]) -> dict[str, tuple[int, int]]:
    """(registrations under way, paid ones of them) by person, for people who have some."""
    found: dict[str, tuple[int, int]] = {}
    for begin in range(0, len(people), 500):
        asked = (
            select(
                registrations.c.person,
                func.count().label("all"),
                func.count(registrations.c.paid_at).label("paid"),
            )
            .where(
                registrations.c.person.in_(people[begin : begin + 500]),
                registrations.c.status.not_in(sorted(TERMINATED)),
            )
            .group_by(registrations.c.person)
        )
        found |= {row.person: (row.all, row.paid) for row in connection.execute(asked)}
    return found
