"""Proofs sent to an address: links in mails and codes in messages, each good once and for a while."""

from __future__ import annotations

from collections.abc import Callable
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
    select,
    update,
)

from ncre.events.columns import Moment
from ncre.events.database import Database
from ncre.events.deadlines import is_valid
from ncre.events.schema import metadata

proofs = Table(
    "proofs",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("purpose", String(20), nullable=False),
    Column("account", Uuid),
    Column("target", Text, nullable=False),
    Column("code", String(64), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("proofs_expires", "expires_at"),
)

LINK_LIVES: Final = timedelta(minutes=30)
CODE_LIVES: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5
"""Codes of six digits: five tries make a guess one in 200 000."""


class Purpose(StrEnum):
    JOIN = "join"
    RECOVER = "recover"
    CONTACT = "contact"
    LINK = "link"
    HALF = "half"


@dataclass(frozen=True)
class Proof:
    """What was proved: that whoever came reads what is sent to `target`."""

    purpose: Purpose
    account: UUID | None
    target: str


class Proofs:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def link(self, purpose: Purpose, target: str, account: UUID | None = None) -> str:
        """The secret part of a link, to be mailed to `target` and to nobody else."""
        return self._made(purpose, target, account, "", LINK_LIVES)

    def kept(self, purpose: Purpose, what: str) -> str:
        """Something to remember for a browser for ten minutes, once: it holds only the name of it."""
        return self._made(purpose, what, None, "", CODE_LIVES)

    def code(self, purpose: Purpose, target: str, account: UUID | None = None) -> tuple[str, str]:
        """The name of a proof for the page that asks, and the code to be sent to `target`."""
        code = f"{randbelow(1_000_000):06}"
        return self._made(purpose, target, account, code, CODE_LIVES), code

    def look(self, token: str, purpose: Purpose) -> Proof | None:
        """What a link would prove, without using it up: its page may be opened by a mail scanner too."""
        with self._database.reading() as connection:
            asked = select(proofs).where(proofs.c.token == _key(token), proofs.c.purpose == purpose.value)
            row = connection.execute(asked).mappings().first()
        if row is None or not is_valid(row["expires_at"], self._clock(), LINK_LIVES):
            return None
        return Proof(purpose, row["account"], row["target"])

    def spend(self, connection: Connection, token: str, purpose: Purpose, code: str = "") -> Proof | None:
        """The proof, once: None for a wrong code, and for whatever was used, is too old, or never was.

        In the caller's transaction, so that the proof and what it allows happen together or not at all.
        """
        key, now = _key(token), self._clock()
        tried = (
            update(proofs)
            .where(proofs.c.token == key, proofs.c.purpose == purpose.value, proofs.c.tries < MOST_TRIES)
            .values(tries=proofs.c.tries + 1)
            .returning(proofs.c.account, proofs.c.target, proofs.c.code, proofs.c.expires_at)
        )
        row = connection.execute(tried).mappings().first()
        if row is None or not is_valid(row["expires_at"], now, LINK_LIVES):
            return None
        if row["code"] != (_key(code) if code else ""):
            return None
        connection.execute(delete(proofs).where(proofs.c.token == key))
        return Proof(purpose, row["account"], row["target"])

    def tidy(self, before: datetime) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(proofs).where(proofs.c.expires_at < before))

    def _made(self, purpose: Purpose, target: str, account: UUID | None, code: str, lives: timedelta) -> str:
        token = token_urlsafe(32)
        row = {
            "token": _key(token),
            "purpose": purpose.value,
            "account": account,
            "target": target,
            "code": _key(code) if code else "",
            "tries": 0,
            "expires_at": self._clock() + lives,
        }
        with self._database.transaction() as connection:
            connection.execute(insert(proofs), row)
        return token


def _key(text: str) -> str:
    return sha256(text.encode()).hexdigest()
