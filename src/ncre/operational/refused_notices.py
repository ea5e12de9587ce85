"""Notices that were not the channel's: somebody knocked in its name. Counted, for whoever looks at the money."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Integer, String, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from ncre.store.columns import Moment
from ncre.store.database import Database
from ncre.store.schema import metadata

refused_notices = Table(
    "refused_notices",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("why", String(40), primary_key=True),
    Column("times", Integer, nullable=False),
    Column("last_digest", String(64), nullable=False),
    Column("last_at", Moment, nullable=False),
)
"""One row a reason, so that nobody can fill the table."""


class RefusedNotices:
    def __init__(self, database: Database) -> None:
        self._database = database
        insert: Any = sqlite.insert if database.dialect == "sqlite" else postgresql.insert
        refusing = insert(refused_notices)
        self._note = refusing.on_conflict_do_update(
            index_elements=[refused_notices.c.channel, refused_notices.c.why],
            set_={
                "times": refused_notices.c.times + 1,
                "last_digest": refusing.excluded.last_digest,
                "last_at": refusing.excluded.last_at,
            },
        )

    def note(self, channel: str, why: str, digest: str, at: datetime) -> None:
        """One more, by the SHA-256 of its body."""
        row = {"channel": channel, "why": why, "times": 1, "last_digest": digest, "last_at": at}
        with self._database.transaction() as connection:
            connection.execute(self._note, row)

    def newest(self, connection: Connection) -> list[dict[str, Any]]:
        """All reasons, the last that happened first."""
        asked = select(refused_notices).order_by(refused_notices.c.last_at.desc())
        return [dict(row) for row in connection.execute(asked).mappings()]
