"""What rows say about claims: who holds which place and chair, and how many of each seat are taken.

Commands keep claims and counters step by step; here the same is worked out from whole rows, so that
checking has something to compare with and rebuilding something to set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ncre.domain.claims import Chair, Seat, held_by
from ncre.domain.exam import WHOLE_SITE
from ncre.domain.lifecycle import Status
from ncre.domain.registration import Registration
from ncre.events.registration import Line
from ncre.events.schema import claims, counters
from ncre.projections.base import Row
from ncre.projections.exam import sites
from ncre.projections.registrations import registrations
from ncre.projections.tickets import tickets


@dataclass
class Holdings:
    """Holders of unique claims, seats taken and seats there are, each by the key of the claim."""

    holders: dict[str, UUID] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)
    quotas: dict[str, int] = field(default_factory=dict)


_REGISTRATIONS: Final = select(
    registrations.c.id,
    registrations.c.status,
    registrations.c.round,
    registrations.c.person,
    registrations.c.site,
    registrations.c.lines,
)


def of_stored_rows(connection: Connection) -> Holdings:
    """What the rows of the database lead to."""
    return of_rows(
        connection.execute(_REGISTRATIONS).mappings(),
        connection.execute(select(tickets)).mappings(),
        connection.execute(select(sites.c.round, sites.c.code, sites.c.plan)).mappings(),
    )


def of_rows(candidates: Iterable[Any], seated: Iterable[Any], plans: Iterable[Any]) -> Holdings:
    """What rows of `registrations`, `tickets` and `sites` lead to."""
    held, places = Holdings(), {}
    for row in candidates:
        places[row["id"]] = row["round"], row["site"]
        for claim in held_by(_as_registration(row)):
            if isinstance(claim, Seat):
                held.taken[claim.key] += 1
            else:
                held.holders[claim.key] = row["id"]
    for row in seated:
        round_, site = places[row["registration"]]
        held.holders[Chair(round_, site, row["hall"], row["seat"]).key] = row["registration"]
    for row in plans:
        quotas = {offer["subject"]: offer["quota"] for offer in row["plan"]["offers"]}
        for subject, quota in (quotas | {WHOLE_SITE: row["plan"]["quota"]}).items():
            held.quotas[Seat(row["round"], row["code"], subject).key] = quota
    return held


def _as_registration(row: Any) -> Registration:
    """As much of the registration as decides what it holds."""
    return Registration(
        row["id"],
        status=Status(row["status"]),
        round=row["round"],
        person=row["person"] or "",
        site=row["site"] or "",
        lines=tuple(Line(**line) for line in row["lines"]),
    )


_CLAIMS: Final = select(claims.c.key, claims.c.holder)
_COUNTERS: Final = select(counters.c.key, counters.c.quota, counters.c.taken)
_SET_COUNTER: Final = update(counters).where(counters.c.key == bindparam("of"))


def stored(connection: Connection) -> Holdings:
    """What the claims and counters of the database say."""
    held = Holdings()
    for key, holder in connection.execute(_CLAIMS):
        held.holders[key] = holder
    for key, quota, taken in connection.execute(_COUNTERS):
        held.quotas[key], held.taken[key] = quota, taken
    return held


def write(connection: Connection, held: Holdings) -> None:
    """Set claims and counters so. A counter whose subject no plan offers any more keeps its quota."""
    known = {key: quota for key, quota, _ in connection.execute(_COUNTERS)}
    rows: list[Row] = [
        {"of": key, "quota": held.quotas.get(key, known.get(key, 0)), "taken": held.taken[key]}
        for key in sorted(known.keys() | held.quotas.keys() | held.taken.keys())
    ]
    connection.execute(delete(claims))
    _execute(connection, insert(claims), [{"key": k, "holder": by} for k, by in sorted(held.holders.items())])
    _execute(connection, _SET_COUNTER, [row for row in rows if row["of"] in known])
    missing = [row for row in rows if row["of"] not in known]
    _execute(connection, insert(counters).values(key=bindparam("of")), missing)


def _execute(connection: Connection, statement: Any, rows: list[Row]) -> None:
    if rows:
        connection.execute(statement, rows)
