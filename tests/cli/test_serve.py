"""`ncre serve`: in one process or several, stopped without an answer lost, and quiet in its log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.server.ground import call, until
from tests.support.containers import installed
from tests.support.people import SECRET
from tests.support.ports import free_port

SOURCE = Path(__file__).parents[2] / "src"


@contextmanager
def serving(url: str, folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A running `ncre serve`; what it says goes to a pipe."""
    port = free_port()
    settings = {
        "NCRE_DATA": str(folder),
        "NCRE_DATABASE_URL": url,
        "NCRE_SECRET": SECRET.hex(),
        "NCRE_CAPTCHA": "never",
        "NCRE_PRODUCTION": "0",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NCRE_")}
    environment = {**kept, **settings, "PYTHONPATH": str(SOURCE)}
    installed(environment)
    process = subprocess.Popen(
        [sys.executable, "-m", "ncre", "serve", "--port", str(port), *more],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: answers(port) or process.poll() is not None, 120)
        yield process, port
    finally:
        process.kill()
        process.communicate()


def answers(port: int) -> bool:
    try:
        return call(port).status == 200
    except OSError:
        return False


def children(process: int) -> set[int]:
    """Child processes that serve; the one that tracks resources does not."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return {int(one) for one in listed if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()}


def test_a_server_is_quiet_and_ends_as_it_was_asked_to(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path) as (process, port):
        with ThreadPoolExecutor(40) as callers:
            assert {heard.status for heard in callers.map(lambda _: call(port), range(200))} == {200}
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert [line for line in process.stderr if "WARNING" in line or "ERROR" in line] == []


def test_several_processes_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    with serving(postgres_url, tmp_path, "--processes", "2") as (process, port):
        until(lambda: len(children(process.pid)) == 2)
        with ThreadPoolExecutor(20) as callers:
            assert {heard.status for heard in callers.map(lambda _: call(port), range(100))} == {200}
        serving_ = children(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert not any(Path(f"/proc/{one}").exists() for one in serving_)


def test_several_processes_on_sqlite_are_refused_in_words(ncre: Run) -> None:
    said = ncre("serve", "--processes", "2", "--port", str(free_port()))
    assert said.code == 2
    assert "SQLite 只能有一个写入进程" in said.err
    assert "NCRE_DATABASE_URL" in said.err


@pytest.mark.parametrize(
    "arguments", [("--threads", "0"), ("--threads", "99"), ("--processes", "0"), ("--processes", "9999")]
)
def test_numbers_that_cannot_be_meant_are_refused_in_words(ncre: Run, arguments: tuple[str, str]) -> None:
    said = ncre("serve", *arguments)
    assert said.code == 2
    assert arguments[0] in said.err
