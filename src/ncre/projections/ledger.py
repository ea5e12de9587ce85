"""Every payment that reached us: what it was for, whether it was used, and whether it went back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    String,
    Table,
    Uuid,
    and_,
    case,
    func,
    literal,
    or_,
    select,
)

from ncre.events import payment as facts
from ncre.events.columns import Moment
from ncre.events.deadlines import is_due, too_far
from ncre.events.schema import metadata
from ncre.projections.base import Key, Projection, Row, changed

ORPHAN: Final = "orphan"
"""The reason of money that belongs to no order of ours; a person decides what becomes of it."""

payments = Table(
    "payments",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("trade", String(64), primary_key=True),
    Column("order", String(64), nullable=False),
    Column("registration", Uuid),
    Column("round", String(8), nullable=False),
    Column("site", String(12), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("paid_at", Moment, nullable=False),
    Column("told_at", Moment, nullable=False),
    Column("source", String(20), nullable=False),
    Column("reason", String(20)),
    Column("request", String(64)),
    Column("trouble", String(64)),
    Column("returned_at", Moment),
    Column("returned", BigInteger),
    Column("unexplained", BigInteger),
    Index("payments_paid", "paid_at"),
    Index("payments_reason", "reason", "returned_at"),
    Index("payments_of", "registration"),
)

MoneyFact = (
    facts.PaymentReceived
    | facts.RefundRequested
    | facts.RefundPutOff
    | facts.RefundConfirmed
    | facts.RefundUnexplained
    | facts.OrphanReceived
)


class PaymentLedger(Projection):
    table = payments
    listens = (
        facts.PaymentReceived,
        facts.RefundRequested,
        facts.RefundPutOff,
        facts.RefundConfirmed,
        facts.RefundUnexplained,
        facts.OrphanReceived,
    )

    def key(self, fact: MoneyFact) -> Key:
        return (fact.channel, fact.trade)

    def step(self, fact: MoneyFact, row: Row | None) -> Row | None:
        match fact:
            case facts.PaymentReceived() | facts.OrphanReceived():
                return _entered(fact)
            case facts.RefundRequested():
                return changed(row, reason=fact.reason, request=fact.request)
            case facts.RefundPutOff():
                return changed(row, trouble=fact.code)
            case facts.RefundConfirmed():
                return changed(row, returned_at=fact.returned_at, returned=fact.amount, trouble=None)
            case facts.RefundUnexplained():
                before = (row or {}).get("unexplained") or 0
                return changed(row, unexplained=before + fact.amount)


def _entered(fact: facts.PaymentReceived | facts.OrphanReceived) -> Row:
    known = isinstance(fact, facts.PaymentReceived)
    return {
        "channel": fact.channel,
        "trade": fact.trade,
        "order": fact.order,
        "registration": fact.registration if isinstance(fact, facts.PaymentReceived) else None,
        "round": fact.round if isinstance(fact, facts.PaymentReceived) else "",
        "site": fact.site if isinstance(fact, facts.PaymentReceived) else "",
        "amount": fact.amount,
        "paid_at": fact.paid_at,
        "told_at": fact.stamp.recorded_at,
        "source": fact.source,
        "reason": None if known else ORPHAN,
        "request": None,
        "trouble": None,
        "returned_at": None,
        "returned": None,
        "unexplained": None,
    }


_OWED = and_(payments.c.request.is_not(None), payments.c.returned_at.is_(None))


def owed(connection: Connection, limit: int = 200) -> list[Row]:
    """Money that is to go back and has not, longest owed first."""
    asked = select(payments).where(_OWED).order_by(payments.c.told_at).limit(limit)
    return [dict(row) for row in connection.execute(asked).mappings()]


def to_send_back(
    connection: Connection, errands: Table, channels: Sequence[str], now: datetime, limit: int
) -> list[Row]:
    """What is owed through these channels and may be asked for now."""
    noted = errands.c.key == literal("refund:") + payments.c.request
    asked = (
        select(payments)
        .outerjoin(errands, noted)
        .where(_OWED, payments.c.channel.in_(channels))
        .where(or_(errands.c.key.is_(None), is_due(errands.c.next_at, now, too_far(now))))
        .order_by(payments.c.told_at)
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(asked).mappings()]


def one(connection: Connection, channel: str, trade: str) -> Row | None:
    asked = select(payments).where(payments.c.channel == channel, payments.c.trade == trade)
    found = connection.execute(asked).mappings().first()
    return dict(found) if found else None


def by_site(connection: Connection, since: datetime, until: datetime) -> dict[str, Row]:
    """Of each site: payments made in this time, their fen, and the fen of them that were owed or went back."""
    back = case((payments.c.request.is_not(None), payments.c.amount), else_=0)
    asked = (
        select(
            payments.c.site,
            func.count().label("count"),
            func.sum(payments.c.amount).label("received"),
            func.sum(back).label("back"),
        )
        .where(payments.c.paid_at >= since, payments.c.paid_at < until, payments.c.registration.is_not(None))
        .group_by(payments.c.site)
        .order_by(payments.c.site)
    )
    found = connection.execute(asked).mappings()
    return {row["site"]: {key: int(row[key]) for key in ("count", "received", "back")} for row in found}


def orphans(connection: Connection) -> list[Row]:
    """Money for orders that we do not know."""
    asked = select(payments).where(payments.c.reason == ORPHAN, payments.c.returned_at.is_(None))
    return [dict(row) for row in connection.execute(asked.order_by(payments.c.told_at)).mappings()]


def unexplained(connection: Connection) -> list[Row]:
    """Payments of which something went back without our asking."""
    asked = select(payments).where(payments.c.unexplained.is_not(None)).order_by(payments.c.told_at)
    return [dict(row) for row in connection.execute(asked).mappings()]


def between(
    connection: Connection, since: datetime, until: datetime, channel: str | None = None
) -> list[Row]:
    """Payments made or returned from `since` until before `until`, by time of payment."""
    paid = and_(payments.c.paid_at >= since, payments.c.paid_at < until)
    returned = and_(payments.c.returned_at >= since, payments.c.returned_at < until)
    asked = select(payments).where(or_(paid, returned)).order_by(payments.c.paid_at, payments.c.trade)
    if channel is not None:
        asked = asked.where(payments.c.channel == channel)
    return [dict(row) for row in connection.execute(asked).mappings()]
