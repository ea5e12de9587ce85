"""Which version of the schema a database has, and which is the newest."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

MIGRATIONS: Final = Path(__file__).parent.parent / "migrations"

_REVISION: Final = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
_DOWN_REVISION: Final = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)


@cache
def newest_migrations() -> frozenset[str]:
    """The migrations on which no other stands; their files do not change while a process runs.

    Read from the files: Alembic costs more than a whole start.
    """
    files = [path.read_text(encoding="utf-8") for path in (MIGRATIONS / "versions").glob("*.py")]
    revisions = {found[1] for text in files if (found := _REVISION.search(text))}
    return frozenset(revisions - {found[1] for text in files if (found := _DOWN_REVISION.search(text))})


def migrated_to(connection: Connection) -> frozenset[str]:
    """The migrations at which a database stands; none where it has no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return frozenset()
    return frozenset(connection.scalars(text("SELECT version_num FROM alembic_version")))


def named(heads: frozenset[str]) -> str:
    """Versions of the schema for a message."""
    return "version " + ", ".join(sorted(heads)) if heads else "no version"
