"""What a registration could not use of the money that came for it, and whether it went back: one row a trade."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, Index, String, Table, Uuid, select

from ncre.events import registration as facts
from ncre.projections.base import Key, Projection, Row, changed
from ncre.store.columns import Moment
from ncre.store.schema import metadata

refunds = Table(
    "refunds",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("trade", String(64), primary_key=True),
    Column("registration", Uuid, nullable=False),
    Column("order", String(40), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("reason", String(20), nullable=False),
    Column("since", Moment, nullable=False),
    Column("returned_at", Moment),
    Column("reference", String(64)),
    Index("refunds_of_registration", "registration"),
)


class RefundProjection(Projection):
    table = refunds
    listens = (facts.PaymentUnusable, facts.PaymentReturned)

    def key(self, fact: facts.PaymentUnusable | facts.PaymentReturned) -> Key:
        return (fact.channel, fact.trade)

    def step(self, fact: facts.PaymentUnusable | facts.PaymentReturned, row: Row | None) -> Row | None:
        if isinstance(fact, facts.PaymentReturned):
            return changed(row, returned_at=fact.metadata.recorded_at, reference=fact.reference)
        return {
            "trade": fact.trade,
            "registration": fact.metadata.stream,
            "order": fact.order,
            "channel": fact.channel,
            "amount": fact.amount,
            "reason": fact.reason,
            "since": fact.metadata.recorded_at,
            "returned_at": None,
            "reference": None,
        }


def of_registration(connection: Connection, registration: UUID) -> list[Row]:
    """Money of this registration that could not be used, returned or not."""
    asked = select(refunds).where(refunds.c.registration == registration).order_by(refunds.c.since)
    return [dict(row) for row in connection.execute(asked).mappings()]
