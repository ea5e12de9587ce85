"""Puts the interface together: its operations, its limits, its own OpenAPI document and the page that shows it."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template, request

from ncre.domain.integration.scopes import SCOPES
from ncre.web.api import access, admission, applying, deciding, exam, feed, managing, registrations
from ncre.web.api.document import completed
from ncre.web.api.rate import CallLimit
from ncre.web.api.spec import pages, spec
from ncre.web.shared.hosts import absolute
from ncre.web.shared.language import language
from ncre.web.shared.security_headers import machines_alone
from ncre.web.shared.traffic import largest_body

PREFIX: Final = "/api/v1"
VIEWS: Final = (exam, managing, registrations, applying, deciding, admission, feed)
"""Each adds its operations to the blueprint when it is imported."""

public = Blueprint("api_docs", __name__)

pages.before_request(access.recognise)
pages.after_request(access.limit_headers)


def install(site: Flask) -> None:
    """After everything that all pages share."""
    site.extensions["ncre.api.limit"] = CallLimit()
    site.before_request(_larger_photo)
    machines_alone(pages)
    site.register_blueprint(pages, url_prefix=PREFIX)
    site.register_blueprint(public)


def document() -> dict[str, Any]:
    """Made when it is asked for the first time: few processes ever are."""
    made = current_app.extensions
    if "ncre.api.document" not in made:
        made["ncre.api.document"] = completed(spec)
    found: dict[str, Any] = made["ncre.api.document"]
    return found


@public.get("/api/v1/openapi.json")
def openapi() -> Response:
    """The interface as OpenAPI 3.1, for anybody: it says nothing of any installation."""
    return jsonify(document())


@public.get("/api/docs")
def docs() -> str:
    """The same, to read: made here, without a script and without anything from elsewhere."""
    return render_template(
        "api/docs.html",
        document=document(),
        scopes=[(scope.value, words.say(language())) for scope, words in SCOPES.items()],
        base=absolute("home.front").rstrip("/"),
    )


def _larger_photo() -> None:
    if request.endpoint == "api.send_photo":
        request.max_content_length = largest_body(request.method, request.path)
