"""Runs a gate on a listening socket: in this process, in a thread, or in several processes."""

from __future__ import annotations

import gc
import logging
import os
import socket
import sys
from collections.abc import Callable
from importlib.util import find_spec
from multiprocessing import parent_process
from signal import SIGINT, SIGTERM, signal
from threading import Thread
from typing import Any, Final

from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from ncre.server.by_host import ByHost
from ncre.server.connections import ARRIVAL_SECONDS, Connection
from ncre.server.gate import Gate

log = logging.getLogger("ncre.server")

Served = Gate | ByHost

BACKLOG: Final = 2048
UNREAD_SECONDS: Final = 30
"""After which a client that acknowledges nothing is given up by the system."""

STOPPING_SECONDS: Final = 25
"""For answers under way when the server is told to stop. Systems that stop services wait longer by default."""

NEWCOMERS: Final = 20_000
"""Objects that may be new before garbage in rings is looked for: some ten pages, a few megabytes."""

START_SECONDS: Final = 20
"""In which a process must answer whether it lives, and a new one must serve."""


def listen(host: str, port: int) -> socket.socket:
    """An open port; whoever comes from now on is answered once a server runs on it. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        return prepared(listening)
    except BaseException:
        listening.close()
        raise


def prepared(listening: socket.socket) -> socket.socket:
    """The socket, listening, with the options that every connection inherits."""
    if hasattr(socket, "TCP_USER_TIMEOUT") and listening.family in (socket.AF_INET, socket.AF_INET6):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
    listening.listen(BACKLOG)
    listening.set_inheritable(True)
    return listening


def handed_over() -> socket.socket | None:
    """The socket that systemd opened for this process, which outlives its restarts; see `deploy/systemd`."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS") != "1":
        return None
    return prepared(socket.socket(fileno=3))


def serve(gate: Served, listening: socket.socket) -> None:
    """Until SIGINT or SIGTERM; answers under way are finished, nobody new is let in."""
    _freeze()
    server = Server(_config(gate))
    for number in (
        SIGINT,
        SIGTERM,
    ):  # uvicorn raises them again once it has ended; one that comes before counts too
        signal(number, server.handle_exit)
    server.run([listening])


class ServerThread:
    """A server beside the main thread."""

    def __init__(self, gate: Gate, listening: socket.socket) -> None:
        self._server = Server(_config(gate))
        self._thread = Thread(target=self._server.run, args=([listening],), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the answers under way; returns once they are."""
        self._server.should_exit = True
        self._thread.join()


def serve_in_processes(
    build_container: Callable[[], Served],
    listening: socket.socket,
    processes: int,
    start_seconds: int = START_SECONDS,
) -> None:
    """Several processes on one socket, each with a gate that `build` (a module's function) makes there.

    SIGTERM stops all; SIGHUP replaces one after the other, each once its successor answers; one that dies is replaced.
    """
    config = _config(_Started(build_container), factory=True, workers=processes)
    config.timeout_worker_healthcheck = start_seconds
    Multiprocess(config, [listening]).run()


class _Started:
    """Makes the gate in its own process, which ends when the one that watches over it has gone."""

    def __init__(self, build_container: Callable[[], Served]) -> None:
        self._build = build_container

    def __call__(self) -> Served:
        Thread(target=_end_with_parent, daemon=True).start()
        try:
            gate = self._build()
        except Exception as error:
            log.error("this process cannot serve: %s", error)
            sys.exit(STARTUP_FAILURE)
        _freeze()
        return gate


def _freeze() -> None:
    """What stands by now stays: looking through it for garbage again and again costs a page of events a third.

    What a request makes is mostly gone by itself when it ends, so newcomers are looked through seldom.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEWCOMERS)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), SIGTERM)


def loop_name() -> str:
    """uvloop, which costs half a millisecond less a request (decision 92); asyncio's own loop where that is not installed."""
    return "uvloop" if find_spec("uvloop") is not None else "asyncio"


def _config(application: Any, factory: bool = False, workers: int = 1) -> Config:
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    return Config(
        application,
        factory=factory,
        workers=workers,
        http=Connection,
        ws="none",
        loop=loop_name(),
        interface="asgi3",
        lifespan="on",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=int(ARRIVAL_SECONDS),
        timeout_graceful_shutdown=STOPPING_SECONDS,
    )
