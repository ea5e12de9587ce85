"""What rows say about claims: who holds which place and chair, and how many of each seat are taken.

Commands keep claims and counters step by step; here the same is worked out from whole rows, so that
checking has something to compare with and rebuilding something to set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import Connection, Integer, bindparam, case, false, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ncre.domain.claims import ChairClaim, SeatClaim, held_by
from ncre.domain.exam.plan import WHOLE_SITE
from ncre.domain.registration.state import Registration
from ncre.domain.registration.vocabulary import Status
from ncre.events.base import Fact
from ncre.events.registration import SubjectsChanged, Submitted
from ncre.events.registration_values import SubjectFee
from ncre.projections.base import Key, Row
from ncre.projections.exam.exams import sites
from ncre.projections.registration.registrations import registrations
from ncre.projections.summaries import Summary
from ncre.store.columns import has_key
from ncre.store.schema import claims, counters, serials

if TYPE_CHECKING:
    from ncre.projections.maintenance.findings import RowDifference


@dataclass
class Holdings:
    """Holders of unique claims, seats taken and seats there are, by the key of the claim; numbers drawn, by theirs.

    A claim is what one alone can have: more than one holder means that it was given twice.
    """

    holders: dict[str, list[UUID]] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)
    quotas: dict[str, int] = field(default_factory=dict)
    drawn: dict[str, int] = field(default_factory=dict)


class Held(Summary):
    """How many registrations hold each seat, by the key of its counter, and how many claims are held that one alone can have,

    all of them under UNIQUE: counted as sums are, but kept nowhere.
    """

    UNIQUE: ClassVar[Key] = ("",)
    of = registrations
    reads = tuple(
        registrations.c[name] for name in ("id", "status", "round", "person", "holder", "site", "lines")
    )

    def __init__(self) -> None:
        self.key_names, self.sum_names = ("key",), ("taken",)

    def parts(self, row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
        for claim in held_by(_as_registration(row)):
            yield (claim.key,) if isinstance(claim, SeatClaim) else self.UNIQUE, (1,)


def of_stored_rows(
    connection: Connection, held: Mapping[Key, Sequence[int]], drawn: dict[str, int]
) -> Holdings:
    """What the rows of the database lead to, all but the holders: with the sums of `Held` and the numbers that were drawn."""
    told = Holdings(drawn=drawn)
    told.taken.update({key[0]: taken for key, (taken,) in held.items() if key != Held.UNIQUE})
    told.quotas.update(_quotas(connection.execute(_PLANS).mappings()))
    return told


def of_rows(candidates: Iterable[Any], seated: Iterable[Any], plans: Iterable[Any]) -> Holdings:
    """What rows of `registrations`, `tickets` and `sites` lead to."""
    held, places = Holdings(), {}
    for row in candidates:
        places[row["id"]] = row["round"], row["site"]
        for claim in held_by(_as_registration(row)):
            if isinstance(claim, SeatClaim):
                held.taken[claim.key] += 1
            else:
                held.holders.setdefault(claim.key, []).append(row["id"])
    for row in seated:
        round_, site = places[row["registration"]]
        chair = ChairClaim(round_, site, row["hall"], row["seat"])
        held.holders.setdefault(chair.key, []).append(row["registration"])
    held.quotas.update(_quotas(plans))
    return held


def _quotas(plans: Iterable[Any]) -> Iterator[tuple[str, int]]:
    for row in plans:
        quotas = {offer["subject"]: offer["quota"] for offer in row["plan"]["offers"]}
        for subject, quota in (quotas | {WHOLE_SITE: row["plan"]["quota"]}).items():
            yield SeatClaim(row["round"], row["code"], subject).key, quota


def unique_claims(candidates: Iterable[Any], seated: Iterable[Any]) -> Iterator[tuple[str, UUID]]:
    """Keys that one alone can have, with the registration that has each, by rows of `registrations` and `tickets`."""
    places = {}
    for row in candidates:
        places[row["id"]] = row["round"], row["site"]
        for claim in held_by(_as_registration(row, with_seats=False)):
            yield claim.key, row["id"]
    for row in seated:
        if row["registration"] in places:
            round_, site = places[row["registration"]]
            yield ChairClaim(round_, site, row["hall"], row["seat"]).key, row["registration"]


def note_drawn(drawn: dict[str, int], history: Iterable[Fact]) -> None:
    """How far numbers of registrations were drawn, by the key under which they are."""
    for fact in history:
        if isinstance(fact, Submitted | SubjectsChanged) and fact.number:
            key = f"number:{fact.number[:-12]}:{fact.site}"
            drawn[key] = max(drawn.get(key, 0), int(fact.number[-6:]))


def _as_registration(row: Any, with_seats: bool = True) -> Registration:
    """As much of the registration as decides what it holds."""
    return Registration(
        row["id"],
        status=Status(row["status"]),
        round=row["round"],
        person=row["person"] or "",
        holder=row["holder"] or "",
        site=row["site"] or "",
        lines=tuple(SubjectFee(**line) for line in row["lines"]) if with_seats else (),
    )


_PLANS: Final = select(sites.c.round, sites.c.code, sites.c.plan)
_CLAIMS: Final = select(claims.c.key, claims.c.holder)
_HOLDERS: Final = _CLAIMS.where(claims.c.key.in_(bindparam("keys", expanding=True)))
_COUNTERS: Final = select(counters.c.key, counters.c.quota, counters.c.taken)
_SERIALS: Final = select(serials.c.key, serials.c.last)
_QUOTAS: Final = select(counters.c.key, counters.c.quota).where(
    counters.c.key.in_(bindparam("keys", expanding=True))
)
_AFTER: Final = counters.c.taken + bindparam("off", type_=Integer)
_CORRECT_COUNTER: Final = (
    update(counters)
    .where(counters.c.key == bindparam("of"))
    .values(quota=bindparam("now"), taken=case((_AFTER < 0, 0), else_=_AFTER))
)


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


def correct(connection: Connection, differing: Sequence[RowDifference]) -> None:
    """Set counters right by what they were off, within the caller's transaction, while nobody else writes.

    Commands that came since have added to a counter what they took, so that it is right to add as much. A quota is as
    its plan says now; a counter whose subject no plan offers any more keeps it.
    """
    off = {one.key: _number(one.folded) - _number(one.stored) for one in differing if one.column == "taken"}
    quoted = {one.key for one in differing if one.column == "quota"}
    known = {row.key: row.quota for row in connection.execute(_QUOTAS, {"keys": sorted(off.keys() | quoted)})}
    plans = {(key.split(":")[1], key.split(":")[2]) for key in (off.keys() | quoted)}
    asked = _PLANS.where(has_key(sites, sorted(plans))) if plans else _PLANS.where(false())
    quotas = dict(_quotas(connection.execute(asked).mappings()))
    rows: list[Row] = [
        {"of": key, "now": quotas.get(key, known.get(key, 0)), "off": off.get(key, 0)}
        for key in sorted(off.keys() | quoted)
    ]
    _execute(connection, _CORRECT_COUNTER, [row for row in rows if row["of"] in known])
    missing = [
        {"key": one["of"], "quota": one["now"], "taken": one["off"]} for one in rows if one["of"] not in known
    ]
    _execute(connection, insert(counters), missing)


def set_forward(connection: Connection, differing: Iterable[RowDifference]) -> None:
    """Set serials forward where they stand behind, and never back: no number is drawn twice.

    Within a transaction that does nothing else, beside commands: they draw a number before they record the fact with it, so
    whoever waited for theirs with facts kept away would wait in a circle.
    """
    drawn = {one.key: _number(one.folded) for one in differing if one.column == "last"}
    inserting: Any = (sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert)(serials)
    behind = serials.c.last < inserting.excluded.last
    forward = inserting.on_conflict_do_update(
        index_elements=[serials.c.key], set_={"last": inserting.excluded.last}, where=behind
    )
    _execute(connection, forward, [{"key": key, "last": drawn[key]} for key in sorted(drawn)])


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _execute(connection: Connection, statement: Any, rows: list[Row]) -> None:
    if rows:
        connection.execute(statement, rows)
