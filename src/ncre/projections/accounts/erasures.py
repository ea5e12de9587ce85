"""Who asked to be erased, and what came of it: one row an account, without anything private."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Connection, Index, String, Table, Uuid, select

from ncre.events import erasure as facts
from ncre.events.base import Fact
from ncre.projections.base import Key, Projection, Row, changed, found_in
from ncre.store.columns import Moment
from ncre.store.schema import metadata

erasures = Table(
    "erasures",
    metadata,
    Column("account", Uuid, primary_key=True),
    Column("state", String(12), nullable=False),
    Column("asked_at", Moment),
    Column("decided_at", Moment),
    Column("possible_from", Moment),
    Index("erasures_waiting", "state", "asked_at"),
)


class ErasureState(StrEnum):
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    ERASED = "erased"


STATES: Final[dict[type[Fact], ErasureState]] = {
    facts.ErasureRequested: ErasureState.WAITING,
    facts.ErasureWithdrawn: ErasureState.WITHDRAWN,
    facts.ErasureDeclined: ErasureState.DECLINED,
    facts.PersonErased: ErasureState.ERASED,
}


class ErasureProjection(Projection):
    table = erasures
    listens = tuple(STATES)

    def key(self, fact: Any) -> Key:
        return (fact.account,)

    def step(self, fact: Any, row: Row | None) -> Row | None:
        at = fact.metadata.recorded_at
        begun = row or {"account": fact.account, "asked_at": None, "decided_at": None, "possible_from": None}
        if isinstance(fact, facts.ErasureRequested):
            return changed(begun, state=STATES[type(fact)].value, asked_at=at, decided_at=None)
        possible = fact.possible_from if isinstance(fact, facts.ErasureDeclined) else None
        return changed(begun, state=STATES[type(fact)].value, decided_at=at, possible_from=possible)


def of(connection: Connection, account: UUID) -> Row | None:
    """What the account's newest request came to; None where there never was one."""
    asked = select(erasures).where(erasures.c.account == account)
    return found_in(connection.execute(asked).mappings().first())


def is_waiting(row: Row | None) -> bool:
    return row is not None and row["state"] == ErasureState.WAITING.value


def waiting(connection: Connection, limit: int = 200) -> list[Row]:
    """Requests that the exam office has to decide, the oldest first."""
    asked = select(erasures).where(erasures.c.state == ErasureState.WAITING.value)
    rows = connection.execute(asked.order_by(erasures.c.asked_at).limit(limit)).mappings()
    return [dict(row) for row in rows]
