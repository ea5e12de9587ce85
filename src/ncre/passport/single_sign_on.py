"""Signing in at any OpenID Connect provider that the configuration names: staff, or the candidates of a passport.

authlib speaks the protocol and joserfc checks the token. The `iss` of the reply (RFC 9207) is checked here, because
authlib does not look at it, and beside a second provider it is what tells their replies apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ncre.domain.lifecycle import Role
from ncre.passport.sign_on import Identity, SignOnRefused, SignOnSilent, Unheard, Why, error_code, same

if TYPE_CHECKING:  # loaded where somebody signs in: every command reads the terms below
    from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
    from joserfc import jwt
    from joserfc.jwk import KeySet

SIGNATURES = ("RS256", "PS256", "ES256", "EdDSA")
"""Public keys only: with HS256 or none, whoever knows the client could write its own token."""

CLOCKS_DIFFER = 60
"""Seconds by which the provider's clock may be wrong."""


@dataclass(frozen=True)
class Post:
    """What a value of the claim gives: a role, at these sites."""

    role: Role
    sites: frozenset[str]


@dataclass(frozen=True)
class Issuer:
    """One provider: where it is, who we are to it, and which value of which claim gives which role.

    `everybody` are candidates where it is their passport: who has no post is one.
    """

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    claim: str
    posts: Mapping[str, Post]
    scopes: tuple[str, ...] = ("openid", "profile")
    seconds: float = 5.0
    everybody: bool = False


@dataclass(frozen=True)
class BegunSignOn:
    """Send the browser to `address`; keep the rest in its session, and take it out before `finish`."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Staff:
    identity: Identity
    name: str
    role: Role
    sites: frozenset[str]


class SingleSignOn:
    """One provider. Its metadata and keys are asked for once, and the keys again when a token names a new one."""

    def __init__(self, issuer: Issuer, clock: Callable[[], datetime]) -> None:
        self._issuer = issuer
        self._clock = clock
        self._known: dict[str, Any] | None = None
        self._keys: KeySet | None = None

    @property
    def issuer(self) -> str:
        """What the provider calls itself."""
        return self._issuer.url

    def begin(self) -> BegunSignOn:
        from authlib.common.security import generate_token  # type: ignore[import-untyped]

        state, nonce, verifier = generate_token(43), generate_token(43), generate_token(64)
        with _heard():
            endpoint = self._metadata()["authorization_endpoint"]
            with self._session() as session:
                address, _ = session.create_authorization_url(
                    endpoint, state=state, nonce=nonce, code_verifier=verifier
                )
        return BegunSignOn(address, state, nonce, verifier)

    def finish(self, begun: BegunSignOn, query: Mapping[str, str]) -> Staff:
        if not same(begun.state, query.get("state")):
            raise SignOnRefused(Why.STATE)
        with _heard():
            self._check_issuer(query.get("iss"))
            if "error" in query:
                raise SignOnRefused(Why.DENIED, error_code(query["error"]))
            if not query.get("code"):
                raise SignOnRefused(Why.NO_CODE)
            claims = self._claims(self._id_token(query["code"], begun.verifier), begun.nonce)
        return self._staff(claims)

    def _check_issuer(self, given: str | None) -> None:
        promised = self._metadata().get("authorization_response_iss_parameter_supported") is True
        if (given is not None or promised) and not same(self._issuer.url, given):
            raise SignOnRefused(Why.ISSUER)

    def _id_token(self, code: str, verifier: str) -> str:
        with self._session() as session:
            token = session.fetch_token(self._metadata()["token_endpoint"], code=code, code_verifier=verifier)
        if not isinstance(token.get("id_token"), str):
            raise SignOnRefused(Why.IDENTITY, "no id_token")
        return str(token["id_token"])

    def _claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        from joserfc import jwt
        from joserfc.errors import JoseError

        try:
            token = self._decoded(id_token)
            jwt.JWTClaimsRegistry(
                now=lambda: int(self._clock().timestamp()),
                leeway=CLOCKS_DIFFER,
                iss={"essential": True, "value": self._issuer.url},
                aud={"essential": True, "value": self._issuer.client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
            ).validate(token.claims)
        except JoseError as broken:
            raise SignOnRefused(Why.IDENTITY, broken.error) from broken
        claims = token.claims
        if not same(nonce, str(claims.get("nonce", ""))):
            raise SignOnRefused(Why.IDENTITY, "nonce")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self._issuer.client_id:
            raise SignOnRefused(Why.OTHER_CLIENT)
        return claims

    def _decoded(self, id_token: str) -> jwt.Token:
        """A key may have been changed since it was fetched: an unknown one is asked for again, once."""
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError

        try:
            return jwt.decode(id_token, self._key_set(), algorithms=SIGNATURES)
        except InvalidKeyIdError:
            self._keys = None
            return jwt.decode(id_token, self._key_set(), algorithms=SIGNATURES)

    def _staff(self, claims: Mapping[str, Any]) -> Staff:
        """The first post in the order of the configuration whose value the claim holds."""
        held = claims.get(self._issuer.claim)
        values = held if isinstance(held, list) else [held]
        name = str(claims.get("name") or claims.get("preferred_username") or claims["sub"])
        identity = Identity(self._issuer.url, str(claims["sub"]), name)
        for value, post in self._issuer.posts.items():
            if value in values:
                return Staff(identity, name, post.role, post.sites)
        if self._issuer.everybody:
            return Staff(identity, name, Role.CANDIDATE, frozenset())
        raise SignOnRefused(Why.NO_ROLE, identity.subject)

    def _metadata(self) -> dict[str, Any]:
        if self._known is None:
            known = self._ask(self._issuer.url.rstrip("/") + "/.well-known/openid-configuration")
            if known.get("issuer") != self._issuer.url:
                raise SignOnRefused(Why.ISSUER, "the metadata speak of another issuer")
            self._known = known
        return self._known

    def _key_set(self) -> KeySet:
        from joserfc.jwk import KeySet

        if self._keys is None:
            self._keys = KeySet.import_key_set(self._ask(self._metadata()["jwks_uri"]))  # type: ignore[arg-type]
        return self._keys

    def _ask(self, address: str) -> dict[str, Any]:
        import requests

        reply = requests.get(address, timeout=self._issuer.seconds, allow_redirects=False)
        reply.raise_for_status()
        known = reply.json()
        if not isinstance(known, dict):
            raise json.JSONDecodeError("not an object", reply.text[:40], 0)
        return known

    def _session(self) -> OAuth2Session:
        from authlib.integrations.requests_client import OAuth2Session

        issuer = self._issuer
        session = OAuth2Session(
            issuer.client_id,
            issuer.client_secret,
            redirect_uri=issuer.redirect_uri,
            scope=" ".join(issuer.scopes),
            code_challenge_method="S256",
            default_timeout=issuer.seconds,
        )
        session.max_redirects = 0
        return session


class _heard:
    """What goes wrong on the way becomes one of the two failures."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        import requests
        from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]

        if isinstance(error, OAuthError):
            raise SignOnRefused(Why.CODE, error_code(error.error)) from error
        if isinstance(error, requests.Timeout):
            raise SignOnSilent(Unheard.SLOW) from error
        if isinstance(error, requests.ConnectionError):
            raise SignOnSilent(Unheard.UNREACHABLE) from error
        if isinstance(error, requests.RequestException | ValueError | KeyError | TypeError | RecursionError):
            raise SignOnSilent(Unheard.BROKEN, type(error).__name__) from error
