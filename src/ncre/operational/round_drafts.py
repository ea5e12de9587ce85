"""Drafts of rounds: what somebody of the office is writing, part by part, before it is published as facts.

A draft that is lost loses nobody's registration. Each part has a version of its own, so that two people who edit
different sites do not meet, and two who edit the same are told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    Uuid,
    insert,
    select,
    update,
)

from ncre.store.columns import Moment
from ncre.store.schema import metadata


class DraftState(StrEnum):
    OPEN = "open"
    PUBLISHED = "published"
    DISCARDED = "discarded"


round_drafts = Table(
    "round_drafts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("round", String(2), nullable=False),
    Column("made_from", Integer, nullable=False),
    Column("author", String(36), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Index("round_drafts_open", "state", "made_at"),
)
"""`made_from` is the revision of the round that it changes, 0 for a round that is not open yet."""

round_draft_parts = Table(
    "round_draft_parts",
    metadata,
    Column("draft", Uuid, primary_key=True),
    Column("name", String(11), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("base", JSON, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("changed_by", String(36), nullable=False),
    Column("changed_at", Moment, nullable=False),
)
"""`fields` as they were typed, `base` as they were at `made_from`; a site that is `removed` is not in the round."""


@dataclass(frozen=True)
class DraftRow:
    id: UUID
    round: str
    made_from: int
    author: str
    made_at: datetime
    state: str


@dataclass(frozen=True)
class DraftPart:
    draft: UUID
    name: str
    version: int
    fields: Mapping[str, str]
    base: Mapping[str, str]
    removed: bool
    changed_by: str
    changed_at: datetime

    @property
    def is_changed(self) -> bool:
        """Whether it is another than the round from which the draft was made."""
        return bool(self.base) and dict(self.base) != dict(self.fields)


def add(connection: Connection, draft: DraftRow, parts: list[DraftPart]) -> None:
    connection.execute(insert(round_drafts), vars(draft))
    connection.execute(insert(round_draft_parts), [vars(one) for one in parts])


def add_part(connection: Connection, part: DraftPart) -> None:
    connection.execute(insert(round_draft_parts), vars(part))


def find(connection: Connection, draft: UUID) -> DraftRow | None:
    row = connection.execute(select(round_drafts).where(round_drafts.c.id == draft)).mappings().first()
    return DraftRow(**row) if row else None


def parts_of(connection: Connection, draft: UUID) -> list[DraftPart]:
    asked = (
        select(round_draft_parts).where(round_draft_parts.c.draft == draft).order_by(round_draft_parts.c.name)
    )
    return [DraftPart(**row) for row in connection.execute(asked).mappings()]


def of_state(connection: Connection, state: DraftState, limit: int) -> list[DraftRow]:
    """The newest drafts of a state."""
    asked = select(round_drafts).where(round_drafts.c.state == state.value)
    asked = asked.order_by(round_drafts.c.made_at.desc()).limit(limit)
    return [DraftRow(**row) for row in connection.execute(asked).mappings()]


def change_part(connection: Connection, draft: UUID, name: str, seen: int, **values: Any) -> bool:
    """Write a part over the version that was seen; False where it has another by now."""
    written = update(round_draft_parts).where(
        round_draft_parts.c.draft == draft,
        round_draft_parts.c.name == name,
        round_draft_parts.c.version == seen,
    )
    return bool(connection.execute(written.values(version=seen + 1, **values)).rowcount)


def end(connection: Connection, draft: UUID, state: DraftState) -> bool:
    """False where it ended before."""
    ended = update(round_drafts).where(
        round_drafts.c.id == draft, round_drafts.c.state == DraftState.OPEN.value
    )
    return bool(connection.execute(ended.values(state=state.value)).rowcount)


def set_made_from(connection: Connection, draft: UUID, number: int) -> None:
    connection.execute(update(round_drafts).where(round_drafts.c.id == draft).values(made_from=number))
