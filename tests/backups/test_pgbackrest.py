"""PostgreSQL by pgBackRest, rehearsed: a full backup and the archive while people register, everything lost, restored to a moment."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from ncre.bootstrap import Container
from ncre.ledger.guard import LedgerBroken
from ncre.projections.maintenance.checking import check_against_log
from ncre.services.erasure.reapplying import ErasuresMissing
from tests.drills.cluster.daemons import Daemon, given_to_servers, until
from tests.drills.cluster.parts import AS_SERVER, DEBIAN
from tests.handlers.ground import Walker, open_exam
from tests.services.erasure.test_erasing import erase
from tests.support.containers import container_on
from tests.support.people import Clock, somebody
from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
SERVERS = sorted(DEBIAN.glob("*/bin/postgres"))
MISSING = [
    name
    for name, there in {
        "pgbackrest": shutil.which("pgbackrest"),
        "postgresql": SERVERS,
        "setpriv": os.geteuid() or shutil.which("setpriv"),
    }.items()
    if not there
]
pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(bool(MISSING), reason=f"not on this machine: {MISSING}"),
]


@dataclass
class Server:
    """A PostgreSQL of the system that archives as `deploy/` says, and its repository elsewhere."""

    folder: Path
    port: int

    @property
    def data(self) -> Path:
        return self.folder / "pg"

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/ncre"

    def make(self, settings: str, *options: str) -> None:
        """An empty cluster on loopback, with these lines more in postgresql.conf and these options of initdb."""
        initdb = str(SERVERS[-1].with_name("initdb"))
        usual = ("-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8")
        self.run(initdb, "-D", str(self.data), *usual, *options)
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(f"listen_addresses = '127.0.0.1'\nport = {self.port}\nshared_buffers = 32MB\n")
            file.write(f"unix_socket_directories = '{self.folder}'\n{settings}\n")

    def pgbackrest(self, *words: str) -> str:
        command = ["pgbackrest", f"--config={self.folder}/pgbackrest.conf", "--stanza=ncre", *words]
        return self.run(*command)

    def run(self, *command: str) -> str:
        said = subprocess.run([*AS_SERVER, *command], cwd=self.folder, capture_output=True, text=True)
        assert said.returncode == 0, said.stdout + said.stderr
        return said.stdout

    def ask(self, statement: str, database: str = "ncre") -> str:
        where = f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"
        with psycopg.connect(where, autocommit=True) as connection:
            found = connection.execute(statement.encode())
            return str(found.fetchone()) if found.description else ""

    @contextmanager
    def running(self) -> Iterator[None]:
        daemon = Daemon(
            "postgres",
            [str(SERVERS[-1]), "-D", str(self.data)],
            self.folder,
            {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        )
        daemon.start()
        try:
            until(self._answers, 120, f"PostgreSQL answers ({daemon.said[-500:]})")
            yield
        finally:
            os.kill(daemon.pid, 2)  # fast shutdown
            daemon.end(60)

    def _answers(self) -> bool:
        try:
            return self.ask("SELECT pg_is_in_recovery()", "postgres") == "(False,)"
        except psycopg.OperationalError:
            return False


@pytest.fixture
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="ncre-pgbackrest-"))
    server = Server(folder, free_port())
    for name in ("repository", "spool", "log", "lock"):
        (folder / name).mkdir()
    deployed = (ROOT / "deploy" / "pgbackrest" / "pgbackrest.conf").read_text()
    changes = {
        "/var/lib/pgbackrest": f"{folder}/repository",
        "PASSPHRASE": "of this test alone",
        "/var/lib/postgresql/ncre": str(server.data),
        "/var/run/postgresql": str(folder),
    }
    for before, after in changes.items():
        assert before in deployed
        deployed = deployed.replace(before, after)
    places = "".join(f"{name}-path={folder}/{name}\n" for name in ("spool", "log", "lock"))
    deployed = deployed.replace("[global]\n", f"[global]\n{places}", 1)
    (folder / "pgbackrest.conf").write_text(f"{deployed}pg1-port={server.port}\n")
    for path in (folder, *folder.iterdir()):
        given_to_servers(path)
    push = f"pgbackrest --config={folder}/pgbackrest.conf --stanza=ncre archive-push %p"
    server.make(f"archive_mode = on\narchive_command = '{push}'", "-k")
    yield server
    shutil.rmtree(folder, ignore_errors=True)


def registered(container: Container, many: int) -> list[Walker]:
    walkers = [Walker(container) for _ in range(many)]
    for walker in walkers:
        walker.submitted()
    return walkers


def there(container: Container, walkers: list[Walker]) -> int:
    with container.database.reading() as connection:
        store = container.command_handler.store
        return sum(len(store.history(connection, walker.id, opened=False)) == 3 for walker in walkers)


def test_everything_up_to_a_moment_comes_back_and_nobody_who_was_erased(
    server: Server, tmp_path: Path, clock: Clock
) -> None:
    with server.running():
        server.ask("CREATE DATABASE ncre", "postgres")
        container = container_on(server.url, tmp_path / "data", clock)
        container.migrate()
        open_exam(container)
        server.pgbackrest("stanza-create")
        first = registered(container, 3)
        server.pgbackrest("--type=full", "backup")
        second = registered(container, 3)
        person = somebody(container, "liqiang")
        container.sealer.catch_up()
        moment = server.ask("SELECT now()::text").strip("(',)")
        server.ask("SELECT pg_sleep(1)")
        afterwards = registered(container, 2)
        clock.advance(minutes=5)
        container.sealer.catch_up()
        erase(container, person)
        server.ask("SELECT pg_switch_wal()")
        server.pgbackrest("check")
        container.close()
    shutil.rmtree(server.data)

    server.data.mkdir()
    given_to_servers(server.data)
    server.data.chmod(0o700)
    server.pgbackrest("--type=time", f"--target={moment}", "--target-action=promote", "restore")
    with server.running():
        restored = container_on(server.url, tmp_path / "data", clock)
        assert (there(restored, first), there(restored, second), there(restored, afterwards)) == (3, 3, 0)
        with pytest.raises(LedgerBroken, match="older backup"):
            restored.assert_ready()
        restored.settings.ledger_anchor.unlink()
        with pytest.raises(ErasuresMissing):
            restored.assert_ready()
        restored.assert_readable()
        assert restored.erasures.reapplying.apply() == 1
        restored.assert_ready()
        handler = restored.command_handler
        assert check_against_log(restored.database, handler.store, handler.listeners).sound
        assert len(registered(restored, 1)) == 1
        assert "of this test alone" not in server.pgbackrest("info")
        restored.close()
