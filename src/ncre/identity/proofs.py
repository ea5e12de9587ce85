"""Proofs sent to an address: links in mails and codes in messages, each good once and for a while.

A newer proof takes the place of an older one of its kind, and what changes what guards an account takes them all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from secrets import randbelow, token_urlsafe
from typing import Final
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    Text,
    Uuid,
    delete,
    insert,
    or_,
    select,
    update,
)

from ncre.store.columns import Moment
from ncre.store.database import Database
from ncre.store.deadlines import is_valid
from ncre.store.schema import metadata

LONGEST_ONWARD: Final = 300
"""Characters of a page to go on to."""

proofs = Table(
    "proofs",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("purpose", String(20), nullable=False),
    Column("about", String(64), nullable=False),
    Column("account", Uuid),
    Column("target", Text, nullable=False),
    Column("code", String(64), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("onward", String(LONGEST_ONWARD), nullable=False),
    Index("proofs_expires", "expires_at"),
    Index("proofs_about", "about"),
)
"""`about`: the account, or the address while there is none, hashed. `onward`: the page its owner was on the way to."""

LINK_LIVES: Final = timedelta(minutes=30)
CODE_LIVES: Final = timedelta(minutes=10)
UNDO_LIVES: Final = timedelta(days=7)
MOST_TRIES: Final = 5
"""Codes of six digits: five tries make a guess one in 200 000."""


class Purpose(StrEnum):
    JOIN = "join"
    RECOVER = "recover"
    CONTACT = "contact"
    LINK = "link"
    HALF = "half"
    UNDO = "undo"


PENDING_LIVES: Final = LINK_LIVES + CODE_LIVES
"""How long a sign-on elsewhere waits for an account, once its owner waits for a letter."""

LIVES: Final = {Purpose.UNDO: UNDO_LIVES, Purpose.LINK: PENDING_LIVES}
"""How long a proof may live where it is not half an hour."""

ONE_AT_A_TIME: Final = frozenset({Purpose.JOIN, Purpose.RECOVER, Purpose.CONTACT})
"""Of these only the newest is good."""


@dataclass(frozen=True)
class Proof:
    """What was proved: that whoever came reads what is sent to `target`."""

    purpose: Purpose
    account: UUID | None
    target: str
    onward: str
    expires_at: datetime


def void(connection: Connection, about: UUID | str) -> None:
    """End every open proof of an account, or of an address without one: a newer truth took their place.

    What may still be undone stays so: a thief who changes the password or the address again does not end that.
    """
    ended = delete(proofs).where(proofs.c.about == _about(about), proofs.c.purpose != Purpose.UNDO.value)
    connection.execute(ended)


class Proofs:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def link(self, purpose: Purpose, target: str, account: UUID | None = None, onward: str = "") -> str:
        """The secret part of a link, to be mailed to `target` and to nobody else."""
        return self._made(purpose, target, account, "", LIVES.get(purpose, LINK_LIVES), onward)

    def kept(
        self, purpose: Purpose, what: str, account: UUID | None = None, lives: timedelta = CODE_LIVES
    ) -> str:
        """Something to remember for a browser for a while, once: it holds only the name of it."""
        return self._made(purpose, what, account, "", lives)

    def code(
        self, purpose: Purpose, target: str, account: UUID | None = None, onward: str = ""
    ) -> tuple[str, str]:
        """The name of a proof for the page that asks, and the code to be sent to `target`."""
        code = f"{randbelow(1_000_000):06}"
        return self._made(purpose, target, account, code, CODE_LIVES, onward), code

    def look(self, token: str, purpose: Purpose) -> Proof | None:
        """What a link would prove, without using it up: its page may be opened by a mail scanner too."""
        with self._database.reading() as connection:
            asked = select(proofs).where(proofs.c.token == _key(token), proofs.c.purpose == purpose.value)
            row = connection.execute(asked).mappings().first()
        if row is None or not is_valid(row["expires_at"], self._clock(), LIVES.get(purpose, LINK_LIVES)):
            return None
        return Proof(purpose, row["account"], row["target"], row["onward"], row["expires_at"])

    def spend(self, connection: Connection, token: str, purpose: Purpose, code: str = "") -> Proof | None:
        """The proof, once: None for a wrong code, and for whatever was used, is too old, or never was.

        In the caller's transaction, so that the proof and what it allows happen together or not at all.
        """
        key, now = _key(token), self._clock()
        tried = (
            update(proofs)
            .where(proofs.c.token == key, proofs.c.purpose == purpose.value, proofs.c.tries < MOST_TRIES)
            .values(tries=proofs.c.tries + 1)
            .returning(*proofs.c)
        )
        row = connection.execute(tried).mappings().first()
        if row is None or not is_valid(row["expires_at"], now, LIVES.get(purpose, LINK_LIVES)):
            return None
        if row["code"] != (_key(code) if code else ""):
            return None
        connection.execute(delete(proofs).where(proofs.c.token == key))
        return Proof(purpose, row["account"], row["target"], row["onward"], row["expires_at"])

    def prolong(self, token: str, purpose: Purpose, lives: timedelta) -> None:
        """From now on it is good for so long, where it still is."""
        now = self._clock()
        found = (proofs.c.token == _key(token), proofs.c.purpose == purpose.value, proofs.c.expires_at >= now)
        with self._database.transaction() as connection:
            connection.execute(update(proofs).where(*found).values(expires_at=now + lives))

    def end_undoing(self, connection: Connection, account: UUID, since: datetime) -> None:
        """End the links that undo changes of this moment of expiry and later ones."""
        ended = delete(proofs).where(
            proofs.c.about == _about(account),
            proofs.c.purpose == Purpose.UNDO.value,
            proofs.c.expires_at >= since,
        )
        connection.execute(ended)

    def forget_within(
        self, connection: Connection, account: UUID, addresses: Collection[str], subjects: Collection[str]
    ) -> None:
        """Every proof of an account, of its addresses, or of who its owner is elsewhere; those to undo a change too."""
        about = [_about(account), *(_about(address) for address in addresses)]
        named = [proofs.c.target.contains(subject, autoescape=True) for subject in subjects]
        of_them = or_(
            proofs.c.account == account,
            proofs.c.about.in_(about),
            proofs.c.target.in_(sorted(addresses)),
            *named,
        )
        connection.execute(delete(proofs).where(of_them))

    def tidy(self, before: datetime) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(proofs).where(proofs.c.expires_at < before))

    def _made(
        self,
        purpose: Purpose,
        target: str,
        account: UUID | None,
        code: str,
        lives: timedelta,
        onward: str = "",
    ) -> str:
        token = token_urlsafe(32)
        row = {
            "token": _key(token),
            "purpose": purpose.value,
            "about": _about(account or target),
            "account": account,
            "target": target,
            "code": _key(code) if code else "",
            "tries": 0,
            "expires_at": self._clock() + lives,
            "onward": onward if len(onward) <= LONGEST_ONWARD else "",
        }
        with self._database.transaction() as connection:
            if purpose in ONE_AT_A_TIME:
                older = (proofs.c.about == row["about"], proofs.c.purpose == row["purpose"])
                connection.execute(delete(proofs).where(*older))
            connection.execute(insert(proofs), row)
        return token


def _about(about: UUID | str) -> str:
    return str(about) if isinstance(about, UUID) else _key(about)


def _key(text: str) -> str:
    return sha256(text.encode()).hexdigest()
