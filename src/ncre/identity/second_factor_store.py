"""Where second factors are kept: sealed under the key of their owner, one row an account."""

from __future__ import annotations

from typing import cast
from uuid import UUID

import msgspec
from sqlalchemy import Column, Connection, LargeBinary, Table, Uuid, delete, insert, select, update

from ncre.events.account import FactorChanged, account_stream
from ncre.identity.second_factor import SecondFactor
from ncre.store.fact_store import FactStore
from ncre.store.schema import metadata
from ncre.store.sealing import CiphertextForged

second_factors = Table(
    "second_factors",
    metadata,
    Column("account", Uuid, primary_key=True),
    Column("box", LargeBinary, nullable=False),
)

_PURPOSE = "second-factor"


class SecondFactorStore:
    """Every call works in the caller's transaction: what a code changes and what it allows go together.

    A box is bound to its number, which the account's history says (`FactorChanged.box`) and the row does not: facts
    are only ever added, so whoever puts an old box or a whole old row back does not make used codes good again.
    """

    def __init__(self, store: FactStore) -> None:
        self._store = store

    def of(self, connection: Connection, account: UUID) -> SecondFactor | None:
        """The factor, held until the transaction ends, so that two who send one code do not both pass.

        Raises BoxForged where the box is not the one that the history speaks of, or is gone.
        """
        asked = select(second_factors.c.box).where(second_factors.c.account == account).with_for_update()
        box = connection.execute(asked).scalar_one_or_none()
        changed = self._changed(connection, account)
        if box is None:
            if changed is not None and changed.box and changed.state != "removed":
                raise CiphertextForged(f"the second factor of account {account} is gone")
            return None
        opened = self._store.open_bytes(connection, account, box, _purpose(changed.box if changed else 0))
        return msgspec.json.decode(opened, type=SecondFactor)

    def number(self, connection: Connection, account: UUID) -> int:
        """Of the box in force; 0 while none has one."""
        changed = self._changed(connection, account)
        return changed.box if changed else 0

    def keep(self, connection: Connection, account: UUID, factor: SecondFactor, number: int) -> None:
        """In a box of this number: that of the fact `FactorChanged` recorded with it, else the one in force."""
        box = self._store.seal_bytes(connection, account, msgspec.json.encode(factor), _purpose(number))
        kept = update(second_factors).where(second_factors.c.account == account).values(box=box)
        if connection.execute(kept).rowcount == 0:
            connection.execute(insert(second_factors).values(account=account, box=box))

    def remove(self, connection: Connection, account: UUID) -> None:
        connection.execute(delete(second_factors).where(second_factors.c.account == account))

    def _changed(self, connection: Connection, account: UUID) -> FactorChanged | None:
        newest = self._store.newest_of(connection, account_stream(account), FactorChanged.TOPIC)
        return cast(FactorChanged | None, newest)


def _purpose(number: int) -> str:
    """What the box is bound to, besides the account's own key. Boxes of before have no number."""
    return f"{_PURPOSE}|{number}" if number else _PURPOSE
