"""How many registrations stand where, by site: what the overview and the number beside the queue show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Column, Connection, Integer, String, Table, func, select

from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.lifecycle import PAID
from ncre.domain.registration.vocabulary import Status
from ncre.projections.base import Key, Row
from ncre.projections.registration.registrations import registrations
from ncre.projections.summaries import Summary
from ncre.store.schema import metadata

registration_counts: Final = Table(
    "registration_counts",
    metadata,
    Column("round", String(8), primary_key=True),
    Column("site", String(6), primary_key=True),
    Column("status", String(20), primary_key=True),
    Column("people", Integer, nullable=False),
    Column("seated", Integer, nullable=False, server_default="0"),
    Column("sittings", Integer, nullable=False, server_default="0"),
)
"""`seated` of the `people` have seats, for so many `sittings`."""


class CountsBySite(Summary):
    table = registration_counts
    of = registrations
    reads = (registrations.c.round, registrations.c.site, registrations.c.status, registrations.c.seated)

    def parts(self, row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
        if row["site"] is not None:
            seated = row["seated"]
            yield (row["round"], row["site"], row["status"]), (1, int(seated > 0), seated)


def by_site(connection: Connection, round_code: str) -> dict[str, dict[Status, int]]:
    """For each site with registrations how many stand where."""
    held = registration_counts.c
    asked = select(held.site, held.status, held.people).where(held.round == round_code, held.people > 0)
    found: dict[str, dict[Status, int]] = {}
    for site, status, people in connection.execute(asked).all():
        found.setdefault(site, {})[Status(status)] = people
    return found


def standing_by_site(connection: Connection, round_code: str, status: Status) -> dict[str, int]:
    """How many registrations have this status at each site where some have."""
    held = registration_counts.c
    asked = select(held.site, held.people).where(
        held.round == round_code, held.status == status.value, held.people > 0
    )
    return {row.site: row.people for row in connection.execute(asked)}


def seated_by_site(connection: Connection, round_code: str) -> dict[str, tuple[int, int]]:
    """How many people who still come have seats at each site, and how many sittings these are; sites with none are missing."""
    held = registration_counts.c
    asked = (
        select(held.site, func.sum(held.seated), func.sum(held.sittings))
        .where(held.round == round_code, held.status.in_(sorted(PAID)), held.seated > 0)
        .group_by(held.site)
    )
    return {site: (int(people), int(sittings)) for site, people, sittings in connection.execute(asked)}


def standing(connection: Connection, round_code: str, status: Status, sites: frozenset[str]) -> int:
    """How many registrations of these sites have this status."""
    asked = select(func.coalesce(func.sum(registration_counts.c.people), 0)).where(
        registration_counts.c.round == round_code, registration_counts.c.status == status.value
    )
    if sites != EVERY_SITE:
        asked = asked.where(registration_counts.c.site.in_(sorted(sites)))
    return int(connection.execute(asked).scalar_one())
