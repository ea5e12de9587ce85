"""What channels told that has no place in the books, for a person to look at: one row an item."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, Index, String, Table, Uuid, select

from ncre.events import payment as facts
from ncre.projections.base import Key, Projection, Row, changed, found_in
from ncre.store.columns import Moment
from ncre.store.schema import metadata

unbooked_items = Table(
    "unbooked_items",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("order", String(64), nullable=False),
    Column("trade", String(64), nullable=False),
    Column("reference", String(64), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("source", String(20), nullable=False),
    Column("told_at", Moment, nullable=False),
    Column("resolved_at", Moment),
    Column("resolved_by", String(64)),
    Column("note", String(500)),
)
"""`kind` is the channel's own word, `amount` in fen with its sign; `resolved_by` is an account id."""

_OPEN: Final = unbooked_items.c.resolved_at.is_(None)

Index("unbooked_items_open", unbooked_items.c.told_at, sqlite_where=_OPEN, postgresql_where=_OPEN)
"""It holds alone what waits for a person, however many were resolved."""


class UnbookedItems(Projection):
    table = unbooked_items
    listens = (facts.ItemUnbooked, facts.ItemResolved)
    by_stream = "id"

    def key(self, fact: facts.ItemUnbooked | facts.ItemResolved) -> Key:
        return (fact.metadata.stream,)

    def step(self, fact: facts.ItemUnbooked | facts.ItemResolved, row: Row | None) -> Row | None:
        stamp = fact.metadata
        if isinstance(fact, facts.ItemResolved):
            return changed(row, resolved_at=stamp.recorded_at, resolved_by=stamp.actor, note=fact.note)
        return {
            **dict.fromkeys(column.name for column in unbooked_items.columns),
            "id": stamp.stream,
            "channel": fact.channel,
            "kind": fact.kind,
            "order": fact.order,
            "trade": fact.trade,
            "reference": fact.reference,
            "amount": fact.amount,
            "at": fact.at,
            "source": fact.source,
            "told_at": stamp.recorded_at,
        }


def one(connection: Connection, item: UUID) -> Row | None:
    asked = select(unbooked_items).where(unbooked_items.c.id == item)
    return found_in(connection.execute(asked).mappings().first())


def waiting(connection: Connection, limit: int = 200) -> list[Row]:
    """Items that nobody has looked at, oldest first."""
    asked = select(unbooked_items).where(unbooked_items.c.resolved_at.is_(None))
    found = connection.execute(asked.order_by(unbooked_items.c.told_at).limit(limit))
    return [dict(row) for row in found.mappings()]
