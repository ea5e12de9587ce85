"""Finding a registration at the desk: by registration number, document number, id, or ticket number."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, select, union

from ncre.domain.registration.commands import EVERY_SITE
from ncre.projections.base import typed
from ncre.projections.registration.registrations import registrations
from ncre.projections.rows import RegistrationRow
from ncre.projections.seating.tickets import tickets


def found(
    connection: Connection, text: str, persons: tuple[str, ...], sites: frozenset[str], limit: int = 20
) -> list[RegistrationRow]:
    """Registrations that `text` names, at these sites, newest first.

    `persons` are the keyed hashes of `text` read as a document number of each type; the number
    itself is stored nowhere.
    """
    asked = select(registrations).where(registrations.c.id.in_(_named(connection, text.strip(), persons)))
    if sites != EVERY_SITE:
        asked = asked.where(registrations.c.site.in_(sorted(sites)))
    asked = asked.order_by(registrations.c.agreed_at.desc()).limit(limit)
    return typed(RegistrationRow, connection.execute(asked).mappings())


def _named(connection: Connection, text: str, persons: tuple[str, ...]) -> list[UUID]:
    """By each of its names for itself: one condition with OR, beside one on sites, walks whole sites."""
    named: list[Select[Any]] = [
        select(registrations.c.id).where(registrations.c.number == text),
        select(registrations.c.id).where(registrations.c.person.in_(persons)),
        select(tickets.c.registration).where(tickets.c.ticket == text.replace(" ", "")),
    ]
    with suppress(ValueError):
        named.append(select(registrations.c.id).where(registrations.c.id == UUID(text)))
    return list(connection.execute(union(*named)).scalars())
