"""One piece of maintenance at a time on a database: what makes rows anew, or moves them away, is alone."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import text

from ncre.store.database import Database
from ncre.store.outages import DatabaseUnusable

_SPACE: Final = 0x6E637265
"""The first of the two numbers of PostgreSQL's locks; the second is made of the schema."""

_TRY: Final = text("SELECT pg_try_advisory_lock(:space, hashtext('maintenance ' || current_schema()))")
_LET_GO: Final = text("SELECT pg_advisory_unlock(:space, hashtext('maintenance ' || current_schema()))")


class UnderMaintenance(DatabaseUnusable):
    """Another process rebuilds or moves this database."""

    def __init__(self) -> None:
        super().__init__(
            "这个数据库正在重建或迁移，请等它结束再试 / this database is being rebuilt or moved by another process: wait "
            "until that has ended"
        )


@contextmanager
def maintenance(database: Database) -> Iterator[None]:
    """Alone until the block ends, or the process does. Raises UnderMaintenance at once where somebody else is at it."""
    if database.file is None:
        with _locked_by_postgresql(database):
            yield
        return
    with _locked_beside(database.file):
        yield


@contextmanager
def _locked_by_postgresql(database: Database) -> Iterator[None]:
    """The lock is the connection's, and goes with it where the process is killed."""
    with database.reading() as connection:
        if not connection.scalar(_TRY, {"space": _SPACE}):
            raise UnderMaintenance
        try:
            yield
        finally:
            connection.execute(_LET_GO, {"space": _SPACE})


@contextmanager
def _locked_beside(file: Path) -> Iterator[None]:
    handle = os.open(f"{file}.maintenance", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UnderMaintenance from None
        yield
    finally:
        os.close(handle)
