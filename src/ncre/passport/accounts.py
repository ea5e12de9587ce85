"""Accounts that sign in with a password: their names and addresses, their role and the sites it covers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Index,
    String,
    Table,
    Uuid,
    bindparam,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import IntegrityError

from ncre.domain import typed
from ncre.domain.commands import EVERY_SITE, Actor
from ncre.domain.lifecycle import Role
from ncre.events.columns import Moment
from ncre.events.database import Database
from ncre.events.schema import metadata
from ncre.passport.passwords import LEAST as LEAST_PASSWORD
from ncre.passport.passwords import Passwords, Weakness, weakness

LONGEST_ACCOUNT_NAME: Final = 254
"""Characters: a name may be an e-mail address."""

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String(LONGEST_ACCOUNT_NAME), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("sites", JSON, nullable=False),
    Column("password", String(200), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("email", String(254)),
    Column("phone", String(20)),
    Column("closed_at", Moment),
    Index("accounts_email", "email", unique=True),
    Index("accounts_phone", "phone", unique=True),
)
"""`email` and `phone` are there only once verified, and belong to one account each."""

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}")
_OF_CHINA: Final = re.compile(r"^(?:\+86|0086)(?=1[3-9]\d{9}$)", re.ASCII)
_PHONE: Final = re.compile(r"1[3-9]\d{9}|\+\d{7,15}", re.ASCII)

_ANY: Final = select(accounts).where(
    or_(
        accounts.c.name == bindparam("one"),
        accounts.c.email == bindparam("one"),
        accounts.c.phone == bindparam("one"),
    ),
    accounts.c.closed_at.is_(None),
)


class NameTaken(Exception):
    """Another account signs in under this name or address."""


class PasswordRefused(Exception):
    """The password is not taken; `weakness` says why."""

    def __init__(self, why: Weakness = Weakness.SHORT) -> None:
        super().__init__(why.value)
        self.weakness = why


@dataclass(frozen=True)
class Account:
    id: UUID
    name: str
    role: Role
    sites: frozenset[str]
    email: str = ""
    phone: str = ""
    has_password: bool = True

    @property
    def actor(self) -> Actor:
        return Actor(str(self.id), self.role, self.sites)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every verified address, where the owner is told what happens to the account."""
        return tuple(address for address in (self.email, self.phone) if address)

    @property
    def own_words(self) -> tuple[str, ...]:
        """What a password of theirs must not be made of."""
        return tuple(word for word in (self.name, self.email, self.phone) if word)


def covering(role: Role, sites: frozenset[str]) -> frozenset[str]:
    """The sites that a role covers: the office acts for all of them, others for those that they were given."""
    return EVERY_SITE if role is Role.OFFICE else sites


def as_email(text: str) -> str | None:
    """An e-mail address in the spelling that is kept, or None."""
    folded = text.strip().casefold()
    return folded if len(folded) <= 254 and _EMAIL.fullmatch(folded) else None


def as_phone(text: str) -> str | None:
    """A phone number in the spelling that is kept, or None: blanks, dashes and +86 make no other number."""
    bare = re.sub(r"[()]", "", typed.code(text))
    bare = _OF_CHINA.sub("", bare)
    return bare if _PHONE.fullmatch(bare) else None


def spelling(name: str) -> str:
    """One spelling of what somebody typed as an account: under it tries are counted where there is no account."""
    folded = typed.code(name).casefold()
    return as_email(name) or as_phone(name) or folded


class Accounts:
    """The account table."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self.passwords = Passwords()

    def add(self, name: str, password: str, role: Role, sites: frozenset[str] = frozenset()) -> Account:
        """An account made by hand. Raises NameTaken or PasswordRefused."""
        with self._database.transaction() as connection:
            return self.add_within(connection, name, password, role, sites)

    def add_within(
        self,
        connection: Connection,
        name: str,
        password: str | None,
        role: Role,
        sites: frozenset[str] = frozenset(),
        *,
        email: str = "",
        phone: str = "",
    ) -> Account:
        """The same in the caller's transaction, with addresses that were verified.

        Without a password (None) its owner signs in at another provider alone.
        """
        covered = covering(role, sites)
        known = Account(uuid4(), name.strip(), role, covered, email, phone, password is not None)
        row = {
            "id": known.id,
            "name": known.name,
            "role": role.value,
            "sites": sorted(known.sites),
            "password": self._hashed(password, known) if password is not None else "",
            "created_at": self._clock(),
            "email": email or None,
            "phone": phone or None,
        }
        try:
            with connection.begin_nested():
                connection.execute(insert(accounts), row)
        except IntegrityError:
            raise NameTaken(name) from None
        return known

    def set_password_within(self, connection: Connection, known: Account, password: str) -> None:
        """Raises PasswordRefused."""
        hashed = self._hashed(password, known)
        connection.execute(update(accounts).where(accounts.c.id == known.id).values(password=hashed))

    def check(self, name: str, password: str) -> Account | None:
        """The account of a name, e-mail address or phone number, if the password is right.

        Takes as long for a name that does not exist.
        """
        row = self._row(name)
        if not self.passwords.right(row["password"] if row else None, password) or row is None:
            return None
        known = account_of(row)
        if self.passwords.outdated(row["password"]):
            with self._database.transaction() as connection:
                hashed = self.passwords.hash(password)
                connection.execute(update(accounts).where(accounts.c.id == known.id).values(password=hashed))
        return known

    def find(self, identity: UUID) -> Account | None:
        with self._database.reading() as connection:
            row = connection.execute(select(accounts).where(accounts.c.id == identity)).mappings().first()
        return account_of(row) if row else None

    def name_in_office(self, identity: str) -> str:
        """The name of whoever acted in office, by the id in a fact; what is no account of ours stands for itself."""
        try:
            known = self.find(UUID(identity))
        except ValueError:
            return identity
        return known.name if known else identity

    def named(self, name: str) -> Account | None:
        """The account that signs in under this name, e-mail address or phone number."""
        row = self._row(name)
        return account_of(row) if row else None

    def is_closed(self, account: UUID) -> bool:
        asked = select(accounts.c.closed_at).where(accounts.c.id == account)
        with self._database.reading() as connection:
            return connection.execute(asked).scalar_one_or_none() is not None

    def set_contact(self, connection: Connection, known: Account, kind: str, value: str) -> None:
        """A verified address, in place of the one before, which signs nobody in any more.

        Raises NameTaken where it belongs to another account, or is what one signs in with.
        """
        before = known.email if kind == "email" else known.phone
        new = {kind: value, "name": value} if known.name == before else {kind: value}
        others = connection.execute(_ANY.where(accounts.c.id != known.id), {"one": value}).first()
        if others is not None:
            raise NameTaken(value)
        try:
            with connection.begin_nested():
                connection.execute(update(accounts).where(accounts.c.id == known.id).values(new))
        except IntegrityError:
            raise NameTaken(value) from None

    def set_role(self, connection: Connection, account: UUID, role: Role, sites: frozenset[str]) -> None:
        given = {"role": role.value, "sites": sorted(covering(role, sites))}
        connection.execute(update(accounts).where(accounts.c.id == account).values(given))

    def close(self, connection: Connection, account: UUID) -> None:
        """Nobody signs in with it any more, and its addresses are free."""
        closed = {"closed_at": self._clock(), "email": None, "phone": None, "name": f"closed:{account}"}
        connection.execute(update(accounts).where(accounts.c.id == account).values(closed))

    def _row(self, name: str) -> RowMapping | None:
        one = name.strip()
        folded = as_email(one) or as_phone(one) or one
        with self._database.reading() as connection:
            return (
                connection.execute(_ANY, {"one": folded}).mappings().first()
                or connection.execute(_ANY, {"one": one}).mappings().first()
            )

    def _hashed(self, password: str, known: Account) -> str:
        why = weakness(password, known.own_words)
        if why is not None:
            raise PasswordRefused(why)
        return self.passwords.hash(password)


def account_of(row: RowMapping) -> Account:
    return Account(
        row["id"],
        row["name"],
        Role(row["role"]),
        frozenset(row["sites"]),
        row["email"] or "",
        row["phone"] or "",
        bool(row["password"]),
    )


__all__ = [
    "LEAST_PASSWORD",
    "Account",
    "Accounts",
    "NameTaken",
    "PasswordRefused",
    "account_of",
    "accounts",
    "as_email",
    "as_phone",
    "covering",
    "spelling",
]
