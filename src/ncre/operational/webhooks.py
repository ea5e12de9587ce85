"""Where events are sent, and what became of each: working notes beside the log, which holds the events themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
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
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from ncre.store.columns import Moment
from ncre.store.deadlines import put_off_too_far
from ncre.store.schema import metadata

LONGEST_URL: Final = 500
LONGEST_ANSWER: Final = 120


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


webhooks = Table(
    "webhooks",
    metadata,
    Column("integration", Uuid, primary_key=True),
    Column("url", String(LONGEST_URL), nullable=False),
    Column("signing_key", Integer, nullable=False),
    Column("key_since", Moment, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("paused_at", Moment),
)
"""`position`: up to where the log was looked through for it."""

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("integration", Uuid, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("about", Uuid, nullable=False),
    Column("topic", String(60), nullable=False),
    Column("state", String(10), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("answer", String(LONGEST_ANSWER), nullable=False),
    Index("webhook_deliveries_due", "state", "next_at"),
    Index("webhook_deliveries_about", "integration", "about", "position"),
)
"""`about` is the registration, or the stream: its events go out one after the other."""


@dataclass(frozen=True)
class Webhook:
    integration: UUID
    url: str
    signing_key: int
    key_since: datetime
    position: int
    paused_at: datetime | None


@dataclass(frozen=True)
class Delivery:
    integration: UUID
    position: int
    about: UUID
    topic: str
    state: str
    tries: int
    next_at: datetime
    answer: str


def webhook_of(connection: Connection, integration: UUID) -> Webhook | None:
    row = connection.execute(select(webhooks).where(webhooks.c.integration == integration)).mappings().first()
    return Webhook(**row) if row else None


def active(connection: Connection) -> list[Webhook]:
    asked = select(webhooks).where(webhooks.c.paused_at.is_(None)).order_by(webhooks.c.integration)
    return [Webhook(**row) for row in connection.execute(asked).mappings()]


def add(connection: Connection, webhook: Webhook) -> None:
    connection.execute(insert(webhooks), vars(webhook))


def change(connection: Connection, integration: UUID, **values: Any) -> None:
    """Some columns; the position belongs to whoever looks the log through."""
    connection.execute(update(webhooks).where(webhooks.c.integration == integration).values(values))


def remove(connection: Connection, integration: UUID) -> None:
    """With everything that waits for it."""
    connection.execute(delete(webhooks).where(webhooks.c.integration == integration))
    connection.execute(delete(webhook_deliveries).where(webhook_deliveries.c.integration == integration))


def move_on(connection: Connection, webhook: Webhook, to: int, found: Iterable[dict[str, Any]]) -> bool:
    """Note what is to be sent of a portion of the log; False where another worker took it first."""
    moved = update(webhooks).where(
        webhooks.c.integration == webhook.integration, webhooks.c.position == webhook.position
    )
    if not connection.execute(moved.values(position=to)).rowcount:
        return False
    if rows := list(found):
        connection.execute(insert(webhook_deliveries), rows)
    return True


_EARLIER: Final = webhook_deliveries.alias("earlier")
_BLOCKED: Final = exists().where(
    _EARLIER.c.integration == webhook_deliveries.c.integration,
    _EARLIER.c.about == webhook_deliveries.c.about,
    _EARLIER.c.position < webhook_deliveries.c.position,
    _EARLIER.c.state == DeliveryState.WAITING,
)


def due(connection: Connection, integration: UUID, now: datetime, limit: int) -> list[Delivery]:
    """What may go out now: of each registration its earliest alone, so that nothing overtakes."""
    asked = (
        select(webhook_deliveries)
        .where(
            webhook_deliveries.c.integration == integration,
            webhook_deliveries.c.state == DeliveryState.WAITING,
            webhook_deliveries.c.next_at <= now,
            ~_BLOCKED,
        )
        .order_by(webhook_deliveries.c.position)
        .limit(limit)
    )
    return [Delivery(**row) for row in connection.execute(asked).mappings()]


def take(connection: Connection, delivery: Delivery, until: datetime) -> bool:
    """Keep other workers from it until then; False where one has it already, or it changed."""
    taken = update(webhook_deliveries).where(
        *_same(delivery), webhook_deliveries.c.next_at == delivery.next_at
    )
    return bool(connection.execute(taken.values(next_at=until)).rowcount)


def bring_back(connection: Connection, now: datetime, delays: Sequence[timedelta]) -> int:
    """What a clock that stood later put off or took is due at once; how many. `delays` by the number of tries."""
    late = update(webhook_deliveries).where(
        webhook_deliveries.c.state == DeliveryState.WAITING,
        put_off_too_far(webhook_deliveries.c.next_at, webhook_deliveries.c.tries, now, delays),
    )
    return connection.execute(late.values(next_at=now)).rowcount


def note(
    connection: Connection, delivery: Delivery, state: DeliveryState, next_at: datetime, answer: str
) -> None:
    """What came of one attempt."""
    noted = update(webhook_deliveries).where(*_same(delivery))
    connection.execute(
        noted.values(
            state=state.value, tries=delivery.tries + 1, next_at=next_at, answer=answer[:LONGEST_ANSWER]
        )
    )


def again(connection: Connection, integration: UUID, position: int, now: datetime) -> bool:
    """A dead one waits anew, from its first attempt on."""
    revived = update(webhook_deliveries).where(
        webhook_deliveries.c.integration == integration,
        webhook_deliveries.c.position == position,
        webhook_deliveries.c.state == DeliveryState.DEAD,
    )
    waiting = {"state": DeliveryState.WAITING.value, "tries": 0, "next_at": now}
    return bool(connection.execute(revived.values(waiting)).rowcount)


def recent(
    connection: Connection, integration: UUID, state: DeliveryState | None, limit: int
) -> list[Delivery]:
    """The newest, for the page of the office."""
    asked = select(webhook_deliveries).where(webhook_deliveries.c.integration == integration)
    if state is not None:
        asked = asked.where(webhook_deliveries.c.state == state)
    asked = asked.order_by(webhook_deliveries.c.position.desc()).limit(limit)
    return [Delivery(**row) for row in connection.execute(asked).mappings()]


def counts(connection: Connection, integration: UUID) -> dict[str, int]:
    asked = (
        select(webhook_deliveries.c.state, func.count())
        .where(webhook_deliveries.c.integration == integration)
        .group_by(webhook_deliveries.c.state)
    )
    return {state: int(count) for state, count in connection.execute(asked)}


def forget_done(connection: Connection, before: datetime) -> None:
    gone = delete(webhook_deliveries).where(
        webhook_deliveries.c.state == DeliveryState.DONE, webhook_deliveries.c.next_at < before
    )
    connection.execute(gone)


def _same(delivery: Delivery) -> tuple[Any, ...]:
    return (
        webhook_deliveries.c.integration == delivery.integration,
        webhook_deliveries.c.position == delivery.position,
        webhook_deliveries.c.state == DeliveryState.WAITING,
    )
