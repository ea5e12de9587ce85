"""Exports under way and their files, what is made every day, and the columns that somebody chose last.

A job is taken by one worker at a time, for as long as it goes on; one whose worker died is begun anew by another.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
    delete,
    insert,
    or_,
    select,
    update,
)

from ncre.store.columns import ONE, Moment
from ncre.store.database import Database
from ncre.store.deadlines import SKEW
from ncre.store.schema import metadata

LEASE: Final = timedelta(minutes=2)
"""A worker that says nothing of its job for so long has died."""

KEPT: Final = timedelta(days=1)
"""How long a file can be downloaded."""

AHEAD: Final = timedelta(days=1)
"""A day on which it was made and that is further ahead was told by a clock that stood later."""

LISTED: Final = timedelta(days=30)
"""How long the job is shown after its file is gone; the facts stay."""

LONGEST_WHY: Final = 200


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    REMOVED = "removed"


exports: Final = Table(
    "exports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account", Uuid, nullable=False),
    Column("what", String(12), nullable=False),
    Column("form", String(8), nullable=False),
    Column("round", String(8), nullable=False),
    Column("site", String(6), nullable=False),
    Column("columns", JSON, nullable=False),
    Column("why", String(LONGEST_WHY), nullable=False),
    Column("state", String(10), nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("key", LargeBinary),
    Column("pieces", JSON, nullable=False),
    Column("worker", Uuid),
    Column("heard_at", Moment),
    Column("asked_at", Moment, nullable=False),
    Column("made_at", Moment),
    Column("position", BigInteger, nullable=False, server_default="0"),
    Index("exports_of", "account", "asked_at"),
    Index("exports_state", "state", "asked_at"),
)
"""`total` and `done` are registrations gone through, `pieces` the names of the sealed pieces of the file, `position` that of the newest fact it shows."""

export_choices: Final = Table(
    "export_choices",
    metadata,
    Column("account", Uuid, primary_key=True),
    Column("what", String(12), primary_key=True),
    Column("columns", JSON, nullable=False),
)

export_schedules: Final = Table(
    "export_schedules",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account", Uuid, nullable=False),
    Column("what", String(12), nullable=False),
    Column("form", String(8), nullable=False),
    Column("site", String(6), nullable=False),
    Column("columns", JSON, nullable=False),
    Column("at", String(5), nullable=False),
    Column("last_on", Date),
)

Row = dict[str, Any]


class ExportJobs:
    """Thread-safe. Rows within the caller's transaction where a connection is given."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self.worker = uuid4()

    def add(self, connection: Connection, job: Row) -> None:
        empty = {"state": JobState.WAITING.value, "done": 0, "rows": 0, "size": 0, "digest": "", "pieces": []}
        connection.execute(insert(exports), {**empty, "asked_at": self._clock(), **job})

    def one(self, connection: Connection, job: UUID) -> Row | None:
        row = connection.execute(select(exports).where(exports.c.id == job)).mappings().first()
        return dict(row) if row else None

    def of(self, connection: Connection, account: UUID, limit: int = 30) -> list[Row]:
        """The newest first."""
        mine = select(exports).where(exports.c.account == account)
        asked = mine.order_by(exports.c.asked_at.desc()).limit(limit)
        return [dict(row) for row in connection.execute(asked).mappings()]

    def take(self) -> Row | None:
        """The oldest job that waits, or whose worker died; it is this worker's now."""
        now = self._clock()
        silent = or_(exports.c.heard_at < now - LEASE, exports.c.heard_at > now + SKEW)
        dead = (exports.c.state == JobState.RUNNING.value) & silent
        free = or_(exports.c.state == JobState.WAITING.value, dead)
        with self._database.transaction() as connection:
            asked = select(exports.c.id).where(free).order_by(exports.c.asked_at).limit(ONE)
            job = connection.execute(asked).scalar_one_or_none()
            if job is None:
                return None
            taken = update(exports).where(exports.c.id == job, free)
            change = {"state": JobState.RUNNING.value, "worker": self.worker, "heard_at": now, "done": 0}
            if connection.execute(taken.values(change)).rowcount != 1:
                return None
            return self.one(connection, job)

    def goes_on(self, job: UUID, done: int) -> bool:
        """Whether the job is still this worker's; how far it is."""
        mine = update(exports).where(
            exports.c.id == job, exports.c.worker == self.worker, exports.c.state == JobState.RUNNING.value
        )
        with self._database.transaction() as connection:
            return connection.execute(mine.values(done=done, heard_at=self._clock())).rowcount == 1

    def change(self, connection: Connection, job: UUID, **values: Any) -> bool:
        """Whether the job still ran for this worker, so that it is changed now."""
        mine = update(exports).where(
            exports.c.id == job, exports.c.worker == self.worker, exports.c.state == JobState.RUNNING.value
        )
        return connection.execute(mine.values(values)).rowcount == 1

    def remove(self, connection: Connection, job: UUID) -> bool:
        """Without its key the file is unreadable at once. Whether it was there."""
        live = exports.c.state != JobState.REMOVED.value
        gone: Row = {"state": JobState.REMOVED.value, "key": None, "pieces": [], "worker": None}
        changed = update(exports).where(exports.c.id == job, live).values(gone)
        return connection.execute(changed).rowcount == 1

    def live(self, connection: Connection) -> list[Row]:
        """Every job that has, or will have, a file."""
        states = (JobState.WAITING.value, JobState.RUNNING.value, JobState.DONE.value, JobState.FAILED.value)
        asked = select(exports).where(exports.c.state.in_(states)).order_by(exports.c.asked_at)
        return [dict(row) for row in connection.execute(asked).mappings()]

    def forget(self, connection: Connection) -> None:
        """Jobs whose file is long gone."""
        before = self._clock() - LISTED
        gone = exports.c.state.in_((JobState.REMOVED.value, JobState.FAILED.value))
        connection.execute(delete(exports).where(gone, exports.c.asked_at < before))

    def choice(self, connection: Connection, account: UUID, what: str) -> list[str]:
        asked = select(export_choices.c.columns).where(
            export_choices.c.account == account, export_choices.c.what == what
        )
        return list(connection.execute(asked).scalar_one_or_none() or ())

    def choose(self, connection: Connection, account: UUID, what: str, columns: list[str]) -> None:
        mine = (export_choices.c.account == account) & (export_choices.c.what == what)
        if connection.execute(update(export_choices).where(mine).values(columns=columns)).rowcount == 0:
            row = {"account": account, "what": what, "columns": columns}
            connection.execute(insert(export_choices), row)

    def schedule(self, connection: Connection, schedule: Row) -> None:
        connection.execute(insert(export_schedules), schedule)

    def schedules(self, connection: Connection, account: UUID | None = None) -> list[Row]:
        asked = select(export_schedules).order_by(export_schedules.c.at, export_schedules.c.id)
        if account is not None:
            asked = asked.where(export_schedules.c.account == account)
        return [dict(row) for row in connection.execute(asked).mappings()]

    def unschedule(self, connection: Connection, schedule: UUID, account: UUID | None = None) -> bool:
        its = delete(export_schedules).where(export_schedules.c.id == schedule)
        if account is not None:
            its = its.where(export_schedules.c.account == account)
        return connection.execute(its).rowcount == 1

    def run_today(self, connection: Connection, schedule: UUID, day: date) -> bool:
        """Whether nobody else ran it on this day; from now on it was run."""
        held = export_schedules.c
        other = or_(held.last_on.is_(None), held.last_on < day, held.last_on > day + AHEAD)
        due = update(export_schedules).where(held.id == schedule, other)
        return connection.execute(due.values(last_on=day)).rowcount == 1
