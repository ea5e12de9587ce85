"""Refused accesses in the log: who, from where, what was asked of which object, and why not (ASVS 16.3).

Sign-ins and their failures stand in the security history of the account; here is what has no fact.
"""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from flask import Flask, Request, g, request
from werkzeug.wrappers import Response

from ncre.web.shared.auth import client_network

log = logging.getLogger("ncre.access")

BY_STATUS: Final = {
    401: "unauthenticated",
    403: "forbidden",
    405: "method",
    413: "too-large",
    429: "too-often",
}
"""Statuses that are a refusal by themselves; others are named where they arise (`refuse`)."""

SITE_CODE: Final = frozenset({"code", "batch"})
"""Parts of an address that name an object, besides ids; the others may be secrets (a token) or free text."""


def install(site: Flask) -> None:
    site.after_request(_note)


def refuse(why: str) -> None:
    """What is being answered is a refusal, whatever its status: a short code from the source, never from outside."""
    g.refused = why


def _note(response: Response) -> Response:
    why = refused_why(response)
    if why:
        account = g.get("account")
        log.warning(
            "refused %s %s account=%s role=%s from=%s %s %s object=%s",
            response.status_code,
            why,
            account.id if account else "-",
            account.role.value if account else "-",
            client_network() or "-",
            method(request),
            request.endpoint or "-",
            _object() or "-",
        )
    return response


def refused_why(response: Response) -> str:
    """Why this answer is a refusal, as a code of the source; "" where it is none."""
    why = g.get("refused") or BY_STATUS.get(response.status_code)
    return why if why and response.status_code >= 400 else ""


def method(asked: Request) -> str:
    """The method of the request, "-" where it is none of the usual."""
    return asked.method if asked.method in _METHODS else "-"


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _object() -> str:
    """The ids of the address, and the code of a site."""
    parts = (request.view_args or {}).items()
    named = [
        (name, value)
        for name, value in parts
        if isinstance(value, UUID | int) or (name in SITE_CODE and str(value).isalnum())
    ]
    return ",".join(f"{name}:{value}" for name, value in named)
