"""What comes from the client of a request: its body, and later that it has gone."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from ncre.server.bodies import Message, Receive

DRAIN_SECONDS: Final = 3.0
DRAIN_BYTES: Final = 16_000_000
"""How much of a refused body is still read and thrown away; a connection that is cut at once takes the answer along."""


class Incoming:
    """What comes from the client, and whether all of it has come."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._gone: asyncio.Future[None] | None = None
        self.complete = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self.complete = not message.get("more_body", False)
        return message

    def gone(self) -> asyncio.Future[None]:
        """Done once the client is gone, or its answer complete. Asked for where somebody waits: it is a task of its own."""
        if self._gone is None:
            self._gone = asyncio.ensure_future(self._disconnected())
        return self._gone

    def forget(self) -> None:
        """Nobody waits any more."""
        if self._gone is not None:
            self._gone.cancel()

    async def _disconnected(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def drain(self) -> None:
        """Read and throw away what still comes, within bounds, so that the sender gets to read its answer."""
        left = DRAIN_BYTES
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self.complete and left > 0:
                    left -= len((await self()).get("body", b""))
