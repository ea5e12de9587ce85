"""A cursor of psycopg that tells no more of its columns than SQLAlchemy reads."""

from __future__ import annotations

from typing import Any

from psycopg import Cursor
from psycopg.pq import ExecStatus


class PlainCursor(Cursor[Any]):
    """psycopg's own, with columns as plain tuples of name and type; psycopg looks each type up anew in each answer."""

    @property
    def description(self) -> Any:
        found = self.pgresult
        if found is None or found.status != ExecStatus.TUPLES_OK:
            return None
        return [
            ((found.fname(column) or b"").decode(), found.ftype(column), None, None, None, None, None)
            for column in range(found.nfields)
        ]
