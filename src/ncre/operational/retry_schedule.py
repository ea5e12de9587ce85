"""What was asked of the outside, how often, and when to ask again. Working notes, not facts: losing them

costs a few questions more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Index, Integer, String, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ncre.store.columns import Moment
from ncre.store.database import Database
from ncre.store.deadlines import is_due, too_far
from ncre.store.schema import metadata

retry_schedule = Table(
    "errands",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("answer", String(20), nullable=False, server_default=""),
    Index("errands_next", "next_at"),
)
"""`answer` is what was answered last, where somebody wants to read it again."""

_TRIES = select(retry_schedule.c.tries).where(retry_schedule.c.key == bindparam("of"))
_TIDY = delete(retry_schedule).where(retry_schedule.c.next_at < bindparam("before"))


class RetrySchedule:
    def __init__(self, database: Database) -> None:
        self._database = database
        insert: Any = sqlite.insert if database.dialect == "sqlite" else postgresql.insert
        noting = insert(retry_schedule)
        self._note = noting.on_conflict_do_update(
            index_elements=[retry_schedule.c.key],
            set_={"tries": noting.excluded.tries, "next_at": noting.excluded.next_at},
        )
        self._claim = noting.on_conflict_do_update(
            index_elements=[retry_schedule.c.key],
            set_={"tries": retry_schedule.c.tries + 1, "next_at": noting.excluded.next_at},
            where=is_due(retry_schedule.c.next_at, bindparam("now"), bindparam("ahead")),
        ).returning(retry_schedule.c.tries)

    def tries(self, key: str) -> int:
        """How often this was asked so far."""
        with self._database.reading() as connection:
            return int(connection.execute(_TRIES, {"of": key}).scalar_one_or_none() or 0)

    def free(self, key: str, now: datetime) -> bool:
        """Whether it may be asked now: never asked, or its time has come."""
        with self._database.reading() as connection:
            next_at = connection.execute(
                select(retry_schedule.c.next_at).where(retry_schedule.c.key == key)
            ).scalar_one_or_none()
        return next_at is None or next_at <= now or next_at > too_far(now)

    def noted(self, key: str) -> datetime | None:
        """The moment that was noted for this, or None."""
        with self._database.reading() as connection:
            found: datetime | None = connection.execute(
                select(retry_schedule.c.next_at).where(retry_schedule.c.key == key)
            ).scalar_one_or_none()
        return found

    def note(self, key: str, tries: int, next_at: datetime) -> None:
        with self._database.transaction() as connection:
            connection.execute(self._note, {"key": key, "tries": tries, "next_at": next_at})

    def claim(self, key: str, now: datetime, every: timedelta) -> int:
        """0 when this may be asked now, and then it is noted; else the seconds until it may. Atomic."""
        with self._database.transaction() as connection:
            asked = {"key": key, "tries": 1, "next_at": now + every, "now": now, "ahead": too_far(now)}
            if connection.execute(self._claim, asked).first() is not None:
                return 0
            free: datetime = connection.execute(
                select(retry_schedule.c.next_at).where(retry_schedule.c.key == key)
            ).scalar_one()
        return max(1, round((free - now).total_seconds()))

    def keep_answer(self, key: str, answer: str) -> None:
        """Note what was answered to a question that was claimed."""
        with self._database.transaction() as connection:
            connection.execute(
                update(retry_schedule).where(retry_schedule.c.key == key).values(answer=answer)
            )

    def answer(self, key: str) -> str:
        """What was answered last, or ""."""
        with self._database.reading() as connection:
            found = connection.execute(select(retry_schedule.c.answer).where(retry_schedule.c.key == key))
            return str(found.scalar_one_or_none() or "")

    def tidy(self, before: datetime) -> None:
        """Forget what has not been asked for long."""
        with self._database.transaction() as connection:
            connection.execute(_TIDY, {"before": before})
