"""Who asks: the token of an integration, its scopes and sites, how often it may ask, and from which version it acts."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final, cast
from uuid import UUID, uuid5

from flask import Response, current_app, g, request
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    NotFound,
    TooManyRequests,
    Unauthorized,
    UnsupportedMediaType,
)

from ncre.domain.integration.scopes import Scope
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.vocabulary import Role
from ncre.identity.integrations import Integration
from ncre.projections.rows import RegistrationRow
from ncre.web.api.rate import CallLimit, Counted
from ncre.web.shared.access_log import refuse
from ncre.web.shared.auth import container

_BEARER: Final = re.compile(r"Bearer ([!-~]{1,200})", re.IGNORECASE)
_KEY: Final = re.compile(r"[!-~]{1,128}")
_ETAG: Final = re.compile(r'"([1-9][0-9]{0,8})"')


class KeyMissing(BadRequest):
    """A command without an Idempotency-Key."""


class VersionMissing(HTTPException):
    """A command that does not say which version it saw."""

    code = HTTPStatus.PRECONDITION_REQUIRED


def me() -> Integration:
    """The integration that asks; only within views."""
    return cast(Integration, g.integration)


def recognise() -> None:
    """By the token alone: whatever cookies come along open nothing here. Raises Unauthorized and TooManyRequests."""
    g.account = g.session = None
    given = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    found = container().integrations.integrations.by_secret(given[1]) if given else None
    if found is None:
        raise Unauthorized
    g.integration = found
    g.counted = _limit().count(found.id, container().clock())
    if g.counted.over:
        refuse("too-often")
        raise TooManyRequests


def limit_headers(answer: Response) -> Response:
    """How much of the minute is left, on every answer to somebody who was recognised."""
    if "counted" in g:
        counted = cast(Counted, g.counted)
        answer.headers["RateLimit-Limit"] = str(counted.most)
        answer.headers["RateLimit-Remaining"] = str(counted.left)
        answer.headers["RateLimit-Reset"] = str(counted.seconds)
        if counted.over:
            answer.headers["Retry-After"] = str(counted.seconds)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def require_scope(scope: Scope | None) -> None:
    """Raises Refusal."""
    if scope is not None and not me().may(scope):
        refuse("scope")
        raise Refusal(RefusalCode.SCOPE_MISSING, scope=scope.value)


def require_all_sites() -> None:
    """What concerns every site is for whoever acts for all of them. Raises NotFound."""
    if me().sites != EVERY_SITE:
        refuse("not-all-sites")
        raise NotFound


def require_site_of_caller(code: str) -> None:
    """A site of the caller, or all of them where none is named. Raises Refusal."""
    if not me().acting_as(Role.OFFICE).covers(code):
        refuse("not-your-site")
        raise Refusal(RefusalCode.NOT_YOUR_SITE)


def require_json() -> None:
    """The body is one JSON object. Raises UnsupportedMediaType and BadRequest."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    if not isinstance(request.get_json(silent=True), dict):
        raise BadRequest


def require_key() -> None:
    """Raises KeyMissing."""
    command_id_of_key()


def command_id_of_key() -> UUID:
    """The id of the command: the same for the same key at the same address. Raises KeyMissing."""
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise KeyMissing
    return uuid5(me().id, f"{request.method} {request.path}\n{key}")


def seen_version() -> int:
    """The version that the caller saw, from If-Match. Raises VersionMissing and BadRequest."""
    given = request.headers.get("If-Match")
    if given is None:
        raise VersionMissing
    found = _ETAG.fullmatch(given.strip())
    if found is None:
        raise BadRequest
    return int(found[1])


def visible(registration: UUID) -> RegistrationRow:
    """A registration at the caller's sites, or of one of its own candidates. Raises NotFound for all others."""
    row = container().queries.cases.row(registration)
    if row is None or not (_at_my_sites(row) or is_mine(row["account"])):
        refuse("not-visible")
        raise NotFound
    return row


def at_sites_of_caller(registration: UUID) -> RegistrationRow:
    """One that staff of the caller's sites may decide about. Raises NotFound for all others."""
    row = visible(registration)
    if not _at_my_sites(row):
        refuse("not-your-site")
        raise NotFound
    return row


def mine(registration: UUID) -> RegistrationRow:
    """A registration of one of the caller's own candidates. Raises NotFound for all others."""
    row = visible(registration)
    if not is_mine(row["account"]):
        refuse("not-yours")
        raise NotFound
    return row


def is_mine(account: UUID) -> bool:
    """Whether the caller brought this candidate."""
    return container().represented.represents(me(), account)


def _at_my_sites(row: RegistrationRow) -> bool:
    """Where no site was chosen yet, it is for those alone who act for all of them."""
    return me().acting_as(Role.REVIEWER).covers(row["site"] or "")


def _limit() -> CallLimit:
    return cast(CallLimit, current_app.extensions["ncre.api.limit"])
