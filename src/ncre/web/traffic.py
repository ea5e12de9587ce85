"""Which lane a request belongs to, and how large its body may be: by its path alone, before any page is asked."""

from __future__ import annotations

import re
from typing import Final

FORM: Final = 1_000_000
"""Bytes of a form."""

PHOTO: Final = 10_000_000
"""Bytes of a picture: a phone's own is let in whole, so that the page can crop it or say what to do about it."""

AROUND: Final = 100_000
"""Bytes of what a form puts around its picture."""

PAGES: Final = "pages"
PHOTOS: Final = "photos"
STAFF: Final = "staff"
MACHINES: Final = "machines"
FILES: Final = "files"

_PHOTO: Final = re.compile(r"/registrations/[^/]+/photo")
_STAFF: Final = re.compile(r"/(staff|office|audit)(/|$)")


def largest_body(method: str, path: str) -> int:
    """Bytes that this address takes at the most."""
    return PHOTO + AROUND if method == "POST" and _PHOTO.fullmatch(path) else FORM


def lane_of(method: str, path: str) -> str:
    """Candidates wait for each other alone: not for staff, payment notices or styles, nor these for them."""
    if method == "POST" and path.startswith("/notices/"):
        return MACHINES
    if _STAFF.match(path):
        return STAFF
    if path.startswith("/static/"):
        return FILES
    if method == "POST" and _PHOTO.match(path):
        return PHOTOS
    return PAGES
