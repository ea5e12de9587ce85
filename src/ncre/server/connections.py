"""Connections that cost little: idle and slow ones are cut off, and the oldest idle one makes room for a newcomer."""

from __future__ import annotations

import asyncio
import resource
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

ARRIVAL_SECONDS: Final = 10.0
"""From the moment at which a connection falls idle until a request's headers must have come whole."""

READING_SECONDS: Final = 20.0
"""In which a client must take a part (48 KB) of the answer that waits for it."""

CLOSING_SECONDS: Final = 5.0
"""In which a client must take the rest of what was sent to it before its connection is cut."""

LEAVING_SECONDS: Final = 1.0
"""In which a request must come on a new connection once the server stops."""

LARGEST_HEAD: Final = 32_768
"""Bytes of request line and headers."""

MOST_PIPELINED: Final = 16
"""Requests that may wait on a connection behind the one at work; no browser sends any so."""

MOST_CONNECTIONS: Final = 10_000
FILES_KEPT: Final = 256
"""File descriptors that are not for connections: the database, pictures, listeners."""

TIMED_OUT: Final = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
NO_ROOM: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


def most_connections() -> int:
    """How many a process holds, once its limit of open files is raised as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + FILES_KEPT
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
            soft = allowed
    return max(16, (wanted if soft == resource.RLIM_INFINITY else min(wanted, soft)) - FILES_KEPT)


@dataclass
class Crowd:
    """The connections of one server: how many it holds, and those that wait for a request, the longest idle first."""

    most: int
    idle: dict[Connection, None] = field(default_factory=dict)


_crowds: WeakKeyDictionary[ServerState, Crowd] = WeakKeyDictionary()


def _crowd(server: ServerState) -> Crowd:
    if server not in _crowds:
        _crowds[server] = Crowd(most_connections())
    return _crowds[server]


class NotOurs(ValueError):
    """A request that HTTP knows and no page of ours has: it could be read in two ways, or leads away from HTTP."""


class Connection(HttpToolsProtocol):
    """uvicorn's connection with limits of time and size; what an answer under way may take is the gate's business.

    The parser (llhttp, as in Node.js) bounds neither a head nor the requests sent ahead, so both are counted here.
    """

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        self._crowd = _crowd(self.server_state)
        self._leaving = False
        self._arrival: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None
        self._head = 0
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._crowd.most and not self._made_room():
            transport.write(NO_ROOM)
            self._close()
            return
        self._watch()

    def data_received(self, data: bytes) -> None:
        while data and not self.transport.is_closing():
            part = data[: LARGEST_HEAD - self._head] if self._in_head else data
            data = data[len(part) :]
            self._head += len(part)
            super().data_received(part)
            if (self._in_head and self._head >= LARGEST_HEAD) or len(self.pipeline) > MOST_PIPELINED:
                self._refuse()
        if self._leaving and self.cycle is not None:
            self.cycle.keep_alive = False
        self._watch()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head, self._in_head = max(1, self._head), True

    def on_headers_complete(self) -> None:
        """Raises NotOurs, which is answered with 400."""
        self._in_head = False
        upgrade, target = self.parser.should_upgrade(), self.url
        if not _plain(self.headers, upgrade, self.parser.get_http_version()):
            raise NotOurs
        if not target.startswith(b"/"):
            self.url = b"/"
        super().on_headers_complete()
        if self.url != target:  # the gate says why
            self.scope["path"], self.scope["raw_path"] = target.decode("latin-1"), target
        if upgrade:  # the parser would take what follows for another protocol
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._head, self._in_head = 0, True

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading = self.loop.call_later(READING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._cancel_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        self._cancel_reading()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """A client that has just connected still gets its one answer, for its request may be on the way."""
        if self.cycle is not None:
            super().shutdown()
            return
        self._leaving = True
        self.loop.call_later(LEAVING_SECONDS, self._leave)

    def _leave(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self._close()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self.loop.call_later(CLOSING_SECONDS, self.transport.abort)

    @property
    def _waits_for_request(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _watch(self) -> None:
        """Keep the time of a connection that waits for a request, from when it began to wait."""
        if not self._waits_for_request or self.transport.is_closing():
            self._stop_watching()
        elif self._arrival is None:
            self._arrival = self.loop.call_later(ARRIVAL_SECONDS, self._too_late)
            self._crowd.idle[self] = None

    def _stop_watching(self) -> None:
        self._crowd.idle.pop(self, None)
        if self._arrival is not None:
            self._arrival.cancel()
            self._arrival = None

    def _cancel_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _too_late(self) -> None:
        """Half a request is told so; nothing at all is cut off without a word."""
        if self._in_head and self._head:
            self.transport.write(TIMED_OUT)
        self._close()

    def _refuse(self) -> None:
        """Nothing of what came is answered any more, but whatever is at work."""
        if self._waits_for_request:
            self.send_400_response("The request is too large.")
        else:
            self.transport.abort()

    def _close(self) -> None:
        self._stop_watching()
        self.transport.close()
        self.loop.call_later(CLOSING_SECONDS, self.transport.abort)

    def _made_room(self) -> bool:
        """Whether a connection that was idle longest has been cut off for this one."""
        for oldest in self._crowd.idle:
            oldest._stop_watching()
            oldest.transport.abort()
            return True
        return False


def _plain(headers: list[tuple[bytes, bytes]], upgrade: bool, version: str) -> bool:
    """Whether a request is for one host, and everybody before us saw its body end where we do.

    HTTP/1.0 may name no host (RFC 9112 §3.2): so balancers ask whether a server lives.
    """
    names = [name for name, _ in headers]
    if upgrade and (b"content-length" in names or b"transfer-encoding" in names):
        return False
    hosts = names.count(b"host")
    return hosts == 1 or (hosts == 0 and version == "1.0")
