"""What every answer carries, whatever the page: the browser's rules for it, and the forms' token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Flask, g, request
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response

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
"""No inline script or style anywhere, nothing from elsewhere; blob: is a file that the visitor just chose."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}


_csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])


def signed_by_machine(view: View) -> View:
    """For what machines call, signed in their own way: every other form carries the session's token."""
    _csrf.exempt(view)
    return view


def machines_alone(pages: Blueprint) -> None:
    """For addresses that look at no cookie: there is no session whose rights a forged form could use."""
    _csrf.exempt(pages)


def install(site: Flask) -> None:
    _csrf.init_app(site)
    site.after_request(_guard)


def _guard(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if g.get("account") is not None and request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
