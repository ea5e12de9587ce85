"""demo: everything at once, with the bundled round and stand-ins for Alipay and QQ."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from socket import socket
from threading import Event, Thread
from typing import Any

from flask import Flask

from ncre.bootstrap import build
from ncre.config import Settings, read_settings
from ncre.server import serving
from ncre.server.gate import Gate, Terms
from ncre.server.lanes import LaneTerms
from ncre.server.serving import ServerThread
from ncre.shell import demonstration
from ncre.shell.common import Misuse, log_to_stderr
from ncre.shell.serving import gate, listen, moved


def add(commands: Any) -> None:
    demo_ = commands.add_parser("demo", help="everything at once, with the bundled round")
    demo_.add_argument("--port", type=int)
    demo_.add_argument("--fresh", action="store_true", help="start over with empty data")
    demo_.set_defaults(run=demo)


def demo(asked: Namespace) -> None:
    """Prepare the data folder if need be, say who can sign in, and serve with the worker beside."""
    settings = replace(moved(read_settings(), None, asked.port), demo=True)
    with ExitStack() as opened:
        sockets = [opened.enter_context(listen(replace(settings, port=port))) for port in _ports(settings)]
        if asked.fresh:
            demonstration.clear(settings)
            settings = replace(moved(read_settings(), None, asked.port), demo=True)
        if settings.production:
            raise Misuse("演示不能在生产环境运行 / the demo does not run in production")
        log_to_stderr()
        _run(demonstration.with_qq(demonstration.with_cashier(settings)), *sockets)


def _ports(settings: Settings) -> tuple[int, int, int]:
    return settings.port, demonstration.cashier_port(settings), demonstration.qq_port(settings)


def _run(settings: Settings, pages: socket, cashier: socket, qq: socket) -> None:
    house = build(settings)
    house.database.migrate()
    demonstration.prepare(house)
    stop = Event()
    beside = [
        Thread(target=house.worker.run, args=(stop,), daemon=True),
        Thread(target=_run_cashier, args=(settings, house.clock, cashier, stop), daemon=True),
        Thread(target=_run_qq, args=(settings, house.clock, qq, stop), daemon=True),
    ]
    try:
        for thread in beside:
            thread.start()
        print(demonstration.greeting(settings), flush=True)
        serving.serve(gate(house), pages)
    finally:
        stop.set()
        for thread in beside:
            if thread.is_alive():
                thread.join(timeout=10)
        house.close()


def _run_cashier(settings: Settings, clock: Callable[[], datetime], listening: socket, stop: Event) -> None:
    """The stand-in for Alipay on the next port: its site, and its notices sent when they are due."""
    cashier = demonstration.cashier(settings, clock)
    server = ServerThread(_stand_in(cashier.site), listening)
    while not stop.wait(1.0):
        cashier.notices.deliver_due()
    server.stop()
    cashier.pages.close()


def _run_qq(settings: Settings, clock: Callable[[], datetime], listening: socket, stop: Event) -> None:
    """The stand-in for QQ on the port after the cashier's."""
    server = ServerThread(_stand_in(demonstration.qq(settings, clock)), listening)
    stop.wait()
    server.stop()


def _stand_in(site: Flask) -> Gate:
    """One lane for everybody."""
    terms = Terms((LaneTerms("all", 4),), lambda *_: "all", lambda _method, _path: 1_000_000)
    return Gate(site, terms)
