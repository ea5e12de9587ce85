"""The stand-in payment channel: a till with its own book, used until a real channel is configured.

It behaves as a channel does: an order is opened, somebody pays, fails or leaves, the channel is
asked, closed, or told to give the money back. It knows nothing of registrations but their id.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import (
    BigInteger,
    Column,
    MetaData,
    String,
    Table,
    Uuid,
    create_engine,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from ncre.events.columns import Moment
from ncre.gateways.payment import Order, Paid

_metadata = MetaData()
_orders = Table(
    "orders",
    _metadata,
    Column("number", String(40), primary_key=True),
    Column("registration", Uuid, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("title", String(200), nullable=False),
    Column("expires", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Column("trade", String(64), unique=True),
    Column("paid_at", Moment),
    Column("refund", String(64)),
)


class OrderShut(Exception):
    """The order is closed, expired or unknown, so it cannot be paid."""


class Till:
    """A payment channel on a database of its own. Thread-safe; one till serves a whole house."""

    name = "till"

    def __init__(self, url: str, clock: Callable[[], datetime], page: str = "/till/") -> None:
        self._engine = create_engine(url)
        self._clock = clock
        self._page = page
        _metadata.create_all(self._engine)

    def open(self, order: Order) -> str:
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    insert(_orders).values(
                        number=order.number,
                        registration=order.registration,
                        amount=order.amount,
                        title=order.title,
                        expires=order.expires,
                        state="open",
                    )
                )
        except IntegrityError:
            pass  # the same order, asked for again: a second click
        return f"{self._page}{order.number}"

    def find(self, number: str) -> Order | None:
        """The order as the payer sees it, or None."""
        with self._engine.connect() as connection:
            row = connection.execute(select(_orders).where(_orders.c.number == number)).mappings().first()
        if row is None:
            return None
        return Order(row["number"], row["registration"], row["amount"], row["title"], row["expires"])

    def pay(self, number: str) -> Paid:
        """Somebody pays. Paying twice is one payment. Raises OrderShut."""
        now = self._clock()
        with self._engine.begin() as connection:
            connection.execute(
                update(_orders)
                .where(_orders.c.number == number, _orders.c.state == "open", _orders.c.expires >= now)
                .values(state="paid", trade=_trade(number), paid_at=now)
            )
        paid = self.query(number)
        if paid is None:
            raise OrderShut(number)
        return paid

    def query(self, order: str) -> Paid | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(_orders).where(_orders.c.number == order)).mappings().first()
        if row is None or row["trade"] is None:
            return None
        return Paid(order, row["registration"], self.name, row["trade"], row["amount"], row["paid_at"])

    def close(self, order: str) -> Paid | None:
        with self._engine.begin() as connection:
            connection.execute(
                update(_orders)
                .where(_orders.c.number == order, _orders.c.state == "open")
                .values(state="closed")
            )
        return self.query(order)

    def refund(self, trade: str, amount: int) -> str:
        reference = f"R{trade}"
        with self._engine.begin() as connection:
            connection.execute(
                update(_orders)
                .where(_orders.c.trade == trade, _orders.c.amount >= amount)
                .values(state="refunded", refund=reference)
            )
        return reference

    def dispose(self) -> None:
        self._engine.dispose()


def _trade(number: str) -> str:
    return f"TILL{uuid5(UUID(int=0), number).hex}"
