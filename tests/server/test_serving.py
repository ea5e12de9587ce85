"""Servers start, stop and restart without dropping what is under way; processes are watched over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from ncre.server import serving
from ncre.server.serving import listen
from ncre.server.wsgi import IN_FLIGHT
from tests.server.ground import Caller, call, served, until
from tests.server.test_gate import Parts
from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}


@contextmanager
def running(processes: int, *more: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server in `processes` processes of its own; 0: in the one that was started."""
    port = free_port()
    command = [sys.executable, "-m", "tests.server.processes", str(port), str(processes), *more]
    process = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE)
    try:
        until(lambda: answered(port) or process.poll() is not None, 60)
        yield process, port
    finally:
        process.kill()
        process.communicate()


def answered(port: int) -> int:
    """The process that answers, or 0."""
    try:
        return int(call(port).body or 0)
    except OSError:
        return 0


def seen(port: int, times: int = 30) -> set[int]:
    return {answered(port) for _ in range(times)} - {0}


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_is_under_way_is_finished_when_the_server_stops(processes: int, number: signal.Signals) -> None:
    with running(processes) as (process, port), ThreadPoolExecutor(4) as callers:
        slow = [callers.submit(call, port, "/slow") for _ in range(4)]
        time.sleep(0.4)
        process.send_signal(number)
        assert [one.result().status for one in slow] == [200] * 4
        assert process.wait(20) == 0
        with pytest.raises(OSError):  # noqa: PT011 - refused, or reset
            call(port)


def test_processes_are_replaced_one_by_one_without_an_unanswered_request() -> None:
    with running(2) as (process, port):
        until(lambda: len(seen(port)) == 2)
        before = seen(port)
        process.send_signal(signal.SIGHUP)
        answers = []

        def replaced() -> bool:
            answers.extend(call(port) for _ in range(20))
            return not any(alive(one) for one in before)

        until(replaced, 60)
        assert {heard.status for heard in answers} == {200}
        assert len(seen(port)) == 2


def test_a_process_that_dies_is_replaced() -> None:
    with running(2) as (_, port):
        until(lambda: len(seen(port)) == 2)
        killed = min(seen(port))
        os.kill(killed, signal.SIGKILL)
        until(lambda: killed not in seen(port) and len(seen(port)) == 2, 60)


def test_processes_end_when_the_one_that_watches_over_them_is_killed() -> None:
    with running(2) as (process, port):
        until(lambda: len(seen(port)) == 2)
        orphans = seen(port)
        process.kill()
        process.wait()
        until(lambda: not any(alive(one) for one in orphans), 20)


def test_a_server_that_cannot_start_says_why_and_ends() -> None:
    with running(2, "broken") as (process, _):
        _, said = process.communicate(timeout=60)
        assert process.returncode is not None
        assert "there is nothing to serve" in said.decode()


def test_a_socket_that_was_handed_over_is_served() -> None:
    """As systemd does it: it holds the port while the service restarts, and nobody is refused meanwhile."""
    with listen("127.0.0.1", 0) as held:
        port = held.getsockname()[1]
        script = (
            "import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()));"
            "os.execv(sys.executable, [sys.executable, '-m', 'tests.server.processes', '0', '0'])"
        )
        for _ in range(2):
            command = [sys.executable, "-c", script, str(held.fileno())]
            process = subprocess.Popen(command, env=ENVIRONMENT, pass_fds=(held.fileno(),))
            assert int(call(port).body) == process.pid
            process.terminate()
            assert process.wait(20) == 0


def test_the_loop_is_uvloop_and_asyncios_own_where_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert serving._config(object()).loop == "uvloop"
    monkeypatch.setitem(sys.modules, "uvloop", None)
    monkeypatch.setattr(serving, "find_spec", lambda _name: None)
    assert serving._config(object()).loop == "asyncio"


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_either_loop_keeps_the_time_of_its_clients(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All other tests of the server run on the first; what differs between loops is how they write and let go."""
    monkeypatch.setattr(serving, "loop_name", lambda: loop)
    application = Parts(100_000)
    with served(application) as port:
        assert call(port, "/quick").body == b"hello /quick"
        with Caller(port) as slow:
            slow.says("POST /quick HTTP/1.1\nHost: x\nContent-Length: 500\n\n", b"x")
            assert slow.hears().status == 408
        with Caller(port) as reader:
            reader.asks()
            until(lambda: application.made > IN_FLIGHT)
        assert application.closed.wait(5), "nothing more is made for a reader who left"
        assert application.made < 10_000
