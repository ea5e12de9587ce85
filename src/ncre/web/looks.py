"""Looks at private details: recorded before anything is opened, once for a session and a version."""

from __future__ import annotations

from typing import Final

from flask import session

from ncre.projections.base import Row
from ncre.web.who import account, house

KEY: Final = "looked"

MOST: Final = 30
"""Looks a session remembers, newest last; a forgotten one is recorded again. The cookie stays small."""


def look(row: Row, purpose: str) -> None:
    """Record that staff are about to see the private details; raises if that cannot be done."""
    if looked(row, purpose):
        return
    house().application.look(row["id"], account().actor, purpose)
    session[KEY] = [*session.get(KEY, []), _mark(row, purpose)][-MOST:]


def looked(row: Row, purpose: str) -> bool:
    """Whether this session recorded a look at this version for this purpose."""
    return _mark(row, purpose) in session.get(KEY, [])


def _mark(row: Row, purpose: str) -> str:
    return f"{row['id'].hex}.{row['version']}.{purpose}"
