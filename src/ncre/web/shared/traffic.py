"""Which lane a request belongs to, and how large its body may be: told by its head alone, before any page is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadData
from werkzeug.http import parse_cookie

FORM: Final = 1_000_000
"""Bytes of a form."""

PHOTO: Final = 12_000_000
"""Bytes of a picture that is let in: somewhat more than the 10 MB that are looked at, so that the page itself
says what to do about a phone's larger one."""

AROUND: Final = 100_000
"""Bytes of what a form puts around its picture."""

PAGES: Final = "pages"
PHOTOS: Final = "photos"
STAFF: Final = "staff"
STAFF_ENTRANCE: Final = "staff-entrance"
MACHINES: Final = "machines"
FILES: Final = "files"
API: Final = "api"
FEED: Final = "feed"

STAFF_MARK: Final = "staff"
"""In the signed session of staff. It opens their lane and nothing else; each page asks for the role itself."""

_PHOTO: Final = re.compile(r"(/api/v1)?/registrations/[^/]+/photo")
_API: Final = re.compile(r"/api(/|$)")
_FEED: Final = re.compile(r"/api/v1/events/?")
_STAFF: Final = re.compile(r"/(staff|office|audit)(/|$)")
_SIGN_IN: Final = re.compile(r"/(sign-in|sso)(/|$)")

PROBES: Final = frozenset({"/healthz", "/readyz"})
"""What balancers and supervisors ask, at any address of a machine."""

LaneOf = Callable[[str, str, str, str], str]


def largest_body(method: str, path: str) -> int:
    """Bytes that this address takes at the most."""
    return PHOTO + AROUND if method == "POST" and _PHOTO.fullmatch(path) else FORM


def lanes_of(site: Flask) -> LaneOf:
    """The lane of a request, from its method, path, query and cookies.

    Candidates wait for each other alone, and photos for photos; payment notices and probes, styles and the ledger, and staff have lanes
    of their own, and so have other systems, those that wait for events apart from those that act. Whoever is not signed in as staff yet and wants to be has the entrance, which strangers may crowd: it is not
    the lane of those who are.
    """

    def lane_of(method: str, path: str, query: str, cookies: str) -> str:
        if (method == "POST" and path.startswith("/notices/")) or path in PROBES:
            return MACHINES
        if _FEED.fullmatch(path):
            return FEED
        if _API.match(path):
            return API
        if path.startswith(("/static/", "/ledger/")):
            return FILES
        if cookies and _is_staff(site, cookies):
            return STAFF
        if _STAFF.match(path) or (_SIGN_IN.match(path) and _STAFF.match(_next(query))):
            return STAFF_ENTRANCE
        if method == "POST" and _PHOTO.match(path):
            return PHOTOS
        return PAGES

    return lane_of


def _next(query: str) -> str:
    """Where somebody goes on to after signing in."""
    try:
        return parse_qs(query, max_num_fields=20).get("next", [""])[0]
    except ValueError:
        return ""


def _is_staff(site: Flask, cookies: str) -> bool:
    sent = parse_cookie(cookies).get(site.config["SESSION_COOKIE_NAME"])
    signer = SecureCookieSessionInterface().get_signing_serializer(site)
    if not sent or signer is None:
        return False
    try:
        return bool(
            signer.loads(sent, max_age=int(site.permanent_session_lifetime.total_seconds()))[STAFF_MARK]
        )
    except (BadData, KeyError):
        return False
