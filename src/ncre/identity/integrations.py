"""Other systems of the office: what each may do, and the hashes of its secrets. The secrets themselves are kept nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    Uuid,
    bindparam,
    case,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from ncre.domain.integration.scopes import LONGEST_NAME, Scope
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.store.columns import Moment
from ncre.store.database import Database
from ncre.store.outages import DatabaseFailure
from ncre.store.schema import metadata

PREFIX: Final = 12
"""Characters of a secret that name it: `ncre_` and seven more."""

TOUCHING: Final = timedelta(minutes=1)
"""The last use is noted at most this often, so that reading costs no writing."""

integrations = Table(
    "integrations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String(LONGEST_NAME), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("sites", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
)

integration_secrets = Table(
    "integration_secrets",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("integration", Uuid, nullable=False),
    Column("prefix", String(PREFIX), nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("used_at", Moment),
    Index("integration_secrets_of", "integration"),
)
"""`key` is the hash of a secret that is valid; whoever is revoked has no row."""

integration_calls = Table(
    "integration_calls",
    metadata,
    Column("integration", Uuid, primary_key=True),
    Column("minute", BigInteger, nullable=False),
    Column("taken", Integer, nullable=False),
)
"""How many calls of the newest minute (since 1970) all processes together have taken for an integration."""

_FOUND: Final = (
    select(integrations, integration_secrets.c.used_at.label("secret_used_at"))
    .join_from(integration_secrets, integrations, integration_secrets.c.integration == integrations.c.id)
    .where(integration_secrets.c.key == bindparam("of"), integrations.c.revoked_at.is_(None))
)


@dataclass(frozen=True)
class Integration:
    id: UUID
    name: str
    scopes: frozenset[str]
    sites: frozenset[str]
    made_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def may(self, scope: Scope) -> bool:
        return scope.value in self.scopes

    def acting_as(self, role: Role) -> Actor:
        """Itself, in the capacity that a scope gives it, at its sites."""
        return Actor(str(self.id), role, self.sites)

    @property
    def issuer(self) -> str:
        """Its name among those who know people by references of their own."""
        return f"integration:{self.id}"


@dataclass(frozen=True)
class IntegrationSecret:
    """A valid secret as the office sees it."""

    prefix: str
    issued_at: datetime
    used_at: datetime | None


class Integrations:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def by_secret(self, secret: str) -> Integration | None:
        """Whose secret it is, unless it was revoked; its use is noted."""
        key, now = _key(secret), self._clock()
        with self._database.reading() as connection:
            row = connection.execute(_FOUND, {"of": key}).mappings().first()
        if row is None:
            return None
        if row["secret_used_at"] is None or now - row["secret_used_at"] > TOUCHING:
            with suppress(DatabaseFailure), self._database.transaction() as connection:
                connection.execute(
                    update(integration_secrets).where(integration_secrets.c.key == key).values(used_at=now)
                )
                connection.execute(
                    update(integrations).where(integrations.c.id == row["id"]).values(used_at=now)
                )
        return _integration(row)

    def take_calls(self, identity: UUID, minute: int, calls: int) -> int:
        """Take calls of a minute for a process; how many all of them have taken then, these among them.

        Raises DatabaseFailure.
        """
        kept = integration_calls.c
        insert_: Any = sqlite.insert if self._database.dialect == "sqlite" else postgresql.insert
        taking = insert_(integration_calls).values(integration=identity, minute=minute, taken=calls)
        newer = taking.excluded.minute > kept.minute
        taking = taking.on_conflict_do_update(
            index_elements=["integration"],
            set_={
                "minute": case((newer, taking.excluded.minute), else_=kept.minute),
                "taken": case((newer, taking.excluded.taken), else_=kept.taken + taking.excluded.taken),
            },
        )
        with self._database.transaction() as connection:
            return int(connection.execute(taking.returning(kept.taken)).scalar_one())

    def all(self) -> list[Integration]:
        with self._database.reading() as connection:
            asked = select(integrations).order_by(integrations.c.made_at, integrations.c.id)
            return [_integration(row) for row in connection.execute(asked).mappings()]

    def find(self, connection: Connection, identity: UUID) -> Integration | None:
        row = connection.execute(select(integrations).where(integrations.c.id == identity)).mappings().first()
        return _integration(row) if row else None

    def name_of(self, actor: str) -> str:
        """The name of whoever acted, by the id in a fact, or "" where it is no integration."""
        try:
            identity = UUID(actor)
        except ValueError:
            return ""
        with self._database.reading() as connection:
            known = self.find(connection, identity)
        return known.name if known else ""

    def secrets(self, connection: Connection, identity: UUID) -> list[IntegrationSecret]:
        """The valid ones, the oldest first."""
        asked = (
            select(integration_secrets)
            .where(integration_secrets.c.integration == identity)
            .order_by(integration_secrets.c.issued_at, integration_secrets.c.prefix)
        )
        return [
            IntegrationSecret(row["prefix"], row["issued_at"], row["used_at"])
            for row in connection.execute(asked).mappings()
        ]

    def add(
        self, connection: Connection, identity: UUID, name: str, scopes: Iterable[str], sites: Iterable[str]
    ) -> None:
        row = {
            "id": identity,
            "name": name,
            "scopes": list(scopes),
            "sites": list(sites),
            "made_at": self._clock(),
        }
        connection.execute(insert(integrations), row)

    def scope(
        self, connection: Connection, identity: UUID, scopes: Iterable[str], sites: Iterable[str]
    ) -> None:
        changed = update(integrations).where(integrations.c.id == identity)
        connection.execute(changed.values(scopes=list(scopes), sites=list(sites)))

    def issue(self, connection: Connection, identity: UUID) -> str:
        """A new secret, which nobody can read here again."""
        secret = f"ncre_{token_urlsafe(32)}"
        row = {
            "key": _key(secret),
            "integration": identity,
            "prefix": secret[:PREFIX],
            "issued_at": self._clock(),
        }
        connection.execute(insert(integration_secrets), row)
        return secret

    def revoke_secret(self, connection: Connection, identity: UUID, prefix: str) -> int:
        """How many there were of this prefix."""
        gone = delete(integration_secrets).where(
            integration_secrets.c.integration == identity, integration_secrets.c.prefix == prefix
        )
        return connection.execute(gone).rowcount

    def revoke(self, connection: Connection, identity: UUID) -> None:
        """It and all its secrets, for good."""
        connection.execute(delete(integration_secrets).where(integration_secrets.c.integration == identity))
        connection.execute(
            update(integrations).where(integrations.c.id == identity).values(revoked_at=self._clock())
        )


def _key(secret: str) -> str:
    return sha256(secret.encode(errors="replace")).hexdigest()


def _integration(row: Any) -> Integration:
    return Integration(
        row["id"],
        row["name"],
        frozenset(row["scopes"]),
        frozenset(row["sites"]),
        row["made_at"],
        row["used_at"],
        row["revoked_at"],
    )
