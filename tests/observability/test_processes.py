"""Metrics of running processes: on a port of their own, of all processes together, and never in the way of the pages."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from ncre.observability.listener import PREFIX, metrics_shown, shared_counters
from tests.cli.conftest import Run
from tests.cli.test_serve import SOURCE, answers, children
from tests.observability.exposed import value
from tests.server.ground import call, until
from tests.support.containers import development, installed
from tests.support.ports import free_port


def read(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


@contextmanager
def serving(folder: Path, *more: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NCRE_")}
    environment = {
        **kept,
        **development(folder, NCRE_CAPTCHA="never", **settings),
        "PYTHONPATH": str(SOURCE),
    }
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


def served(port: int) -> float:
    text = read(port)
    return value("ncre_request_seconds_count", text, route="/healthz")


def test_all_processes_are_counted_together_and_the_dead_wait_no_more(
    postgres_url: str, tmp_path: Path
) -> None:
    metrics_port = free_port()
    settings = {"NCRE_DATABASE_URL": postgres_url, "NCRE_METRICS_PORT": str(metrics_port)}
    with serving(tmp_path, "--processes", "2", **settings) as (process, port):
        until(lambda: len(children(process.pid)) == 2)
        before = served(metrics_port)
        assert {call(port, "/healthz").status for _ in range(40)} == {200}
        until(lambda: served(metrics_port) >= before + 40)
        pool = value("ncre_pool_connections", read(metrics_port))
        first = min(children(process.pid))
        os.kill(first, signal.SIGKILL)
        until(lambda: len(children(process.pid) - {first}) == 2, 60)
        until(lambda: value("ncre_pool_connections", read(metrics_port)) == pool, 60)
        assert served(metrics_port) >= before + 40


def test_a_port_that_is_taken_stops_nothing(sqlite_url: str, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = {"NCRE_METRICS_PORT": str(taken.getsockname()[1])}
        with serving(tmp_path, NCRE_DATABASE_URL=sqlite_url, **settings) as (process, port):
            assert call(port).status == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
            assert process.stderr is not None
            assert "metrics cannot be shown" in process.stderr.read()


def test_the_pages_do_not_show_them(site: Flask) -> None:
    assert site.test_client().get("/metrics", base_url="https://localhost").status_code == 404


def test_they_are_shown_on_this_machine_and_no_longer_than_the_process_works() -> None:
    port = free_port()
    with metrics_shown("127.0.0.1", port):
        assert "ncre_requests" in read(port)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_top_shows_what_waits_and_what_happens(ncre: Run) -> None:
    port = free_port()
    with metrics_shown("127.0.0.1", port):
        said = ncre("--lang", "en", "top", "--once", "--url", f"http://127.0.0.1:{port}/metrics")
    assert said.code == 0
    assert "waiting and late" in said.out
    said = ncre("top", "--once", "--url", f"http://127.0.0.1:{port}/metrics")
    assert said.code == 1
    assert "没有回答" in said.out


def test_top_without_metrics_says_what_to_set(ncre: Run) -> None:
    said = ncre("top", "--once")
    assert said.code == 2
    assert "NCRE_METRICS_PORT" in said.err


def test_a_worker_shows_what_waits_and_ends_as_it_was_asked_to(sqlite_url: str, tmp_path: Path) -> None:
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NCRE_")}
    settings = development(tmp_path, NCRE_DATABASE_URL=sqlite_url, NCRE_WORKER_METRICS_PORT=str(port))
    environment = {**kept, **settings, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-m", "ncre"]
    installed(environment)
    process = subprocess.Popen(
        [*command, "worker", "--every", "0.2"], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: "ncre_worker_age_seconds" in shown_at(port), 60)
        assert value("ncre_database_up", shown_at(port)) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()


def shown_at(port: int) -> str:
    try:
        return read(port)
    except OSError:
        return ""


def test_every_line_of_a_server_is_json_where_it_is_asked_for(sqlite_url: str, tmp_path: Path) -> None:
    settings = {"NCRE_DATABASE_URL": sqlite_url, "NCRE_LOG_FORMAT": "json"}
    tmp_path.chmod(0o700)
    with serving(tmp_path, **settings) as (process, port):
        assert call(port, "/healthz").status == 200
        assert call(port, "/sign-in").status == 200
        assert call(port, "/no/such/page").status == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert process.stderr is not None
        lines = [json.loads(line) for line in process.stderr.read().splitlines()]
    routes = [line["route"] for line in lines if line["logger"] == "ncre.request"]
    assert {"/sign-in", "(none)"} <= set(routes)
    assert "/healthz" not in routes
    assert len({line["request_id"] for line in lines if "request_id" in line}) == len(routes)


def test_the_counters_of_a_process_that_was_killed_are_removed_by_the_next() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    with shared_counters() as first:
        left = first.with_name(f"{PREFIX}{gone.pid}-left")
        left.mkdir()
        with shared_counters() as second:
            assert first.exists()
            assert not left.exists()
        assert not second.exists()


def test_the_file_that_a_process_is_just_making_is_left_for_the_next_look(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / f"counter_{os.getpid()}.db").touch()
    with metrics_shown("127.0.0.1", port, folder=tmp_path):
        assert not read(port)
