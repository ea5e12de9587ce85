"""Who is signed in where: an opaque token in a cookie, and a row here that knows only its hash.

A session ends by itself: some time after its last page, and some time after it began, sooner for staff.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Index,
    String,
    Table,
    Uuid,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from ncre.domain.registration.vocabulary import Role
from ncre.identity.accounts import Account, account_of, accounts
from ncre.store.columns import Moment
from ncre.store.database import Database
from ncre.store.deadlines import is_over
from ncre.store.outages import DatabaseFailure
from ncre.store.schema import metadata

sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("account", Uuid, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("fresh_at", Moment, nullable=False),
    Column("place", String(64), nullable=False),
    Column("browser", String(120), nullable=False),
    Index("sessions_account", "account"),
    Index("sessions_seen", "seen_at"),
)

IDLE: Final = {Role.CANDIDATE: timedelta(hours=1)}
LONGEST: Final = {Role.CANDIDATE: timedelta(hours=12)}
IDLE_OF_STAFF: Final = timedelta(minutes=30)
LONGEST_OF_STAFF: Final = timedelta(hours=10)

FRESH: Final = timedelta(minutes=10)
"""How long after giving the password somebody may change what guards the account."""

_TOUCHING: Final = timedelta(minutes=1)
"""A page notes that it was seen at most this often, so that reading costs no writing."""

_FOUND = (
    select(accounts, sessions.c.created_at.label("began_at"), sessions.c.seen_at, sessions.c.fresh_at)
    .join_from(sessions, accounts, sessions.c.account == accounts.c.id)
    .where(
        sessions.c.token == bindparam("of"), accounts.c.closed_at.is_(None), accounts.c.disabled_at.is_(None)
    )
)
_SEEN = update(sessions).where(sessions.c.token == bindparam("of")).values(seen_at=bindparam("now"))
_BEGIN = insert(sessions)
_END = delete(sessions).where(sessions.c.token == bindparam("of"))


@dataclass(frozen=True)
class Session:
    """Somebody signed in: `key` names the row and opens nothing."""

    key: str
    account: Account
    began_at: datetime
    fresh_at: datetime

    def fresh(self, now: datetime) -> bool:
        return not is_over(self.fresh_at, now, FRESH)


@dataclass(frozen=True)
class SessionPlace:
    """One of somebody's sessions as they see it in a list."""

    key: str
    began_at: datetime
    seen_at: datetime
    place: str
    browser: str


class Sessions:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def begin(self, connection: Connection, account: UUID, place: str = "", browser: str = "") -> str:
        """A new session; the token for its cookie, which nobody can read here again."""
        token, now = token_urlsafe(32), self._clock()
        row = {
            "token": _key(token),
            "account": account,
            "created_at": now,
            "seen_at": now,
            "fresh_at": now,
            "place": place[:64],
            "browser": browser[:120],
        }
        connection.execute(_BEGIN, row)
        return token

    def find(self, token: str) -> Session | None:
        """The session of a cookie's token, unless it ended or its time is over.

        A database that can be read and not written lets pages be read: what is noted here can wait.
        """
        key, now = _key(token), self._clock()
        with self._database.reading() as connection:
            row = connection.execute(_FOUND, {"of": key}).mappings().first()
        if row is None:
            return None
        account = account_of(row)
        if is_over(row["seen_at"], now, _idle(account.role)) or is_over(
            row["began_at"], now, _longest(account.role)
        ):
            return None
        if now - row["seen_at"] > _TOUCHING:
            with suppress(DatabaseFailure), self._database.transaction() as connection:
                connection.execute(_SEEN, {"of": key, "now": now})
        return Session(key, account, row["began_at"], row["fresh_at"])

    def renew(self, token: str) -> str:
        """The same session under a new token, fresh from now on: after a password or another proof was given."""
        fresh, now = token_urlsafe(32), self._clock()
        renewed = update(sessions).where(sessions.c.token == _key(token))
        with self._database.transaction() as connection:
            connection.execute(renewed.values(token=_key(fresh), fresh_at=now, seen_at=now))
        return fresh

    def end(self, token: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(_END, {"of": _key(token)})

    def end_one(self, account: UUID, key: str) -> int:
        """End one of the account's sessions by its name in the list."""
        with self._database.transaction() as connection:
            ended = delete(sessions).where(sessions.c.account == account, sessions.c.token == key)
            return connection.execute(ended).rowcount

    def end_all(self, connection: Connection, account: UUID, but: str = "") -> int:
        """End every session of the account, but the one of this name; how many there were."""
        ended = delete(sessions).where(sessions.c.account == account, sessions.c.token != but)
        return connection.execute(ended).rowcount

    def of(self, account: UUID) -> list[SessionPlace]:
        """The sessions of an account, the last seen first."""
        asked = select(sessions).where(sessions.c.account == account).order_by(sessions.c.seen_at.desc())
        with self._database.reading() as connection:
            return [
                SessionPlace(row["token"], row["created_at"], row["seen_at"], row["place"], row["browser"])
                for row in connection.execute(asked).mappings()
            ]

    def is_live(self, account: UUID) -> bool:
        """Whether somebody is signed in with the account and was seen lately."""
        now = self._clock()
        return any(not is_over(one.seen_at, now, IDLE[Role.CANDIDATE]) for one in self.of(account))

    def tidy(self, before: datetime) -> None:
        """Forget sessions that ended by themselves long ago."""
        with self._database.transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.seen_at < before))


def _key(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _idle(role: Role) -> timedelta:
    return IDLE.get(role, IDLE_OF_STAFF)


def _longest(role: Role) -> timedelta:
    return LONGEST.get(role, LONGEST_OF_STAFF)
