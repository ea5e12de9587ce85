"""Accounts that sign in with a name and a password, with their role and the sites it covers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import JSON, Column, String, Table, Uuid, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import IntegrityError

from ncre.domain.commands import EVERY_SITE, Actor
from ncre.domain.lifecycle import Role
from ncre.events.columns import Moment
from ncre.events.database import Database
from ncre.events.schema import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("sites", JSON, nullable=False),
    Column("password", String(200), nullable=False),
    Column("created_at", Moment, nullable=False),
)

LEAST_PASSWORD = 8
"""Characters (payment and identity facts §7.3); no rules of composition, long ones are welcome."""


class NameTaken(Exception):
    """Another account signs in under this name."""


class PasswordTooShort(Exception):
    """Shorter than LEAST_PASSWORD characters."""


@dataclass(frozen=True)
class Account:
    id: UUID
    name: str
    role: Role
    sites: frozenset[str]

    @property
    def actor(self) -> Actor:
        return Actor(str(self.id), self.role, self.sites)


class Accounts:
    """The plain account table. Passwords are argon2id at the OWASP profile (19 MiB, t=2, p=1)."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
        self._nobody = self._hasher.hash("nobody signs in with this")

    def add(self, name: str, password: str, role: Role, sites: frozenset[str] = frozenset()) -> Account:
        """Raises NameTaken or PasswordTooShort."""
        if len(password) < LEAST_PASSWORD:
            raise PasswordTooShort
        account = Account(uuid4(), name.strip(), role, EVERY_SITE if role is Role.OFFICE else sites)
        row = {
            "id": account.id,
            "name": account.name,
            "role": role.value,
            "sites": sorted(account.sites),
            "password": self._hasher.hash(password),
            "created_at": self._clock(),
        }
        try:
            with self._database.transaction() as connection:
                connection.execute(insert(accounts), row)
        except IntegrityError:
            raise NameTaken(name) from None
        return account

    def set_password(self, name: str, password: str) -> bool:
        """Whether there was such an account. Raises PasswordTooShort."""
        if len(password) < LEAST_PASSWORD:
            raise PasswordTooShort
        changed = update(accounts).where(accounts.c.name == name).values(password=self._hasher.hash(password))
        with self._database.transaction() as connection:
            return connection.execute(changed).rowcount == 1

    def check(self, name: str, password: str) -> Account | None:
        """The account, if the password is right; takes as long for a name that does not exist."""
        with self._database.reading() as connection:
            row = (
                connection.execute(select(accounts).where(accounts.c.name == name.strip())).mappings().first()
            )
        try:
            self._hasher.verify(row["password"] if row else self._nobody, password)
        except (VerifyMismatchError, InvalidHashError):
            return None
        return _account(row) if row else None

    def find(self, identity: UUID) -> Account | None:
        with self._database.reading() as connection:
            row = connection.execute(select(accounts).where(accounts.c.id == identity)).mappings().first()
        return _account(row) if row else None

    def named(self, name: str) -> Account | None:
        with self._database.reading() as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == name)).mappings().first()
        return _account(row) if row else None


def _account(row: RowMapping) -> Account:
    return Account(row["id"], row["name"], Role(row["role"]), frozenset(row["sites"]))
