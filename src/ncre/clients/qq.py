"""Signing in with QQ Connect: OAuth 2.0 with replies of its own kind (payment and identity facts §5).

QQ has neither PKCE nor nonce, so `state`, bound to the browser's session and used once by the caller, is all that
holds against a foreign sign-in. Its tokens are used here and forgotten.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from ncre.clients.identity_provider import (
    Identity,
    ProviderUnavailable,
    SignInFailure,
    SignOnRefused,
    Unheard,
    error_code,
    same,
)

if TYPE_CHECKING:  # loaded where somebody signs in: every command reads the terms below
    import requests
    from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]

ISSUER = "qq"
UNIONID_NOT_GRANTED = "100048"
SECONDS_TO_ANSWER = 5.0

JSONP = re.compile(r"^\s*callback\s*\((?P<inside>.*)\)\s*;?\s*$", re.DOTALL)
TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")


@dataclass(frozen=True)
class QQTerms:
    """What QQ Connect and we agreed on when the application was registered."""

    appid: str
    secret: str = field(repr=False)
    redirect_uri: str
    base: str = "https://graph.qq.com"
    seconds: float = SECONDS_TO_ANSWER


@dataclass(frozen=True)
class Begun:
    """A sign-in that began: send the browser to `address`, keep `state` in its session."""

    address: str
    state: str


class QQ:
    def __init__(self, terms: QQTerms) -> None:
        self._terms = terms

    def begin(self) -> Begun:
        from authlib.common.security import generate_token  # type: ignore[import-untyped]

        with self._session() as session:
            address, state = session.create_authorization_url(
                f"{self._terms.base}/oauth2.0/authorize", state=generate_token(43)
            )
        return Begun(address, state)

    def finish(self, begun_state: str, query: Mapping[str, str]) -> Identity:
        """Who signed in at QQ. The caller has taken `begun_state` out of the session before it calls."""
        import requests
        from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]

        if not same(begun_state, query.get("state")):
            raise SignOnRefused(SignInFailure.STATE)
        if query.get("error") or query.get("usercancel", "0") != "0":
            raise SignOnRefused(SignInFailure.DENIED, error_code(query.get("error", "access_denied")))
        code = query.get("code")
        if not code:
            raise SignOnRefused(SignInFailure.NO_CODE)
        with self._session() as session:
            try:
                return self._identity(session, code)
            except OAuthError as refused:
                raise SignOnRefused(SignInFailure.CODE, error_code(refused.error)) from refused
            except requests.Timeout as slow:
                raise ProviderUnavailable(Unheard.SLOW) from slow
            except requests.ConnectionError as lost:
                raise ProviderUnavailable(Unheard.UNREACHABLE) from lost
            except (requests.RequestException, ValueError, RecursionError) as broken:
                raise ProviderUnavailable(Unheard.BROKEN, type(broken).__name__) from broken

    def _identity(self, session: OAuth2Session, code: str) -> Identity:
        terms = self._terms
        token = session.fetch_token(
            f"{terms.base}/oauth2.0/token", method="GET", code=code, fmt="json", client_secret=terms.secret
        )
        access_token = token.get("access_token")
        if not access_token:
            raise ProviderUnavailable(Unheard.BROKEN, "a token reply without a token")
        me = self._me(access_token)
        if not same(terms.appid, me.get("client_id")):
            raise SignOnRefused(SignInFailure.OTHER_CLIENT)
        openid, unionid = me.get("openid"), me.get("unionid")
        if not openid:
            raise SignOnRefused(SignInFailure.IDENTITY, "no openid")
        by_app = f"{terms.appid}:{openid}"
        name = self._name(access_token, openid)
        return Identity(ISSUER, unionid, name, (by_app,)) if unionid else Identity(ISSUER, by_app, name)

    def _me(self, access_token: str) -> dict[str, str]:
        """Who holds the token; asked again without the unionid where the application may not have it."""
        me = self._ask("/oauth2.0/me", access_token=access_token, unionid="1", fmt="json")
        if me.get("error") == UNIONID_NOT_GRANTED:
            me = self._ask("/oauth2.0/me", access_token=access_token, fmt="json")
        if "error" in me:
            raise SignOnRefused(SignInFailure.IDENTITY, error_code(me["error"]))
        return me

    def _name(self, access_token: str, openid: str) -> str:
        user = self._ask(
            "/user/get_user_info",
            access_token=access_token,
            oauth_consumer_key=self._terms.appid,
            openid=openid,
        )
        if user.get("ret") != "0":
            raise SignOnRefused(SignInFailure.IDENTITY, f"get_user_info {error_code(user.get('ret'))}")
        return user.get("nickname", "")

    def _ask(self, path: str, **parameters: str) -> dict[str, str]:
        import requests

        reply = requests.get(
            self._terms.base + path, params=parameters, timeout=self._terms.seconds, allow_redirects=False
        )
        reply.raise_for_status()
        return read_reply(reply.content.decode("utf-8"))

    def _session(self) -> OAuth2Session:
        """A new one each time: a session keeps token and cookies of whoever came before."""
        from authlib.integrations.requests_client import OAuth2Session

        terms = self._terms
        session = OAuth2Session(
            terms.appid,
            terms.secret,
            redirect_uri=terms.redirect_uri,
            scope="get_user_info",
            token_endpoint_auth_method="none",  # client_secret_post would fill the body of a GET, unread by QQ
            default_timeout=terms.seconds,
        )
        session.max_redirects = 0  # the secret stands in the address: it goes nowhere else
        session.register_compliance_hook("access_token_response", _as_the_standard_says)
        return session


def _as_the_standard_says(reply: requests.Response) -> requests.Response:
    """The compliance hook: whatever QQ's token endpoint answers, authlib sees the JSON of RFC 6749."""
    reply.raise_for_status()
    token: dict[str, Any] = dict(read_reply(reply.content.decode("utf-8")))
    if "error" not in token:
        token["token_type"] = "Bearer"
        token["expires_in"] = int(token.get("expires_in", 0))
    reply._content = json.dumps(token).encode()
    return reply


def read_reply(text: str) -> dict[str, str]:
    """QQ's replies in one shape: JSON, JSONP (with a comma too many, as documented) or a query string.

    Every scalar becomes text, since QQ sends numbers either way. Raises ValueError for anything else.
    """
    jsonp = JSONP.match(text)
    inside = (jsonp["inside"] if jsonp else text).strip()
    if not inside.startswith("{"):
        return dict(parse_qsl(inside, keep_blank_values=True, strict_parsing=True))
    try:
        reply = json.loads(inside)
    except json.JSONDecodeError:
        reply = json.loads(TRAILING_COMMA.sub("", inside))
    return {key: str(value) for key, value in reply.items() if isinstance(value, str | int | float)}
