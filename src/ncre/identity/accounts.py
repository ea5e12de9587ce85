"""Accounts that sign in with a password: their names and addresses, their role and the sites it covers."""

from __future__ import annotations

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

from ncre.domain.accounts.addresses import key as key_of
from ncre.domain.accounts.addresses import masked, readable_address
from ncre.domain.registration.commands import EVERY_SITE, Actor
from ncre.domain.registration.vocabulary import Role
from ncre.identity.account_refusals import NameTaken, PasswordRefused
from ncre.identity.passwords import LEAST as LEAST_PASSWORD
from ncre.identity.passwords import Passwords, weakness
from ncre.identity.proofs import void
from ncre.store.columns import Moment
from ncre.store.database import Database
from ncre.store.schema import metadata

LONGEST_ACCOUNT_NAME: Final = 254
"""Characters: a name may be an e-mail address."""

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String(LONGEST_ACCOUNT_NAME), nullable=False, unique=True),
    Column("key", String(LONGEST_ACCOUNT_NAME), nullable=False),
    Column("role", String(20), nullable=False),
    Column("sites", JSON, nullable=False),
    Column("password", String(200), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("email", String(254)),
    Column("phone", String(20)),
    Column("closed_at", Moment),
    Column("disabled_at", Moment),
    Index("accounts_key", "key", unique=True),
    Index("accounts_role", "role"),
    Index("accounts_email", "email", unique=True),
    Index("accounts_phone", "phone", unique=True),
)
"""`key` is the one spelling of the name, under which it is looked up; `name` is for reading.

`email` and `phone` (E.164) are there only once verified, and belong to one account each.
"""

_ANY: Final = select(accounts).where(
    or_(
        accounts.c.key.in_((bindparam("one"), bindparam("as_written"))),
        accounts.c.email == bindparam("one"),
        accounts.c.phone == bindparam("one"),
    ),
    accounts.c.closed_at.is_(None),
)


@dataclass(frozen=True)
class Account:
    id: UUID
    name: str
    role: Role
    sites: frozenset[str]
    email: str = ""
    phone: str = ""
    has_password: bool = True
    is_disabled: bool = False

    @property
    def actor(self) -> Actor:
        return Actor(str(self.id), self.role, self.sites)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every verified address, where the owner is told what happens to the account."""
        return tuple(address for address in (self.email, self.phone) if address)

    @property
    def recovers(self) -> bool:
        """Whether its owner can set a new password by a mailed link."""
        return bool(self.email) and self.has_password

    @property
    def masked(self) -> str:
        """Its name, so that its owner recognises it and nobody else learns it."""
        name = key_of(self.name)
        return masked(name) if name in (self.email, self.phone) else f"{self.name[:1]}***"

    @property
    def own_words(self) -> tuple[str, ...]:
        """What a password of theirs must not be made of."""
        national = self.phone.removeprefix("+86")
        return tuple(word for word in (self.name, self.email, self.phone, national) if word)


def covering(role: Role, sites: frozenset[str]) -> frozenset[str]:
    """The sites that a role covers: the office acts for all of them, others for those that they were given."""
    return EVERY_SITE if role is Role.OFFICE else sites


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
        email, phone = email and key_of(email), phone and key_of(phone)
        known = Account(
            uuid4(), readable_address(name.strip()), role, covered, email, phone, password is not None
        )
        key = key_of(name)
        if connection.execute(_ANY, {"one": key, "as_written": key}).first() is not None:
            raise NameTaken(name)
        row = {
            "id": known.id,
            "name": known.name,
            "key": key,
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
        """The proofs that are open end. Raises PasswordRefused."""
        hashed = self._hashed(password, known)
        void(connection, known.id)
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
        """The name of whoever acted in office, by the id in a fact; the name of a machine stands for itself.

        Of an account that is gone the beginning of its id is left, enough to tell two apart.
        """
        try:
            known = self.find(UUID(identity))
        except ValueError:
            return identity
        return known.name if known else f"{identity[:8]}…"

    def named(self, name: str) -> Account | None:
        """The account that signs in under this name, e-mail address or phone number."""
        row = self._row(name)
        return account_of(row) if row else None

    def is_closed(self, account: UUID) -> bool:
        asked = select(accounts.c.closed_at).where(accounts.c.id == account)
        with self._database.reading() as connection:
            return connection.execute(asked).scalar_one_or_none() is not None

    def set_contact(self, connection: Connection, known: Account, kind: str, value: str) -> None:
        """A verified address in place of the one before, which signs nobody in any more; "" for none.

        The proofs that are open end. Raises NameTaken where it belongs to another account, or is what one signs in
        with, and where the account would have no name left.
        """
        before, value = known.email if kind == "email" else known.phone, value and key_of(value)
        new: dict[str, str | None] = {kind: value or None}
        if before and key_of(known.name) == before:
            value = value or next((one for one in known.addresses if one != before), "")
            new |= {"name": readable_address(value), "key": value}
        others = connection.execute(
            _ANY.where(accounts.c.id != known.id), {"one": value, "as_written": value}
        ).first()
        if others is not None or new.get("key") == "":
            raise NameTaken(value)
        try:
            with connection.begin_nested():
                connection.execute(update(accounts).where(accounts.c.id == known.id).values(new))
        except IntegrityError:
            raise NameTaken(value) from None
        void(connection, known.id)

    def set_role(self, connection: Connection, account: UUID, role: Role, sites: frozenset[str]) -> None:
        given = {"role": role.value, "sites": sorted(covering(role, sites))}
        connection.execute(update(accounts).where(accounts.c.id == account).values(given))
        void(connection, account)

    def close(self, connection: Connection, account: UUID) -> None:
        """Nobody signs in with it any more, and its addresses are free."""
        name = f"closed:{account}"
        closed = {"closed_at": self._clock(), "email": None, "phone": None, "name": name, "key": name}
        connection.execute(update(accounts).where(accounts.c.id == account).values(closed))
        void(connection, account)

    def _row(self, name: str) -> RowMapping | None:
        """By the one spelling of what was typed; old names that differ in case alone by their very spelling."""
        written = name.strip()
        with self._database.reading() as connection:
            found = connection.execute(_ANY, {"one": key_of(written), "as_written": written}).mappings().all()
        return next((row for row in found if row["key"] == written), found[0] if found else None)

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
        row["disabled_at"] is not None,
    )


__all__ = [
    "LEAST_PASSWORD",
    "Account",
    "Accounts",
    "NameTaken",
    "PasswordRefused",
    "account_of",
    "accounts",
    "covering",
]
