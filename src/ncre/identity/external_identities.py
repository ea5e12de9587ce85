"""Who somebody is elsewhere: one row a person at a provider, linked to one account, never moved."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, Index, String, Table, Uuid, delete, insert, select
from sqlalchemy.exc import IntegrityError

from ncre.clients.identity_provider import LONGEST_NAME, LONGEST_SUBJECT, Identity
from ncre.store.columns import ONE, Moment
from ncre.store.database import Database
from ncre.store.schema import metadata

identities = Table(
    "identities",
    metadata,
    Column("issuer", String(200), primary_key=True),
    Column("subject", String(LONGEST_SUBJECT), primary_key=True),
    Column("account", Uuid, nullable=False),
    Column("name", String(LONGEST_NAME), nullable=False),
    Column("linked_at", Moment, nullable=False),
    Index("identities_account", "account"),
)


class LinkedElsewhere(Exception):
    """This person at the provider belongs to another account already."""


@dataclass(frozen=True)
class Linked:
    """A link as its owner sees it; the name is for show alone."""

    issuer: str
    subject: str
    name: str


class Identities:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def account_of(self, identity: Identity) -> UUID | None:
        """The account it is linked to, also where it was linked under an earlier subject."""
        asked = select(identities.c.account).where(
            identities.c.issuer == identity.issuer,
            identities.c.subject.in_((identity.subject, *identity.also)),
        )
        with self._database.reading() as connection:
            return connection.execute(asked.limit(ONE)).scalar_one_or_none()

    def link(self, connection: Connection, identity: Identity, account: UUID) -> bool:
        """Whether this is a new link. Raises LinkedElsewhere: a link is never moved."""
        found = self.account_of(identity)
        if found is not None and found != account:
            raise LinkedElsewhere
        if found is not None:
            return False
        row = {
            "issuer": identity.issuer,
            "subject": identity.subject,
            "account": account,
            "name": identity.name,
            "linked_at": self._clock(),
        }
        try:
            with connection.begin_nested():
                connection.execute(insert(identities), row)
        except IntegrityError:
            raise LinkedElsewhere from None
        return True

    def unlink(self, connection: Connection, issuer: str, account: UUID) -> int:
        """Take the links of an account at a provider away; how many there were."""
        gone = delete(identities).where(identities.c.issuer == issuer, identities.c.account == account)
        return connection.execute(gone).rowcount

    def unlink_all(self, connection: Connection, account: UUID) -> None:
        """Take every link of a closed account away, so that its owner may link to another."""
        connection.execute(delete(identities).where(identities.c.account == account))

    def those_of(self, connection: Connection, issuer: str, among: Collection[UUID]) -> frozenset[UUID]:
        """Which of these accounts a provider knows."""
        asked = select(identities.c.account).where(
            identities.c.issuer == issuer, identities.c.account.in_(among)
        )
        return frozenset(connection.execute(asked).scalars()) if among else frozenset()

    def of(self, account: UUID) -> list[Linked]:
        asked = select(identities).where(identities.c.account == account).order_by(identities.c.linked_at)
        with self._database.reading() as connection:
            return [
                Linked(row["issuer"], row["subject"], row["name"])
                for row in connection.execute(asked).mappings()
            ]
