"""The accounts of staff as the exam office keeps them: who there is, who signs in, who does not for now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select, update

from ncre.domain.registration.vocabulary import Role
from ncre.identity.accounts import Account, account_of, accounts
from ncre.identity.proofs import void

_STAFF: Final = tuple(role.value for role in (Role.REVIEWER, Role.SITE_ADMIN, Role.AUDITOR, Role.OFFICE))


class StaffDirectory:
    """Every call works in the caller's transaction."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def all(self, connection: Connection) -> list[Account]:
        """Every account of staff that is not closed, by name."""
        asked = select(accounts).where(accounts.c.role.in_(_STAFF), accounts.c.closed_at.is_(None))
        return [account_of(row) for row in connection.execute(asked.order_by(accounts.c.name)).mappings()]

    def reviewers(self, connection: Connection) -> list[Account]:
        """Every reviewer who may sign in, of all sites."""
        asked = select(accounts).where(
            accounts.c.role == Role.REVIEWER.value,
            accounts.c.closed_at.is_(None),
            accounts.c.disabled_at.is_(None),
        )
        return [account_of(row) for row in connection.execute(asked).mappings()]

    def find(self, connection: Connection, identity: UUID) -> Account | None:
        """An account that is not closed; held until the transaction ends."""
        asked = select(accounts).where(accounts.c.id == identity, accounts.c.closed_at.is_(None))
        row = connection.execute(asked.with_for_update()).mappings().first()
        return account_of(row) if row else None

    def set_disabled(self, connection: Connection, account: UUID, disabled: bool) -> None:
        """Whether nobody signs in with it for now; what it did and where it is reached stays."""
        at = self._clock() if disabled else None
        connection.execute(update(accounts).where(accounts.c.id == account).values(disabled_at=at))
        void(connection, account)


def count_offices(connection: Connection) -> int:
    """The accounts of the exam office that sign in; held, so that two who leave at once do not both find another."""
    asked = select(accounts.c.id).where(
        accounts.c.role == Role.OFFICE.value, accounts.c.closed_at.is_(None), accounts.c.disabled_at.is_(None)
    )
    return len(connection.execute(asked.order_by(accounts.c.id).with_for_update()).all())
