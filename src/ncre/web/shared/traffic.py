"""Which lane a request belongs to, and how large its body may be: told by its head alone, before any page is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qs

from flask import Flask
from werkzeug.http import parse_cookie

from ncre.domain.registration.vocabulary import Role
from ncre.identity.sessions import LONGEST
from ncre.web.session_cookies import SessionCookies

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

QUEUES: Final = "queues"
"""In the signed session of a candidate who came in by the entrance of staff."""

LANE: Final = "ncre.lane"
"""Where the front names, in a request's environment, the lane in which it was let in."""

QUEUED: Final = (PAGES, PHOTOS)
"""Lanes that the waiting room stands before: candidates' own."""

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
    return bool(_session(site, cookies, site.permanent_session_lifetime).get(STAFF_MARK))


def signed_in(site: Flask) -> Callable[[str], bool]:
    """Whether cookies are those of somebody who signed in inside lately: the waiting room lets them pass.

    A candidate who signed in at the entrance of staff, where nobody queues, still stands in the queue.
    """

    def inside(cookies: str) -> bool:
        found = _session(site, cookies, LONGEST[Role.CANDIDATE]) if cookies else {}
        return "token" in found and not found.get(QUEUES)

    return inside


def _session(site: Flask, cookies: str, lives: timedelta) -> Mapping[str, Any]:
    """What the signed session holds; nothing where it is not ours or over."""
    sent = parse_cookie(cookies).get(site.config["SESSION_COOKIE_NAME"], "")
    signed = site.session_interface
    assert isinstance(signed, SessionCookies)
    return signed.read(sent, int(lives.total_seconds()))
