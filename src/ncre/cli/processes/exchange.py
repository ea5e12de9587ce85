"""exchange: the service through which provinces exchange their files, and this installation's part in it."""

from __future__ import annotations

import logging
import sqlite3
from argparse import Namespace
from threading import Event, Thread
from typing import Any, Final

from ncre.bootstrap.foundation import utc_now
from ncre.cli.common import Misuse, actor, add_actor, open_container
from ncre.cli.logs import log_to_stderr
from ncre.clients.exchange_service import ExchangeUnavailable
from ncre.config.exchange import ExchangeSettings, read_exchange_settings
from ncre.exchange.files import ExchangeFiles
from ncre.exchange.service import LARGEST, create_exchange
from ncre.handlers.command_handler import Act
from ncre.server import serving
from ncre.server.gate import Gate, GateTerms
from ncre.server.lanes import LaneTerms
from ncre.supervision import repeat

THREADS: Final = 3
ROOM: Final = 400_000_000
"""Bytes of all bodies together; the smallest machine that runs it has 2 GB."""

DROP_EVERY: Final = 3600.0


def add(commands: Any) -> None:
    group = commands.add_parser(
        "exchange", help="the service through which provinces exchange their files of duplicates"
    ).add_subparsers(required=True, metavar="WHAT")
    serve_ = group.add_parser("serve", help="serve all provinces until interrupted; knows no key and nobody")
    serve_.add_argument("--host", help="where it is served; else NCRE_HOST")
    serve_.add_argument("--port", type=int, help="where it is served; else NCRE_PORT")
    serve_.set_defaults(run=serve)
    sync_ = group.add_parser(
        "sync", help="send our file, read those of the others; 1 where duplicates were newly found"
    )
    add_actor(sync_)
    sync_.set_defaults(run=sync)


def serve(args: Namespace) -> None:
    settings = read_exchange_settings()
    host, port = args.host or settings.host, settings.port if args.port is None else args.port
    if not 0 < port < 65536:
        raise Misuse(f"端口应为 1 至 65535 / the port must be from 1 to 65535, not {port}")
    log_to_stderr(settings.log_format)
    files, stop = _files(settings), Event()
    try:
        listening = serving.handed_over() or serving.listen(host, port)
    except OSError as error:
        why = error.strerror
        raise Misuse(f"{host}:{port} 不能使用（{why}）", f"{host}:{port} cannot be used ({why})") from None
    log = logging.getLogger("ncre.exchange")
    dropping = (files.drop, "dropping files of rounds that are over", stop, DROP_EVERY, log)
    Thread(target=repeat, args=dropping, daemon=True).start()
    serving.serve(exchange_gate(files, settings.tokens, stop), listening)


def exchange_gate(
    files: ExchangeFiles, tokens: tuple[tuple[str, str], ...], stop: Event | None = None
) -> Gate:
    """The service behind one lane; `stop` is set when the server ends."""
    terms = GateTerms(
        (LaneTerms("exchange", THREADS, seconds=30.0),),
        lambda *_: "exchange",
        lambda method, _: LARGEST if method == "POST" else 1_000,
        room=ROOM,
    )
    return Gate(create_exchange(files, tokens), terms, stop.set if stop else lambda: None)


def sync(args: Namespace) -> int:
    with open_container() as container:
        by = actor(container, args)
        if not container.exchange_sync.takes_part:
            raise Misuse(
                "没有设置跨省比对服务（NCRE_EXCHANGE_URL、NCRE_EXCHANGE_TOKENS、NCRE_EXCHANGE_KEY）",
                "no exchange service is set (NCRE_EXCHANGE_URL, NCRE_EXCHANGE_TOKENS, NCRE_EXCHANGE_KEY)",
            )
        try:
            done = container.exchange_sync.once(Act(by))
        except ExchangeUnavailable as silent:
            raise Misuse(
                f"跨省比对服务没有应答（{silent}），什么也没有丢失，请稍后再试",
                f"the exchange service does not answer ({silent}); nothing is lost, try again later",
            ) from None
    sent, read = ("、".join(some) or "-" for some in (done.sent, done.read))
    print(f"发送 / sent: {sent}; 读入 / read: {read}; {done.hits} 新发现 / newly found")
    if done.problems:
        zh, en = ("; ".join(one.say(language) for one in done.problems) for language in ("zh", "en"))
        raise Misuse(zh, en)
    return 1 if done.hits else 0


def _files(settings: ExchangeSettings) -> ExchangeFiles:
    file = settings.folder / "exchange.sqlite"
    try:
        return ExchangeFiles(file, utc_now, settings.keep_days)
    except sqlite3.Error as error:
        raise Misuse(f"{file} 不能打开（{error}）", f"{file} cannot be opened ({error})") from None
