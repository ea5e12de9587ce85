"""Where second factors are kept: sealed under the key of their owner, one row an account."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy import Column, Connection, LargeBinary, Table, Uuid, delete, insert, select, update

from ncre.events.schema import metadata
from ncre.events.store import FactStore
from ncre.passport.second_factor import SecondFactor

second_factors = Table(
    "second_factors",
    metadata,
    Column("account", Uuid, primary_key=True),
    Column("box", LargeBinary, nullable=False),
)

_PURPOSE = "second-factor"


class Factors:
    """Every call works in the caller's transaction: what a code changes and what it allows go together."""

    def __init__(self, store: FactStore) -> None:
        self._store = store

    def of(self, connection: Connection, account: UUID) -> SecondFactor | None:
        """The factor, held until the transaction ends, so that two who send one code do not both pass."""
        asked = select(second_factors.c.box).where(second_factors.c.account == account).with_for_update()
        box = connection.execute(asked).scalar_one_or_none()
        if box is None:
            return None
        opened = self._store.open_bytes(connection, account, box, _PURPOSE)
        return msgspec.json.decode(opened, type=SecondFactor)

    def keep(self, connection: Connection, account: UUID, factor: SecondFactor) -> None:
        box = self._store.seal_bytes(connection, account, msgspec.json.encode(factor), _PURPOSE)
        kept = update(second_factors).where(second_factors.c.account == account).values(box=box)
        if connection.execute(kept).rowcount == 0:
            connection.execute(insert(second_factors).values(account=account, box=box))

    def remove(self, connection: Connection, account: UUID) -> None:
        connection.execute(delete(second_factors).where(second_factors.c.account == account))
