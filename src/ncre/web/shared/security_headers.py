"""What every answer carries, whatever the page: the browser's rules for it, and the forms' token."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, TypeVar

from flask import Blueprint, Flask, g, request
from flask_wtf import CSRFProtect
from markupsafe import Markup
from werkzeug.wrappers import Response

from ncre.web.static_folder import STATIC

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' blob:",
        "manifest-src 'self'",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""No inline script or style anywhere, nothing from elsewhere; blob: is a file that the visitor just chose. On a first visit
one style stands in the page, named by its hash: no other could."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}
SECURE = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
"""Besides, over TLS."""


_csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])


def signed_by_machine(view: View) -> View:
    """For what machines call, signed in their own way: every other form carries the session's token."""
    _csrf.exempt(view)
    return view


def machines_alone(pages: Blueprint) -> None:
    """For addresses that look at no cookie: there is no session whose rights a forged form could use."""
    _csrf.exempt(pages)


SHEET_COOKIE: Final = "sheet"
"""The digest of the style sheet that this browser has fetched. It opens nothing."""

A_YEAR: Final = 365 * 24 * 3600


@dataclass(frozen=True)
class Sheet:
    """The style sheet of all pages, as it stands in the first page that a browser gets: one journey less to the first paint."""

    text: str

    @property
    def digest(self) -> str:
        return b64encode(sha256(self.text.encode()).digest()).decode()

    @property
    def policy(self) -> str:
        return f"{POLICY}; style-src 'self' 'sha256-{self.digest}'"


def install(site: Flask) -> None:
    _csrf.init_app(site)
    sheet = Sheet((STATIC / "style.css").read_text(encoding="utf-8"))
    site.context_processor(lambda: {"sheet_in_page": lambda: _in_page(sheet)})
    site.after_request(lambda response: _remember(sheet, response))
    site.after_request(_guard)


def _in_page(sheet: Sheet) -> Markup:
    """The text of the sheet on a first visit, "" where the browser has it."""
    if request.cookies.get(SHEET_COOKIE) == sheet.digest[:12] or request.method != "GET":
        return Markup("")
    g.sheet_in_page = True
    return Markup(sheet.text)


def _remember(sheet: Sheet, response: Response) -> Response:
    if not g.get("sheet_in_page"):
        return response
    response.headers["Content-Security-Policy"] = sheet.policy
    if response.status_code == 200:
        secure = request.is_secure
        digest = sheet.digest[:12]
        response.set_cookie(
            SHEET_COOKIE, digest, max_age=A_YEAR, samesite="Lax", httponly=True, secure=secure
        )
    return response


def _guard(response: Response) -> Response:
    given = response.headers
    said = {name.lower() for name, _value in given}
    rules = HEADERS | SECURE if request.is_secure else HEADERS
    given.extend((name, value) for name, value in rules.items() if name.lower() not in said)
    if g.get("account") is not None and request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
