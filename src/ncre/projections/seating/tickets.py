"""The seats on the admission tickets: one row a subject, as it was assigned."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, Integer, String, Table, Uuid, bindparam, func, select

from ncre.domain.registration.lifecycle import PAID
from ncre.events import registration as facts
from ncre.projections.base import Key, Projection, Row, changed, typed
from ncre.projections.registration.registrations import registrations
from ncre.projections.rows import SeatRow
from ncre.store.columns import Moment
from ncre.store.schema import metadata

tickets = Table(
    "tickets",
    metadata,
    Column("registration", Uuid, primary_key=True),
    Column("subject", String(8), primary_key=True),
    Column("ticket", String(16), nullable=False, unique=True),
    Column("hall", Integer, nullable=False),
    Column("room", String(80), nullable=False),
    Column("seat", Integer, nullable=False),
    Column("batch", Integer, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
)


def seat_row(assigned: facts.SeatAssigned) -> SeatRow:
    """The row of a seat as it was given."""
    return SeatRow(
        registration=assigned.metadata.stream,
        subject=assigned.subject,
        ticket=assigned.ticket,
        hall=assigned.hall,
        room=assigned.room,
        seat=assigned.seat,
        batch=assigned.batch,
        starts_at=assigned.starts_at,
        ends_at=assigned.ends_at,
    )


class TicketProjection(Projection):
    table = tickets
    listens = (facts.SeatAssigned, facts.SeatReleased)
    by_stream = "registration"

    def key(self, assigned: facts.SeatAssigned | facts.SeatReleased) -> Key:
        return (assigned.metadata.stream, assigned.subject)

    def step(self, assigned: facts.SeatAssigned | facts.SeatReleased, row: Row | None) -> Row | None:
        if isinstance(assigned, facts.SeatReleased):
            return None
        return changed(row, **seat_row(assigned))


_OF = select(tickets).where(tickets.c.registration == bindparam("of")).order_by(tickets.c.starts_at)


def seats_of(connection: Connection, registration: UUID) -> list[SeatRow]:
    """The seats of a registration in the order of sitting."""
    return typed(SeatRow, connection.execute(_OF, {"of": registration}).mappings())


def taken_at(connection: Connection, round_code: str, site: str) -> list[SeatRow]:
    """Every seat assigned at a site in a round: what a further seating must leave alone."""
    asked = (
        select(tickets)
        .join(registrations, registrations.c.id == tickets.c.registration)
        .where(registrations.c.round == round_code, registrations.c.site == site)
    )
    return typed(SeatRow, connection.execute(asked).mappings())


def counted_at(connection: Connection, round_code: str, site: str) -> tuple[int, int]:
    """How many people have seats at a site in a round, and how many sittings these are."""
    asked = (
        select(func.count(tickets.c.registration.distinct()), func.count())
        .join(registrations, registrations.c.id == tickets.c.registration)
        .where(registrations.c.round == round_code, registrations.c.site == site)
    )
    people, sittings = connection.execute(asked).one()
    return int(people), int(sittings)


def registrations_at(connection: Connection, round_code: str, site: str) -> list[UUID]:
    """Registrations with seats at a site in a round, by their first sitting: time, hall, seat."""
    asked = (
        select(tickets.c.registration)
        .join(registrations, registrations.c.id == tickets.c.registration)
        .where(registrations.c.round == round_code, registrations.c.site == site)
        .group_by(tickets.c.registration)
        .order_by(
            func.min(tickets.c.starts_at),
            func.min(tickets.c.hall),
            func.min(tickets.c.seat),
            tickets.c.registration,
        )
    )
    return list(connection.execute(asked).scalars())


def sitting_between(
    connection: Connection,
    round_code: str,
    site: str,
    start: datetime,
    until: datetime,
    after: UUID | None,
    most: int,
) -> list[UUID]:
    """Registrations that stand and have a seat between two moments at a site, by id, behind `after`."""
    asked = (
        select(tickets.c.registration)
        .where(*_STANDING, tickets.c.starts_at >= start, tickets.c.starts_at < until)
        .where(*([tickets.c.registration > after] if after else []))
        .distinct()
        .order_by(tickets.c.registration)
        .limit(most)
    )
    return list(connection.execute(asked, {"code": round_code, "at": site}).scalars())


_STANDING = (
    tickets.c.registration == registrations.c.id,
    registrations.c.round == bindparam("code"),
    registrations.c.site == bindparam("at"),
    registrations.c.status.in_(sorted(PAID)),
)
"""Seats whose registration still stands: a cancelled one keeps its chair and is on no list."""

_HALL = (
    tickets.c.starts_at,
    tickets.c.ends_at,
    tickets.c.hall,
    tickets.c.room,
)
_HALLS = select(*_HALL, func.count().label("people")).where(*_STANDING).group_by(*_HALL).order_by(*_HALL)
_IN_SITTING = (
    select(
        tickets,
        registrations.c.sealed_for,
        registrations.c.number,
        registrations.c.name_masked,
        registrations.c.document_masked,
        registrations.c.details_version,
        registrations.c.photo,
        registrations.c.changed_at,
    )
    .where(*_STANDING, tickets.c.starts_at == bindparam("starts"), tickets.c.ends_at == bindparam("ends"))
    .order_by(tickets.c.hall, tickets.c.seat)
)


def halls_at(connection: Connection, round_code: str, site: str) -> list[Row]:
    """The halls of a site in which people sit, by time and number, and how many they are."""
    return [dict(row) for row in connection.execute(_HALLS, {"code": round_code, "at": site}).mappings()]


def seats_in(
    connection: Connection, round_code: str, site: str, starts_at: datetime, ends_at: datetime
) -> list[Row]:
    """The seats of a sitting by hall and seat, with what the row of each registration says of its person."""
    asked = {"code": round_code, "at": site, "starts": starts_at, "ends": ends_at}
    return [dict(row) for row in connection.execute(_IN_SITTING, asked).mappings()]
