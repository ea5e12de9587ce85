"""What rows say about claims: who holds which place and chair, and how many of each seat are taken.

Commands keep claims and counters step by step; here the same is worked out from whole rows, so that
checking has something to compare with and rebuilding something to set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ncre.domain.claims import ChairClaim, SeatClaim, held_by
from ncre.domain.exam.plan import WHOLE_SITE
from ncre.domain.registration.state import Registration
from ncre.domain.registration.vocabulary import Status
from ncre.events.base import Fact
from ncre.events.registration import SubjectsChanged, Submitted
from ncre.events.registration_values import SubjectFee
from ncre.projections.base import Row
from ncre.projections.exam.exams import sites
from ncre.projections.registration.registrations import registrations
from ncre.projections.seating.tickets import tickets
from ncre.store.schema import claims, counters, serials


@dataclass
class Holdings:
    """Holders of unique claims, seats taken and seats there are, by the key of the claim; numbers drawn, by theirs."""

    holders: dict[str, UUID] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)
    quotas: dict[str, int] = field(default_factory=dict)
    drawn: dict[str, int] = field(default_factory=dict)


_REGISTRATIONS: Final = select(
    registrations.c.id,
    registrations.c.status,
    registrations.c.round,
    registrations.c.person,
    registrations.c.holder,
    registrations.c.site,
    registrations.c.lines,
)


def of_stored_rows(connection: Connection, drawn: dict[str, int]) -> Holdings:
    """What the rows of the database lead to, with the numbers that were drawn."""
    held = of_rows(
        connection.execute(_REGISTRATIONS).mappings(),
        connection.execute(select(tickets)).mappings(),
        connection.execute(select(sites.c.round, sites.c.code, sites.c.plan)).mappings(),
    )
    held.drawn = drawn
    return held


def of_rows(candidates: Iterable[Any], seated: Iterable[Any], plans: Iterable[Any]) -> Holdings:
    """What rows of `registrations`, `tickets` and `sites` lead to."""
    held, places = Holdings(), {}
    for row in candidates:
        places[row["id"]] = row["round"], row["site"]
        for claim in held_by(_as_registration(row)):
            if isinstance(claim, SeatClaim):
                held.taken[claim.key] += 1
            else:
                held.holders[claim.key] = row["id"]
    for row in seated:
        round_, site = places[row["registration"]]
        held.holders[ChairClaim(round_, site, row["hall"], row["seat"]).key] = row["registration"]
    for row in plans:
        quotas = {offer["subject"]: offer["quota"] for offer in row["plan"]["offers"]}
        for subject, quota in (quotas | {WHOLE_SITE: row["plan"]["quota"]}).items():
            held.quotas[SeatClaim(row["round"], row["code"], subject).key] = quota
    return held


def note_drawn(drawn: dict[str, int], history: Iterable[Fact]) -> None:
    """How far numbers of registrations were drawn, by the key under which they are."""
    for fact in history:
        if isinstance(fact, Submitted | SubjectsChanged) and fact.number:
            key = f"number:{fact.number[:-12]}:{fact.site}"
            drawn[key] = max(drawn.get(key, 0), int(fact.number[-6:]))


def _as_registration(row: Any) -> Registration:
    """As much of the registration as decides what it holds."""
    return Registration(
        row["id"],
        status=Status(row["status"]),
        round=row["round"],
        person=row["person"] or "",
        holder=row["holder"] or "",
        site=row["site"] or "",
        lines=tuple(SubjectFee(**line) for line in row["lines"]),
    )


_CLAIMS: Final = select(claims.c.key, claims.c.holder)
_HOLDERS: Final = _CLAIMS.where(claims.c.key.in_(bindparam("keys", expanding=True)))
_COUNTERS: Final = select(counters.c.key, counters.c.quota, counters.c.taken)
_SERIALS: Final = select(serials.c.key, serials.c.last)
_SET_COUNTER: Final = update(counters).where(counters.c.key == bindparam("of"))


def counted(connection: Connection) -> Holdings:
    """What the counters and serials of the database say."""
    held = Holdings()
    for key, quota, taken in connection.execute(_COUNTERS):
        held.quotas[key], held.taken[key] = quota, taken
    held.drawn.update((key, last) for key, last in connection.execute(_SERIALS))
    return held


def holders_of(connection: Connection, keys: Sequence[str]) -> dict[str, UUID]:
    """Who has these claims, by key."""
    return {row.key: row.holder for row in connection.execute(_HOLDERS, {"keys": keys})}


def write(connection: Connection, held: Holdings) -> None:
    """Set claims and counters so. A counter whose subject no plan offers any more keeps its quota.

    No number is drawn twice: serials are set forward where they stand behind, and never back.
    """
    for table in (claims, counters, serials):
        table.create(connection, checkfirst=True)
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
    last = {row.key: row.last for row in connection.execute(_SERIALS)}
    behind = {key: number for key, number in held.drawn.items() if number > last.get(key, 0)}
    connection.execute(delete(serials).where(serials.c.key.in_(sorted(behind))))
    _execute(connection, insert(serials), [{"key": key, "last": number} for key, number in behind.items()])


def _execute(connection: Connection, statement: Any, rows: list[Row]) -> None:
    if rows:
        connection.execute(statement, rows)
