"""Everybody under way in a round, as a revision of it weighs whom it touches."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from ncre.domain.exam.revision_touches import HeldSeat, Holder
from ncre.domain.registration.lifecycle import TERMINATED
from ncre.domain.registration.vocabulary import Status
from ncre.domain.seating.sittings import sitting_name
from ncre.projections.exam.exams import sites as sites_table
from ncre.projections.registration.registrations import registrations
from ncre.projections.seating.tickets import tickets

_PEOPLE: Final = select(
    registrations.c.id,
    registrations.c.number,
    registrations.c.name_masked,
    registrations.c.site,
    registrations.c.status,
    registrations.c.agreement,
    registrations.c.lines,
).where(registrations.c.status.not_in(sorted(TERMINATED)))
_SEATS: Final = select(
    tickets.c.registration, tickets.c.starts_at, tickets.c.ends_at, tickets.c.room, tickets.c.seat
).join(registrations, registrations.c.id == tickets.c.registration)


def holders(connection: Connection, code: str, sites: list[str], now: datetime) -> list[Holder]:
    """Everybody under way in a round, or at these sites of it (one "" among them means all), by registration number, with the seats of sittings that are not over."""
    seats: dict[UUID, list[HeldSeat]] = defaultdict(list)
    here = [registrations.c.round == code]
    if "" not in sites:
        here.append(registrations.c.site.in_(sites))
    for row in connection.execute(_SEATS.where(*here, tickets.c.ends_at > now)):
        held = HeldSeat(sitting_name(row.starts_at, row.ends_at), row.room, row.seat)
        seats[row.registration].append(held)
    of_round = select(sites_table.c.code, sites_table.c.province).where(sites_table.c.round == code)
    provinces = {row.code: row.province for row in connection.execute(of_round)}
    people = connection.execute(_PEOPLE.where(*here).order_by(registrations.c.number, registrations.c.id))
    return [
        Holder(
            row.id,
            row.number or "",
            row.name_masked or "",
            row.site or "",
            Status(row.status),
            row.agreement or "",
            tuple(line["subject"] for line in row.lines),
            tuple(seats[row.id]),
            provinces.get(row.site or "", ""),
        )
        for row in people
    ]
