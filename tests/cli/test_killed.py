"""Commands that are killed midway leave everything as it was, and do all of it when they are run again; upgrades while serving."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from ncre.bootstrap import Container
from ncre.store.database import Database
from ncre.store.migrated import MIGRATIONS, newest_migrations
from tests.support.containers import container_on, development, open_round
from tests.support.people import REVIEWER, SITE, approved, somebody
from tests.support.ports import free_port
from tests.support.served import Browser, serving

pytest_plugins = ["tests.support.databases"]

SOURCE = Path(__file__).parents[2] / "src"

KILLED_SEATING = """
import sys, time
from pathlib import Path
from ncre.handlers.command_handler import CommandHandler
project = CommandHandler._project

def halfway(self, connection, recorded):
    project(self, connection, recorded)
    if any(type(fact).__name__ == "SeatAssigned" for fact in recorded):
        Path(sys.argv.pop()).touch()
        time.sleep(60)

CommandHandler._project = halfway
from ncre.cli.main import main
main(sys.argv[1:-1])
"""
"""`ncre` that stops with its facts and rows written, before they are committed, and waits to be killed."""

MIGRATING = """
import sys
from pathlib import Path
from ncre.store import database, migrated
database.MIGRATIONS = migrated.MIGRATIONS = Path(sys.argv[1])
database.Database(sys.argv[2]).migrate()
"""

REVISION = '''
"""A table more."""
import os, time
from pathlib import Path
from alembic import op
import sqlalchemy as sa

revision = "next"
down_revision = "{before}"
branch_labels = depends_on = None

def upgrade():
    op.create_table("of_the_next_release", sa.Column("id", sa.Integer, primary_key=True))
    if marker := os.environ.get("HALFWAY"):
        Path(marker).touch()
        time.sleep(60)
'''


@pytest.fixture
def lived(database_url: str, tmp_path: Path) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data")
    open_round(container)
    container.key_checks.record()
    yield container
    container.close()


def environment_of(container: Container) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("NCRE_")},
        **development(container.settings.data, NCRE_DATABASE_URL=container.settings.database_url),
        "PYTHONPATH": str(SOURCE),
    }


@pytest.fixture
def next_release(tmp_path: Path) -> Path:
    """The migrations of a release with one table more."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    (before,) = newest_migrations()
    (folder / "versions" / "9999_next.py").write_text(REVISION.format(before=before))
    return folder


def killed_halfway(code: str, marker: Path, environment: dict[str, str], *arguments: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], env=environment)
    deadline = time.monotonic() + 60
    try:
        while not marker.exists():
            assert process.poll() is None, process.returncode
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait()


def seats(container: Container) -> int:
    with container.database.reading() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM tickets")) or 0)


def test_a_seating_killed_midway_seated_nobody_and_is_run_again(lived: Container, tmp_path: Path) -> None:
    candidate = somebody(lived)
    candidate.until_waiting()
    approved(lived, candidate, REVIEWER)
    candidate.pays()
    lived.staff_provisioning.make("kaowu", "long enough for everybody", *_office())
    command = ("seat", SITE, "--yes", "--as", "kaowu")
    environment, marker = environment_of(lived), tmp_path / "halfway"
    killed_halfway(KILLED_SEATING, marker, environment, *command, str(marker))
    assert seats(lived) == 0
    ncre = [sys.executable, "-m", "ncre"]
    for again in ((*ncre, "projections", "check"), (*ncre, *command), (*ncre, "projections", "check")):
        done = subprocess.run(again, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done
    assert seats(lived) == 2


def _office() -> tuple[object, ...]:
    from ncre.domain.registration.vocabulary import Role

    return (Role.OFFICE, frozenset[str](), "a test")


def test_a_migration_killed_midway_changed_nothing_and_is_run_again(
    lived: Container, tmp_path: Path, next_release: Path
) -> None:
    url, marker = lived.settings.database_url, tmp_path / "halfway"
    environment = environment_of(lived)
    killed_halfway(MIGRATING, marker, {**environment, "HALFWAY": str(marker)}, str(next_release), url)
    lived.assert_ready()
    assert "of_the_next_release" not in _tables(lived.database)
    subprocess.run([sys.executable, "-c", MIGRATING, str(next_release), url], env=environment, check=True)
    assert "of_the_next_release" in _tables(lived.database)


def _tables(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(inspect(connection).get_table_names())


def test_the_old_release_goes_on_answering_while_the_new_one_migrates(
    lived: Container, next_release: Path
) -> None:
    environment, port = environment_of(lived), free_port()
    stop, answers = threading.Event(), list[int]()

    def read() -> None:
        browser = Browser(port)
        while not stop.is_set():
            answers.append(browser.ask("GET", "/")[0])

    with serving(environment, port):
        reader = threading.Thread(target=read)
        reader.start()
        try:
            somebody(lived, "before").agrees()
            migrate = [sys.executable, "-c", MIGRATING, str(next_release), lived.settings.database_url]
            subprocess.run(migrate, env=environment, check=True)
            somebody(lived, "after").agrees()
            ready = Browser(port).ask("GET", "/readyz")[0]
        finally:
            stop.set()
            reader.join()
    assert answers
    assert set(answers) == {200}
    assert ready == 503, "the balancer is told"
