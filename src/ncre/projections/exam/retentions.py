"""How long the personal data of each round are kept, and when they are erased by themselves: one row a round."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Integer, String, Table, select

from ncre.domain.erasure import Retention
from ncre.events import erasure as facts
from ncre.projections.base import Key, Projection, Row
from ncre.store.schema import metadata

retentions = Table(
    "retentions",
    metadata,
    Column("round", String(8), primary_key=True),
    Column("keep_days", Integer, nullable=False),
    Column("erase_days", Integer),
)


class RetentionProjection(Projection):
    table = retentions
    listens = (facts.RetentionSet,)

    def key(self, fact: facts.RetentionSet) -> Key:
        return (fact.round,)

    def step(self, fact: facts.RetentionSet, row: Row | None) -> Row | None:
        return {"round": fact.round, "keep_days": fact.keep_days, "erase_days": fact.erase_days}


def of_round(connection: Connection, code: str) -> Retention:
    """What was set; nothing is kept beyond the round, and nothing erased by itself, where nothing was."""
    asked = select(retentions.c.keep_days, retentions.c.erase_days).where(retentions.c.round == code)
    found = connection.execute(asked).first()
    return Retention(found.keep_days, found.erase_days) if found else Retention()


def scheduled(connection: Connection) -> list[str]:
    """The rounds whose data are erased by themselves."""
    asked = (
        select(retentions.c.round).where(retentions.c.erase_days.is_not(None)).order_by(retentions.c.round)
    )
    return list(connection.execute(asked).scalars())
