"""The ASGI application in front of the pages: takes a request whole, lets it in by its lane, or says why not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final, Protocol

from ncre.server import answers, waiting_page, wsgi
from ncre.server.answers import ServerAnswer
from ncre.server.bodies import (
    Bodies,
    BodyPace,
    BodyTooLarge,
    BodyTooSlow,
    BodyUnfinished,
    Message,
    NoRoomForBodies,
    Receive,
)
from ncre.server.incoming import Incoming
from ncre.server.lanes import QUIET_SECONDS, ClientGone, Lane, LaneFull, LaneTerms, LaneWatch
from ncre.server.waiting_room import QueuePlace, WaitingRoom
from ncre.server.wsgi import Application, Scope, Send

ARRIVED: Final = "ncre.arrived"
"""In the environment of a request: when it was there whole, by `perf_counter`."""

READS: Final = ("GET", "HEAD")

LANE: Final = "ncre.lane"
"""Where the WSGI environment names the lane in which a request was let in."""


class FileAnswer(Protocol):
    """An answer that is there already; header names in small letters."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def body(self) -> bytes: ...


@dataclass(frozen=True)
class GateTerms:
    """What a gate lets in.

    lanes         the lanes there are
    lane_of       method, path, query and cookies -> name of the lane
    largest_body  method and path -> bytes
    files         answers what needs no page: method, path, query, headers, whether over TLS -> answer or None
    files_below   how the paths of all these begin
    pace          how slowly a body may come
    room          bytes of all bodies together
    """

    lanes: tuple[LaneTerms, ...]
    lane_of: Callable[[str, str, str, str], str]
    largest_body: Callable[[str, str], int]
    files: Callable[[str, str, str, Mapping[str, str], bool], FileAnswer | None] = lambda *_: None
    files_below: str = "/"
    pace: BodyPace = field(default_factory=BodyPace)
    room: int = 500_000_000
    proxies: int = 0
    waiting_room: WaitingRoom | None = None
    quiet_seconds: float = QUIET_SECONDS
    watch: LaneWatch | None = None


class Gate:
    """ASGI application over a WSGI application; `closing` is called when the server ends."""

    def __init__(
        self, application: Application, terms: GateTerms, closing: Callable[[], None] = lambda: None
    ) -> None:
        self._application = application
        self._terms = terms
        self._closing = closing
        self._bodies = Bodies(terms.pace, terms.room)
        self._waiting_room = terms.waiting_room
        self._agreeing: asyncio.Future[None] | None = None
        self._lanes: Mapping[str, Lane] = {
            lane.name: Lane(lane, terms.quiet_seconds, terms.watch) for lane in terms.lanes
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        asks_file = path.startswith(self._terms.files_below) and method in READS and not _has_body(scope)
        if asks_file and (file := self._file(scope)) is not None:
            await _send_file(file, send)
            return
        incoming = Incoming(receive)
        largest = self._terms.largest_body(method, path)
        cookies = _cookies(scope)
        lane = self._lanes[
            self._terms.lane_of(method, path, scope["query_string"].decode("latin-1"), cookies)
        ]
        try:
            if self._waiting_room is not None and lane.terms.name in self._waiting_room.lanes:
                verdict = await self._waiting_room.look(cookies, _address(scope, self._terms.proxies))
                if verdict.cookie:
                    send = _with_cookie(send, verdict.cookie, _secure(scope, self._terms.proxies))
                if verdict.place is not None:
                    await _wait(verdict.place, scope, incoming, send)
                    return
            if not path.startswith("/"):
                await say(answers.NOT_A_PATH, scope, incoming, send)
            elif _declared_length(scope) > largest:
                raise BodyTooLarge
            else:
                await self._let_in(lane, largest, scope, incoming, send)
        except BodyTooLarge:
            await say(answers.too_large(largest), scope, incoming, send)
        except BodyTooSlow:
            await say(answers.TOO_SLOW, scope, incoming, send)
        except LaneFull:
            if self._waiting_room is not None and lane.terms.name in self._waiting_room.lanes:
                self._waiting_room.overfull()
            seconds = answers.retry_seconds()
            await say(answers.busy(method in READS, seconds), scope, incoming, send, seconds)
        except (BodyUnfinished, ClientGone):
            pass  # nobody is there to be told

    def _file(self, scope: Scope) -> FileAnswer | None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        secure = _secure(scope, self._terms.proxies)
        return self._terms.files(scope["method"], scope["path"], query, headers, secure)

    async def _let_in(self, lane: Lane, largest: int, scope: Scope, incoming: Incoming, send: Send) -> None:
        lane.refuse_if_full()
        try:
            body = await self._bodies.take(incoming, largest) if _has_body(scope) else self._bodies.none()
        except NoRoomForBodies:
            raise lane.full() from None
        arrived = perf_counter()
        try:
            await lane.enter(incoming.gone)
        except BaseException:
            incoming.forget()
            body.close()
            raise

        def done() -> None:
            lane.leave()
            body.close()

        environ = wsgi.environ_of(scope, body.file, body.size, self._terms.proxies > 0)
        environ[LANE] = lane.terms.name
        environ[ARRIVED] = arrived
        try:
            await wsgi.call(self._application, environ, lane.threads, send, incoming.gone, done)
        finally:
            incoming.forget()

    async def _live(self, receive: Receive, send: Send) -> None:
        """The lifespan of the process: the waiting room is agreed on meanwhile."""
        await receive()
        self.begin()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.close()
        await send({"type": "lifespan.shutdown.complete"})

    def begin(self) -> None:
        """In the event loop: the waiting room is agreed on from now on."""
        if self._waiting_room is not None:
            self._agreeing = asyncio.ensure_future(self._waiting_room.run())

    def close(self) -> None:
        """Nobody is let in any more; whoever waits is sent away."""
        if self._waiting_room is not None and self._agreeing is not None:
            self._agreeing.cancel()
            self._waiting_room.close()
        for lane in self._lanes.values():
            lane.close()
        self._closing()


def over_tls(scheme: str, forwarded: str, proxies: int) -> bool:
    """Whether the browser came over TLS, by what the outermost of our proxies says."""
    said = [one.strip() for one in forwarded.split(",")]
    return scheme == "https" or (0 < proxies <= len(said) and said[-proxies] == "https")


def _secure(scope: Scope, proxies: int) -> bool:
    return over_tls(scope["scheme"], _line(scope, b"x-forwarded-proto"), proxies)


def _address(scope: Scope, proxies: int) -> str:
    """Where a request comes from, by what the outermost of our proxies says."""
    said = [one.strip() for one in _line(scope, b"x-forwarded-for").split(",")]
    if 0 < proxies <= len(said):
        return said[-proxies]
    return str((scope.get("client") or ("", 0))[0])


def _line(scope: Scope, name: bytes) -> str:
    """A header of the request, several of one name together."""
    return ",".join(value.decode("latin-1") for found, value in scope["headers"] if found == name)


def _with_cookie(send: Send, value: str, secure: bool) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], waiting_page.cookie(value, secure)]}
        await send(dict(message))

    return sent


async def _wait(place: QueuePlace, scope: Scope, incoming: Incoming, send: Send) -> None:
    """The page of the waiting room; a body is not waited for."""
    content = waiting_page.page(place, scope["method"] in READS)
    unread = _has_body(scope)
    headers = waiting_page.headers(content, place, close=unread)
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": True})
    if unread:
        await incoming.drain()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_file(file: FileAnswer, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in file.headers]
    await send({"type": "http.response.start", "status": file.status, "headers": headers})
    await send({"type": "http.response.body", "body": file.body, "more_body": False})


def _declared_length(scope: Scope) -> int:
    """Bytes of the body as the client announces them; 0 where it does not."""
    return max((int(value) for name, value in scope["headers"] if name == b"content-length"), default=0)


def _cookies(scope: Scope) -> str:
    return "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")


def _has_body(scope: Scope) -> bool:
    return _declared_length(scope) > 0 or any(name == b"transfer-encoding" for name, _ in scope["headers"])


async def say(
    said: ServerAnswer, scope: Scope, incoming: Incoming, send: Send, retry: int | None = None
) -> None:
    """Send what the server itself says; a body that has not come is not waited for, and ends the connection."""
    content = answers.page(said)
    unread = _has_body(scope) and not incoming.complete
    headers = answers.headers(content, retry, refresh=scope["method"] in READS, close=unread)
    await send({"type": "http.response.start", "status": int(said.status), "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": True})
    if unread:
        await incoming.drain()
    await send({"type": "http.response.body", "body": b"", "more_body": False})
