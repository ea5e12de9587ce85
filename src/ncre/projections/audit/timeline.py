"""The history of a registration, a site or a round in sentences: one row a fact."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, Index, Integer, String, Table, Text, Uuid, bindparam, func, select

from ncre.events.base import FACTS, Fact
from ncre.projections.base import Key, Projection, Row, typed
from ncre.projections.registration.sentences import sentence
from ncre.projections.rows import HistoryRow
from ncre.store.columns import Moment
from ncre.store.schema import metadata

timeline = Table(
    "timeline",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("about", Uuid, nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("role", String(20), nullable=False),
    Column("topic", String(60), nullable=False),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Index("timeline_about", "about", "at"),
    Index("timeline_actor", "actor", "at"),
)
"""`about` is the stream itself; for what happens beside a case (looks at its details, payment) it is the case."""


class Timeline(Projection):
    table = timeline
    listens = tuple(FACTS.values())
    fresh = True
    by_stream = "stream"

    def key(self, fact: Fact) -> Key:
        return (fact.metadata.stream, fact.metadata.version)

    def step(self, fact: Fact, row: Row | None) -> Row | None:
        stamp, said = fact.metadata, sentence(fact)
        return {
            "stream": stamp.stream,
            "version": stamp.version,
            "about": getattr(fact, "registration", stamp.stream),
            "at": stamp.recorded_at,
            "actor": stamp.actor,
            "role": stamp.role,
            "topic": fact.TOPIC,
            "zh": said.zh,
            "en": said.en,
        }


_TURN = func.max(timeline.c.at).over(partition_by=timeline.c.stream, order_by=timeline.c.version)
"""The moment of a fact, or of one before it in its stream that a clock which stood later recorded."""

_ABOUT = (
    select(timeline)
    .where(timeline.c.about == bindparam("of"))
    .order_by(_TURN, timeline.c.stream, timeline.c.version)
)


def story(connection: Connection, about: UUID) -> list[HistoryRow]:
    """Everything recorded about a stream, oldest first, looks at private details and payment included.

    What is of one stream stands in the order of its versions, whatever the clock said.
    """
    return typed(HistoryRow, connection.execute(_ABOUT, {"of": about}).mappings())


def acts_since(
    connection: Connection, about: Collection[UUID], since: datetime
) -> dict[UUID, dict[str, list[datetime]]]:
    """When who did or looked at anything in these cases after a moment: by case, then by actor."""
    asked = select(timeline.c.about, timeline.c.actor, timeline.c.at).where(
        timeline.c.about.in_(about), timeline.c.at > since
    )
    found: dict[UUID, dict[str, list[datetime]]] = {}
    for case, actor, at in connection.execute(asked) if about else ():
        found.setdefault(case, {}).setdefault(actor, []).append(at)
    return found


def sentence_in(row: HistoryRow, language: str) -> str:
    """The sentence of a fact in "zh" or "en"."""
    return row["en"] if language == "en" else row["zh"]
