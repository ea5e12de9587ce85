"""demo: everything at once, with the bundled round and stand-ins for Alipay and QQ."""

from __future__ import annotations

import logging
import os
from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from socket import socket
from threading import Event, Thread
from typing import Any, Final

from flask import Flask

from ncre.bootstrap import build_container
from ncre.cli.common import Misuse
from ncre.cli.logs import log_to_stderr
from ncre.cli.processes import demonstration, sealing
from ncre.cli.processes.installing import new_installation, warn_of_open_files
from ncre.cli.processes.serve import gate, listen, moved, with_connections
from ncre.config import Misconfigured, Settings, inspect_settings
from ncre.server import serving
from ncre.server.gate import Gate, GateTerms
from ncre.server.lanes import LaneTerms
from ncre.server.serving import ServerThread
from ncre.supervision import repeat

MOST_PORT: Final = 65533


def add(commands: Any) -> None:
    demo_ = commands.add_parser("demo", help="everything at once, with the bundled round")
    demo_.add_argument(
        "--port", type=int, help="the port of the pages; the two after it are the cashier's and QQ's"
    )
    demo_.add_argument("--fresh", action="store_true", help="start over with empty data")
    demo_.set_defaults(run=demo)


def demo(args: Namespace) -> None:
    """Prepare the data folder if need be, say who can sign in, and serve with the worker beside."""
    environment = {**os.environ, "NCRE_DEMO": "1"}
    planned = moved(_accepted(environment), None, args.port)
    with ExitStack() as opened:
        sockets = [
            opened.enter_context(listen(replace(planned, port=port), _advice(planned)))
            for port in _ports(planned)
        ]
        if args.fresh:
            demonstration.clear(planned)
        settings = moved(new_installation(environment), None, args.port)
        log_to_stderr()
        _run(demonstration.with_qq(demonstration.with_cashier(settings)), *sockets)


def _accepted(environment: Mapping[str, str]) -> Settings:
    """Settings without the secret, which may not be made yet. Raises Misconfigured."""
    found = inspect_settings(environment)
    if found.problems:
        raise Misconfigured(*found.problems)
    return found.settings


def _ports(settings: Settings) -> tuple[int, int, int]:
    if settings.port > MOST_PORT:
        raise Misuse(
            f"演示的端口最大为 {MOST_PORT}：其后两个也要用",
            f"a demo's port is {MOST_PORT} at most: it uses the two after it",
        )
    return settings.port, demonstration.cashier_port(settings), demonstration.qq_port(settings)


def _advice(settings: Settings) -> tuple[str, str]:
    """The demo needs three ports; the option is the command's, or the variable of `make demo`."""
    pages, cashier, qq = _ports(settings)
    return (
        f"演示要用 {pages}（网页）、{cashier}（收银台）、{qq}（QQ）三个端口，请用 --port（make demo 则用 PORT=）另选",
        f"the demo needs the ports {pages} (pages), {cashier} (cashier) and {qq} (QQ): choose others with --port, or "
        "PORT= of make demo",
    )


def _run(settings: Settings, pages: socket, cashier: socket, qq: socket) -> None:
    container = build_container(with_connections(settings))
    container.migrate()
    warn_of_open_files(settings)
    demonstration.prepare(container)
    stop = Event()
    beside = [
        Thread(target=container.worker.run, args=(stop,), daemon=True),
        Thread(target=sealing.run, args=(container.sealer, stop), daemon=True),
        Thread(target=_run_cashier, args=(settings, container.clock, cashier, stop), daemon=True),
        Thread(target=_run_qq, args=(settings, container.clock, qq, stop), daemon=True),
    ]
    try:
        for thread in beside:
            thread.start()
        print(demonstration.greeting(settings), flush=True)
        serving.serve(gate(container), pages)
    finally:
        stop.set()
        for thread in beside:
            if thread.is_alive():
                thread.join(timeout=10)
        container.close()


def _run_cashier(settings: Settings, clock: Callable[[], datetime], listening: socket, stop: Event) -> None:
    """The stand-in for Alipay on the next port: its site, and its notices sent when they are due."""
    cashier = demonstration.cashier(settings, clock)
    server = ServerThread(_stand_in(cashier.site), listening)
    repeat(
        cashier.notices.deliver_due,
        "the cashier's notices",
        stop,
        1.0,
        logging.getLogger("ncre.stand_ins.alipay"),
    )
    server.stop()
    cashier.pages.close()


def _run_qq(settings: Settings, clock: Callable[[], datetime], listening: socket, stop: Event) -> None:
    """The stand-in for QQ on the port after the cashier's."""
    server = ServerThread(_stand_in(demonstration.qq(settings, clock)), listening)
    stop.wait()
    server.stop()


def _stand_in(site: Flask) -> Gate:
    """One lane for everybody."""
    terms = GateTerms((LaneTerms("all", 4),), lambda *_: "all", lambda _method, _path: 1_000_000)
    return Gate(site, terms)
