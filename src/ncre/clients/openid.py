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

from ncre.clients.failure_words import failed_of
from ncre.clients.identity_provider import (
    Identity,
    ProviderUnavailable,
    SignInFailure,
    SignOnRefused,
    Unheard,
    error_code,
    same,
)
from ncre.domain.registration.vocabulary import Role

if TYPE_CHECKING:  # loaded where somebody signs in: every command reads the terms below
    from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]


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

    `everybody` are candidates where it is their passport: who has no post is one. `acr` and `amr` are what shows that a
    second factor was used there (OpenID Connect Core 1.0, section 2): any of each that is named.
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
    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()


@dataclass(frozen=True)
class BegunSignOn:
    """Send the browser to `address`; keep the rest in its session, and take it out before `finish`.

    `again`: since when (seconds of Unix time) somebody must have proved anew who they are; "" where they need not.
    """

    address: str
    state: str
    nonce: str
    verifier: str
    again: str = ""


@dataclass(frozen=True)
class Staff:
    identity: Identity
    name: str
    role: Role
    sites: frozenset[str]
    second_factor: bool = False
    """Whether the provider shows that a second factor was used, in the way that the configuration names."""


class OpenIDClient:
    """One provider. Its metadata and keys are asked for once, and both again when a token fits no key."""

    def __init__(self, issuer: Issuer, clock: Callable[[], datetime]) -> None:
        self._issuer = issuer
        self._clock = clock
        self._known: dict[str, Any] | None = None
        from ncre.clients.openid_keys import ProviderKeys  # with it come the libraries of signatures

        self._keys = ProviderKeys(self._fetched_keys, clock)

    @property
    def issuer(self) -> str:
        """What the provider calls itself."""
        return self._issuer.url

    def begin(self, again: bool = False) -> BegunSignOn:
        """`again`: whoever is signed in there has to prove who they are once more."""
        from authlib.common.security import generate_token  # type: ignore[import-untyped]

        since = str(int(self._clock().timestamp())) if again else ""
        more = {"prompt": "login", "max_age": "0"} if again else {}
        if self._issuer.acr:
            more["acr_values"] = " ".join(self._issuer.acr)
        state, nonce, verifier = generate_token(43), generate_token(43), generate_token(64)
        with _heard():
            endpoint = self._metadata()["authorization_endpoint"]
            with self._session() as session:
                address, _ = session.create_authorization_url(
                    endpoint, state=state, nonce=nonce, code_verifier=verifier, **more
                )
        return BegunSignOn(address, state, nonce, verifier, since)

    def finish(self, begun: BegunSignOn, query: Mapping[str, str]) -> Staff:
        if not same(begun.state, query.get("state")):
            raise SignOnRefused(SignInFailure.STATE)
        with _heard():
            self._check_issuer(query.get("iss"))
            if "error" in query:
                raise SignOnRefused(SignInFailure.DENIED, error_code(query["error"]))
            if not query.get("code"):
                raise SignOnRefused(SignInFailure.NO_CODE)
            claims = self._claims(self._id_token(query["code"], begun.verifier), begun.nonce)
        if begun.again and not _proved_since(claims.get("auth_time"), int(begun.again)):
            raise SignOnRefused(SignInFailure.STALE)
        return self._staff(claims)

    def _check_issuer(self, given: str | None) -> None:
        promised = self._metadata().get("authorization_response_iss_parameter_supported") is True
        if (given is not None or promised) and not same(self._issuer.url, given):
            raise SignOnRefused(SignInFailure.ISSUER)

    def _id_token(self, code: str, verifier: str) -> str:
        with self._session() as session:
            token = session.fetch_token(self._metadata()["token_endpoint"], code=code, code_verifier=verifier)
        if not isinstance(token.get("id_token"), str):
            raise SignOnRefused(SignInFailure.IDENTITY, "no id_token")
        return str(token["id_token"])

    def _claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        from joserfc import jwt
        from joserfc.errors import JoseError

        try:
            token = self._keys.decode(id_token)
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
            raise SignOnRefused(SignInFailure.IDENTITY, broken.error) from broken
        claims = token.claims
        if not same(nonce, str(claims.get("nonce", ""))):
            raise SignOnRefused(SignInFailure.IDENTITY, "nonce")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self._issuer.client_id:
            raise SignOnRefused(SignInFailure.OTHER_CLIENT)
        return claims

    def _staff(self, claims: Mapping[str, Any]) -> Staff:
        """The first post in the order of the configuration whose value the claim holds."""
        held = claims.get(self._issuer.claim)
        values = held if isinstance(held, list) else [held]
        name = str(claims.get("name") or claims.get("preferred_username") or claims["sub"])
        identity = Identity(self._issuer.url, str(claims["sub"]), name)
        for value, post in self._issuer.posts.items():
            if value in values:
                return Staff(identity, name, post.role, post.sites, self._shows_second_factor(claims))
        if self._issuer.everybody:
            return Staff(identity, name, Role.CANDIDATE, frozenset())
        raise SignOnRefused(SignInFailure.NO_ROLE, identity.subject)

    def _metadata(self) -> dict[str, Any]:
        if self._known is None:
            known = self._ask(self._issuer.url.rstrip("/") + "/.well-known/openid-configuration")
            if known.get("issuer") != self._issuer.url:
                raise SignOnRefused(SignInFailure.ISSUER, "the metadata speak of another issuer")
            self._known = known
        return self._known

    def _shows_second_factor(self, claims: Mapping[str, Any]) -> bool:
        wanted = self._issuer
        if not wanted.acr and not wanted.amr:
            return False
        methods = claims.get("amr")
        by_method = isinstance(methods, list) and any(one in wanted.amr for one in methods)
        return (not wanted.acr or claims.get("acr") in wanted.acr) and (not wanted.amr or by_method)

    def _fetched_keys(self) -> dict[str, Any]:
        """The metadata are asked for anew with them: keys may have moved."""
        self._known = None
        return self._ask(self._metadata()["jwks_uri"])

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


def _proved_since(auth_time: object, since: int) -> bool:
    """Whether somebody proved who they are then or later; a provider that does not say when did not ask."""
    if isinstance(auth_time, bool) or not isinstance(auth_time, int):
        return False
    return auth_time >= since - CLOCKS_DIFFER


class _heard:
    """What goes wrong on the way becomes one of the two failures."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        import requests
        from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]

        if isinstance(error, OAuthError):
            raise SignOnRefused(SignInFailure.CODE, error_code(error.error)) from error
        if isinstance(error, requests.Timeout):
            raise ProviderUnavailable(Unheard.SLOW) from error
        if isinstance(error, requests.ConnectionError):
            raise ProviderUnavailable(Unheard.UNREACHABLE) from error
        if isinstance(error, requests.RequestException | ValueError | KeyError | TypeError | RecursionError):
            raise ProviderUnavailable(Unheard.BROKEN, failed_of(error)) from error
