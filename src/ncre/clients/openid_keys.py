"""The public keys of an OpenID provider: several at once by their ids, asked for again when a token fits none of them.

A provider changes its keys when it likes, with or without new ids. So a token with an unknown id and one whose signature does not
hold have the keys asked for again, once, and not more often than once in a while: a stranger's tokens ask for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, Key

AGAIN: Final = timedelta(minutes=1)
"""Between two times that keys are asked for because a token did not fit."""

SIGNATURES: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Public keys only: with HS256 or none, whoever knows the client could write its own token."""


class ProviderKeys:
    """`fetch` asks the provider for its key set (RFC 7517)."""

    def __init__(self, fetch: Callable[[], dict[str, Any]], clock: Callable[[], datetime]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: list[tuple[str | None, Key]] | None = None
        self._asked_again: datetime | None = None

    def decode(self, token: str) -> jwt.Token:
        """The token, its signature checked. Raises JoseError, and what `fetch` raises."""
        try:
            return self._checked(token)
        except (InvalidKeyIdError, BadSignatureError):
            if not self._may_ask_again():
                raise
            self._keys = None
            return self._checked(token)

    def _checked(self, token: str) -> jwt.Token:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
        refused: JoseError = InvalidKeyIdError("no key fits the token")
        for key in self._fitting(kid):
            try:
                return jwt.decode(token, key, algorithms=SIGNATURES)
            except JoseError as error:
                refused = error if isinstance(error, BadSignatureError) else refused
        raise refused

    def _fitting(self, kid: str | None) -> Iterator[Key]:
        """The keys of this id; those without an id where none has it; all where the token names none."""
        known = self._known()
        named = [key for name, key in known if kid is not None and name == kid]
        yield from named or [key for name, key in known if kid is None or name is None]

    def _known(self) -> list[tuple[str | None, Key]]:
        if self._keys is None:
            self._keys = list(_read(self._fetch()))
        return self._keys

    def _may_ask_again(self) -> bool:
        now = self._clock()
        if self._asked_again is not None and timedelta() <= now - self._asked_again < AGAIN:
            return False
        self._asked_again = now
        return True


def _read(key_set: dict[str, Any]) -> Iterator[tuple[str | None, Key]]:
    """What of a key set is for signatures and can be read; one strange key does not spoil the others."""
    written = key_set.get("keys")
    for one in written if isinstance(written, list) else []:
        if not isinstance(one, dict) or one.get("use", "sig") != "sig" or one.get("kty") == "oct":
            continue
        try:
            yield one.get("kid"), JWKRegistry.import_key(one)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
