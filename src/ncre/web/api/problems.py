"""Refusals as machines read them: problem details (RFC 9457), with our codes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from flask import Response, request
from msgspec import json

API: Final = "/api/"
PROBLEM: Final = "application/problem+json"


def is_api() -> bool:
    """Whether a machine asks, which reads problems and no pages."""
    return request.path.startswith(API)


def problem(status: int, code: str, title: str, detail: str, **more: Any) -> Response:
    """One answer: the code says what, the detail what to do, in the reader's language."""
    said = {
        "type": f"/api/docs#problem-{code}",
        "title": title,
        "status": int(status),
        "code": code,
        "detail": detail,
        **more,
    }
    return Response(json.encode(said), int(status), mimetype=PROBLEM)


def code_of(status: int) -> str:
    """A code for what HTTP itself refuses: `not-found` and the like."""
    return HTTPStatus(status).phrase.lower().replace(" ", "-")
