"""The cashier's book: what was offered for payment, the trades, their refunds, notices to send, scripted faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    insert,
    select,
    update,
)

_metadata = MetaData()

offers = Table(
    "offers",
    _metadata,
    Column("id", String(40), primary_key=True),
    Column("order", String(64), nullable=False),
    Column("content", Text, nullable=False),
    Column("notify_url", Text, nullable=False),
    Column("return_url", Text, nullable=False),
    Column("method", String(40), nullable=False),
)
"""What a payer's browser brought; a trade begins only when the payer signs in."""

trades = Table(
    "trades",
    _metadata,
    Column("order", String(64), primary_key=True),
    Column("trade", String(64), nullable=False, unique=True),
    Column("amount", Integer, nullable=False),
    Column("subject", String(256), nullable=False),
    Column("status", String(20), nullable=False),
    Column("created", Float, nullable=False),
    Column("expires", Float),
    Column("paid", Float),
    Column("closed", Float),
    Column("notify_url", Text, nullable=False),
)

refunds = Table(
    "refunds",
    _metadata,
    Column("order", String(64), primary_key=True),
    Column("request", String(64), primary_key=True),
    Column("amount", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("pending", Integer, nullable=False),
)

notices = Table(
    "notices",
    _metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("order", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("due", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("done", Boolean, nullable=False),
)

faults = Table(
    "faults",
    _metadata,
    Column("order", String(64), primary_key=True),
    Column("script", Text, nullable=False),
)

Row = dict[str, Any]

EVERY_ORDER: Final = "*"
"""The script under this name holds for orders that have none of their own."""


class TradeBook:
    """One writer at a time, which is plenty for a stand-in."""

    def __init__(self, file: Path) -> None:
        self._engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": 30})
        self._turn = RLock()
        _metadata.create_all(self._engine)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._turn, self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        self._engine.dispose()


def trade_of(connection: Connection, order: str = "", trade: str = "") -> Row | None:
    asked = select(trades).where(trades.c.order == order if order else trades.c.trade == trade)
    found = connection.execute(asked).mappings().first()
    return dict(found) if found else None


def change_trade(connection: Connection, order: str, **values: Any) -> None:
    connection.execute(update(trades).where(trades.c.order == order).values(**values))


def refunds_of(connection: Connection, order: str) -> list[Row]:
    asked = select(refunds).where(refunds.c.order == order).order_by(refunds.c.at)
    return [dict(row) for row in connection.execute(asked).mappings()]


def script_of(connection: Connection, order: str) -> list[str]:
    """The faults that are still to come for an order."""
    for name in (order, EVERY_ORDER):
        found = connection.execute(select(faults.c.script).where(faults.c.order == name)).scalar_one_or_none()
        if found is not None:
            return list(json.loads(found))
    return []


def write_script(connection: Connection, order: str, script: list[str]) -> None:
    connection.execute(delete(faults).where(faults.c.order == order))
    connection.execute(insert(faults).values(order=order, script=json.dumps(script)))


def fault(connection: Connection, order: str, name: str) -> str | None:
    """What stands behind a fault of this name (`delay:90` -> "90"; "" without a colon), None where it is not scripted."""
    for one in script_of(connection, order):
        key, _, value = one.partition(":")
        if key == name:
            return value
    return None


def use_up(connection: Connection, order: str, name: str) -> bool:
    """Whether a fault that counts down (`SYSTEM_ERROR:2`) holds once more; then it is counted."""
    script = script_of(connection, order)
    for place, one in enumerate(script):
        key, _, value = one.partition(":")
        left = int(value or 1)
        if key == name and left > 0:
            script[place] = f"{name}:{left - 1}"
            write_script(connection, order, script)
            return True
    return False
