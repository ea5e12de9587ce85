"""What migrations make of nothing, made once and put in place afterwards: most of a second of CPU less each time.

Only of nothing, and only the newest version: whatever else there is, and every other process, migrates as ever.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.schema import CreateSchema

from ncre.store.database import Database
from ncre.store.schemas import schema_named_by

Migrate = Callable[..., None]
Statement = tuple[str, Any]

STATEMENTS: Final[list[Statement]] = []
"""With which migrations make the tables of PostgreSQL, each with its parameters; none before they first did."""


def once(migrate: Migrate, folder: Path) -> Migrate:
    """`Database.migrate`; `folder` is shared by all workers of a run, which make a file of SQLite once together."""

    @wraps(migrate)
    def migrated(database: Database, revision: str = "head") -> None:
        put = _put_file if database.file is not None else _put_tables
        if revision != "head" or not put(database, migrate, folder):
            migrate(database, revision)

    return migrated


def _put_file(database: Database, migrate: Migrate, folder: Path) -> bool:
    """Whether it stands now: False where there is a file already."""
    file = database.file
    assert file is not None
    if file.exists():
        return False
    whole = file.with_name(f"{file.name}-{uuid4().hex}")
    with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(_file(migrate, folder))
    try:
        os.link(whole, file)  # no other thread finds half of it
    except FileExistsError:
        return False
    finally:
        whole.unlink()
    return True


def _file(migrate: Migrate, folder: Path) -> bytes:
    made = folder / "migrated.sqlite"
    with _alone(folder / "migrating"):
        if not made.exists():
            with TemporaryDirectory(dir=folder) as apart:
                database = Database(f"sqlite:///{apart}/ncre.sqlite")
                migrate(database)
                database.close()
                Path(apart, "ncre.sqlite").rename(made)
    return made.read_bytes()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Other workers wait meanwhile."""
    with lock.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _put_tables(database: Database, migrate: Migrate, _: Path) -> bool:
    """Whether they stand now: False where there are some already, or for whoever is no superuser, as migrations do less for them."""
    with database.explained(), database.reading() as connection:
        if inspect(connection).has_table("alembic_version") or not _is_superuser(connection):
            return False
    if not STATEMENTS:
        STATEMENTS.extend(_noted(database, migrate))
        return True
    with database.explained(), database.transaction() as connection:
        if schema := schema_named_by(database._url):
            connection.execute(CreateSchema(schema, if_not_exists=True))
        for statement, parameters in STATEMENTS:
            connection.exec_driver_sql(statement, parameters or None)
    return True


def _is_superuser(connection: Connection) -> bool:
    return connection.execute(text("SELECT current_setting('is_superuser')")).scalar() == "on"


def _noted(database: Database, migrate: Migrate) -> list[Statement]:
    """What it executes, those without parameters several at a time; what only reads is left out."""
    statements: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "CREATE SCHEMA")):
            return
        if statements and not parameters and not statements[-1][1]:
            statements[-1] = (f"{statements[-1][0]};\n{statement}", None)
        else:
            statements.append((statement, parameters))

    event.listen(database._writers, "before_cursor_execute", note)
    try:
        migrate(database)
    finally:
        event.remove(database._writers, "before_cursor_execute", note)
    return statements
