"""The ASGI application in front of the pages: takes a request whole, lets it in by its lane, or says why not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from ncre.server import answers, wsgi
from ncre.server.answers import Said
from ncre.server.bodies import (
    Bodies,
    BodyTooLarge,
    BodyTooSlow,
    BodyUnfinished,
    Message,
    NoRoomForBodies,
    Pace,
    Receive,
)
from ncre.server.lanes import QUIET_SECONDS, ClientGone, Lane, LaneFull, LaneTerms
from ncre.server.wsgi import Application, Scope, Send

READS: Final = ("GET", "HEAD")

DRAIN_SECONDS: Final = 3.0
DRAIN_BYTES: Final = 16_000_000
"""How much of a refused body is still read and thrown away; a connection that is cut at once takes the answer along."""


@dataclass(frozen=True)
class Terms:
    """What a gate lets in.

    lanes         the lanes there are
    lane_of       method, path, query and cookies -> name of the lane
    largest_body  method and path -> bytes
    pace          how slowly a body may come
    room          bytes of all bodies together
    """

    lanes: tuple[LaneTerms, ...]
    lane_of: Callable[[str, str, str, str], str]
    largest_body: Callable[[str, str], int]
    pace: Pace = field(default_factory=Pace)
    room: int = 500_000_000
    trust_proxies: bool = False
    quiet_seconds: float = QUIET_SECONDS


class Gate:
    """ASGI application over a WSGI application; `closing` is called when the server ends."""

    def __init__(
        self, application: Application, terms: Terms, closing: Callable[[], None] = lambda: None
    ) -> None:
        self._application = application
        self._terms = terms
        self._closing = closing
        self._bodies = Bodies(terms.pace, terms.room)
        self._lanes: Mapping[str, Lane] = {lane.name: Lane(lane, terms.quiet_seconds) for lane in terms.lanes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        incoming = Incoming(receive)
        largest = self._terms.largest_body(method, path)
        lane = self._lanes[
            self._terms.lane_of(method, path, scope["query_string"].decode("latin-1"), _cookies(scope))
        ]
        try:
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
            seconds = answers.retry_seconds()
            await say(answers.busy(method in READS, seconds), scope, incoming, send, seconds)
        except (BodyUnfinished, ClientGone):
            pass  # nobody is there to be told

    async def _let_in(self, lane: Lane, largest: int, scope: Scope, incoming: Incoming, send: Send) -> None:
        lane.refuse_if_full()
        try:
            body = await self._bodies.take(incoming, largest)
        except NoRoomForBodies:
            raise lane.full() from None
        gone = asyncio.ensure_future(incoming.disconnected())
        try:
            await lane.enter(gone)
        except BaseException:
            gone.cancel()
            body.close()
            raise

        def done() -> None:
            lane.leave()
            body.close()

        environ = wsgi.environ_of(scope, body.file, body.size, self._terms.trust_proxies)
        try:
            await wsgi.call(self._application, environ, lane.threads, send, gone, done)
        finally:
            gone.cancel()

    async def _live(self, receive: Receive, send: Send) -> None:
        """The lifespan of the process: nothing to start, something to close."""
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.close()
        await send({"type": "lifespan.shutdown.complete"})

    def close(self) -> None:
        """Nobody is let in any more; whoever waits is sent away."""
        for lane in self._lanes.values():
            lane.close()
        self._closing()


class Incoming:
    """What comes from the client, and whether all of it has come."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.complete = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self.complete = not message.get("more_body", False)
        return message

    async def disconnected(self) -> None:
        """Returns once the client is gone, or its answer complete."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def drain(self) -> None:
        """Read and throw away what still comes, within bounds, so that the sender gets to read its answer."""
        left = DRAIN_BYTES
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self.complete and left > 0:
                    left -= len((await self()).get("body", b""))


def _declared_length(scope: Scope) -> int:
    """Bytes of the body as the client announces them; 0 where it does not."""
    return max((int(value) for name, value in scope["headers"] if name == b"content-length"), default=0)


def _cookies(scope: Scope) -> str:
    return "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")


def _has_body(scope: Scope) -> bool:
    return _declared_length(scope) > 0 or any(name == b"transfer-encoding" for name, _ in scope["headers"])


async def say(said: Said, scope: Scope, incoming: Incoming, send: Send, retry: int | None = None) -> None:
    """Send what the server itself says; a body that has not come is not waited for, and ends the connection."""
    content = answers.page(said)
    unread = _has_body(scope) and not incoming.complete
    headers = answers.headers(content, retry, refresh=scope["method"] in READS, close=unread)
    await send({"type": "http.response.start", "status": int(said.status), "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": True})
    if unread:
        await incoming.drain()
    await send({"type": "http.response.body", "body": b"", "more_body": False})
