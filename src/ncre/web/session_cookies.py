"""The signed cookie of a session, read by the front to find a lane and by the pages: one serializer for both.

Whether a signature is right depends on its text alone, so it is worked out once for each cookie; when it was signed is
held against the clock each time, and what the cookie says is read anew each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Any, Final, cast

from flask import Flask, Request
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadData, SignatureExpired, TimestampSigner, URLSafeTimedSerializer

KNOWN: Final = 4096
"""Cookies whose signatures a process remembers; the longest known make room."""


@dataclass(frozen=True)
class _Signed:
    payload: bytes
    signed_at: int


class SessionSerializer(URLSafeTimedSerializer):
    """itsdangerous's own, which remembers the right signatures it has seen."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        self._signer = cast(TimestampSigner, self.make_signer(self.salt))
        self._known: dict[str, _Signed] = {}
        self._lock = Lock()

    def read(self, cookie: str, max_age: int) -> Any:
        """What a cookie says. Raises BadData for one that is not ours, or older than so many seconds."""
        signed = self._known.get(cookie) or self._checked(cookie)
        age = self._signer.get_timestamp() - signed.signed_at
        if not 0 <= age <= max_age:
            raise SignatureExpired(f"signed {age} seconds ago")
        return self.load_payload(signed.payload)

    def _checked(self, cookie: str) -> _Signed:
        payload, signed_at = self._signer.unsign(cookie, return_timestamp=True)
        signed = _Signed(payload, int(signed_at.timestamp()))
        with self._lock:
            self._known[cookie] = signed
            while len(self._known) > KNOWN:
                del self._known[next(iter(self._known))]
        return signed


class SessionCookies(SecureCookieSessionInterface):
    """Flask's own with one serializer for a site, whose key does not change while the process runs."""

    def __init__(self, site: Flask) -> None:
        assert site.secret_key, "a container has a session key"
        self._signed = SessionSerializer(
            site.secret_key,
            salt=self.salt,
            serializer=TaggedJSONSerializer(),
            signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
        )

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        return self._signed

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        return self.session_class(self.read(cookie, int(app.permanent_session_lifetime.total_seconds())))

    def read(self, cookie: str, max_age: int) -> dict[str, Any]:
        """What a session says; nothing where it is not ours or over."""
        try:
            found = self._signed.read(cookie, max_age) if cookie else {}
        except BadData:
            return {}
        return found if isinstance(found, dict) else {}
