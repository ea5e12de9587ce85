"""Opening private details: one rule for all pages of staff (decision record 21).

They are shown only where this session opened them: by POST, for a purpose and with a reason, which stands in the
history of the case before anything is shown. An opening counts for one version of the case. A GET opens nothing,
and auditors open nothing at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import request, session
from werkzeug.exceptions import Forbidden

from ncre.domain.registration.disclosure import MAY_OPEN, require_may_open
from ncre.projections.rows import RegistrationRow
from ncre.web.shared.auth import account, container

KEY: Final = "looked"

MOST: Final = 30
"""Openings a session remembers, newest last; a forgotten one is asked for again. The cookie stays small."""


def open_details(row: RegistrationRow, purpose: str, why: str = "") -> None:
    """From now on this session sees the private details of this version; recorded first, raises if it cannot be."""
    if request.method != "POST":
        raise Forbidden
    require_may_open(account().actor, row["site"] or "")
    if is_opened(row, purpose):
        return
    container().registrations.open_details(row["id"], account().actor, purpose, why)
    session[KEY] = [*session.get(KEY, []), _mark(row, purpose)][-MOST:]


def open_all(rows: Sequence[RegistrationRow], purpose: str, why: str) -> None:
    """`open_details` of several cases, those of them that are not open yet: all are recorded first, or none is shown."""
    if request.method != "POST":
        raise Forbidden
    new = [row for row in rows if not is_opened(row, purpose)]
    if new:
        container().registrations.open_several(new, account().actor, purpose, why)
        session[KEY] = [*session.get(KEY, []), *(_mark(row, purpose) for row in new)][-MOST:]


def is_opened(row: RegistrationRow, purpose: str) -> bool:
    """Whether this session opened this version for this purpose."""
    return account().role in MAY_OPEN and _mark(row, purpose) in session.get(KEY, [])


def go_on(row: RegistrationRow, purpose: str) -> bool:
    """`opened`, after a form was sent: whoever had opened an earlier version sees the present one, recorded too."""
    before = f"{row['id'].hex}."
    had = any(mark.startswith(before) and mark.endswith(f".{purpose}") for mark in session.get(KEY, []))
    if had and account().role in MAY_OPEN:
        open_details(row, purpose, "continued")
    return is_opened(row, purpose)


def _mark(row: RegistrationRow, purpose: str) -> str:
    return f"{row['id'].hex}.{row['version']}.{purpose}"
