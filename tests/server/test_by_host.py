"""A branch that takes the place of another: reads go on in the old place until the new one stands, writes wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from threading import Event
from typing import Any, cast

from ncre.server.by_host import Branch, ByHost
from ncre.server.gate import Gate

SECONDS = 30
HOST = "hubei.example"


class Place:
    """A gate that says its own name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.closed = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": self.name.encode()})

    def begin(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


class Built:
    """A branch whose place stands once it may."""

    def __init__(self, key: str) -> None:
        self.may, self.place = Event(), Place(key)
        self.branch = Branch("hubei", (HOST,), f"https://{HOST}", key, self._build)

    def _build(self) -> Gate:
        assert self.may.wait(SECONDS)
        return cast(Gate, self.place)


async def ask(served: ByHost, method: str) -> str:
    said = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        said.append(message.get("body", b""))

    scope = {"type": "http", "method": method, "path": "/", "headers": [(b"host", HOST.encode())]}
    await served(scope, receive, send)
    return b"".join(said).decode()


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, SECONDS))


def test_reads_are_answered_in_the_old_place_until_the_new_one_stands_and_writes_wait_for_it() -> None:
    async def story() -> None:
        old, new = Built("old"), Built("new")
        old.may.set()
        served = ByHost([old.branch])
        assert await ask(served, "POST") == "old"
        served._take([new.branch])
        writing = asyncio.create_task(ask(served, "POST"))
        assert [await ask(served, "GET"), await ask(served, "HEAD")] == ["old", "old"]
        assert not writing.done()
        assert not old.place.closed
        new.may.set()
        assert await writing == "new"
        assert await ask(served, "GET") == "new"
        assert old.place.closed

    run(story())


def test_a_third_place_lets_the_second_go_and_the_first_reads_on() -> None:
    async def story() -> None:
        first, second, third = Built("first"), Built("second"), Built("third")
        first.may.set()
        served = ByHost([first.branch])
        await ask(served, "GET")
        served._take([second.branch])
        served._take([third.branch])
        assert await ask(served, "GET") == "first"
        second.may.set()
        third.may.set()
        assert await ask(served, "POST") == "third"
        assert await ask(served, "GET") == "third"
        assert first.place.closed
        while not second.place.closed:
            await asyncio.sleep(0)

    run(story())


def test_a_tenant_that_is_gone_is_closed_at_once_with_whatever_it_followed() -> None:
    async def story() -> None:
        old, new = Built("old"), Built("new")
        old.may.set()
        served = ByHost([old.branch])
        await ask(served, "GET")
        served._take([new.branch])
        served._take([])
        assert old.place.closed
        new.may.set()
        while not new.place.closed:
            await asyncio.sleep(0)

    run(story())
