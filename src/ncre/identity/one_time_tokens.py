"""Tokens that count once: signed, so that nothing is stored before one is redeemed.

A page that anybody may open hands one out; only what comes back with a true signature leaves a row here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import Column, Index, String, Table, delete, insert, select
from sqlalchemy.exc import IntegrityError

from ncre.store.columns import Moment
from ncre.store.database import Database
from ncre.store.deadlines import is_valid
from ncre.store.schema import metadata

redeemed = Table(
    "redeemed_tokens",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("expires_at", Moment, nullable=False),
    Index("redeemed_tokens_expires_at", "expires_at"),
)
"""What was redeemed, until it would have expired anyway."""

LONGEST: Final = 2048
"""Characters; ours are shorter, and what is longer is not looked at."""


@dataclass(frozen=True)
class Token:
    """A token of ours, its signature checked. `nonce` is unique to it and no secret."""

    nonce: str
    expires_at: datetime
    about: Any


class OneTimeTokens:
    """Tokens of one kind, all good for as long as `lives`: those of another are not accepted. Thread-safe."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], secret: str, kind: str, lives: timedelta
    ) -> None:
        self._database = database
        self._clock = clock
        self._kind = kind
        self._lives = lives
        self._signer = URLSafeSerializer(secret, salt=kind, signer_kwargs={"digest_method": sha256})

    def issue(self, about: Any) -> str:
        """A token that carries `about`, which its holder can read and not change."""
        until = int((self._clock() + self._lives).timestamp())
        return str(self._signer.dumps([token_urlsafe(16), until, about]))

    def read(self, text: str) -> Token | None:
        """The token, unless it is not ours, too old, or redeemed."""
        token = self._genuine(text)
        if token is None:
            return None
        asked = select(redeemed.c.id).where(redeemed.c.id == self._id(token.nonce))
        with self._database.reading() as connection:
            return token if connection.execute(asked).first() is None else None

    def redeem(self, text: str) -> Token | None:
        """The same, and from now on it is redeemed."""
        token = self._genuine(text)
        return token if token and self.spend(token.nonce, token.expires_at) else None

    def spend(self, nonce: str, expires_at: datetime) -> bool:
        """Whether what has this nonce was not spent before."""
        row = {"id": self._id(nonce), "expires_at": expires_at}
        try:
            with self._database.transaction() as connection:
                connection.execute(insert(redeemed), row)
        except IntegrityError:
            return False
        return True

    def _genuine(self, text: str) -> Token | None:
        if not text.isascii() or len(text) > LONGEST:
            return None
        try:
            nonce, until, about = self._signer.loads(text)
        except BadData:
            return None
        expires_at = datetime.fromtimestamp(until, UTC)
        good = is_valid(expires_at, self._clock(), self._lives)
        return Token(nonce, expires_at, about) if good else None

    def _id(self, nonce: str) -> str:
        return sha256(f"{self._kind}:{nonce}".encode()).hexdigest()


def forget_redeemed(database: Database, clock: Callable[[], datetime]) -> None:
    """Remove what has expired: it is refused for its age alone."""
    with database.transaction() as connection:
        connection.execute(delete(redeemed).where(redeemed.c.expires_at < clock()))
