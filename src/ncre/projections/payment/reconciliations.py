"""The newest result of comparing a day's bill of a channel with our ledger: one row a channel and day."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Connection, Integer, String, Table, select

from ncre.events.payment import DayReconciled
from ncre.projections.base import Key, Projection, Row, stored_as_json
from ncre.store.columns import Moment
from ncre.store.schema import metadata

reconciliations = Table(
    "reconciliations",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("payments", Integer, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("refunds", Integer, nullable=False),
    Column("returned", BigInteger, nullable=False),
    Column("differences", JSON, nullable=False),
)


class ReconciliationProjection(Projection):
    table = reconciliations
    listens = (DayReconciled,)

    def key(self, fact: DayReconciled) -> Key:
        return (fact.channel, fact.day)

    def step(self, fact: DayReconciled, row: Row | None) -> Row | None:
        return {
            "channel": fact.channel,
            "day": fact.day,
            "at": fact.metadata.recorded_at,
            "payments": fact.payments,
            "received": fact.received,
            "refunds": fact.refunds,
            "returned": fact.returned,
            "differences": stored_as_json(fact.differences),
        }


def newest(connection: Connection, limit: int = 60) -> list[Row]:
    """Results by day, newest day first."""
    asked = (
        select(reconciliations).order_by(reconciliations.c.day.desc(), reconciliations.c.channel).limit(limit)
    )
    return [dict(row) for row in connection.execute(asked).mappings()]


def done(connection: Connection, channel: str, day: str) -> bool:
    asked = select(reconciliations.c.day).where(
        reconciliations.c.channel == channel, reconciliations.c.day == day
    )
    return connection.execute(asked).first() is not None
