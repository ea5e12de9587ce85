"""Takes the body of a request: within its limit, in time, and never more in memory and on disk than foreseen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

IN_MEMORY: Final = 262_144
"""Bytes of one body that are held in memory; what is larger lies in a nameless file until it is answered."""


class BodyTooLarge(Exception):
    """More bytes than this address takes."""


class BodyTooSlow(Exception):
    """The client sends less than the least pace."""


class BodyUnfinished(Exception):
    """The client went away before it had sent everything."""


class NoRoomForBodies(Exception):
    """All bodies together take as much as the process sets aside for them."""


@dataclass(frozen=True)
class BodyPace:
    """A body must have come after `seconds`, and one second more for every `bytes_a_second` that came.

    A picture of 4 MB over a slow mobile line (64 kbit/s) is within it; a byte now and then is not.
    """

    seconds: float = 8.0
    bytes_a_second: int = 8_000


class Bodies:
    """All bodies that a process holds at a time; together at most `room` bytes."""

    def __init__(self, pace: BodyPace, room: int) -> None:
        self._pace = pace
        self._room = room
        self.held = 0

    async def take(self, receive: Receive, largest: int) -> Body:
        """The whole body. Raises BodyTooLarge, BodyTooSlow, BodyUnfinished or NoRoomForBodies."""
        body = Body(self, SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 - closed with the answer
        try:
            await self._fill(body, receive, largest)
        except BaseException:
            body.close()
            raise
        body.file.seek(0)
        return body

    def none(self) -> Body:
        """Of a request that announces none: nothing is waited for."""
        return Body(self, BytesIO())

    async def _fill(self, body: Body, receive: Receive, largest: int) -> None:
        started = asyncio.get_running_loop().time()
        more = True
        while more:
            deadline = started + self._pace.seconds + body.size / self._pace.bytes_a_second
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise BodyTooSlow from None
            if message["type"] == "http.disconnect":
                raise BodyUnfinished
            body.add(message.get("body", b""))
            if body.size > largest:
                raise BodyTooLarge
            if self.held > self._room:
                raise NoRoomForBodies
            more = message.get("more_body", False)


class Body:
    """What a client sent; `close` gives its room back."""

    def __init__(self, all_bodies: Bodies, file: IO[bytes]) -> None:
        self._all = all_bodies
        self.size = 0
        self.file = file

    def add(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self._all.held += len(chunk)
        self.file.write(chunk)

    def close(self) -> None:
        self._all.held -= self.size
        self.size = 0
        self.file.close()
