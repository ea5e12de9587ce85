"""Which news of money has been taken in: one row each, unique, in the transaction of its facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, String, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from ncre.store.columns import ONE, Moment
from ncre.store.database import Database
from ncre.store.schema import metadata

inbox = Table(
    "inbox",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("trade", String(64), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("reference", String(64), primary_key=True),
    Column("order", String(64), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("source", String(20), nullable=False),
    Column("told_at", Moment, nullable=False),
    Index("inbox_order", "order"),
)


class Inbox:
    """Told twice, news counts once: the second row finds the first and the caller leaves it at that."""

    def __init__(self, database: Database) -> None:
        insert: Any = sqlite.insert if database.dialect == "sqlite" else postgresql.insert
        self._take = insert(inbox).on_conflict_do_nothing().returning(inbox.c.trade)

    def take(
        self,
        connection: Connection,
        *,
        channel: str,
        trade: str,
        kind: str,
        reference: str,
        order: str,
        amount: int,
        at: datetime,
        source: str,
        told_at: datetime,
    ) -> bool:
        """Whether this is new. Two who are told at once wait for each other here."""
        row = {
            "channel": channel,
            "trade": trade,
            "kind": kind,
            "reference": reference,
            "order": order,
            "amount": amount,
            "at": at,
            "source": source,
            "told_at": told_at,
        }
        return connection.execute(self._take, row).first() is not None


def trades_of(connection: Connection, channel: str, prefix: str, part: str) -> list[str]:
    """The numbers of trades of a channel that begin with `prefix` and contain `part`."""
    asked = select(inbox.c.trade).where(
        inbox.c.channel == channel,
        inbox.c.trade.startswith(prefix, autoescape=True),
        inbox.c.trade.contains(part, autoescape=True),
    )
    return list(connection.execute(asked.distinct()).scalars())


def holder_of(connection: Connection, channel: str, trade: str) -> str | None:
    """The order for which the money of a trade was told, or None."""
    asked = select(inbox.c.order).where(inbox.c.channel == channel, inbox.c.trade == trade)
    return connection.execute(asked.limit(ONE)).scalar_one_or_none()
