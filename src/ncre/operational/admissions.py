"""Who is let in from the waiting room, agreed between all processes: in the order of arrival, at the set rate.

Each process tells once a second how many came in which quarter of a second. The front is the moment up to which everybody who came has
been let in; it moves on over the arrivals as the rate allows. So a place in the queue is a moment of arrival, which a
signed ticket carries: nothing is written for a single visitor until they are let in, and a restart loses nobody's place.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Integer,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from ncre.store.database import Database
from ncre.store.deadlines import SKEW
from ncre.store.schema import metadata

log = logging.getLogger("ncre.server")

arrivals = Table(
    "arrivals",
    metadata,
    Column("slot", BigInteger, primary_key=True, autoincrement=False),
    Column("process", String(32), primary_key=True),
    Column("people", Integer, nullable=False),
)
admission = Table(
    "admission",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("front", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("spare", Float, nullable=False),
)
"""One row; moments in milliseconds since 1970. `spare`: how many more may be let in at once."""

used_tickets = Table(
    "used_tickets",
    metadata,
    Column("nonce", String(32), primary_key=True),
    Column("at", BigInteger, nullable=False),
)

SLOT_MS: Final = 250
"""Arrivals are counted by so much of a second; within it people are taken to have come evenly."""

LATE_MS: Final = 2_500
"""So long after a slot all processes have told who came in it."""

BURST_SECONDS: Final = 2.0
"""So much of the rate may be saved up while few come, and one for each process at least."""

GAP_SECONDS: Final = 5.0
"""A longer time without any process lets nobody more in than this."""

TICKETS_LIVE_MS: Final = 7 * 3_600_000

SKEW_MS: Final = int(SKEW.total_seconds() * 1000)

_LOCK: Final = UUID("6e637265-0056-4000-8000-77616974696e")


@dataclass(frozen=True)
class AdmissionProgress:
    """`front`: everybody who came by then is let in. `waiting`: who came later, by slot. `lease`: how many a process

    may let in at once until it asks again; none while anybody waits.
    """

    front: int
    waiting: tuple[tuple[int, int], ...]
    lease: float


class Admissions:
    """`per_minute` people are let in, over all processes."""

    def __init__(self, database: Database, clock: Callable[[], datetime], per_minute: int) -> None:
        self._database = database
        self._clock = clock
        self.per_minute = per_minute
        self.slot_ms = SLOT_MS
        self._insert: Any = sqlite.insert if database.dialect == "sqlite" else postgresql.insert

    def now(self) -> int:
        """Milliseconds since 1970."""
        return int(self._clock().timestamp() * 1000)

    def sync(
        self, process: str, came: Mapping[int, int], unused: float, overfull: bool = False
    ) -> AdmissionProgress:
        """Tell who came by slot and what of the lease was not used; learn how far the front is. About once a second.

        `overfull`: the process turned away somebody inside since it told last. The time since anybody told lets nobody in then: one
        process of four takes a quarter of the rate away, all of them stop it.
        """
        now = self.now()
        with self._database.transaction() as connection:
            self._database.lock(connection, _LOCK)
            self._count(connection, process, {now // SLOT_MS: 0, **came})
            front, before, spare = _state(connection, now)
            if before > now + SKEW_MS:
                front, before = self._begin_anew(connection, now)
            processes = _processes(connection, now)
            most = max(float(processes), self.per_minute / 60 * BURST_SECONDS)
            passed = min(max(now - before, 0) / 1000, GAP_SECONDS)
            spare = min(spare + unused, most)
            budget = min(spare, 0.0) if overfull else spare + self.per_minute / 60 * passed
            slots = _slots(connection, front)
            front, budget = advanced(front, slots, budget, now - LATE_MS)
            waiting = tuple(slot for slot in slots if (slot[0] + 1) * SLOT_MS > front and slot[1])
            lease = 0.0 if waiting else min(budget, most) / processes
            state = {"front": front, "at": max(now, before), "spare": min(budget - lease, most)}
            connection.execute(update(admission).values(**state))
            self._tidy(connection, front, now)
        return AdmissionProgress(front, waiting, lease)

    def use(self, nonce: str) -> int | None:
        """Use up a ticket, once for all processes. None: it is yours; else when somebody used it before."""
        now = self.now()
        with self._database.transaction() as connection:
            written = self._insert(used_tickets).values(nonce=nonce, at=now).on_conflict_do_nothing()
            if connection.execute(written.returning(used_tickets.c.nonce)).first() is not None:
                return None
            return int(
                connection.scalar(select(used_tickets.c.at).where(used_tickets.c.nonce == nonce)) or now
            )

    def _count(self, connection: Connection, process: str, came: Mapping[int, int]) -> None:
        written = self._insert(arrivals)
        more = arrivals.c.people + written.excluded.people
        written = written.on_conflict_do_update(index_elements=["slot", "process"], set_={"people": more})
        rows = [{"slot": slot, "process": process, "people": people} for slot, people in came.items()]
        connection.execute(written, rows)

    def _begin_anew(self, connection: Connection, now: int) -> tuple[int, int]:
        """The front and the moment after a clock that was set back: else everybody would be past it, and let in at once."""
        log.error("the waiting room begins anew: the clock was set back")
        connection.execute(delete(arrivals).where(arrivals.c.slot > now // SLOT_MS))
        return now - LATE_MS, now

    def _tidy(self, connection: Connection, front: int, now: int) -> None:
        if now // 1000 % 60 == 0:
            connection.execute(delete(arrivals).where(arrivals.c.slot < (front - 60_000) // SLOT_MS))
            connection.execute(delete(used_tickets).where(used_tickets.c.at < now - TICKETS_LIVE_MS))


def advanced(front: int, slots: Sequence[tuple[int, int]], budget: float, limit: int) -> tuple[int, float]:
    """The front after `budget` more were let in, never beyond `limit`, and what is left of the budget.

    People of one slot came evenly over it. Whoever came in one millisecond is let in together, and what they were more than the budget
    is owed.
    """
    for slot, people in slots:
        begins, ends = max(front, slot * SLOT_MS), min((slot + 1) * SLOT_MS, limit)
        if ends <= begins or not people:
            continue
        here = people * (ends - begins) / SLOT_MS
        if here > budget:
            passed = max(0, ceil(budget / people * SLOT_MS))
            return begins + passed, budget - people * passed / SLOT_MS
        front, budget = ends, budget - here
    return max(front, limit), budget


def _state(connection: Connection, now: int) -> tuple[int, int, float]:
    found = connection.execute(select(admission.c.front, admission.c.at, admission.c.spare)).first()
    if found is None:
        connection.execute(insert(admission).values(id=1, front=now - LATE_MS, at=now, spare=0.0))
        return now - LATE_MS, now, 0.0
    return found.front, found.at, found.spare


def _slots(connection: Connection, front: int) -> list[tuple[int, int]]:
    asked = (
        select(arrivals.c.slot, func.sum(arrivals.c.people))
        .where(arrivals.c.slot >= front // SLOT_MS)
        .group_by(arrivals.c.slot)
        .order_by(arrivals.c.slot)
    )
    return [(slot, int(people)) for slot, people in connection.execute(asked)]


def _processes(connection: Connection, now: int) -> int:
    """How many told of themselves within the last seconds."""
    lately = select(func.count(arrivals.c.process.distinct())).where(
        arrivals.c.slot >= (now - 4_000) // SLOT_MS
    )
    return max(1, connection.scalar(lately) or 1)
