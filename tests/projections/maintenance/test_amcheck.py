"""An index of PostgreSQL that lacks a row is found where amcheck is there: no page of it is damaged, and every row is read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ncre.store.integrity import damages
from tests.backups.test_pgbackrest import MISSING, Server
from tests.drills.cluster.daemons import given_to_servers
from tests.support.containers import container_on
from tests.support.people import Clock, somebody
from tests.support.ports import free_port

EXTENSION = [str(one) for one in Path("/usr/share/postgresql").glob("*/extension/amcheck.control")]
pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(
        bool({*MISSING} - {"pgbackrest"}) or not EXTENSION, reason="no PostgreSQL with amcheck"
    ),
]


@pytest.fixture
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="ncre-amcheck-"))
    server = Server(folder, free_port())
    given_to_servers(folder)
    server.make("fsync = off")
    with server.running():
        yield server
    shutil.rmtree(folder, ignore_errors=True)


def test_an_index_that_lacks_a_row_is_named(server: Server, tmp_path: Path, clock: Clock) -> None:
    server.ask("CREATE DATABASE ncre", "postgres")
    container = container_on(server.url, tmp_path / "data", clock)
    container.migrate()
    somebody(container)
    index = server.ask(
        "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid "
        "WHERE t.relname = 'accounts' AND NOT i.indisprimary ORDER BY 1 LIMIT 1"
    ).strip("(',)")
    for ready in ("false", "true"):
        server.ask(f"UPDATE pg_index SET indisready = {ready} WHERE indexrelid = '{index}'::regclass")
        if ready == "false":
            somebody(container, "liqiang")
    with container.database.transaction() as connection:
        assert damages(connection) == []
    server.ask("CREATE EXTENSION amcheck")
    with container.database.transaction() as connection:
        (damage,) = damages(connection)
    assert damage.table == "accounts"
    assert index in damage.what
    server.ask(f"REINDEX INDEX {index}")
    with container.database.transaction() as connection:
        assert damages(connection) == []
    container.close()
