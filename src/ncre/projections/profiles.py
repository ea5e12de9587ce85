"""Where the personal details of an account are: the fact that holds them sealed. One row an account."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Column, Connection, Integer, Table, Uuid, select

from ncre.events import passport as facts
from ncre.events.base import Fact
from ncre.events.schema import metadata
from ncre.projections.base import Key, Projection, Row

profiles = Table(
    "profiles",
    metadata,
    Column("account", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
)


class DetailsOfAccounts(Projection):
    table = profiles
    listens = (facts.DetailsCompleted,)

    def key(self, fact: Fact) -> Key:
        assert isinstance(fact, facts.DetailsCompleted)
        return (fact.account,)

    def step(self, fact: Fact, row: Row | None) -> Row | None:
        assert isinstance(fact, facts.DetailsCompleted)
        return {"account": fact.account, "version": fact.stamp.version}


def version_of(connection: Connection, account: UUID) -> int | None:
    """The version of the fact in the account's security stream, None where nothing was completed."""
    asked = select(profiles.c.version).where(profiles.c.account == account)
    return connection.execute(asked).scalar_one_or_none()
