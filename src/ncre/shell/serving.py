"""migrate, serve, worker and demo: the processes of an installation."""

from __future__ import annotations

import logging
import signal
import socket
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import Event, Thread
from types import FrameType
from typing import Any

from waitress import create_server

from ncre.bootstrap import House, build
from ncre.config import Settings, read_settings
from ncre.endurance import repeat
from ncre.events.database import Database
from ncre.events.outages import DatabaseFailure
from ncre.projections import all_projections
from ncre.projections.completeness import missing
from ncre.shell import demonstration
from ncre.shell.common import Misuse, house
from ncre.shell.rows import words_of
from ncre.web import create_site

THREADS = 8


def add(commands: Any) -> None:
    migrate_ = commands.add_parser("migrate", help="bring the tables to this release")
    migrate_.set_defaults(run=migrate)
    serve_ = commands.add_parser("serve", help="serve the pages until interrupted")
    serve_.add_argument("--host")
    serve_.add_argument("--port", type=int)
    serve_.add_argument("--threads", type=int, default=THREADS)
    serve_.set_defaults(run=serve)
    worker_ = commands.add_parser("worker", help="deadlines, payments asked for, refunds")
    worker_.add_argument("--once", action="store_true", help="one round, then end")
    worker_.add_argument("--every", type=float, default=5.0, help="seconds between rounds")
    worker_.set_defaults(run=worker)
    demo_ = commands.add_parser("demo", help="everything at once, with the bundled round")
    demo_.add_argument("--port", type=int)
    demo_.add_argument("--fresh", action="store_true", help="start over with empty data")
    demo_.set_defaults(run=demo)


def migrate(_: Namespace) -> int:
    """Ends with 1 where something of the schema is missing all the same, and says what brings it back."""
    database = Database(read_settings().database_url)
    database.migrate()
    with database.reading() as connection:
        gone = missing(connection, all_projections())
    database.close()
    for one in gone:
        print(words_of(one))
    return 1 if gone else 0


def serve(asked: Namespace) -> None:
    settings = replace(_moved(read_settings(), asked.host, asked.port), connections=asked.threads)
    _require_free(settings)
    _log_to_stderr()
    in_house = build(settings)
    in_house.database.assert_migrated()
    _serve(in_house, _listening(in_house, asked.threads))


def worker(asked: Namespace) -> int:
    """Rounds until interrupted, whatever happens to the database. Ends with 1 where `--once` met a failure."""
    _log_to_stderr()
    if asked.once:
        with house() as in_house:
            in_house.worker.once()
            return int(in_house.worker.in_trouble)
    stop, in_house = _stopped(), build(read_settings())
    try:
        _wait_for_database(in_house, stop, asked.every)
        in_house.worker.run(stop, asked.every)
    finally:
        in_house.close()
    return 0


def _wait_for_database(in_house: House, stop: Event, every: float) -> None:
    """Until it answers: a worker may be started before it. Raises NotMigrated."""
    while not stop.is_set():
        try:
            in_house.database.assert_migrated()
            return
        except DatabaseFailure:  # told in the log by the database itself
            stop.wait(every)


def demo(asked: Namespace) -> None:
    """Prepare the data folder if need be, say who can sign in, and serve with the worker beside."""
    settings = replace(_moved(read_settings(), None, asked.port), demo=True)
    _require_free(settings)
    if asked.fresh:
        demonstration.clear(settings)
        settings = replace(_moved(read_settings(), None, asked.port), demo=True)
    if settings.production:
        raise Misuse("演示不能在生产环境运行 / the demo does not run in production")
    for port in (demonstration.cashier_port(settings), demonstration.qq_port(settings)):
        _require_free(replace(settings, port=port))
    _log_to_stderr()
    settings = demonstration.with_qq(demonstration.with_cashier(settings))
    in_house = build(settings)
    in_house.database.migrate()
    demonstration.prepare(in_house)
    server = _listening(in_house, THREADS)
    stop = Event()
    beside = [
        Thread(target=in_house.worker.run, args=(stop,), daemon=True),
        Thread(target=_run_cashier, args=(settings, in_house.clock, stop), daemon=True),
        Thread(target=_run_qq, args=(settings, in_house.clock, stop), daemon=True),
    ]
    try:
        for thread in beside:
            thread.start()
        print(demonstration.greeting(settings), flush=True)
        _serve(in_house, server)
    finally:
        stop.set()
        for thread in beside:
            if thread.is_alive():
                thread.join(timeout=10)


def _run_cashier(settings: Settings, clock: Callable[[], datetime], stop: Event) -> None:
    """The stand-in for Alipay on the next port: its site, and its notices sent when they are due."""
    cashier = demonstration.cashier(settings, clock)
    port = demonstration.cashier_port(settings)
    server = create_server(cashier.site, host=settings.host, port=port, threads=4, ident="cashier")
    Thread(target=server.run, daemon=True).start()
    repeat(cashier.notices.deliver_due, "the cashier's notices", stop, 1.0, logging.getLogger("ncre.cashier"))
    server.close()
    cashier.pages.close()


def _run_qq(settings: Settings, clock: Callable[[], datetime], stop: Event) -> None:
    """The stand-in for QQ on the port after the cashier's."""
    site, port = demonstration.qq(settings, clock), demonstration.qq_port(settings)
    server = create_server(site, host=settings.host, port=port, threads=4, ident="qq")
    Thread(target=server.run, daemon=True).start()
    stop.wait()
    server.close()


def _moved(settings: Settings, host: str | None, port: int | None) -> Settings:
    if port is not None and not 0 < port < 65536:
        raise Misuse(f"端口应为 1 至 65535 / the port must be from 1 to 65535, not {port}")
    return replace(settings, host=host or settings.host, port=port or settings.port)


def _require_free(settings: Settings) -> None:
    """Say so before anything is prepared when somebody else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise Misuse(
                f"{where} 不能使用（{error.strerror}），请用 PORT= 换一个端口 / "
                f"{where} cannot be used ({error.strerror}); choose another with PORT="
            ) from None


def _listening(in_house: House, threads: int) -> Any:
    """The server, its port open: whoever comes from now on is answered once it runs."""
    settings = in_house.settings
    return create_server(
        create_site(in_house),
        host=settings.host,
        port=settings.port,
        threads=threads,
        ident="ncre",
        clear_untrusted_proxy_headers=settings.proxies == 0,
    )


def _serve(in_house: House, server: Any) -> None:
    """Until SIGINT or SIGTERM; answers under way are finished."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        server.run()
    finally:
        server.close()
        in_house.close()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _stopped() -> Event:
    """An event that SIGINT and SIGTERM set."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _signal, _frame: stop.set())
    return stop


def _log_to_stderr() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    logging.getLogger("fpdf").setLevel(logging.WARNING)
