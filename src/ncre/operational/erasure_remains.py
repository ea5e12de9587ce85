"""What is still to be removed after a person was erased: files, and the line in the list of tombstones.

It is noted in the transaction that destroys the keys, so that no crash leaves any of it behind. Names of files and
ids of accounts alone, nothing private.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, Column, Connection, Index, Table, Uuid, delete, insert, select

from ncre.store.columns import Moment
from ncre.store.schema import metadata

erasure_remains = Table(
    "erasure_remains",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("left", JSON, nullable=False),
    Index("erasure_remains_at", "at"),
)


@dataclass(frozen=True)
class Left:
    """`people` are the accounts whose keys were destroyed; the rest are names of files by where they lie."""

    people: tuple[str, ...]
    photos: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Remains:
    id: UUID
    at: datetime
    left: Left


def note(connection: Connection, at: datetime, left: Left) -> Remains:
    """In the transaction of the erasure."""
    remains = Remains(uuid4(), at, left)
    connection.execute(insert(erasure_remains), {"id": remains.id, "at": at, "left": asdict(left)})
    return remains


def all_of(connection: Connection, limit: int = 100) -> list[Remains]:
    """What is left of any erasure, the oldest first."""
    rows = connection.execute(select(erasure_remains).order_by(erasure_remains.c.at).limit(limit)).mappings()
    return [Remains(row["id"], row["at"], _left(row["left"])) for row in rows]


def done(connection: Connection, remains: UUID) -> None:
    connection.execute(delete(erasure_remains).where(erasure_remains.c.id == remains))


def _left(kept: dict[str, list[str]]) -> Left:
    return Left(**{kind: tuple(names) for kind, names in kept.items()})
