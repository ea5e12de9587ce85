"""Payment orders as they stand: one row an order."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    Uuid,
    bindparam,
    func,
    literal,
    or_,
    select,
)

from ncre.domain.payment.orders import OrderState
from ncre.events import payment as facts
from ncre.projections.base import Key, Projection, Row, changed, typed, typed_or_none
from ncre.projections.rows import OrderRow
from ncre.store.columns import Moment
from ncre.store.deadlines import SKEW, is_due, too_far
from ncre.store.schema import metadata

payment_orders = Table(
    "payment_orders",
    metadata,
    Column("number", String(40), primary_key=True),
    Column("registration", Uuid, nullable=False),
    Column("round", String(8), nullable=False),
    Column("site", String(12), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("fixed", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("terms", String(40), nullable=False, server_default=""),
    Index("payment_orders_of", "registration"),
    Index("payment_orders_opened", "opened_at"),
)

STATES = {
    facts.OrderReplaced: OrderState.REPLACED,
    facts.OrderClosed: OrderState.CLOSED,
    facts.PaymentReceived: OrderState.PAID,
}

PAYABLE = (OrderState.OPEN.value, OrderState.REPLACED.value)

_UNENDED: Final = payment_orders.c.ended_at.is_(None)
"""Exactly those in a state of `PAYABLE`."""

Index("payment_orders_payable", payment_orders.c.opened_at, sqlite_where=_UNENDED, postgresql_where=_UNENDED)
"""Of all orders these few are asked for again and again. Among all of them by time, a database looks for the oldest through everything."""
"""States in which somebody may still pay at the channel."""

Change = facts.OrderOpened | facts.OrderReplaced | facts.OrderClosed | facts.PaymentReceived


class OrderProjection(Projection):
    table = payment_orders
    listens = (facts.OrderOpened, *STATES)

    def key(self, fact: Change) -> Key:
        return (fact.order,)

    def step(self, fact: Change, row: Row | None) -> Row | None:
        at = fact.metadata.recorded_at
        if not isinstance(fact, facts.OrderOpened):
            ended = None if isinstance(fact, facts.OrderReplaced) else at
            return changed(row, state=STATES[type(fact)].value, ended_at=ended)
        return {
            "number": fact.order,
            "registration": fact.registration,
            "round": fact.round,
            "site": fact.site,
            "channel": fact.channel,
            "fixed": fact.fixed,
            "amount": fact.amount,
            "expires": fact.expires,
            "state": OrderState.OPEN.value,
            "opened_at": at,
            "ended_at": None,
            "terms": fact.terms,
        }


_ONE = select(payment_orders).where(payment_orders.c.number == bindparam("of"))
_OF = (
    select(payment_orders)
    .where(payment_orders.c.registration == bindparam("of"))
    .order_by(payment_orders.c.fixed, payment_orders.c.opened_at, payment_orders.c.number)
)
_OPEN = select(payment_orders).where(_UNENDED)


def one(connection: Connection, number: str) -> OrderRow | None:
    return typed_or_none(OrderRow, connection.execute(_ONE, {"of": number}).mappings().first())


def of_registration(connection: Connection, registration: UUID) -> list[OrderRow]:
    """All orders of a registration, oldest first."""
    return typed(OrderRow, connection.execute(_OF, {"of": registration}).mappings())


def payable_of(connection: Connection, registration: UUID) -> list[OrderRow]:
    """Those that somebody may still pay."""
    return [row for row in of_registration(connection, registration) if row["state"] in PAYABLE]


def payable(connection: Connection, round_code: str | None = None, limit: int = 500) -> list[OrderRow]:
    """Orders that somebody may still pay, oldest first."""
    asked = _OPEN.order_by(payment_orders.c.opened_at).limit(limit)
    if round_code is not None:
        asked = asked.where(payment_orders.c.round == round_code)
    return typed(OrderRow, connection.execute(asked).mappings())


def first_opened(connection: Connection) -> datetime | None:
    """When the first order of all was opened."""
    found: datetime | None = connection.execute(select(func.min(payment_orders.c.opened_at))).scalar_one()
    return found


def payable_count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(_OPEN.subquery())).scalar_one())


def late(connection: Connection, before: datetime) -> int:
    """How many orders expired before a moment, and can still be paid as far as we know."""
    asked = select(func.count()).select_from(payment_orders)
    open_ = _UNENDED & (payment_orders.c.expires < before)
    return int(connection.execute(asked.where(open_)).scalar_one())


def to_ask(
    connection: Connection, retry_schedule: Table, opened_before: datetime, now: datetime, limit: int
) -> list[OrderRow]:
    """Payable orders whose next question is due: first `opened_before`, later as the retry schedule says.

    What a clock noted that stood later than now is due as well.
    """
    noted = retry_schedule.c.key == literal("order:") + payment_orders.c.number
    due = or_(
        is_due(retry_schedule.c.next_at, now, too_far(now)),
        retry_schedule.c.key.is_(None) & is_due(payment_orders.c.opened_at, opened_before, now + SKEW),
        retry_schedule.c.key.is_(None) & (payment_orders.c.expires <= now),
    )
    asked = (
        select(payment_orders)
        .outerjoin(retry_schedule, noted)
        .where(_UNENDED, due)
        .order_by(func.coalesce(retry_schedule.c.next_at, payment_orders.c.opened_at))
        .limit(limit)
    )
    return typed(OrderRow, connection.execute(asked).mappings())
