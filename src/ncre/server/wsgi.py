"""Calls a WSGI application (PEP 3333) in a thread, and sends on what it answers.

The thread is free again as soon as the application is done: up to `IN_FLIGHT` chunks of an answer wait for a client
that reads slowly, in memory, without a thread. The event loop is woken once for a small answer, with all there is to tell:
each time costs as much as a look at the database, for the thread and the loop then contend for the interpreter.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Semaphore
from types import TracebackType
from typing import IO, Any, Final

from ncre.server.lanes import ClientGone, Gone

log = logging.getLogger("ncre.server")

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Message = dict[str, Any]
Scope = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None]

CHUNK: Final = 65_536
"""Bytes. Smaller pieces of an answer are sent together."""

IN_FLIGHT: Final = 16
"""Chunks of one answer that may wait to be sent: 1 MB."""

FORWARDED: Final = (b"x-forwarded-", b"forwarded", b"x-real-ip")


@dataclass
class ResponseStream:
    """What a thread hands to the event loop: parcels of messages, the last of them with None at its end."""

    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[list[Message | None]] = field(default_factory=asyncio.Queue)
    credits: Semaphore = field(default_factory=lambda: Semaphore(IN_FLIGHT))
    gone: bool = False

    def put(self, parcel: list[Message | None]) -> None:
        """From the thread; waits while too much of this answer is still to be sent. Raises ClientGone."""
        self.credits.acquire()
        if self.gone:
            raise ClientGone
        self.loop.call_soon_threadsafe(self.queue.put_nowait, parcel)

    def end(self, last: list[Message | None], done: Callable[[], None]) -> None:
        """From the thread, without waiting: the last parcel, and that the thread is free."""

        def ended() -> None:
            self.queue.put_nowait(last)
            done()

        with suppress(RuntimeError):  # the server has ended meanwhile
            self.loop.call_soon_threadsafe(ended)

    def abandon(self) -> None:
        """In the event loop: the client is gone, and the thread need not go on."""
        self.gone = True
        self.credits.release(IN_FLIGHT)

    async def send_on(self, send: Send, gone: Gone) -> None:
        """In the event loop, until the answer ends; from its second parcel on, or until the client is gone."""
        watched = False
        while True:
            for message in await self.queue.get():
                if message is None:
                    return
                await send(message)
            self.credits.release()
            if not watched:
                watched = True
                gone().add_done_callback(lambda _: self.abandon())


async def call(
    application: Application,
    environ: dict[str, Any],
    threads: Executor,
    send: Send,
    gone: Gone,
    done: Callable[[], None],
) -> None:
    """Answer one request until it is sent, or its client `gone`; `done` is called in the loop once the thread is free."""
    answer = ResponseStream(asyncio.get_running_loop())
    threads.submit(_run, application, environ, answer, done)
    try:
        await answer.send_on(send, gone)
    finally:
        answer.abandon()


def environ_of(scope: Scope, body: IO[bytes], size: int, trust_proxies: bool) -> dict[str, Any]:
    """The WSGI environment of an ASGI scope. Without proxies of ours, what a client claims to have forwarded is dropped."""
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "REQUEST_URI": scope["raw_path"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "CONTENT_LENGTH": str(size),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        if _passed_on(name, trust_proxies):
            _add_header(environ, name.decode("latin-1"), value.decode("latin-1"))
    return environ


def _passed_on(name: bytes, trust_proxies: bool) -> bool:
    """An underscore would pass for the dash of another header; the length is what was taken."""
    if b"_" in name or name in (b"content-length", b"transfer-encoding", b"proxy"):
        return False
    return trust_proxies or not name.startswith(FORWARDED)


def _add_header(environ: dict[str, Any], name: str, value: str) -> None:
    key = "CONTENT_TYPE" if name == "content-type" else "HTTP_" + name.upper().replace("-", "_")
    if key in environ:
        value = environ[key] + ("; " if name == "cookie" else ",") + value
    environ[key] = value


def _run(
    application: Application, environ: dict[str, Any], answer: ResponseStream, done: Callable[[], None]
) -> None:
    """In a thread: the application's answer, or 500 where it breaks before it began."""
    writer = _Writer(answer)
    try:
        writer.send_all(application(environ, writer.start))
    except ClientGone:
        pass
    except Exception:
        log.exception(
            "an error that the pages did not catch, while answering a %s", environ["REQUEST_METHOD"]
        )
        writer.broken()
    finally:
        answer.end(writer.last, done)


class _Writer:
    """Gathers what the application says into parcels of a decent size; a small answer is one parcel.

    `last` is the parcel with which the answer ends; where it breaks off, the end alone.
    """

    def __init__(self, answer: ResponseStream) -> None:
        self._answer = answer
        self._head: Message | None = None
        self._begun = False
        self._pieces = bytearray()
        self.last: list[Message | None] = [None]

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExceptionInfo | None = None
    ) -> Callable[[bytes], None]:
        if self._begun and exc_info:
            raise exc_info[1].with_traceback(exc_info[2])
        self._head = {
            "type": "http.response.start",
            "status": int(status[:3]),
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        }
        return self._write

    def send_all(self, answered: Iterable[bytes]) -> None:
        try:
            for piece in answered:
                self._write(piece)
            self.last = self._parcel(self._taken(len(self._pieces), more=False), None)
        finally:
            getattr(answered, "close", lambda: None)()

    def broken(self) -> None:
        """The connection is cut where the answer had begun; nobody may take half a page for a whole one."""
        if self._begun:
            return
        self._pieces.clear()
        self.start("500 Internal Server Error", [("content-length", "0")])
        self.last = self._parcel(self._taken(0, more=False), None)

    def _write(self, piece: bytes) -> None:
        self._pieces += piece
        while len(self._pieces) > CHUNK:
            self._answer.put(self._parcel(self._taken(CHUNK, more=True)))

    def _taken(self, size: int, more: bool) -> Message:
        body = bytes(self._pieces[:size])
        del self._pieces[:size]
        return {"type": "http.response.body", "body": body, "more_body": more}

    def _parcel(self, *messages: Message | None) -> list[Message | None]:
        if self._head is None:
            raise RuntimeError("the application answered without start_response")
        parcel = list(messages) if self._begun else [self._head, *messages]
        self._begun = True
        return parcel
