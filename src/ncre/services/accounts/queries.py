"""What pages ask about accounts."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from sqlalchemy import select

from ncre.identity.accounts import accounts
from ncre.store.database import Database


class AccountQueries:
    """Accounts as they are now."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def names_in_office(self, actors: Iterable[str]) -> dict[str, str]:
        """The name of each of these accounts by the id on a fact, read together; what is no account stands for itself."""
        named = {actor: actor for actor in actors}
        wanted: dict[UUID, str] = {}
        for actor in named:
            with suppress(ValueError):
                wanted[UUID(actor)] = actor
        if wanted:
            asked = select(accounts.c.id, accounts.c.name).where(accounts.c.id.in_(sorted(wanted)))
            with self._database.reading() as connection:
                named.update({wanted[identity]: name for identity, name in connection.execute(asked)})
        return named
