"""What waits and what is late, in numbers: for metrics, for `ncre top` and for `ncre doctor`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select, text

from ncre.domain.payment.orders import GRACE
from ncre.domain.registration.vocabulary import Status
from ncre.handlers.command_handler import CommandHandler
from ncre.ledger import checkpoints
from ncre.operational.letters import LetterState, letters
from ncre.operational.webhooks import DeliveryState, webhook_deliveries
from ncre.projections.payment import ledger, orders
from ncre.projections.registration.registration_counts import registration_counts
from ncre.services.operations.beats import Beats
from ncre.services.operations.overdue import overdue
from ncre.store.schema import facts

MOST: Final = 1000
"""Deadlines counted at the most: more are as bad."""

LATE: Final = timedelta(minutes=1)
"""After its grace a deadline counts as late; the worker's rounds are seconds apart."""

_REPLICAS: Final = text(
    "SELECT count(*), coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)), 0)"
    " FROM pg_stat_replication WHERE state = 'streaming'"
)
_MAY_SEE: Final = text("SELECT pg_has_role('pg_read_all_stats', 'USAGE')")
"""Who may not sees standbys without their state: none would seem to stream."""


@dataclass(frozen=True)
class Backlog:
    """`numbers` are gauges by name; what is unknown is left out."""

    command_handler: CommandHandler
    beats: Beats
    clock: Callable[[], datetime]
    exchanging: Callable[[], bool]
    """Whether files should be exchanged with other provinces now."""

    def numbers(self) -> dict[str, float]:
        """Raises DatabaseFailure."""
        now = self.clock()
        with self.command_handler.database.reading() as connection:
            found = {
                "review_waiting": _standing(connection, Status.PENDING_REVIEW),
                "deadlines_late": float(self._late(connection, now)),
                "orders_late": orders.late(connection, now - LATE * 10),
                "refunds_owed": ledger.owed_count(connection),
                **_letters(connection, now),
                **_webhooks(connection, now),
                **_sealing(connection, now),
                **_replication(connection),
            }
        ages = {"worker_age_seconds": self.beats.worker_age(), "backup_age_seconds": self.beats.backup_age()}
        if self.exchanging():
            ages["exchange_age_seconds"] = self.beats.exchange_age()
        return found | {name: age for name, age in ages.items() if age is not None}

    def _late(self, connection: Connection, now: datetime) -> int:
        before = now - timedelta(seconds=GRACE) - LATE
        return len(overdue(connection, self.command_handler.exams, before, MOST))


def _standing(connection: Connection, status: Status) -> float:
    asked = select(func.coalesce(func.sum(registration_counts.c.people), 0))
    return float(connection.execute(asked.where(registration_counts.c.status == status.value)).scalar_one())


def _letters(connection: Connection, now: datetime) -> dict[str, float]:
    """Those that are due; others wait for their day."""
    c = letters.c
    waiting, first = connection.execute(
        select(func.count(), func.min(c.next_at)).where(c.state == LetterState.WAITING, c.next_at <= now)
    ).one()
    late = max(0.0, (now - first).total_seconds()) if first is not None else 0.0
    return {"letters_waiting": waiting, "letters_late_seconds": late}


def _webhooks(connection: Connection, now: datetime) -> dict[str, float]:
    c = webhook_deliveries.c
    waiting, first = connection.execute(
        select(func.count(), func.min(c.next_at)).where(c.state == DeliveryState.WAITING)
    ).one()
    dead = connection.execute(select(func.count()).where(c.state == DeliveryState.DEAD)).scalar_one()
    late = max(0.0, (now - first).total_seconds()) if first is not None else 0.0
    return {"webhooks_waiting": waiting, "webhooks_dead": dead, "webhooks_late_seconds": late}


def _sealing(connection: Connection, now: datetime) -> dict[str, float]:
    """How far the sealed part of the log is behind its end."""
    newest = connection.execute(select(func.max(facts.c.id))).scalar_one() or 0
    sealed = checkpoints.newest(connection)
    behind = newest - (sealed.last_id if sealed else 0)
    seconds = max(0.0, (now - sealed.at).total_seconds()) if sealed and behind else 0.0
    return {"facts": newest, "facts_unsealed": behind, "sealer_lag_seconds": seconds}


def _replication(connection: Connection) -> dict[str, float]:
    """Left out where the role may not see it: GRANT pg_read_all_stats."""
    if connection.dialect.name != "postgresql" or not connection.scalar(_MAY_SEE):
        return {}
    replicas, behind = connection.execute(_REPLICAS).one()
    return {"replicas": float(replicas), "replication_lag_bytes": float(behind)}
