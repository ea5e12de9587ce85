"""Bulk review: a run of one decision over many cases, and what became of each, so that a run that stops can go on.

The decisions themselves are facts of the cases. A run that is lost loses no decision, only the list of what it did.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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
    delete,
    func,
    insert,
    select,
    update,
)

from ncre.store.columns import Moment
from ncre.store.deadlines import is_free
from ncre.store.schema import metadata

LONGEST_NOTE: Final = 500
"""Characters of the note to the candidates; it is stored sealed."""

LONGEST_WORDS: Final = 600

BATCH_SIZE: Final = 1000
"""Items written at once."""

LEASE: Final = timedelta(seconds=30)
"""A process that was killed holds a run up no longer than this."""


class RunState(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    DONE = "done"


class ItemState(StrEnum):
    """ALREADY: somebody else had decided the same before."""

    WAITING = "waiting"
    DONE = "done"
    ALREADY = "already"
    REFUSED = "refused"


review_runs: Final = Table(
    "review_runs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account", Uuid, nullable=False),
    Column("step", String(20), nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Column("leased_until", Moment),
    Column("box", LargeBinary),
    Index("review_runs_of", "account", "made_at"),
    Index("review_runs_state", "state", "made_at"),
)
"""`leased_until`: until when one process alone carries the run on; `box`: the note, sealed for whoever began the run."""

review_run_items: Final = Table(
    "review_run_items",
    metadata,
    Column("run", Uuid, primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("registration", Uuid, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("number", String(14), nullable=False),
    Column("state", String(10), nullable=False),
    Column("code", String(40), nullable=False),
    Column("zh", String(LONGEST_WORDS), nullable=False),
    Column("en", String(LONGEST_WORDS), nullable=False),
    Index("review_run_items_state", "run", "state", "place"),
)
"""`seen` is the version that was looked at; `code`, `zh` and `en` say why a case was refused."""


@dataclass(frozen=True)
class ReviewRun:
    id: UUID
    account: UUID
    step: str
    reasons: list[str]
    state: str
    made_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    leased_until: datetime | None = None
    box: bytes | None = None


@dataclass(frozen=True)
class RunItem:
    run: UUID
    place: int
    registration: UUID
    seen: int
    number: str
    state: str = ItemState.WAITING.value
    code: str = ""
    zh: str = ""
    en: str = ""


def one(connection: Connection, run: UUID) -> ReviewRun | None:
    row = connection.execute(select(review_runs).where(review_runs.c.id == run)).mappings().first()
    return ReviewRun(**row) if row else None


def newest_of(connection: Connection, account: UUID, limit: int = 20) -> list[ReviewRun]:
    asked = select(review_runs).where(review_runs.c.account == account)
    rows = connection.execute(asked.order_by(review_runs.c.made_at.desc()).limit(limit)).mappings()
    return [ReviewRun(**row) for row in rows]


def running(connection: Connection, now: datetime, limit: int = 50) -> list[ReviewRun]:
    """Runs that nobody carries on right now, the oldest first."""
    asked = select(review_runs).where(
        review_runs.c.state == RunState.RUNNING.value,
        is_free(review_runs.c.leased_until, now, LEASE),
    )
    return [
        ReviewRun(**row)
        for row in connection.execute(asked.order_by(review_runs.c.made_at).limit(limit)).mappings()
    ]


def add(connection: Connection, run: ReviewRun, items: Sequence[RunItem]) -> None:
    connection.execute(insert(review_runs), vars(run))
    for first in range(0, len(items), BATCH_SIZE):
        connection.execute(
            insert(review_run_items), [vars(item) for item in items[first : first + BATCH_SIZE]]
        )


def start(connection: Connection, run: UUID, now: datetime, reasons: list[str], box: bytes | None) -> bool:
    """Whether it was a draft until now."""
    draft = (review_runs.c.id == run, review_runs.c.state == RunState.DRAFT.value)
    done = connection.execute(
        update(review_runs)
        .where(*draft)
        .values(state=RunState.RUNNING.value, started_at=now, reasons=reasons, box=box)
    )
    return bool(done.rowcount)


def lease(connection: Connection, run: UUID, now: datetime, until: datetime) -> bool:
    """Whether this process may carry it on until then, at most for a `LEASE`: no other does."""
    free = is_free(review_runs.c.leased_until, now, LEASE)
    taken = connection.execute(
        update(review_runs)
        .where(review_runs.c.id == run, review_runs.c.state == RunState.RUNNING.value, free)
        .values(leased_until=until)
    )
    return bool(taken.rowcount)


def change(connection: Connection, run: UUID, **values: Any) -> None:
    connection.execute(update(review_runs).where(review_runs.c.id == run).values(values))


def end(connection: Connection, run: UUID, now: datetime) -> None:
    """The note went into the facts, where it is sealed; the row does not keep it."""
    change(connection, run, state=RunState.DONE.value, ended_at=now, box=None)


def forget_notes(connection: Connection, registrations: Collection[UUID]) -> None:
    """In the transaction of an erasure: notes of runs with one of these cases. A run under way ends with its own."""
    runs = select(review_run_items.c.run).where(review_run_items.c.registration.in_(registrations))
    ended = review_runs.c.state != RunState.RUNNING.value
    connection.execute(update(review_runs).where(review_runs.c.id.in_(runs), ended).values(box=None))


def waiting(connection: Connection, run: UUID, after: int, limit: int) -> list[RunItem]:
    """The items that are still to be done behind a place."""
    return items(connection, run, (ItemState.WAITING,), limit, after)


def items(
    connection: Connection, run: UUID, states: Iterable[ItemState], limit: int, after: int = -1
) -> list[RunItem]:
    asked = (
        select(review_run_items)
        .where(
            review_run_items.c.run == run,
            review_run_items.c.state.in_([state.value for state in states]),
            review_run_items.c.place > after,
        )
        .order_by(review_run_items.c.place)
        .limit(limit)
    )
    return [RunItem(**row) for row in connection.execute(asked).mappings()]


def settle(
    connection: Connection, item: RunItem, state: ItemState, code: str = "", zh: str = "", en: str = ""
) -> None:
    """What became of it; what was settled before stays so."""
    connection.execute(
        update(review_run_items)
        .where(
            review_run_items.c.run == item.run,
            review_run_items.c.place == item.place,
            review_run_items.c.state == ItemState.WAITING.value,
        )
        .values(state=state.value, code=code, zh=zh[:LONGEST_WORDS], en=en[:LONGEST_WORDS])
    )


def counts(connection: Connection, run: UUID) -> dict[ItemState, int]:
    asked = (
        select(review_run_items.c.state, func.count())
        .where(review_run_items.c.run == run)
        .group_by(review_run_items.c.state)
    )
    found = {row[0]: int(row[1]) for row in connection.execute(asked)}
    return {state: found.get(state.value, 0) for state in ItemState}


def tidy(connection: Connection, before: datetime, limit: int = 50) -> None:
    """Forget drafts that were never started, and runs that ended, of before a moment."""
    gone = [RunState.DRAFT.value, RunState.DONE.value]
    asked = select(review_runs.c.id).where(review_runs.c.state.in_(gone), review_runs.c.made_at < before)
    old = list(connection.execute(asked.limit(limit)).scalars())
    if old:
        connection.execute(delete(review_run_items).where(review_run_items.c.run.in_(old)))
        connection.execute(delete(review_runs).where(review_runs.c.id.in_(old)))
