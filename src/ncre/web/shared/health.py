"""For balancers and supervisors: whether the process lives, and whether it can serve pages. No session, no words."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response

from ncre.domain.refusals import RefusalCode
from ncre.store.database import DatabaseUnusable, NotMigrated
from ncre.web.refusal_statuses import RETRY_AFTER
from ncre.web.shared.auth import container

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def alive() -> Response:
    """200 as long as the process answers at all; restart it only where it does not."""
    return _said(HTTPStatus.OK, "alive")


@pages.get("/readyz")
def ready() -> Response:
    """200 where the database answers and has the tables of this release; else 503 with the reason in a word."""
    try:
        container().database.assert_migrated()
    except NotMigrated:
        return _said(HTTPStatus.SERVICE_UNAVAILABLE, "not migrated")
    except DatabaseUnusable:
        return _said(HTTPStatus.SERVICE_UNAVAILABLE, "no database")
    return _said(HTTPStatus.OK, "ready")


def _said(status: HTTPStatus, word: str) -> Response:
    answer = Response(f"{word}\n", status, mimetype="text/plain")
    answer.headers["Cache-Control"] = "no-store"
    if status is not HTTPStatus.OK:
        answer.headers["Retry-After"] = str(RETRY_AFTER[RefusalCode.STORE_AWAY])
    return answer
