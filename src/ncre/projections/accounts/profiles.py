"""Where the personal details of an account are: the fact that holds them sealed. One row an account."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Column, Connection, Integer, Table, Uuid, bindparam, select

from ncre.events import account as facts
from ncre.events.base import Fact
from ncre.projections.base import Key, Projection, Row
from ncre.store.schema import metadata

profiles = Table(
    "profiles",
    metadata,
    Column("account", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
)

_VERSION = select(profiles.c.version).where(profiles.c.account == bindparam("of"))


class ProfileProjection(Projection):
    table = profiles
    listens = (facts.DetailsCompleted,)

    def key(self, fact: Fact) -> Key:
        assert isinstance(fact, facts.DetailsCompleted)
        return (fact.account,)

    def step(self, fact: Fact, row: Row | None) -> Row | None:
        assert isinstance(fact, facts.DetailsCompleted)
        return {"account": fact.account, "version": fact.metadata.version}


def version_of(connection: Connection, account: UUID) -> int | None:
    """The version of the fact in the account's security stream, None where nothing was completed."""
    return connection.execute(_VERSION, {"of": account}).scalar_one_or_none()
